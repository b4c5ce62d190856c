"""What goes wrong, as RFC 9457 has it: a code for programs, a sentence for people."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from yihu.direct import visitors, words
from yihu.direct.schema_forms import OTHERWISE, SENTENCES

MEDIA_TYPE = "application/problem+json"

CODES = {
    "not_json": _("请求的内容不是 JSON，或不完整。"),
    "too_large": _("请求太大。照片最多 3 张，每张不超过 12 MB。"),
    "no_length": _("请在请求里写明长度（Content-Length）。"),
    "no_token": _("请在 Authorization 里带上有效的令牌：Bearer 加空格加令牌。"),
    "no_receipt": _("请在 Authorization 里带上查询码：Receipt 加空格加查询码。"),
    "scope": _("这个令牌只能读。要办理，请在接口页另做一个能办理的令牌。"),
    "no_post": _("令牌的主人现在没有岗位。"),
    "not_found": _("没有这个地址，或者没有您能看到的这一件。"),
    "method": _("这个地址不接受这种方法。"),
    "invalid": _("有的内容不对，请看 errors。"),
    "key_reused": _("这个 Idempotency-Key 已经用于别的内容。重试请用原来的内容，新的请换一个。"),
    "conflict": _("这件事在您读过以后有了新进展。请看 current，再决定。"),
    "erased": _("来信人的内容已经抹除，不能再往里写。"),
    "too_many": _("来得太密，请过一分钟再试。"),
    "not_kept": _("现在存不下来。请过几分钟，用同一个 Idempotency-Key 再试。"),
    "not_now": _("这件事现在不在能这样做的环节。"),
}
"""A sentence for each of our own codes; a refusal's is the desk's."""

FIELDS = {
    "missing": _("缺这一项。"),
    "extra_forbidden": _("不认识这一项。"),
    "enum": _("不是可选的值。"),
    "literal_error": _("不是可选的值。"),
    "greater_than_equal": _("太小了。"),
    "less_than_equal": _("太大了。"),
    "about_needed": _("投诉要说明是关于谁的（about）。"),
    "not_a_picture": _("不是照片，或者打不开。请用 JPEG、PNG 或 WebP。"),
    "too_large": _("照片太大，请缩小。"),
    "datum": _("请写明坐标是哪一种：wgs84、gcj02 或 bd09。"),
    "timezone_aware": _("时间要带时区。"),
}


class Problem(Exception):
    """A request that cannot be met. `members` are added to the answer."""

    def __init__(self, status: int, code: str, detail: object = "", **members: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.members = status, code, detail, members


def answer(problem: Problem) -> HttpResponse:
    status = HTTPStatus(problem.status)
    body = {
        "type": f"urn:yihu:problem:{problem.code}",
        "title": status.phrase,
        "status": status.value,
        "code": problem.code,
        "detail": str(problem.detail or CODES.get(problem.code) or words.refusal(problem.code)),
        **problem.members,
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder),
        status=status,
        content_type=MEDIA_TYPE,
    )
    response.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(visitors.MINUTE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = (
            "Receipt" if problem.code == "no_receipt" else "Bearer"
        )
    return response


def at_fields(errors: Sequence[Any]) -> Problem:
    """What a schema refused: each error at its field, in words."""
    listed = [
        {
            "field": ".".join(str(place) for place in error["loc"] if place not in _WRAPPERS),
            "code": error["type"],
            "detail": str(FIELDS.get(error["type"]) or SENTENCES.get(error["type"]) or OTHERWISE),
        }
        for error in errors
    ]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", errors=listed)


_WRAPPERS = frozenset({"body", "path", "query", "header", "said", "message", "asked", "incident"})
"""Our own names for where a value stands, of no use to whoever sent it."""


def refused(code: str, field: object = None) -> Problem:
    """The kernel's own no: whose move it is not, 403; what is named wrongly, at its field;
    what the matter does not allow where it stands, 409."""
    sentence = words.refusal(code)
    if code == "not_yours":
        return Problem(HTTPStatus.FORBIDDEN, code, sentence)
    if field:
        error = {"field": str(field), "code": code, "detail": sentence}
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, sentence, errors=[error])
    if code in ("no_such_move", "no_such_act"):
        return Problem(HTTPStatus.CONFLICT, code, CODES["not_now"])
    return Problem(HTTPStatus.CONFLICT, code, sentence)
