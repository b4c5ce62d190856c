"""Praise on its way to an order, for tests."""

import secrets
from io import BytesIO
from typing import Any

from PIL import Image
from tests.support.desk import do, write
from tests.support.town import Town

from yihu.direct.actions import Sent
from yihu.direct.kinds import Kind
from yihu.direct.pictures import fit_to_keep
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter
from yihu.thanks import actions
from yihu.thanks.models import Commendation, Credit

TEXT = "冒雨找回走失的老人，人找到了才走。"


def praised(
    town: Town,
    *people: str,
    others: str = "",
    finding: str = "confirmed",
    handler: str = "colleague",
    **more: Any,
) -> Sent:
    """A praise of these people (else of the officer), verified; `finding` "" leaves it open."""
    names = people or ("officer",)
    sent = write(town, **{"words": "谢谢他冒雨找人", "kind": Kind.PRAISE} | more)
    do(
        town.actor("chief"),
        sent.matter,
        "verify",
        praised=[town.people[name].id for name in names],
        others=others,
        handler=town.people[handler].id,
    )
    if finding:
        do(town.actor(handler), sent.matter, "attest", finding=finding, words="问过邻居，属实")
    return sent


def issue(actor: Actor, matter: Matter, text: str = TEXT, **more: Any) -> Commendation:
    key = more.pop("client_key", None) or secrets.token_bytes(16)
    return actions.issue(actor=actor, matter=matter.id, text=text, client_key=key, **more)


def revoke(actor: Actor, order: Commendation, reason: str = "写错了人") -> Commendation:
    return actions.revoke(
        actor=actor, commendation=order.pk, reason=reason, client_key=secrets.token_bytes(16)
    )


def commended(town: Town, *people: str, **more: Any) -> Commendation:
    return issue(town.actor("chief"), praised(town, *people, **more).matter)


def credit(order: Commendation, town: Town, name: str = "officer") -> Credit:
    return Credit.objects.get(commendation=order, person=town.people[name])


def face(colour: str = "teal") -> bytes:
    """No face at all: a plain picture."""
    drawn = BytesIO()
    Image.new("RGB", (60, 80), colour).save(drawn, "JPEG")
    return fit_to_keep(drawn.getvalue())
