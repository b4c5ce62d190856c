"""Reading an identity, and erasing what a party wrote: both leave an entry that the party sees."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from yihu.kernel import ledger, outbox, vault
from yihu.kernel.access import Actor, Refused, clock_actor, fills
from yihu.kernel.loop import Does, Role
from yihu.kernel.models import Delivery, Matter, OutboxMessage, Party, Reply, SealedPart
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import seal_parts
from yihu.kernel.payload import Part
from yihu.kernel.queries import parts, standing, visible_to


def acting_as(actor: Actor, matter: Matter, roles: tuple[Role, ...]) -> Role | None:
    """The first of these roles that the actor fills on the matter; None for none."""
    stands = standing(matter)
    return next((role for role in roles if fills(actor, role, stands)), None)


def read_identity(*, actor: Actor, matter: UUID, reason: str) -> list[tuple[str, str]]:
    """Who wrote, as (what, text) pairs, for a stated reason; the party is told of it.

    Raises Refused where this loop keeps identities from the actor, or the reason is empty.
    """
    now = timezone.now()
    if not reason.strip():
        raise Refused("reason_needed", "say why the identity is needed", field="reason")
    with transaction.atomic():
        found = visible_to(actor).select_for_update(of=("self",)).get(pk=matter)
        role = acting_as(actor, found, found.declared.reads_identity)
        if role is None:
            raise Refused("not_yours", "identities in this matter are sealed from this actor")
        sealed = list(parts(found, audiences=("identity",)).filter(erased_at=None))
        if not sealed:
            raise Refused("no_identity", "no name or contact was left")
        opened = [(part.what, vault.unseal(part, vault.key_of(part.party)).text) for part in sealed]
        teller = sealed[0].party
        why = [Part("reason", reason.strip().encode())]
        rows, said = seal_parts(found, teller, vault.key_of(teller), why, seq=found.seq + 1)
        body = {
            "as": role.code,
            "by": actor.signature,
            "parts": [part.id.hex for part in sealed],
            "sealed": said,
        }
        ledger.insert(ledger.compose(found, "read", body, now, now), log=found.declared.log)
        SealedPart.objects.bulk_create(rows)
        found.save(update_fields=["seq", "head"])
        outbox.promise(found, [Notice("identity_read", party=teller.id)], now)
    return opened


def erase_party(*, actor: Actor, matter: UUID, party: UUID) -> Matter:
    """Erase all that a party wrote and was told: their key, every part, texts on their way.

    The tombstone is an entry and the commitments stay, so that `yihu verify` stays
    green. Only the roles that the loop names may erase, never the office complained
    about; only as the party asked; and only what has ended, since nothing could be
    answered afterwards.
    """
    now = timezone.now()
    with transaction.atomic():
        found = visible_to(actor).select_for_update(of=("self",)).get(pk=matter)
        role = acting_as(actor, found, found.declared.erases)
        if role is None:
            raise Refused("not_yours", "this actor may not erase in this matter")
        if found.is_open:
            raise Refused("still_open", "a matter must have ended before it can be erased")
        target = Party.objects.select_for_update().get(pk=party, matter=found)
        if target.erased_at is not None:
            return found
        if target.id not in asking(found):
            raise Refused("not_asked", "nobody but the party itself has its words erased")
        _erase(found, target, {"as": role.code, "by": actor.signature}, now)
    overwrite_freed_pages()
    return found


def forget(matter: UUID) -> None:
    """Erase all that was said in a matter whose time is over, by the clock: nobody is owed
    anything from it any more. A room says when that is; what is still open stays."""
    now = timezone.now()
    with transaction.atomic():
        found = Matter.objects.select_for_update().get(pk=matter)
        if found.is_open:
            return
        for party in Party.objects.select_for_update().filter(matter=found, erased_at=None):
            _erase(found, party, {"by": clock_actor(found.district).signature}, now)


def _erase(found: Matter, target: Party, by: dict[str, Any], now: datetime) -> None:
    """Destroy a party's key and parts, drop what is on its way to them, leave the tombstone."""
    gone = target.own_parts
    ids = sorted(part.hex for part in gone.values_list("id", flat=True))
    gone.update(sealed=vault.ERASED, erased_at=now)
    target.wrapped_key, target.erased_at = vault.ERASED, now
    target.save(update_fields=["wrapped_key", "erased_at"])
    waiting = OutboxMessage.objects.filter(matter=found, party=target, delivery=Delivery.WAITING)
    waiting.update(delivery=Delivery.DROPPED)
    Reply.objects.filter(matter=found).update(fingerprint=b"")  # no retry, no second import
    body = by | {"erased": ids, "party": target.id.hex}
    ledger.insert(ledger.compose(found, "erased", body, now, now), log=found.declared.log)
    found.save(update_fields=["seq", "head"])


def asking(matter: Matter) -> set[UUID]:
    """The parties who asked that what they wrote be erased; without them it would be a way to
    bury a complaint."""
    bodies = (json.loads(entry.body) for entry in matter.entries.filter(kind="acted"))
    return {UUID(body["by"]["id"]) for body in bodies if body.get("does") == Does.ASKS_ERASURE}


def overwrite_freed_pages() -> None:
    """After an erasure. SQLite's secure_delete zeroes freed pages; the write-ahead log keeps
    them until it is cut."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
