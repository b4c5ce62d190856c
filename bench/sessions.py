"""Members of staff who are logged in, without the page on which they would do it."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from yihu.people.models import Person

CSRF = "c" * 32


def session(person: Person) -> str:
    """The key of a new session."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def headers(person: Person) -> dict[str, str]:
    """What a form that a page of theirs sends says of itself."""
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session(person)}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
