"""Never silence: waves that ended with too few, and urgent incidents that nobody sees to yet.

Each wave reaches further than the one before: the best few, more of them, their telephones, the
officer on duty, the chief. A job of the clock that remembers nothing: what is to be done stands in
rows, and each piece holds the incident while it looks and writes, so that a clock that was killed
anywhere, or two of them, neither lose a wave nor send one twice.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from yihu.dispatch.advising import advise
from yihu.dispatch.kinds import Answer, Kind, Reach, Urgency, Verdict
from yihu.dispatch.loops import WORKING
from yihu.dispatch.models import Assignment, Incident, Offer, Wave
from yihu.dispatch.reaching import NEXT, wave_from
from yihu.dispatch.waves import close, lacking, let_go, locked, open_wave, promote
from yihu.kernel.access import clock_actor
from yihu.kernel.writing import one_by_one

log = logging.getLogger(__name__)

LIMIT = 50


def advance() -> int:
    """A job of the clock; how many waves were opened or seen to, and how many stood by."""
    now = timezone.now()
    return sum(
        (
            _each(_begin, _unseen()[:LIMIT]),
            _each(lambda wave: _see_to(wave, now), _ended(now)[:LIMIT]),
            _each(_settle, _standing_by()[:LIMIT]),
            _each(_begin_again, _turned_away_from()[:LIMIT]),
        )
    )


def _each[T](work: Callable[[T], int], things: Iterable[T]) -> int:
    """One that cannot be seen to holds up no other, and is tried again at the next tick."""
    done = 0
    for thing in things:
        try:
            done += work(thing)
        except DatabaseError:
            raise
        except Exception as fault:
            log.warning("%s: %s", work.__name__, type(fault).__name__)
    return done


# --- the first wave -------------------------------------------------------------------------------


def _urgent() -> QuerySet[Incident]:
    """Those for which somebody is asked without anybody's doing."""
    urgent = Q(priority=Urgency.NOW) | Q(kind=Kind.PANIC_ALARM)
    found = Incident.objects.filter(
        urgent, matter__step__in=WORKING, matter__closed_at=None, matter__origin=""
    )
    if settings.AUTO_OFFER_IN is not None:
        found = found.filter(district__in=settings.AUTO_OFFER_IN)
    return found.select_related("matter").order_by("matter__opened_at")


def _unseen() -> QuerySet[Incident]:
    """Those for which nobody has been asked or sent."""
    return _urgent().filter(waves=None, assignments=None)


def _begin(incident: Incident) -> int:
    advice = advise(incident)
    with one_by_one():
        matter = locked(clock_actor(incident.district), incident.pk)
        if not _unseen().filter(pk=incident.pk).exists():
            return 0
        open_wave(
            actor=clock_actor(incident.district),
            matter=matter,
            new=wave_from(matter, Reach.BEST, advice),
            advice=advice,
            client_key=b"first wave",
        )
    return 1


# --- the next -------------------------------------------------------------------------------------


def _ended(now: datetime) -> QuerySet[Wave]:
    waves = Wave.objects.filter(closed_at=None, ends_at__lte=now)
    return waves.select_related("incident__matter").order_by("ends_at")


def _see_to(wave: Wave, now: datetime) -> int:
    """Close a wave, and open the next where too few come. One that was overtaken by a newer wave
    has no successor."""
    advice = advise(wave.incident, now)
    clock = clock_actor(wave.incident.district)
    with one_by_one():
        matter = locked(clock, wave.incident_id)
        held = Wave.objects.filter(pk=wave.pk, closed_at=None, ends_at__lte=now).first()
        if held is None:
            return 0
        close(held, matter, now)
        further = NEXT.get(Reach(held.reach))
        newer = Wave.objects.filter(incident=held.incident_id, number__gt=held.number)
        if further and matter.step in WORKING and lacking(matter.incident) and not newer.exists():
            open_wave(
                actor=clock,
                matter=matter,
                new=wave_from(matter, further, advice),
                advice=advice,
                client_key=f"after wave {held.number}".encode(),
            )
    return 1


# --- who turned away ------------------------------------------------------------------------------


def _turned_away_from() -> QuerySet[Incident]:
    """Those to which everybody who was sent said that they were free again before they were there,
    and nobody has been asked since."""
    trips = Assignment.objects.filter(incident=OuterRef("pk"), alongside=False)
    turned = trips.filter(cleared_at__isnull=False).order_by("-cleared_at").values("cleared_at")
    waves = Wave.objects.filter(incident=OuterRef("pk"))
    return (
        _urgent()
        .annotate(turned_away_at=Subquery(turned[:1]))
        .filter(
            ~Exists(trips.filter(Q(ended_at=None) | Q(on_scene_at__isnull=False))),
            ~Exists(waves.filter(closed_at=None)),
            ~Exists(waves.filter(opened_at__gt=OuterRef("turned_away_at"))),
            turned_away_at__isnull=False,
        )
    )


def _begin_again(incident: Incident) -> int:
    advice = advise(incident)
    with one_by_one():
        clock = clock_actor(incident.district)
        matter = locked(clock, incident.pk)
        if not _turned_away_from().filter(pk=incident.pk).exists():
            return 0
        last = Wave.objects.filter(incident=matter.pk).count()
        open_wave(
            actor=clock,
            matter=matter,
            new=wave_from(matter, Reach.BEST, advice),
            advice=advice,
            client_key=f"again after wave {last}".encode(),
        )
    return 1


# --- who stands by --------------------------------------------------------------------------------


def _standing_by() -> QuerySet[Incident]:
    offers = Offer.objects.filter(verdict=Verdict.STANDBY, answer=Answer.ACCEPTED)
    found = Incident.objects.filter(pk__in=offers.values("incident"))
    return found.order_by("matter__opened_at")


def _settle(incident: Incident) -> int:
    """Send who stands by where one is lacking again; let them go once those who were sent are
    there, or nobody is wanted."""
    with one_by_one():
        matter = locked(clock_actor(incident.district), incident.pk)
        if matter.step not in WORKING:
            return let_go(matter)
        if lacking(matter.incident):
            return promote(matter)
        there = incident.assignments.filter(
            ended_at=None, alongside=False, on_scene_at__isnull=False
        )
        return let_go(matter) if there.count() >= matter.incident.units_needed else 0
