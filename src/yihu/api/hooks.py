"""Telling subscribed addresses what happened: read from the log, in its order, by the clock.

Nothing is added to what a resident or the desk waits for. Each subscription has its place in
the public log; what stands behind it is sent one by one, and the place moves on with each
that was taken. Killed in between, the same event is sent again under the same id: at least
once, never out of order, never not at all without `yihu doctor` saying so.

An event holds no words and no names. Complaints are never told of; of the rest only what
whoever subscribed may see at that very moment.
"""

import json
import time
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from uuid import uuid5

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.api import receivers, signing
from yihu.api.actions import subscribing_for
from yihu.api.models import Event, Subscription
from yihu.api.queries import next_place, signing_secret
from yihu.direct.kinds import Kind
from yihu.direct.loops import COMPLAINT, NAMES
from yihu.dispatch.kinds import Door
from yihu.dispatch.loops import INCIDENT
from yihu.kernel import ledger
from yihu.kernel.access import Actor, directory
from yihu.kernel.entry import canonical_json, canonical_time
from yihu.kernel.models import Entry, Leaf, Matter
from yihu.kernel.outbox import MOST_ATTEMPTS, pause_after
from yihu.kernel.queries import visible_to
from yihu.kernel.webhook import NotTaken

READ = 100
"""Entries looked at in one turn of a subscription."""
TURN = 10.0
"""Seconds after which the next subscription has its turn."""
LEASE = timedelta(minutes=1)
"""How long a claimed subscription is left alone: longer than one call may take."""
TOLD_OF = frozenset({*NAMES, INCIDENT.name})
"""The loops that others may hear of; of an exercise, nobody outside does."""
NOBODY = "nobody"
"""The fault where whoever subscribed no longer oversees the office."""


def deliver() -> int:
    """Give each subscription with news its turn; how many events were taken."""
    news = Subscription.objects.filter(
        disabled_at=None,
        dead_at=None,
        next_attempt_at__lte=timezone.now(),
        cursor__lt=next_place(),
    ).order_by("next_attempt_at")
    return sum(_serve(subscription) for subscription in news if _claim(subscription))


def laid_aside() -> QuerySet[Subscription]:
    """Subscriptions that failed too often, for `yihu doctor`."""
    return Subscription.objects.filter(disabled_at=None, dead_at__isnull=False)


def _claim(subscription: Subscription) -> bool:
    """Whether it is ours for a while: another clock may have been quicker."""
    now = timezone.now()
    mine = Subscription.objects.filter(
        pk=subscription.pk, next_attempt_at=subscription.next_attempt_at, disabled_at=None
    )
    return mine.update(next_attempt_at=now + LEASE) == 1


def _serve(subscription: Subscription) -> int:
    actor = directory().actor(subscription.created_by_id)
    if actor is None or subscription.organisation_id not in subscribing_for(actor):
        _lay_aside(subscription, NOBODY)
        return 0
    taken, until = 0, time.monotonic() + TURN
    behind = Leaf.objects.filter(log=ledger.PUBLIC, index__gte=subscription.cursor)
    for leaf in behind.select_related("entry__matter").order_by("index")[:READ]:
        event = event_of(leaf.entry)
        if event in subscription.wants and _may_hear(subscription, actor, leaf.entry):
            try:
                _send(subscription, leaf.index, body_of(leaf.entry))
            except (OSError, HTTPException, ValueError) as fault:  # ValueError: no such address
                _failed(subscription, fault)
                return taken
            taken += 1
            _go_on(subscription, leaf.index + 1, LEASE, delivered_at=timezone.now())
        subscription.cursor = leaf.index + 1
        if time.monotonic() > until:
            break
    _go_on(subscription, subscription.cursor)
    return taken


# --- what is told --------------------------------------------------------------------------------


def event_of(entry: Entry) -> str:
    """What an entry is to those outside, as they choose it: one event, the most telling; "" for
    none. All that becomes of an incident is one choice."""
    happened = _happened(entry)
    return Event.INCIDENT if happened and entry.matter.loop == INCIDENT.name else happened


def _happened(entry: Entry) -> str:
    if entry.kind in (Event.OPENED, Event.ESCALATED):
        return entry.kind
    if entry.kind != "moved" or entry.matter.loop not in TOLD_OF:
        return ""
    body, loop = json.loads(entry.body), entry.matter.declared
    if loop.is_end(body["to"]):
        return Event.CLOSED
    made = loop.move(body["move"], body["from"])
    return Event.ANSWERED if made is not None and made.answers else Event.MOVED


def body_of(entry: Entry) -> bytes:
    matter, said = entry.matter, json.loads(entry.body)
    about = "incident" if matter.loop == INCIDENT.name else "matter"
    told: dict[str, Any] = {
        "data": {
            "kind": matter.kind,
            "loop": matter.loop,
            "occurred_at": canonical_time(entry.occurred_at),
            "opened_at": canonical_time(matter.opened_at),
            "recorded_at": canonical_time(entry.recorded_at),
            "reference": matter.reference,
            "seq": entry.seq,
            "step": said.get("to") or said.get("at", ""),
        },
        "timestamp": canonical_time(entry.occurred_at),
        "type": f"{about}.{_happened(entry)}",
    }
    return canonical_json(told).encode()


def _may_hear(subscription: Subscription, actor: Actor, entry: Entry) -> bool:
    office = subscription.organisation_id
    theirs = Q(office=office) | Q(watch=office, watched=True)
    told = Matter.objects.filter(theirs, loop__in=TOLD_OF, origin="").exclude(
        Q(loop=COMPLAINT.name) | Q(kind=Kind.COMPLAINT) | Q(door=Door.TRAINING)
    )
    known = visible_to(actor).filter(pk=entry.matter_id)
    return told.filter(pk__in=known.values("pk")).exists()


# --- telling it ----------------------------------------------------------------------------------


def _send(subscription: Subscription, index: int, body: bytes) -> None:
    message = f"msg_{uuid5(subscription.id, str(index)).hex}"
    secret = signing_secret(subscription.id)
    receivers.post(
        subscription.url,
        body,
        signing.headers(secret, message, int(time.time()), body),
        private=settings.PRIVATE_RECEIVERS,
    )


def _mine(subscription: Subscription) -> QuerySet[Subscription]:
    return Subscription.objects.filter(pk=subscription.pk)


def _go_on(
    subscription: Subscription, cursor: int, lease: timedelta = timedelta(), **more: Any
) -> None:
    """It was taken, or was not for them: the place moves on, and earlier faults are forgotten."""
    _mine(subscription).update(
        cursor=cursor, next_attempt_at=timezone.now() + lease, attempts=0, fault="", **more
    )
    subscription.attempts = 0


def _failed(subscription: Subscription, fault: Exception) -> None:
    """Tried again from here after a pause that grows; at last laid aside."""
    said = str(fault) if isinstance(fault, NotTaken | receivers.NotAllowed) else ""
    said = said or type(fault).__name__
    attempts = subscription.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _lay_aside(subscription, said)
        return
    _mine(subscription).update(
        cursor=subscription.cursor,
        attempts=attempts,
        fault=said[:80],
        next_attempt_at=timezone.now() + pause_after(attempts),
    )


def _lay_aside(subscription: Subscription, fault: str) -> None:
    _mine(subscription).update(cursor=subscription.cursor, dead_at=timezone.now(), fault=fault[:80])
