"""Positions of other feeds, turned into WGS-84 where they come in.

Maps and telephones in China show GCJ-02, a datum that is shifted by some hundred metres along a
curve that everybody knows; Baidu's BD-09 turns that once more. A feed says which of the three its
positions are in; one that does not is refused, since a guess would send people to the next street.
Formulas: https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from yihu.places.road_rules import Profile
from yihu.places.roads import LonLat, Roads

AXIS, ECCENTRICITY = 6378245.0, 0.00669342162296594323
"""The ellipsoid of Krassowski, which GCJ-02 is reckoned on."""
TURN = math.pi * 3000 / 180
EXACT = 1e-9
"""Degrees: a tenth of a millimetre."""
MANY = 20
FAR = 60.0
"""Metres: who stands on a road, or in a yard beside it, is not so far from one."""


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class UndeclaredDatumError(ValueError):
    """A feed that does not say in which datum its positions are, or not one that we know."""


def declared(name: str | None) -> Datum:
    """The datum that a feed names, however it writes it: "GCJ-02", "gcj02", "EPSG:4326".

    Raises UndeclaredDatumError.
    """
    plain = "".join(sign for sign in (name or "").lower() if sign.isalnum())
    known = {"epsg4326": Datum.WGS84, "wgs84": Datum.WGS84} | {one.value: one for one in Datum}
    if plain not in known:
        raise UndeclaredDatumError(f"no datum, or an unknown one: {name!r}")
    return known[plain]


def to_wgs84(place: LonLat, datum: Datum) -> LonLat:
    """A position (longitude, latitude, in degrees) of some datum in WGS-84."""
    return _INVERSES[datum](place)


def from_wgs84(place: LonLat, datum: Datum) -> LonLat:
    return _FORWARDS[datum](place)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`median`: metres from the roads as declared, over `n` positions; `likely`: a datum under
    which they would lie on the roads."""

    median: float
    n: int
    likely: Datum | None


def suspect(places: Sequence[LonLat], roads: Roads, declared_as: Datum) -> Suspicion | None:
    """Whether a feed's positions, as it sends them, lie off the roads under the datum that it
    declares. None where half of them lie near a road, and for fewer than ten."""
    if len(places) < 10:
        return None
    away = {datum: _median_off(places, roads, datum) for datum in Datum}
    if away[declared_as] <= FAR:
        return None
    likely = min(Datum, key=lambda datum: away[datum])
    better = likely is not declared_as and away[likely] <= FAR
    return Suspicion(away[declared_as], len(places), likely if better else None)


def _median_off(places: Sequence[LonLat], roads: Roads, datum: Datum) -> float:
    away = sorted(roads.off([to_wgs84(place, datum) for place in places], Profile.FOOT))
    return float(away[len(away) // 2])


def _same(place: LonLat) -> LonLat:
    return place


def _shifted(place: LonLat) -> LonLat:
    """WGS-84 to GCJ-02; outside China nothing is shifted."""
    lon, lat = place
    if not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271):
        return place
    x, y = lon - 105.0, lat - 35.0
    root, both = math.sqrt(abs(x)), _waves(6 * x, 2 * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += _series(y, (20, 1), (40, 1 / 3)) + _series(y, (160, 1 / 12), (320, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += _series(x, (20, 1), (40, 1 / 3)) + _series(x, (150, 1 / 12), (300, 1 / 30))
    angle = math.radians(lat)
    magic = 1 - ECCENTRICITY * math.sin(angle) ** 2
    meridian = AXIS * (1 - ECCENTRICITY) / magic**1.5
    parallel = AXIS / math.sqrt(magic) * math.cos(angle)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _waves(first: float, second: float) -> float:
    return 2 / 3 * (20 * math.sin(first * math.pi) + 20 * math.sin(second * math.pi))


def _series(value: float, *terms: tuple[float, float]) -> float:
    """`terms`: amplitude in metres, and the wave's number over a degree."""
    return 2 / 3 * sum(size * math.sin(value * math.pi * number) for size, number in terms)


def _turned(place: LonLat) -> LonLat:
    """GCJ-02 to BD-09."""
    lon, lat = place
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * TURN)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def _undone(step: Callable[[LonLat], LonLat]) -> Callable[[LonLat], LonLat]:
    """The inverse of a small shift, by going back what it went too far."""

    def undo(place: LonLat) -> LonLat:
        lon, lat = place
        for _ in range(MANY):
            there = step((lon, lat))
            over = there[0] - place[0], there[1] - place[1]
            lon, lat = lon - over[0], lat - over[1]
            if max(map(abs, over)) < EXACT:
                break
        return lon, lat

    return undo


_FORWARDS: Mapping[Datum, Callable[[LonLat], LonLat]] = MappingProxyType(
    {Datum.WGS84: _same, Datum.GCJ02: _shifted, Datum.BD09: lambda at: _turned(_shifted(at))}
)
_INVERSES: Mapping[Datum, Callable[[LonLat], LonLat]] = MappingProxyType(
    {
        Datum.WGS84: _same,
        Datum.GCJ02: _undone(_shifted),
        Datum.BD09: lambda at: _undone(_shifted)(_undone(_turned)(at)),
    }
)
