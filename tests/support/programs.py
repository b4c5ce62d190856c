"""Programs that act for people: a client with a token or a receipt, and what a move takes."""

import uuid
from typing import Any

from django.test import Client
from pydantic import BaseModel
from tests.support.town import Town

from yihu.api.actions import make_token
from yihu.api.making import offered
from yihu.api.models import Scope


def with_token(town: Town, name: str, scope: Scope = Scope.WRITE) -> Client:
    """A program of somebody's, with a fresh key for its next POST."""
    secret = make_token(actor=town.actor(name), name="测试", scope=scope, days=30)[1]
    return _client(f"Bearer {secret}")


def with_receipt(secret: str) -> Client:
    return _client(f"Receipt {secret}")


def without() -> Client:
    return _client("")


def _client(authorization: str) -> Client:
    given = {"Authorization": authorization} if authorization else {}
    return Client(headers=given | {"Idempotency-Key": uuid.uuid4().hex})


def said(town: Town, name: str) -> dict[str, Any]:
    """Something that the move or act of this name takes."""
    declared = {one.name: one for side in (True, False) for one in offered(to_party=side)}[name]
    officer = str(town.people["officer"].pk)
    known = {
        "finding": "confirmed",
        "handler": officer,
        "how": "phone",
        "into": "7F3K-9Q2M",
        "kind": "suggestion",
        "outcome": "solved",
        "person": officer,
        "praised": [officer],
        "reason": "unknown",
        "to": "供水公司",
        "words": "好的",
    }
    schema = declared.takes or BaseModel
    return {field: known[field] for field in schema.model_fields if field in known}
