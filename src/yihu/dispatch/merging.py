"""Incidents that are one, that belong together, or that turn out to be two. No entry is ever lost:
a merged incident keeps its own history, and whoever raised it is told with the one it went into.

After NENA-STA-021: the merged incident is REPLACED, the other is REPLACING it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from yihu.dispatch.intake import NOWHERE, Spot, tell_control
from yihu.dispatch.joining import joined
from yihu.dispatch.kinds import RULES, Answer, Door, Kind, Urgency
from yihu.dispatch.loops import INCIDENT
from yihu.dispatch.models import Assignment, Incident, IncidentLink, Offer, Wave
from yihu.dispatch.schemas import Linked, Merged
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Conflict, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.payload import Part
from yihu.kernel.queries import visible_to
from yihu.kernel.reference import grouped, tidy
from yihu.kernel.writing import one_by_one


def merge(*, actor: Actor, incident: UUID, into: str, seq: int, client_key: bytes) -> Done:
    """The incident goes on in the one with the reference `into`, or in the one that this went
    into itself. Raises Refused: no_such_matter, units_on_way, joined_here; Conflict."""
    with one_by_one():
        survivor = _survivor(actor, incident, into)
        if survivor.pk == incident:
            raise Refused("no_such_matter", "it went into this one itself", field="into")
        _require_free(incident)
        done = kernel.move(
            actor=actor,
            matter=incident,
            name="merge",
            seq=seq,
            client_key=client_key,
            payload=Merged(into=survivor.reference),
        )
        if not done.repeated:
            _call_off(incident)
            _say_linked(actor, survivor.pk, "link", done.matter.reference, client_key)
            tell_control(done.matter)
            tell_control(survivor)
        return done


def _survivor(actor: Actor, incident: UUID, reference: str) -> Matter:
    """The one in which it goes on, held beside it. Raises Refused, and Conflict where that one
    went into another while this waited."""
    survivor = _last(_other(actor, incident, reference))
    held = _hold(incident, survivor.pk)
    if held[survivor.pk].merged_into_id is not None:
        raise Conflict(held[incident].seq)
    return held[survivor.pk]


def _hold(*matters: UUID) -> dict[UUID, Matter]:
    """Locked in one order by all, so that two who take the same ones never wait for each other."""
    found = Matter.objects.select_for_update().filter(pk__in=matters)
    return {one.pk: one for one in found.order_by("pk")}


def _last(matter: Matter) -> Matter:
    """Where a matter goes on in the end."""
    while matter.merged_into is not None:
        matter = matter.merged_into
    return matter


def _other(actor: Actor, incident: UUID, reference: str) -> Matter:
    """An incident by its reference, other than this one, that the actor may know of."""
    known = visible_to(actor).filter(loop=INCIDENT.name).exclude(pk=incident)
    other = known.filter(reference=grouped(tidy(reference))).first()
    if other is None:
        raise Refused("no_such_matter", "no other incident has this reference", field="into")
    return other


def _require_free(incident: UUID) -> None:
    """Whoever is on the way is on the way to one that goes on; and what went into this one is
    found there."""
    if Assignment.objects.filter(incident=incident, ended_at=None).exists():
        raise Refused("units_on_way", "units are on their way to this one", field="into")
    if joined(incident).exists():
        raise Refused("joined_here", "others went into this one", field="into")


def _call_off(incident: UUID) -> None:
    """Nobody is asked to come to it any longer."""
    now = timezone.now()
    Wave.objects.filter(incident=incident, closed_at=None).update(closed_at=now)
    Offer.objects.filter(incident=incident, answer=Answer.WAITING.value).update(
        answer=Answer.WITHDRAWN.value, answered_at=now
    )


# --- two that belong together, and one that is two -----------------------------------------------


def link(*, actor: Actor, incident: UUID, other: str, client_key: bytes) -> Done:
    """Two incidents that belong together; both histories say so. Raises Refused."""
    with one_by_one():
        second = _other(actor, incident, other)
        _hold(incident, second.pk)
        done = _say_linked(actor, incident, "link", second.reference, client_key)
        if not done.repeated and not _are_linked(incident, second.pk):
            IncidentLink.objects.create(incident_id=incident, other_id=second.pk, at=timezone.now())
            _say_linked(actor, second.pk, "link", done.matter.reference, client_key)
        return done


def split(
    *,
    actor: Actor,
    incident: UUID,
    kind: Kind,
    words: str,
    client_key: bytes,
    spot: Spot = NOWHERE,
    priority: Urgency | None = None,
) -> Done:
    """Cut a second incident out of one. What was said stays where it was said; whoever raised the
    first is told at its end, which waits for the second. Raises Refused."""
    if not words.strip():
        raise Refused("nothing_said", "say what the second one is", field="words")
    with one_by_one():
        first = Incident.objects.select_related("matter").get(
            pk=incident, matter__in=visible_to(actor)
        )
        done = kernel.open_matter(
            actor=actor,
            client_key=client_key,
            new=_cut_out(actor, first, kind, words, spot, priority),
        )
        if done.repeated:
            return done
        IncidentLink.objects.create(
            incident_id=incident, other_id=done.matter.pk, split=True, at=timezone.now()
        )
        _say_linked(actor, incident, "split", done.matter.reference, client_key)
        done = kernel.move(
            actor=actor, matter=done.matter.pk, name="answer", seq=1, client_key=client_key
        )
        tell_control(done.matter)
        return done


def _cut_out(
    actor: Actor, first: Incident, kind: Kind, words: str, spot: Spot, priority: Urgency | None
) -> NewMatter:
    where = spot if str(spot) else Spot(landmark=first.place, site=first.site_id)
    columns = where.columns
    if spot.place is None:
        columns |= {"longitude": first.longitude, "latitude": first.latitude}
    said = [Part("words", words.strip().encode(), audience="office")]
    if spot.address:
        said.append(Part("place", spot.address.encode(), audience="office"))

    def rows(matter: Matter) -> Sequence[Any]:
        return [
            Incident(
                matter=matter,
                district=matter.district,
                kind=kind.value,
                priority=priority or RULES[kind].urgency,
                taken_by_id=actor.staff_id,
                units_needed=RULES[kind].units,
                **columns,
            )
        ]

    return NewMatter(
        loop=INCIDENT,
        kind=kind.value,
        door=first.matter.door if first.matter.door in Door else Door.RADIO.value,
        office=first.matter.office_id,
        watch=first.matter.watch_id,
        parent=first.pk,
        parties=[NewParty(role=KEEPER, parts=said)],
        rows=rows,
    )


def _say_linked(actor: Actor, incident: UUID, name: str, reference: str, client_key: bytes) -> Done:
    return kernel.act(
        actor=actor,
        matter=incident,
        name=name,
        client_key=client_key,
        payload=Linked(other=reference),
    )


def _are_linked(one: UUID, other: UUID) -> bool:
    either = Q(incident=one, other=other) | Q(incident=other, other=one)
    return IncidentLink.objects.filter(either).exists()
