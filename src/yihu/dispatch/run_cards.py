"""Run cards: written by the station, version by version, and ticked while an incident goes on.

A version that was published never changes. An incident keeps the version that held when it began,
or when it was found to be of another kind, so that nobody is measured by what was written later.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from yihu.dispatch.assignments import begun, responder_or_staff, tell_of
from yihu.dispatch.card_steps import MOST, Card, Line, Step, is_for
from yihu.dispatch.kinds import Kind, UnitKind
from yihu.dispatch.milestones import true_time
from yihu.dispatch.models import Assignment, Incident, RunCard, Tick
from yihu.dispatch.queries import POLICE
from yihu.dispatch.schemas import Ticked
from yihu.dispatch.standard_cards import standard
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.models import Entry, Matter
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.people.queries import directed_by
from yihu.people.roles import RESPONDER

# --- reading --------------------------------------------------------------------------------------


def published(district: str, kind: Kind) -> QuerySet[RunCard]:
    """The versions of a card that hold or held, the oldest first. A district that has none yet
    is given the cards that the house brings."""
    found = RunCard.objects.filter(district=district, published_at__isnull=False)
    if not found.exists():
        _bring_standard(district)
    return found.filter(kind=kind.value).select_related("written_by").order_by("version")


def _bring_standard(district: str) -> None:
    """The first version of each card; two who do it at once do it once."""
    now = timezone.now()
    cards = {kind: standard(kind) for kind in Kind}
    with one_by_one():
        RunCard.objects.bulk_create(
            [
                RunCard(
                    district=district,
                    kind=kind.value,
                    version=1,
                    steps=[step.row for step in card.steps],
                    limits=card.limit_rows,
                    written_at=now,
                    published_at=now,
                )
                for kind, card in cards.items()
            ],
            ignore_conflicts=True,
        )


def newest(district: str) -> dict[Kind, tuple[RunCard, RunCard | None]]:
    """Of each kind the version that holds, and the draft if there is one."""
    published(district, Kind.OTHER)
    cards = RunCard.objects.filter(district=district).select_related("written_by")
    held: dict[Kind, RunCard] = {}
    drafts: dict[Kind, RunCard] = {}
    for card in cards.order_by("version"):
        (held if card.published_at else drafts)[Kind(card.kind)] = card
    return {kind: (held[kind], drafts.get(kind)) for kind in Kind}


def draft(district: str, kind: Kind) -> RunCard | None:
    """The version that is being written, if there is one."""
    own = RunCard.objects.filter(district=district, kind=kind.value, published_at=None)
    return own.select_related("written_by").first()


def read(card: RunCard) -> Card:
    return Card.of(card.steps, card.limits)


def card_of(incident: Incident) -> RunCard:
    """The version that holds for an incident. What began before there was any card has the
    first."""
    versions = list(published(incident.district, Kind(incident.matter.kind)))
    if len(versions) == 1:
        return versions[0]
    since = _of_its_kind_since(incident.matter)
    held = [card for card in versions if card.published_at and card.published_at <= since]
    return held[-1] if held else versions[0]


def _of_its_kind_since(matter: Matter) -> datetime:
    acted = Entry.objects.filter(matter=matter, kind="acted").order_by("-seq")
    for body, at in acted.values_list("body", "recorded_at"):
        if json.loads(body)["act"] == "reclassify":
            return at
    return matter.opened_at


def ticks_of(incident: Incident) -> dict[str, Tick]:
    """What was done, by the step's code."""
    done = Tick.objects.filter(incident=incident).select_related("person")
    return {tick.step: tick for tick in done}


# --- while an incident goes on --------------------------------------------------------------------


def tick(
    *,
    actor: Actor,
    incident: UUID,
    step: str,
    client_key: bytes,
    occurred_at: datetime | None = None,
) -> Tick:
    """A step is done: by a responder, for a step of their force; by the police, for any, as they
    hear it over the radio. Who says so again, or second, is given the first word.

    Raises Incident.DoesNotExist, and Refused: `no_such_step`; `not_sent` for who was asked but
    did not go; `other_force`; as `true_time` and the kernel do.
    """
    with one_by_one():
        found = Incident.objects.select_related("matter").get(pk=incident, district=actor.district)
        acting = responder_or_staff(actor, found)
        visible_to(acting).select_for_update(of=("self",)).get(pk=incident)
        if earlier := Tick.objects.filter(incident=incident, step=step).first():
            return earlier
        card = card_of(found)
        declared = read(card).step(step)
        if declared is None:
            raise Refused("no_such_step", "the card of this incident has no such step")
        if not is_for(declared, force_of(actor, acting, found)):
            raise Refused("other_force", "this step is for another force")
        at = true_time(occurred_at, timezone.now(), begun(found))
        kernel.act(
            actor=acting,
            matter=incident,
            name="tick",
            client_key=client_key,
            payload=Ticked(card=card.version, step=step),
            occurred_at=at,
        )
        tell_of(found.matter, _responders(found.matter))
        return Tick.objects.create(
            incident=found,
            card=card,
            step=step,
            person_id=actor.staff_id,
            occurred_at=at,
            recorded_at=timezone.now(),
        )


