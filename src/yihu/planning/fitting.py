"""What calls of the past say of those to come: how often, how long, who comes. Pure.

Where little was seen of something, what holds of all together stands in beside it: each estimate is
made as if WEIGHT more had been seen that are just as was expected. Some tens that were really seen
outweigh them; `n` says how many those are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log, log1p, sqrt
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from yihu.dispatch.acceptance import Chance
from yihu.planning.arrival_streams import Arrivals
from yihu.planning.past_calls import Call

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

WEEK_HOURS = 168
HOUR = timedelta(hours=1)
WEIGHT = 10
"""How many calls, times or answers the expectation counts for."""
FEW = 8
"""Of fewer nobody can say whether a law fits."""
NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Calls an hour: `rate[hour of the week, kind, zone]`; hour 0 is Monday, 0:00. `n[kind]`,
    `n_hour[hour of the week]`, `n_zone[zone]`: calls that they rest on. `unplaced`: how many of all
    are of no zone; they are taken to be spread as the others are. `hours`: how long was looked on.
    """

    kinds: tuple[str, ...]
    zones: tuple[str, ...]
    rate: Floats
    n: Ints
    n_hour: Ints
    n_zone: Ints
    unplaced: int
    hours: float

    @property
    def arrivals(self) -> Arrivals:
        """As a simulation draws them."""
        return Arrivals(self.rate)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A law of times in seconds: log of them is normal with mean `mu` and deviation `sigma`.

    `n`: times that it rests on. `distance`: how far at most the share of times below some length
    lies from what these times' own law says (Kolmogorov–Smirnov); `limit`: what it exceeds in one
    of twenty cases where the law is true (Lilliefors 1967, after Stephens 1974). None for FEW.
    """

    mu: float
    sigma: float
    n: int
    distance: float | None = None
    limit: float | None = None

    @property
    def fits(self) -> bool | None:
        """None where nobody can say."""
        if self.distance is None or self.limit is None:
            return None
        return self.distance <= self.limit

    @property
    def mean(self) -> float:
        return exp(self.mu + self.sigma**2 / 2)

    @property
    def variation(self) -> float:
        """The coefficient of variation: standard deviation / mean."""
        return sqrt(exp(self.sigma**2) - 1)

    def quantile(self, share: float) -> float:
        return exp(self.mu + self.sigma * float(ndtri(share)))

    @classmethod
    def of(cls, mean: float, variation: float) -> Self:
        """The law of such a mean and coefficient of variation, that rests on nothing."""
        square = log1p(variation**2)
        return cls(log(mean) - square / 2, sqrt(square), 0)


@dataclass(frozen=True, slots=True)
class Laws:
    """A law for all together and one for each kind. `left_out`: times that are not over 0."""

    pooled: Lognormal
    by: Mapping[str, Lognormal]
    left_out: int

    def of(self, kind: str) -> Lognormal:
        """That of a kind; of one that was never seen, what holds of all, with n = 0."""
        return self.by.get(kind) or Lognormal(self.pooled.mu, self.pooled.sigma, 0)


@dataclass(frozen=True, slots=True)
class Fitted:
    """`service`: from arrival until a unit is free, by kind of call. `turnout`: from being sent
    until it is on the road, by kind of force. `acceptance`: how likely one comes that is asked, by
    kind of force. None, or nothing, where fewer than two times, or no answers, are known."""

    arrivals: Rates
    service: Laws | None
    turnout: Laws | None
    acceptance: Mapping[str, Chance]


def fit(
    calls: Sequence[Call],
    since: datetime,
    until: datetime,
    expected: Mapping[str, float] = NOTHING,
) -> Fitted:
    """From all calls that were created from `since` on and before `until`; others are not counted.
    `expected`: how likely one of each kind of force comes, as far as that is declared.

    ValueError where that is not a time.
    """
    counted = [call for call in calls if since <= call.created < until]
    trips = [(call.kind, trip) for call in counted for trip in call.trips]
    return Fitted(
        arrivals=rates(counted, since, until),
        service=laws((kind, trip.on_scene, trip.closed) for kind, trip in trips),
        turnout=laws((trip.force, trip.dispatched, trip.en_route) for _, trip in trips),
        acceptance=acceptance(((trip.force, trip.accepted) for _, trip in trips), expected),
    )


# --- how often ------------------------------------------------------------------------------------


def rates(calls: Sequence[Call], since: datetime, until: datetime) -> Rates:
    """Rates by hour of the week, kind and zone, from calls between two moments.

    Within a kind, hour and zone are taken to be independent, since hardly any cell of the whole
    table holds a call: rate = calls of the kind at this hour of the week, per hour looked on, × the
    share of the kind's calls in this zone. Both are drawn towards what is expected of them, an hour
    towards what its hour of the day, its day and the kind have alone (a gamma prior), a share
    towards that of all kinds (a Dirichlet prior). Each kind stays as many as were seen.
    """
    if not since < until:
        raise ValueError(f"no time lies between {since} and {until}")
    kinds = sorted({call.kind for call in calls})
    zones = sorted({call.zone for call in calls} - {""}) or [""]
    hour = np.array([_hour(call.created) for call in calls], dtype=np.int64)
    kind = np.array([kinds.index(call.kind) for call in calls], dtype=np.int64)
    placed = [(n, zones.index(call.zone)) for n, call in enumerate(calls) if call.zone in zones]
    count, places = np.zeros((WEEK_HOURS, len(kinds))), np.zeros((len(kinds), len(zones)))
    np.add.at(count, (hour, kind), 1)
    for n, zone in placed:
        places[kind[n], zone] += 1
    seen = hours_seen(since, until)
    return Rates(
        tuple(kinds),
        tuple(zones),
        _by_hour(count, seen)[:, :, None] * _shares(places),
        count.sum(axis=0).astype(np.int64),
        count.sum(axis=1).astype(np.int64),
        places.sum(axis=0).astype(np.int64),
        len(calls) - len(placed),
        float(seen.sum()),
    )


def _by_hour(count: Floats, seen: Floats) -> Floats:
    """Calls of each kind in an hour, [hour of the week, kind]."""
    if not count.any():
        return count
    whole = count.sum(axis=1)
    days, looked_on, overall = whole.reshape(7, 24), seen.reshape(7, 24), whole.sum() / seen.sum()
    of_day, of_hour = (
        _ratio(days.sum(axis=axis), looked_on.sum(axis=axis), overall) for axis in (1, 0)
    )
    hourly = _drawn(whole, seen, np.outer(of_day, of_hour).ravel() / overall)
    each = count.sum(axis=0)
    rate = _drawn(count, seen[:, None], hourly[:, None] * each / each.sum())
    rate *= each / (rate * seen[:, None]).sum(axis=0)
    return rate


def _drawn(count: Floats, seen: Floats, expected: Floats) -> Floats:
    """Nothing where nothing is expected."""
    prior = np.divide(WEIGHT, expected, out=np.full(expected.shape, np.inf), where=expected > 0)
    drawn: Floats = (count + WEIGHT) / (seen + prior)
    return drawn


def _shares(places: Floats) -> Floats:
    """Of each kind's calls by zone, [kind, zone]."""
    overall = places.sum(axis=0) / max(places.sum(), 1)
    shares: Floats = (places + WEIGHT * overall) / (places.sum(axis=1, keepdims=True) + WEIGHT)
    return shares


