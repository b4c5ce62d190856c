"""Somebody with a browser: one session, forms as they stand on the pages, over HTTP."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext
from typing import Self
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from yihu.people.models import Person

PATIENCE = 20.0
"""Seconds until a site that does not answer is given up for this time."""


class Unreachable(Exception):
    """The site did not answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    location: str = ""

    @property
    def ok(self) -> bool:
        return self.status < 400


class Forms(HTMLParser):
    """The forms of a page: what each would send as it stands, by its address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._open: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self.found.setdefault(said.get("action", ""), {})
        elif tag == "input" and self._open is not None and "name" in said:
            chosen = said.get("type") not in ("radio", "checkbox") or "checked" in said
            self._open |= {said["name"]: said.get("value", "on")} if chosen else {}

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


@dataclass
class Visitor:
    """A member of staff who is logged in at the site, by a session made beside it: only whoever
    owns the site's data folder can do that."""

    base: str
    person: Person
    statuses: Counter[int] = field(default_factory=Counter)
    _csrf: str = field(default_factory=lambda: secrets.token_hex(16))
    _session: str = ""

    @classmethod
    def enter(cls, base: str, person: Person, statuses: Counter[int] | None = None) -> Self:
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        store.save()
        counted = Counter[int]() if statuses is None else statuses
        return cls(base, person, counted, _session=str(store.session_key))

    def leave(self) -> None:
        SessionStore(self._session).delete()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: object) -> Answer:
        """A form's fields; a redirect is an answer like any other, and is not followed."""
        body = urlencode({"key": secrets.token_hex(16), **fields}, doseq=True)
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {
            "Cookie": f"sessionid={self._session}; csrftoken={self._csrf}",
            "X-CSRFToken": self._csrf,
            "Referer": self.base + path,
            "Accept": "application/json, text/html",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = _connection(self.base)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            self.statuses[response.status] += 1
            return Answer(response.status, text, response.headers.get("Location", ""))
        except (OSError, HTTPException) as fault:
            raise Unreachable from fault
        finally:
            connection.close()


def _connection(base: str) -> HTTPConnection:
    where = urlsplit(base)
    if where.scheme != "https":
        return HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
    trust = SSLContext(PROTOCOL_TLS_CLIENT)
    trust.check_hostname, trust.verify_mode = False, CERT_NONE  # we ask ourselves
    return HTTPSConnection(where.hostname or "", where.port, timeout=PATIENCE, context=trust)
