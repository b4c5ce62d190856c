"""How a reader wants a page: text size, theme, single-key shortcuts. Kept in cookies, no login."""

from dataclasses import dataclass, fields
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language

CHOICES: Final = {
    "size": ("normal", "large"),
    "theme": ("auto", "light", "dark"),
    "keys": ("on", "off"),
}
A_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """The first choice of each is the default, and leaves no cookie behind."""

    size: str = "normal"
    theme: str = "auto"
    keys: str = "on"

    @property
    def large(self) -> bool:
        return self.size == "large"


def read(request: HttpRequest) -> Preferences:
    told = {f.name: request.COOKIES.get(f"yihu_{f.name}", "") for f in fields(Preferences)}
    return Preferences(**{name: v for name, v in told.items() if v in CHOICES[name]})


def keep(response: HttpResponse, wishes: dict[str, str]) -> None:
    """Set the cookies for the wishes we know; a wish we do not know changes nothing."""
    secure = settings.SESSION_COOKIE_SECURE
    for name, value in wishes.items():
        if name == "lang" and check_for_language(value):
            cookie = settings.LANGUAGE_COOKIE_NAME
        elif value in CHOICES.get(name, ()):
            cookie = f"yihu_{name}"
            if value == CHOICES[name][0]:
                response.delete_cookie(cookie)
                continue
        else:
            continue
        response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=secure)
