"""Plane geometry on complex numbers: x + iy, in metres."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

type Point = complex
type Ring = Sequence[Point]  # not closed: the first point is not repeated


def cross(a: Point, b: Point) -> float:
    return a.real * b.imag - a.imag * b.real


def sides[T](ring: Sequence[T]) -> Iterator[tuple[T, T]]:
    """Each corner with the next one around."""
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def area(ring: Ring) -> float:
    """Signed area (m²), positive when the ring runs counter-clockwise."""
    return sum(cross(a, b) for a, b in sides(ring)) / 2


def centroid(ring: Ring) -> Point:
    origin = ring[0]
    turned = [point - origin for point in ring]
    total = 3 * sum(cross(a, b) for a, b in sides(turned))
    return origin + sum(((a + b) * cross(a, b) for a, b in sides(turned)), 0j) / total


def box(ring: Ring) -> tuple[Point, Point]:
    """Opposite corners of the upright rectangle around it."""
    xs, ys = [z.real for z in ring], [z.imag for z in ring]
    return complex(min(xs), min(ys)), complex(max(xs), max(ys))


def pulled(ring: Ring, middle: Point, fits: Callable[[Point], bool]) -> list[Point]:
    """Every corner moved towards the middle until it fits, at most four fifths of the way."""
    drawn = []
    for z in ring:
        share = 1.0
        while share > 0.2 and not fits(middle + (z - middle) * share):
            share -= 0.05
        drawn.append(middle + (z - middle) * share)
    return drawn


def densified(line: Sequence[Point], step: float) -> list[Point]:
    """The same line with a point at least every `step` metres."""
    points = [line[0]]
    for a, b in pairwise(line):
        pieces = max(1, math.ceil(abs(b - a) / step))
        points += [a + (b - a) * n / pieces for n in range(1, pieces + 1)]
    return points


def meeting(a: Point, b: Point, c: Point, d: Point, slack: float) -> Point | None:
    """Where segment ab meets cd, each taken `slack` metres longer; None if nowhere or parallel."""
    ab, cd = b - a, d - c
    turn = cross(ab, cd)
    if abs(turn) < 1e-9 * abs(ab) * abs(cd):
        return None
    t, s = cross(c - a, cd) / turn, cross(c - a, ab) / turn
    spare_t, spare_s = slack / abs(ab), slack / abs(cd)
    if -spare_t <= t <= 1 + spare_t and -spare_s <= s <= 1 + spare_s:
        return a + ab * min(1.0, max(0.0, t))
    return None


def distance(z: Point, a: Point, b: Point) -> float:
    """From a point to a segment."""
    ab = b - a
    if ab == 0:
        return abs(z - a)
    t = ((z - a) * ab.conjugate()).real / abs(ab) ** 2
    return abs(z - a - ab * min(1.0, max(0.0, t)))


def hull(points: Iterable[Point]) -> list[Point]:
    """The convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted(points, key=lambda z: (z.real, z.imag))

    def half(run: Iterable[Point]) -> list[Point]:
        chain: list[Point] = []
        for z in run:
            while len(chain) > 1 and cross(chain[-1] - chain[-2], z - chain[-1]) <= 0:
                chain.pop()
            chain.append(z)
        return chain[:-1]

    return half(ordered) + half(reversed(ordered))


class Region:
    """A polygon that answers quickly whether a point is inside."""

    BAND = 100.0

    def __init__(self, ring: Ring) -> None:
        self.ring = tuple(ring)
        self._bands: defaultdict[int, list[tuple[Point, Point]]] = defaultdict(list)
        for a, b in sides(self.ring):
            low, high = sorted((a.imag, b.imag))
            for band in range(math.floor(low / self.BAND), math.floor(high / self.BAND) + 1):
                self._bands[band].append((a, b))

    def __contains__(self, z: Point) -> bool:
        y = z.imag
        inside = False
        for a, b in self._bands.get(math.floor(y / self.BAND), ()):
            if (a.imag > y) != (b.imag > y):
                t = (y - a.imag) / (b.imag - a.imag)
                inside ^= z.real < a.real + t * (b.real - a.real)
        return inside


class Cells[T]:
    """A square grid over the plane which finds what lies near."""

    def __init__(self, size: float) -> None:
        self.size = size
        self._cells: defaultdict[tuple[int, int], list[T]] = defaultdict(list)

    def _touched(self, a: Point, b: Point, margin: float) -> list[tuple[int, int]]:
        left, right, low, high = a.real, b.real, a.imag, b.imag
        if left > right:
            left, right = right, left
        if low > high:
            low, high = high, low
        size = self.size
        rows = range(math.floor((low - margin) / size), math.floor((high + margin) / size) + 1)
        return [
            (i, j)
            for i in range(
                math.floor((left - margin) / size), math.floor((right + margin) / size) + 1
            )
            for j in rows
        ]

    def add(self, a: Point, b: Point, item: T) -> None:
        for cell in self._touched(a, b, 0):
            self._cells[cell].append(item)

    def near(self, a: Point, b: Point, margin: float = 0) -> Iterator[T]:
        """Everything added in the cells the box ab touches; one thing may come more than once."""
        for cell in self._touched(a, b, margin):
            yield from self._cells.get(cell, ())


class Spots:
    """Numbers for places: places within `tolerance` metres of one another are the same."""

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.places: list[Point] = []
        self._cells: Cells[int] = Cells(tolerance * 2)

    def at(self, z: Point) -> int:
        for number in self._cells.near(z, z, self.tolerance):
            if abs(self.places[number] - z) <= self.tolerance:
                return number
        self.places.append(z)
        number = len(self.places) - 1
        self._cells.add(z, z, number)
        return number
