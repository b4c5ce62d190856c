"""Taking calls, for tests: a town with two places on its map, and a call about something there."""

import secrets
from typing import Any

from tests.support.town import Town

from yihu.dispatch.actions import Place, move
from yihu.dispatch.intake import Caller, Spot, take
from yihu.dispatch.kinds import Door, Kind
from yihu.dispatch.merging import merge
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter

PLAZA = Place(120.1, 30.2)
TOLD = {"words": "已经劝开，现场平息。"}


def key() -> bytes:
    return secrets.token_bytes(16)


def called(
    town: Town,
    kind: Kind = Kind.DISPUTE,
    words: str = "两个人在吵架",
    by: str = "dispatcher",
    phone: str = "000-0000",
    **more: Any,
) -> Matter:
    """A resident called, and somebody of the station took it."""
    given = {"door": Door.PHONE, "spot": Spot("广场", place=PLAZA), "caller": Caller("王", phone)}
    done = take(actor=town.actor(by), kind=kind, words=words, client_key=key(), **(given | more))
    return done.matter


def go_on(actor: Actor, matter: Matter, name: str, **fields: Any) -> Matter:
    """Move an incident on, as its page does."""
    matter.refresh_from_db()
    declared = matter.declared.move(name, matter.step)
    assert declared is not None, f"{name} at {matter.step}"
    payload = declared.takes(**fields) if declared.takes else None
    return move(
        actor=actor,
        matter=matter.pk,
        name=name,
        seq=matter.seq,
        client_key=key(),
        payload=payload,
    ).matter


def join(town: Town, one: Matter, into: Matter, by: str = "dispatcher") -> Matter:
    one.refresh_from_db()
    return merge(
        actor=town.actor(by),
        incident=one.pk,
        into=into.reference,
        seq=one.seq,
        client_key=key(),
    ).matter


def resolved(town: Town, matter: Matter) -> Matter:
    return go_on(town.actor("dispatcher"), matter, "resolve", outcome="settled", words="劝开了")
