"""Where people on duty are: said by their own set, seen by few, soon forgotten.

A position is accepted inside a shift and at no other time; it is coarse after a day and gone after
thirty. Whoever looks at somebody else's leaves a row that the other can read.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Round
from django.utils import timezone

from yihu.dispatch.actions import Place
from yihu.kernel.access import Actor, Refused
from yihu.kernel.writing import one_by_one
from yihu.people.directory import Roster
from yihu.people.queries import directed_by
from yihu.people.shifts import on_shift, shift_of
from yihu.radio.models import Position, PositionLook, Whereabouts

EXACT = timedelta(hours=24)
"""After this a position is only known to a hundredth of a degree, about a kilometre."""
KEPT = timedelta(days=30)
LOOKS_KEPT = timedelta(days=365)
"""Who looked is known longer than what they saw."""
LIMIT = 1000


def report(*, actor: Actor, place: Place) -> Position:
    """The actor's set says where it is. Raises Refused outside a shift."""
    if shift_of(actor.staff_id) is None:
        raise Refused("off_duty", "positions are taken on duty only")
    said = {
        "district": actor.district,
        "at": timezone.now(),
        "longitude": place.longitude,
        "latitude": place.latitude,
        "accuracy": place.accuracy,
    }
    with one_by_one():
        Whereabouts.objects.bulk_create(
            [Whereabouts(person_id=actor.staff_id, **said)],
            update_conflicts=True,
            unique_fields=["person"],
            update_fields=list(said),
        )
        return Position.objects.create(person_id=actor.staff_id, **said)


def look(*, actor: Actor, person: UUID) -> list[Position]:
    """Where somebody has been in the shift that they work, the newest first; that one looked is
    kept. For whoever directs the net of a unit of theirs; raises Refused for anybody else."""
    if not may_look(actor, person):
        raise Refused("not_yours", "this person's positions are not this actor's to see")
    with one_by_one():
        PositionLook.objects.create(person_id=person, by_id=actor.staff_id, at=timezone.now())
        shift = shift_of(person)
        if shift is None:
            return []
        since = Position.objects.filter(person=person, at__gte=shift.since)
        return list(since.order_by("-at")[:LIMIT])


WATCHED = timedelta(hours=1)
"""Whoever keeps a map open leaves a look an hour for each person on it."""


def watch(*, actor: Actor, people: Iterable[UUID]) -> None:
    """The actor sees these people on a live map, as their room is meant to: who they are may know,
    once for every hour of it. One statement where nothing is new, else two. The caller has found
    that the actor may."""
    wanted = set(people)
    now = timezone.now()
    noted = PositionLook.objects.filter(by=actor.staff_id, at__gt=now - WATCHED)
    new = wanted - set(noted.filter(person__in=wanted).values_list("person", flat=True))
    if new:
        with one_by_one():
            PositionLook.objects.bulk_create(
                PositionLook(person_id=person, by_id=actor.staff_id, at=now) for person in new
            )


def may_look(actor: Actor, person: UUID) -> bool:
    """Whether the actor directs the net of a unit of somebody's."""
    held = Roster.now(actor.district).held_by(person)
    return not directed_by(actor).isdisjoint(post.organisation for post in held)


def trail(actor: Actor) -> QuerySet[Position]:
    """The actor's own, the newest first."""
    return Position.objects.filter(person=actor.id).order_by("-at")


def looks(actor: Actor) -> QuerySet[PositionLook]:
    """Who looked at the actor's, the newest first."""
    return PositionLook.objects.filter(person=actor.id).select_related("by").order_by("-at")


def fade() -> int:
    """A job of the clock: make old positions coarse, erase older ones; how many."""
    now = timezone.now()
    fine = Position.objects.filter(at__lt=now - EXACT, coarse=False)
    coarse = Position.objects.filter(pk__in=list(fine.values_list("pk", flat=True)[:LIMIT]))
    done = coarse.update(
        longitude=Round("longitude", 2), latitude=Round("latitude", 2), accuracy=None, coarse=True
    )
    gone, _ = Whereabouts.objects.exclude(person__in=on_shift(now).values("person")).delete()
    done += gone
    for rows, kept in ((Position.objects, KEPT), (PositionLook.objects, LOOKS_KEPT)):
        old = rows.filter(at__lt=now - kept).values_list("pk", flat=True)[:LIMIT]
        gone, _ = rows.filter(pk__in=list(old)).delete()
        done += gone
    return done
