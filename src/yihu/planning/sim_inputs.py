"""What a question about who is sent first begins with: who there is, how likely each kind comes,
how many calls there are; measured where enough was seen, and else assumed.

Nobody is in it by name or number: units are kinds at the places of their organisations.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min
from django.utils import timezone

from yihu.dispatch.acceptance import PRIOR, PRIOR_WEIGHT
from yihu.dispatch.kinds import Answer, Travel, UnitKind
from yihu.dispatch.models import Offer, Unit
from yihu.dispatch.queries import incidents
from yihu.kernel.access import Actor
from yihu.people.models import Organisation
from yihu.places import queries as places
from yihu.places.models import Site
from yihu.places.tile_layers import Area
from yihu.planning import history, sim_stream
from yihu.planning.sim_question import Force, Known, Post, Source, Stream
from yihu.planning.study_assumptions import Assumptions

YEAR = timedelta(days=365)
HANDLING: Final = Known(Assumptions().talk + Assumptions().sending, Source.ASSUMED)
"""Seconds from the call to the first offer."""
ANSWERED = Answer.ACCEPTED, Answer.DECLINED, Answer.SILENT


@dataclass(frozen=True, slots=True)
class Inputs:
    """`station`: where units are whose organisation the map does not have."""

    forces: tuple[Force, ...]
    stream: Stream
    station: tuple[float, float] | None

    @property
    def calls(self) -> Known:
        return calls_a_day(self.stream)


def calls_a_day(stream: Stream) -> Known:
    """Of a stream, on an average day."""
    week = sum(sum(row) for row in stream.by_hour)
    source = Source.ASSUMED if stream.origin == "prior" else Source.MEASURED
    n = 0 if source is Source.ASSUMED else stream.n
    return Known(round(week / 7, 1), source, n)


def inputs(actor: Actor, communities: Sequence[Area], now: datetime | None = None) -> Inputs:
    """Of the actor's district, as it stands."""
    now = now or timezone.now()
    return Inputs(
        tuple(_forces(actor, now)), stream(actor, communities, now), _station(actor.district)
    )


def stream(actor: Actor, communities: Sequence[Area], now: datetime) -> Stream:
    """Fitted to the past year, as far as there is one."""
    first = incidents(actor).order_by().aggregate(at=Min("matter__opened_at"))["at"]
    if first is None:
        return sim_stream.assumed()
    since = max(first, now - YEAR)
    if not since < now:
        return sim_stream.assumed()
    found = history.fitted(actor, communities, since, now)
    if found is None:
        return sim_stream.assumed()
    seen = int(found.arrivals.n.sum())
    fitted = sim_stream.of_fitted(found, "history")
    return fitted or sim_stream.assumed(seen, found.arrivals.hours / 24)


# --- who there is ---------------------------------------------------------------------------------


def _forces(actor: Actor, now: datetime) -> list[Force]:
    """Every kind, also one of which nobody is registered: there might be some."""
    posts, chances = _posts(actor.district), _acceptance(actor.district, now)
    found = []
    for kind in UnitKind:
        many = Known(float(len(posts[kind])), Source.ASSUMED)
        found.append(Force(kind, tuple(posts[kind]), many, many, chances[kind]))
    return found


def _posts(district: str) -> dict[UnitKind, list[Post]]:
    units = list(
        Unit.objects.filter(district=district, retired_at=None)
        .order_by("code")
        .values_list("kind", "travel", "organisation")
    )
    houses = Organisation.objects.filter(pk__in={organisation for *_, organisation in units})
    at = places.positions_of(district, houses)
    found: dict[UnitKind, list[Post]] = defaultdict(list)
    for kind, travel, organisation in units:
        found[UnitKind(kind)].append(Post(Travel(travel), at.get(organisation)))
    return found


def _station(district: str) -> tuple[float, float] | None:
    found = Site.objects.filter(district=district, kind="police_station").order_by("code").first()
    return (found.longitude, found.latitude) if found else None


def _acceptance(district: str, now: datetime) -> dict[UnitKind, Known]:
    """As dispatch counts it: the prior of the kind, and the answers of the past year beside it."""
    asked, came = Counter[str](), Counter[str]()
    offers = Offer.objects.filter(
        unit__district=district, answer__in=ANSWERED, wave__opened_at__gte=now - YEAR
    )
    counted = offers.order_by().values_list("unit__kind", "answer").annotate(n=Count("pk"))
    for kind, answer, n in counted:
        asked[kind] += n
        came[kind] += n * (answer == Answer.ACCEPTED)
    return {
        kind: Known(
            round((PRIOR[kind] * PRIOR_WEIGHT + came[kind]) / (PRIOR_WEIGHT + asked[kind]), 2),
            Source.MEASURED if asked[kind] else Source.ASSUMED,
            asked[kind],
        )
        for kind in UnitKind
    }
