"""A question about sites as a matrix of times: where people live, where rooms stand or might. Pure.

Who lives where is known by community only, so that its residents (or incidents) are spread evenly
over a lattice on the part of it that lies near a road. Candidates are houses that have a name,
places beside a road, or both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yihu.places.tile_layers import Area
from yihu.planning.plan_question import ROADSIDE, Question, Spot, Weights

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type LonLat = tuple[float, float]
type Off = Callable[[Sequence[LonLat]], Floats]
"""How far places are from the nearest road, in metres."""

DEGREE = 111_320.0
"""Metres of a degree of latitude."""
SPACING = 300
"""Metres between two places that stand for the residents around them."""
ROADSIDE_SPACING = 500
BESIDE = 150.0
"""Metres from a road within which a place of the lattice counts as beside it."""
SETTLED = 200.0
"""Metres from a road beyond which nobody is taken to live: hills, water, fields."""


class NothingToPlan(ValueError):
    """`code`: no_weight (nobody is known to live here, or nothing happened), no_site (nowhere to
    build, and nothing stands)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Places, each standing for so many residents or incidents of a community (an index)."""

    places: tuple[LonLat, ...]
    weights: Floats
    community: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """`spots`: the columns, those that stand first."""

    communities: tuple[Area, ...]
    demand: Demand
    spots: tuple[Spot, ...]
    fixed: tuple[int, ...]
    forbidden: tuple[int, ...]

    def named(self, rows: Iterable[int]) -> list[Area]:
        """The communities that rows of demand lie in, each once."""
        return [self.communities[n] for n in sorted({int(self.demand.community[r]) for r in rows})]


def instance(
    question: Question, outline: Mapping[str, Any], communities: Sequence[Area], off: Off
) -> Instance:
    """Raises NothingToPlan."""
    amounts = [_amount(question, area) for area in communities]
    counted = tuple(area for area, n in zip(communities, amounts, strict=True) if n)
    spread = demand(shape(outline), counted, [n for n in amounts if n], off)
    spots = [*question.standing, *_candidates(question, outline, communities, off)]
    if not spots:
        raise NothingToPlan("no_site")
    numbers = {one.code: n for n, one in enumerate(spots)}
    obligatory = [numbers[code] for code in question.obligatory if code in numbers]
    fixed = sorted({*range(len(question.standing)), *obligatory})
    forbidden = [numbers[code] for code in question.forbidden if code in numbers]
    return Instance(counted, spread, tuple(spots), tuple(fixed), tuple(forbidden))


def _amount(question: Question, area: Area) -> int:
    if question.weights is Weights.INCIDENTS:
        return (question.incidents or {}).get(area.code, 0)
    return area.population or 0


def demand(
    whole: BaseGeometry,
    areas: Sequence[Area],
    amounts: Sequence[int],
    off: Off,
    spacing: float = SPACING,
) -> Demand:
    """What is known of communities, spread over them. Raises NothingToPlan."""
    if not areas:
        raise NothingToPlan("no_weight")
    _columns, _rows, places = _lattice(whole, spacing)
    places = places[off([(float(x), float(y)) for x, y in places]) <= SETTLED]
    found: list[LonLat] = []
    weights: list[float] = []
    community: list[int] = []
    for number, (area, amount) in enumerate(zip(areas, amounts, strict=True)):
        outline = _outline(area)
        here = places[shapely.contains_xy(outline, places[:, 0], places[:, 1])]
        if not len(here):  # smaller than the mesh, or without roads
            middle = outline.representative_point()
            here = np.array([[middle.x, middle.y]])
        found += [(float(x), float(y)) for x, y in here]
        weights += [amount / len(here)] * len(here)
        community += [number] * len(here)
    return Demand(tuple(found), np.array(weights), np.array(community))


def _candidates(
    question: Question, outline: Mapping[str, Any], communities: Sequence[Area], off: Off
) -> list[Spot]:
    found = list(question.candidates)
    missing = {*question.obligatory} - {one.code for one in (*found, *question.standing)}
    if question.roadside or missing:
        beside = roadside(outline, communities, off)
        found += [one for one in beside if question.roadside or one.code in missing]
    standing = {one.code for one in question.standing}
    return [one for one in found if one.code not in standing]


def roadside(outline: Mapping[str, Any], communities: Sequence[Area], off: Off) -> list[Spot]:
    """A lattice over the district, where a road runs. Codes stay the same for the same outline."""
    whole = shape(outline)
    columns, rows, places = _lattice(whole, ROADSIDE_SPACING)
    inside = shapely.contains_xy(whole, places[:, 0], places[:, 1])
    columns, rows, places = columns[inside], rows[inside], places[inside]
    near = off([(float(x), float(y)) for x, y in places]) <= BESIDE
    columns, rows, places = columns[near], rows[near], places[near]
    area = np.full(len(places), -1)
    for number, one in enumerate(communities):
        area[shapely.contains_xy(_outline(one), places[:, 0], places[:, 1])] = number
    return [
        Spot(
            code=f"road-{column}-{row}",
            kind=ROADSIDE,
            longitude=round(float(x), 6),
            latitude=round(float(y), 6),
            area=communities[n].name if n >= 0 else "",
            area_en=communities[n].name_en if n >= 0 else "",
        )
        for column, row, (x, y), n in zip(columns, rows, places, area, strict=True)
    ]


def _outline(area: Area) -> BaseGeometry:
    return shapely.make_valid(shape(area.geometry))


def _lattice(whole: BaseGeometry, spacing: float) -> tuple[Ints, Ints, Floats]:
    """Columns, rows and positions of the places of a mesh over what surrounds an area."""
    west, south, east, north = whole.bounds
    up = spacing / DEGREE
    along = up / cos(radians((south + north) / 2))
    x, y = np.arange(west + along / 2, east, along), np.arange(south + up / 2, north, up)
    columns, rows = np.meshgrid(np.arange(len(x)), np.arange(len(y)))
    places = np.column_stack([x[columns.ravel()], y[rows.ravel()]])
    return columns.ravel(), rows.ravel(), places
