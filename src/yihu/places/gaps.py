"""Where nobody can be in time: a district less what its forces reach, and who lives there. Pure.

Who lives where is known by community only, so its residents are taken to be spread evenly over its
area. That is an assumption, and said wherever the figure stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import shapely
from shapely import affinity
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yihu.places.tile_layers import Area

KM_PER_DEGREE = 111.32
"""Of latitude."""
BESIDE = 250.0
"""Metres: what lies so near a place that is reached is reached, by the last steps on foot. Else
every field between two roads would be a gap."""
LEAST = 0.01
"""Square kilometres: a smaller piece is a fault of drawing, not a place."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The part of a community that nobody reaches in time. `share`: of its area, 0 to 1;
    `residents`: that share of its population, None where its population is not known."""

    code: str
    name: str
    name_en: str
    square_km: float
    share: float
    residents: int | None
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Those of a whole district, the most residents first. `share`: of the district's area.
    `residents`: of all of them; None where no community's population is known."""

    found: tuple[Gap, ...]
    share: float
    residents: int | None


def gaps(
    outline: dict[str, Any], communities: Iterable[Area], reached: Iterable[dict[str, Any]]
) -> Gaps:
    """What of the outline lies outside all that is reached; geometries are GeoJSON."""
    whole = shapely.make_valid(shape(outline))
    covered = shapely.union_all([shapely.make_valid(shape(one)) for one in reached])
    beyond = _pieces(whole.difference(_wider(covered)))
    found = [gap for one in communities if (gap := _gap(one, beyond)) is not None]
    found.sort(key=lambda gap: (-(gap.residents or 0), -gap.square_km))
    known = [gap.residents for gap in found if gap.residents is not None]
    counted = sum(known) if known or not found else None
    return Gaps(tuple(found), square_km(beyond) / square_km(whole), counted)


def _wider(area: BaseGeometry) -> BaseGeometry:
    """With what lies beside it. A degree of longitude is shorter than one of latitude."""
    if area.is_empty:
        return area
    squeeze = cos(radians(area.centroid.y))
    plane = affinity.scale(area, squeeze, 1, origin=(0, 0))
    wider = plane.buffer(BESIDE / 1000 / KM_PER_DEGREE, quad_segs=4)
    return affinity.scale(wider, 1 / squeeze, 1, origin=(0, 0))


def square_km(area: BaseGeometry) -> float:
    """Of a place of some kilometres, where degrees may be taken for a plane."""
    if area.is_empty:
        return 0.0
    return float(area.area) * KM_PER_DEGREE**2 * cos(radians(area.centroid.y))


def _gap(community: Area, beyond: BaseGeometry) -> Gap | None:
    own = shapely.make_valid(shape(community.geometry))
    part = _pieces(own.intersection(beyond))
    if part.is_empty:
        return None
    share = min(1.0, part.area / own.area)
    people = community.population
    return Gap(
        code=community.code,
        name=community.name,
        name_en=community.name_en,
        square_km=square_km(part),
        share=share,
        residents=None if people is None else round(people * share),
        geometry=shapely.geometry.mapping(part),
    )


def _pieces(area: BaseGeometry) -> BaseGeometry:
    """What of it is a place: no lines where two areas touch, no slivers."""
    parts = [part for part in shapely.get_parts(area) if square_km(part) >= LEAST]
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