def force_of(actor: Actor, acting: Actor, incident: Incident) -> UnitKind | None:
    """The force in whose name somebody acts; None for the police and the control room, who may
    say of any step that it is done. Raises Refused `not_sent`."""
    if acting.kind is ActorKind.STAFF or any(post.role in POLICE for post in actor.posts):
        return None
    went = Assignment.objects.filter(incident=incident, unit__members__person=actor.id)
    kind = went.order_by("-assigned_at").values_list("unit__kind", flat=True).first()
    if kind is None:
        raise Refused("not_sent", "this person's unit was not sent there")
    return UnitKind(kind)


def _responders(matter: Matter) -> list[UUID]:
    called_in = matter.parties.filter(role=RESPONDER.code, person__isnull=False)
    return [person for person in called_in.values_list("person", flat=True) if person]


# --- writing --------------------------------------------------------------------------------------


def write(
    *,
    actor: Actor,
    kind: Kind,
    steps: Sequence[Step],
    limits: Mapping[UnitKind, Sequence[Line]],
    read_at: datetime,
) -> RunCard:
    """Keep the next version as a draft. `read_at`: `written_at` of the one that it was made from.

    A step without a code is new. Raises Refused: `not_yours`; `no_steps`; `too_many`;
    `written_since` where somebody else has written meanwhile.
    """
    require_writer(actor)
    if not steps:
        raise Refused("no_steps", "a card has steps")
    if len(steps) > MOST:
        raise Refused("too_many", f"a card has at most {MOST} steps")
    card = Card(_coded(steps), limits)
    with one_by_one():
        newest = _newest(actor.district, kind)
        if newest.written_at != read_at:
            raise Refused("written_since", "somebody else has written meanwhile")
        begins = newest.published_at is not None
        made = newest if not begins else RunCard(district=actor.district, kind=kind.value)
        made.version = newest.version + begins
        made.steps, made.limits = [step.row for step in card.steps], card.limit_rows
        made.written_by_id, made.written_at = actor.staff_id, timezone.now()
        made.save()
        return made


def publish(*, actor: Actor, kind: Kind, read_at: datetime) -> RunCard:
    """The draft holds from now on, for what begins from now on; whoever publishes it answers for
    it. Twice is once. Raises Refused: `not_yours`; `written_since`; `no_change`."""
    require_writer(actor)
    with one_by_one():
        newest = _newest(actor.district, kind)
        if newest.published_at is not None:
            return newest
        if newest.written_at != read_at:
            raise Refused("written_since", "somebody else has written meanwhile")
        before = published(actor.district, kind).last()
        if before is not None and (before.steps, before.limits) == (newest.steps, newest.limits):
            raise Refused("no_change", "it says the same as the version before")
        newest.published_at, newest.written_by_id = timezone.now(), actor.staff_id
        newest.save(update_fields=["published_at", "written_by"])
        return newest


def drop(*, actor: Actor, kind: Kind) -> None:
    """The draft is given up; nothing was ever held by it. Raises Refused `not_yours`."""
    require_writer(actor)
    RunCard.objects.filter(district=actor.district, kind=kind.value, published_at=None).delete()


def require_writer(actor: Actor) -> None:
    if not directed_by(actor):
        raise Refused("not_yours", "cards are written by whoever directs at a station")


def _newest(district: str, kind: Kind) -> RunCard:
    """The newest version, nobody else writing meanwhile: the first one is what they wait for,
    since the newest may be another by then."""
    published(district, kind)
    own = RunCard.objects.filter(district=district, kind=kind.value)
    own.select_for_update().order_by("version").first()
    return own.latest("version")


def _coded(steps: Sequence[Step]) -> list[Step]:
    """Each with a code of its own: what was ticked stays with the step that has it."""
    found: dict[str, Step] = {}
    for step in steps:
        taken = not step.code or step.code in found
        own = replace(step, code=f"s{secrets.token_hex(4)}") if taken else step
        found[own.code] = own
    return list(found.values())