def _ratio(count: Floats, seen: Floats, otherwise: float) -> Floats:
    found: Floats = np.divide(count, seen, out=np.full(len(seen), otherwise), where=seen > 0)
    return found


def _hour(at: datetime) -> int:
    return at.weekday() * 24 + at.hour


def hours_seen(since: datetime, until: datetime) -> Floats:
    """For how many hours each hour of the week was looked on; by one clock, without its changes."""
    whole = int((until - since) / HOUR // WEEK_HOURS)
    seen = np.full(WEEK_HOURS, float(whole))
    at = since + whole * WEEK_HOURS * HOUR
    while at < until:
        end = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, until)
        seen[_hour(at)] += (end - at) / HOUR
        at = end
    return seen


# --- how long -------------------------------------------------------------------------------------


def laws(times: Iterable[tuple[str, datetime | None, datetime | None]]) -> Laws | None:
    """Lognormal laws of the times between moments, where both are known, by kind; None for fewer
    than two. The law of a kind is that of its times and of WEIGHT more, which are like all kinds
    together."""
    by: dict[str, list[float]] = defaultdict(list)
    left_out = 0
    for kind, begin, end in times:
        if begin is not None and end is not None:
            if end > begin:
                by[kind].append(log((end - begin).total_seconds()))
            else:
                left_out += 1
    everything = np.concatenate([np.empty(0), *map(np.array, by.values())])
    if len(everything) < 2:
        return None
    pooled = Lognormal(
        float(everything.mean()), float(everything.std()), len(everything), *_goodness(everything)
    )
    found = {kind: _towards(pooled, np.array(logs)) for kind, logs in sorted(by.items())}
    return Laws(pooled, found, left_out)


def _towards(pooled: Lognormal, logs: Floats) -> Lognormal:
    n = len(logs)
    mu = (logs.sum() + WEIGHT * pooled.mu) / (n + WEIGHT)
    spread = ((logs - mu) ** 2).sum() + WEIGHT * (pooled.sigma**2 + (pooled.mu - mu) ** 2)
    return Lognormal(float(mu), sqrt(float(spread) / (n + WEIGHT)), n, *_goodness(logs))


def _goodness(logs: Floats) -> tuple[float | None, float | None]:
    n, deviation = len(logs), logs.std(ddof=1) if len(logs) > 1 else 0.0
    if n < FEW or not deviation > 0:
        return None, None
    below = ndtr((np.sort(logs) - logs.mean()) / deviation)
    step = np.arange(n + 1) / n
    distance = max(float((step[1:] - below).max()), float((below - step[:-1]).max()))
    return distance, 0.895 / (sqrt(n) - 0.01 + 0.85 / sqrt(n))


# --- who comes ------------------------------------------------------------------------------------


def acceptance(
    answers: Iterable[tuple[str, bool | None]], expected: Mapping[str, float] = NOTHING
) -> dict[str, Chance]:
    """How likely one of each kind of force comes when it is asked: (came + WEIGHT × what is
    expected of its kind) / (asked + WEIGHT). Of a kind of which nothing is declared, the share of
    all who came is. Whoever was not asked (None) does not count."""
    asked, came = Counter[str](), Counter[str]()
    for force, accepted in answers:
        if accepted is not None:
            asked[force] += 1
            came[force] += accepted
    share = came.total() / max(asked.total(), 1)
    return {
        force: Chance((came[force] + WEIGHT * expected.get(force, share)) / (n + WEIGHT), n)
        for force, n in sorted(asked.items())
    }
