"""The interface for programs, /api/v1/: assembled here, described by itself in OpenAPI."""

import json
from collections.abc import Callable
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from yihu.api import description, incidents, intake, public, resident, staff, warnings
from yihu.api.problems import Problem, answer, at_fields
from yihu.direct.pictures import LARGEST
from yihu.direct.uploads import MOST_PHOTOS

LARGEST_BODY = 1024 * 1024
LARGEST_MESSAGE = MOST_PHOTOS * LARGEST * 4 // 3 + LARGEST_BODY
"""Bytes: photos travel in base64."""

type View = Callable[..., HttpResponse]


def read_whole(view: View) -> View:
    """Read the body here, within our limits: Django's own is meant for forms, and would end
    in an HTML page."""

    @wraps(view)
    def bounded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, **kwargs)
        most = LARGEST_MESSAGE if request.path.endswith("/messages") else LARGEST_BODY
        length = request.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            return answer(Problem(HTTPStatus.LENGTH_REQUIRED, "no_length"))
        if len(length) > 12 or int(length) > most:
            return answer(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large"))
        try:
            request._body = request.read(int(length))
        except UnreadablePostError:
            return answer(Problem(HTTPStatus.BAD_REQUEST, "not_json"))
        return view(request, **kwargs)

    return bounded


class Body(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return tidied(json.loads(request.body))


def tidied(value: Any) -> Any:
    """Text as our forms take it: line breaks count once; NUL, which nobody types, is dropped."""
    if isinstance(value, str):
        return value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, list):
        return [tidied(item) for item in value]
    if isinstance(value, dict):
        return {key: tidied(item) for key, item in value.items()}
    return value


class Interface(NinjaAPI):
    """Ninja's, with answers that nobody keeps for others, and our own way to say what is wrong."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        response = super().create_temporal_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response


api = Interface(
    title="一呼 Yihu",
    version="1",
    urls_namespace="api-v1",
    openapi_url=None,
    docs_url=None,
    parser=Body(),
)
api.add_decorator(read_whole, mode="view")
for _module in (public, warnings, resident, staff, incidents, intake):
    api.add_router("", _module.router)


# --- what goes wrong -----------------------------------------------------------------------------


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return answer(problem)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    return answer(at_fields(invalid.errors))


@api.exception_handler(HttpError)
def _failed(request: HttpRequest, failed: HttpError) -> HttpResponse:
    """Ninja's own: a body that does not parse."""
    code = "not_json" if failed.status_code == HTTPStatus.BAD_REQUEST else "no_token"
    return answer(Problem(failed.status_code, code))


@api.exception_handler(Http404)
def _gone(request: HttpRequest, gone: Http404) -> HttpResponse:
    return answer(Problem(HTTPStatus.NOT_FOUND, "not_found"))


@api.exception_handler(OperationalError)
def _not_kept(request: HttpRequest, fault: OperationalError) -> HttpResponse:
    """A full disk, a database gone: nothing was taken; the same key may be sent again."""
    return answer(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_kept"))


@lru_cache(maxsize=4)
def described(language: str) -> dict[str, Any]:
    """The whole interface in OpenAPI 3.1, in the language that is active."""
    api.description = _(
        "打开来信、凭回执查进度和回应、工作人员办理。写法、签名和例子见 docs/api.md。"
    )
    drawn = api.get_openapi_schema(path_prefix="api/v1/")
    return description.finished(json.loads(json.dumps(drawn, default=str)))
