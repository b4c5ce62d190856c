"""Whether two calls may be about one incident: near in place, near in time, alike in kind or words.

Pure. It only offers: whether they are one is for whoever reads both. Each factor is between 0 and
1, and each is shown with its reason, so that nothing has to be believed.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, exp, radians, sin, sqrt

from yihu.dispatch.kinds import Kind

NEAR = 200.0
"""Metres: two calls about one thing are mostly nearer than this."""
FAR = 1000.0
"""Metres, beyond how far off either position may be: not one thing."""
SOON = timedelta(minutes=45)
LONGEST = timedelta(hours=6)
LIKELY = 0.2
"""From here on it is offered."""
KIN = (
    {Kind.FIGHT, Kind.WEAPON, Kind.DISPUTE, Kind.NOISE, Kind.CROWD, Kind.HARASSMENT},
    {Kind.DOMESTIC_VIOLENCE, Kind.FIGHT, Kind.DISPUTE, Kind.NOISE},
    {Kind.BREAK_IN, Kind.THEFT, Kind.SUSPICIOUS},
    {Kind.TRAFFIC, Kind.MEDICAL},
    {Kind.MEDICAL, Kind.SELF_HARM, Kind.FIGHT, Kind.FIRE},
    {Kind.HELP, Kind.FACILITIES, Kind.MISSING},
)
"""Kinds that callers take for one another."""
OPEN_KINDS = {Kind.PANIC_ALARM, Kind.OTHER}
"""Kinds that say nothing of what happened."""
_BREAKS = re.compile(r"[\W_的了是在我你他她们您有人个这那里和也都就不还到说要去着过吗呢吧啊]+")


@dataclass(frozen=True, slots=True)
class Report:
    """A call as far as comparing it needs: WGS-84 degrees, metres; `where` is the same for the
    same landmark or site. None and "" where nobody said."""

    name: str
    kind: Kind
    at: datetime
    words: str = ""
    where: str = ""
    longitude: float | None = None
    latitude: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Likely:
    """Another call that may be about the same, with the reasons: `metres` apart (None where one
    place is not known), how long `before`, and what both say."""

    name: str
    score: float
    metres: float | None
    before: timedelta
    same_kind: bool
    shared: tuple[str, ...]


def possible(new: Report, others: Iterable[Report], most: int = 4) -> list[Likely]:
    """Those of the others that may be the same, the likeliest first."""
    found = [likely for other in others if (likely := _compare(new, other)) is not None]
    return sorted(found, key=lambda likely: (-likely.score, likely.name))[:most]


def _compare(new: Report, other: Report) -> Likely | None:
    apart = abs(new.at - other.at)
    metres = _metres(new, other)
    if apart > LONGEST or new.name == other.name:
        return None
    mine, theirs = grams(new.words), grams(other.words)
    shared = mine & theirs
    said = len(shared) / min(len(mine), len(theirs)) if mine and theirs else 0.0
    near = _near(new, other, metres, said)
    soon = exp(-apart / SOON)
    score = near * soon * max(_kin(new.kind, other.kind), said)
    if score < LIKELY:
        return None
    return Likely(
        other.name, score, metres, new.at - other.at, new.kind is other.kind, _longest(shared)
    )


def _near(new: Report, other: Report, metres: float | None, said: float) -> float:
    """Where one place is not known, only the words can tie the two."""
    if new.where and new.where == other.where:
        return 1.0
    if metres is None:
        return said
    beyond = metres - (new.accuracy or 0.0) - (other.accuracy or 0.0)
    return 0.0 if beyond > FAR else exp(-max(0.0, beyond) / NEAR)


def _kin(one: Kind, other: Kind) -> float:
    if one is other:
        return 1.0
    if OPEN_KINDS & {one, other}:
        return 0.8
    return 0.7 if any(one in kin and other in kin for kin in KIN) else 0.3


def _metres(one: Report, other: Report) -> float | None:
    if None in (one.longitude, one.latitude, other.longitude, other.latitude):
        return None
    return metres_between(
        (one.longitude or 0.0, one.latitude or 0.0), (other.longitude or 0.0, other.latitude or 0.0)
    )


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the earth, between two positions as (longitude, latitude) in degrees."""
    (x1, y1), (x2, y2) = (map(radians, one), map(radians, other))
    half = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(min(1.0, half)))


def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, none across a break or a word that says nothing."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    runs = _BREAKS.split(plain)
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))


def _longest(shared: frozenset[str], most: int = 3) -> tuple[str, ...]:
    """Some of what both say, none of them sharing a character."""
    found: list[str] = []
    for gram in sorted(shared):
        if len(found) < most and not any(set(gram) & set(said) for said in found):
            found.append(gram)
    return tuple(found)
