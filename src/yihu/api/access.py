"""Who asks: a member of staff by a token of theirs, or the holder of a receipt."""

from http import HTTPStatus

from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer

from yihu.api import queries
from yihu.api.models import Scope
from yihu.api.problems import Problem
from yihu.direct.queries import Held, held_with
from yihu.people.desk import Sitting


class StaffToken(HttpBearer):
    """A person's own token, made at /desk/api/. What it may do is what its holder may."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Sitting:
        found = queries.token_with(token)
        if found is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, "no_token")
        if self.scope == Scope.WRITE and found.scope != Scope.WRITE:
            raise Problem(HTTPStatus.FORBIDDEN, "scope")
        sitting = Sitting.of(found.person)
        if not sitting.actor.posts:
            raise Problem(HTTPStatus.FORBIDDEN, "no_post")
        return sitting


class ReceiptSecret(APIKeyHeader):
    """`Receipt`, a space and the receipt's secret. Never in the address: that stands in logs."""

    param_name = "Authorization"
    openapi_description = "Receipt <secret>"

    def __call__(self, request: HttpRequest) -> Held:
        return self.authenticate(request, self._get_key(request))

    def _get_key(self, request: HttpRequest) -> str | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        return secret if scheme.lower() == "receipt" else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Held:
        held = held_with(key) if key else None
        if held is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, "no_receipt")
        return held


READS, WRITES, HOLDS = StaffToken(Scope.READ), StaffToken(Scope.WRITE), ReceiptSecret()
