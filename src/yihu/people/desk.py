"""Who sits at the desk: the staff member behind a request, and the door to staff pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from yihu.kernel.access import Actor, ActorKind
from yihu.people.directory import Roster, role_title
from yihu.people.models import Person

_pages: dict[str, str] = {}


def shown_at(loop: str, page: str) -> None:
    """A room says which of its pages shows a matter of its loop, by reference."""
    _pages[loop] = page


def page_of(loop: str) -> str:
    """The name of the page that shows a matter of this loop."""
    return _pages[loop]


@dataclass(frozen=True)
class Sitting:
    """A member of staff at work, and the roster of their district: two statements."""

    person: Person
    roster: Roster

    @classmethod
    def of(cls, person: Person) -> "Sitting":
        return cls(person, Roster.now(person.district))

    @cached_property
    def actor(self) -> Actor:
        return self.roster.actor(self.person.id, self.person.name)

    @property
    def titles(self) -> list[str]:
        """Each post they hold, and each they stand in for, in words.

        A post that this office never had is nobody's to stand in for; a chief's is, even vacant.
        """
        own = self.roster.held_by(self.person.id)
        acting = {(post.role, post.organisation): post.acting for post in own}
        known = {(post.role, post.organisation) for post in self.roster.holdings}
        return [
            _title(self.roster, post.role, post.organisation, acting)
            for post in self.actor.posts
            if post.sees_office or (post.role, post.organisation) in known
        ]

    @cached_property
    def away(self) -> bool:
        """Whether they are on leave: they may still read and help, but nothing is owed by them."""
        own = self.roster.held_by(self.person.id)
        return bool(own) and not any(post.present for post in own)

    @property
    def relieved_by(self) -> list[str]:
        """The names of those who answer for their posts meanwhile."""
        names = {post.person: post.name for post in self.roster.holdings}
        found = [
            names[address.person]
            for post in self.roster.held_by(self.person.id)
            for address in self.roster.holders(post.role, post.organisation)
        ]
        return list(dict.fromkeys(found))


def _title(roster: Roster, role: str, organisation: Any, acting: dict[Any, bool]) -> str:
    words = role_title(role)
    if acting.get((role, organisation), True):  # appointed to act, or standing in
        words = _("代%(role)s") % {"role": words}
    return f"{words} · {roster.organisations[organisation].title}"


class StaffRequest(HttpRequest):
    """A request that passed `staff_page`."""

    sitting: Sitting
    actor: Actor


def sitting_of(request: HttpRequest) -> Sitting | None:
    """Who sits there, asked once a request; None for somebody not logged in."""
    if not request.user.is_authenticated:
        return None
    found = getattr(request, "sitting", None)
    if found is None:
        found = request.sitting = Sitting.of(request.user)  # type: ignore[attr-defined]
    return found


def staff_page[**P](
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for staff with a post: others log in first, or read why there is nothing for them.

    What it answers is never kept by a browser or a proxy: staff pages hold opened words.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        sitting = sitting_of(request)
        if sitting is None:
            return _to_login(request)
        request.actor = sitting.actor  # type: ignore[attr-defined]
        if sitting.actor.posts:
            response: HttpResponseBase = view(request, *args, **kwargs)  # type: ignore[arg-type]
        else:
            response = render(request, "people/no_post.html", status=HTTPStatus.FORBIDDEN)
        response.headers["Cache-Control"] = "no-store, private"
        return response

    return guarded


def set_page(
    view: Callable[[StaffRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """For what a set says again and again, and whoever is on duty may say: the actor holds no
    posts here, since to read a district's costs more than what is said."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, Person):
            return _to_login(request)
        request.actor = Actor(ActorKind.STAFF, person.id, person.district, person.name)  # type: ignore[attr-defined]
        response = view(request)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-store, private"
        return response

    return guarded


def _to_login(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(reverse("account_login"))
    return redirect_to_login(request.get_full_path())
