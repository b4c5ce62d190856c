"""What a recommendation is made from, as it stands now: units, roads, answers of the past."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, Q, Value, When
from django.db.models.functions import ExtractHour
from django.utils import timezone

from yihu.dispatch.acceptance import FARTHEST, Acceptance, Asked, DistanceBand
from yihu.dispatch.crews import crews
from yihu.dispatch.demand import demand
from yihu.dispatch.kinds import RULES, Answer, Door, UnitKind, Verdict
from yihu.dispatch.models import Assignment, Incident, Offer, UnitMember
from yihu.dispatch.recommend import Advice, Task, Unfit, recommend
from yihu.dispatch.ways import ways_to
from yihu.places.models import KeySite

REMEMBERED = timedelta(days=180)
"""How far back answers are counted."""
FRESH = 60.0
"""Seconds for which the counted answers are kept in this process."""

type Place = tuple[float, float]


def advise(incident: Incident, now: datetime | None = None) -> Advice:
    """Whom to ask for an incident, as everything stands: at most nine statements."""
    now = timezone.localtime(now)
    found, place = crews(incident.district, now), place_of(incident)
    here = [crew for crew in found if crew.on_duty]
    return recommend(
        task_of(incident, now, placed=place is not None),
        here,
        ways_to(incident.district, place, here, now) if place else {},
        acceptance(incident.district),
        demand(incident.district),
        now,
    )


def place_of(incident: Incident) -> Place | None:
    """Where it is: as it was said, else at the site that it is about."""
    if incident.longitude is not None and incident.latitude is not None:
        return incident.longitude, incident.latitude
    site = KeySite.objects.filter(organisation=incident.site_id, longitude__isnull=False).first()
    if site is None or site.longitude is None or site.latitude is None:
        return None
    return site.longitude, site.latitude


def task_of(incident: Incident, now: datetime, *, placed: bool) -> Task:
    going = dict(
        Assignment.objects.filter(incident=incident, ended_at=None).values_list("unit", "alongside")
    )
    coming = sum(not alongside for alongside in going.values())
    raisers = UnitMember.objects.filter(person=incident.raised_by_id, until=None)
    return Task(
        kind=incident.rule_kind,
        urgency=incident.urgency,
        needed=max(incident.units_needed - coming, 1),
        placed=placed,
        equipment=RULES[incident.rule_kind].equipment,
        asked=_asked(incident, now) | dict.fromkeys(going, Unfit.GOING),
        raised_by=frozenset(raisers.values_list("unit", flat=True))
        if incident.raised_by_id
        else frozenset(),
    )


def _asked(incident: Incident, now: datetime) -> dict[UUID, Unfit]:
    """What came of each unit's newest offer. Whoever came and was not needed can be asked again."""
    found: dict[UUID, Unfit] = {}
    for offer in Offer.objects.filter(incident=incident).order_by("offered_at"):
        found.pop(offer.unit_id, None)
        if reason := _came_of(offer, now):
            found[offer.unit_id] = reason
    return found


def _came_of(offer: Offer, now: datetime) -> Unfit | None:
    if offer.verdict == Verdict.STANDBY:
        return Unfit.ASKED
    match Answer(offer.answer):
        case Answer.WAITING:
            return Unfit.ASKED if offer.deadline > now else Unfit.SILENT
        case Answer.DECLINED:
            return Unfit.DECLINED
        case Answer.SILENT:
            return Unfit.SILENT
    return None


# --- answers of the past --------------------------------------------------------------------------

_counted: dict[str, tuple[float, Acceptance]] = {}


def acceptance(district: str) -> Acceptance:
    """How offers were answered in a district: counted anew once a minute."""
    at, known = _counted.get(district, (-FRESH, Acceptance()))
    if monotonic() - at >= FRESH:
        known = Acceptance(_answers(district))
        _counted[district] = monotonic(), known
    return known


def forget() -> None:
    """Count anew at the next question."""
    _counted.clear()


def _answers(district: str) -> Iterable[Asked]:
    """By kind of force, hour and distance. Exercises and what was taken back do not count."""
    near: list[Any] = [
        When(distance__lte=limit, then=Value(band.value)) for band, limit in FARTHEST.items()
    ]
    band = Case(
        When(distance=None, then=Value(DistanceBand.UNKNOWN.value)),
        *near,
        default=Value(DistanceBand.BEYOND.value),
        output_field=CharField(),
    )
    counted = (
        Offer.objects.filter(
            incident__district=district,
            offered_at__gte=timezone.now() - REMEMBERED,
            answer__in=(Answer.ACCEPTED, Answer.DECLINED, Answer.SILENT),
        )
        .exclude(incident__matter__door=Door.TRAINING)
        .values_list("unit__kind", ExtractHour("offered_at"), band)
        .annotate(n=Count("pk"), came=Count("pk", filter=Q(answer=Answer.ACCEPTED)))
        .order_by()
    )
    for kind, hour, distance, n, came in counted:
        yield Asked(UnitKind(kind), hour, DistanceBand(distance), n, came)
