"""What is served over plain HTTP beside our own TLS: how to trust it, and nothing else.

A phone that does not trust the certificate yet could not read the page otherwise. No cookie
is taken in, so nobody is logged in here; a reader's wishes (language, text size) need one, and the
device's own language decides.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.urls import reverse

from yihu.web.wsgi import application as whole_site

DOOR = reverse("trust")


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    asked = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        start_response("405 Method Not Allowed", [("Allow", "GET, HEAD")])
        return []
    if asked == "/":
        start_response("302 Found", [("Location", DOOR)])
        return []
    if asked not in (DOOR, reverse("trust_authority")):
        start_response("404 Not Found", [])
        return []
    environ.pop("HTTP_COOKIE", None)
    return whole_site(environ, start_response)
