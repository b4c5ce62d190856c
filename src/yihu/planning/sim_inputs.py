"""What a question about who is sent first begins with: who there is, how likely each kind comes,
how many calls there are; measured where enough was seen, and else assumed.

Nobody is in it by name or number: units are kinds at the places of their organisations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from yihu.dispatch.kinds import UnitKind
from yihu.kernel.access import Actor
from yihu.places.tile_layers import Area
from yihu.planning import history, sim_queries, sim_stream
from yihu.planning.measured_inputs import EXPECTED, Input
from yihu.planning.measured_inputs import Inputs as Measured
from yihu.planning.sim_question import DAY_HOURS, Force, Known, Post, Source, Stream
from yihu.planning.study_assumptions import Assumptions

YEAR = timedelta(days=365)
HANDLING: Final = Known(Assumptions().talk + Assumptions().sending, Source.ASSUMED)
"""Seconds from the call to the first offer."""


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
    value = round(sum(sum(row) for row in stream.by_hour) / 7, 1)
    if stream.origin == "prior":
        return Known(value, Source.ASSUMED)
    return Known(value, Source.MEASURED, stream.n)


def inputs(actor: Actor, communities: Sequence[Area], now: datetime | None = None) -> Inputs:
    """Of the actor's district, as it stands, and as its past year was."""
    now = now or timezone.now()
    found = history.inputs(actor, communities, now - YEAR, now)
    posts = sim_queries.posts(actor)
    return Inputs(
        tuple(_force(kind, posts[kind], found, now) for kind in UnitKind),
        _stream(found, sum(area.population or 0 for area in communities)),
        sim_queries.station(actor),
    )


def _stream(found: Measured | None, residents: int) -> Stream:
    if found is None:
        return sim_stream.assumed(residents)
    rates = found.fitted.arrivals
    fitted = sim_stream.of_fitted(found.fitted, "history")
    return fitted or sim_stream.assumed(residents, int(rates.n.sum()), rates.hours / 24)


# --- who there is ---------------------------------------------------------------------------------


def _force(kind: UnitKind, posts: list[Post], found: Measured | None, now: datetime) -> Force:
    """Every kind, also one of which nobody is registered: there might be some."""
    registered = Known(float(len(posts)), Source.ASSUMED)
    day = night = registered
    chance = Known(round(EXPECTED[kind], 2), Source.ASSUMED)
    if found is not None:
        hours = found.on_shift.get(kind, ())
        day = _on_shift([one for n, one in enumerate(hours) if n in DAY_HOURS], now) or day
        night = _on_shift([one for n, one in enumerate(hours) if n not in DAY_HOURS], now) or night
        asked = found.acceptance[kind]
        source = Source.MEASURED if asked.n else Source.ASSUMED
        chance = Known(round(asked.value, 2), source, asked.n)
    return Force(kind, tuple(posts), day, night, chance)


def _on_shift(hours: Sequence[Input[float]], now: datetime) -> Known | None:
    """On average; None where shifts were not looked on for a week. n: hours of units."""
    if not all(one.since and now - one.since >= sim_stream.LEAST for one in hours) or not hours:
        return None
    mean = sum(one.value for one in hours) / len(hours)
    return Known(float(round(mean)), Source.MEASURED, sum(one.n for one in hours))
