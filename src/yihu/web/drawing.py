"""The geometry of our few drawings, free of Django: the ring of answers and the line chart."""

import sys
from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

LEVELS = {
    "called": 0,
    "heard": 1,
    "accepted": 2,
    "arrived": 3,
    "answered": 3,
    "declined": 0,
    "silent": 0,
}
"""How far a segment is filled, in thirds: readable without any colour."""


class Segment(NamedTuple):
    """One person or set called. `outline` and `fill` are SVG paths; `fill` may be empty."""

    state: str
    outline: str
    fill: str


def sector(start: float, end: float, inner: float, outer: float, centre: float = 50) -> str:
    """The SVG path of a piece of a ring; angles in turns clockwise from twelve, radii in units."""

    def at(turn: float, radius: float) -> str:
        angle = 2 * pi * turn
        return f"{centre + radius * sin(angle):.2f} {centre - radius * cos(angle):.2f}"

    wide = int(end - start > 0.5)
    return (
        f"M{at(start, inner)}L{at(start, outer)}"
        f"A{outer:g} {outer:g} 0 {wide} 1 {at(end, outer)}"
        f"L{at(end, inner)}A{inner:g} {inner:g} 0 {wide} 0 {at(start, inner)}Z"
    )


def ring(states: Sequence[str], *, inner: float = 27, outer: float = 44) -> list[Segment]:
    """A segment for each state, clockwise from twelve, in a box of 100 × 100."""
    if not states:
        return []
    turn = 1 / len(states)
    gap = min(0.012, turn / 5)
    segments = []
    for i, state in enumerate(states):
        start, end = i * turn + gap / 2, (i + 1) * turn - gap / 2
        reach = inner + (outer - inner) * LEVELS[state] / 3
        fill = sector(start, end, inner, reach) if LEVELS[state] else ""
        segments.append(Segment(state, sector(start, end, inner, outer), fill))
    return segments


class Line(NamedTuple):
    """A line chart in a box `width` × `height`: one path, its dots, and (y, value) grid lines."""

    path: str
    dots: list[tuple[float, float]]
    grid: list[tuple[float, float | int]]


def top_of_scale(highest: float) -> float:
    """The round number (1, 2 or 5 times a power of ten, halves of it) that a scale ends on."""
    if highest < sys.float_info.min:  # nothing, or too little to divide
        return 1
    power = 1.0
    while power * 10 <= highest:
        power *= 10
    while power > highest:
        power /= 10
    return next(power * step for step in (1, 2, 4, 5, 6, 8, 10) if power * step >= highest)


def line(values: Sequence[float | None], width: float, height: float) -> Line:
    """A missing value breaks the line; it is never drawn as nought."""
    known = [v for v in values if v is not None]
    top = top_of_scale(max(known, default=0))
    step = width / max(len(values) - 1, 1)
    path, dots, pen = [], [], "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = round(i * step, 1), round(height * (1 - value / top), 1)
        path.append(f"{pen}{x:g} {y:g}")
        dots.append((x, y))
        pen = "L"
    grid = [(round(height * (1 - part), 1), _whole(top * part)) for part in (0, 0.5, 1)]
    return Line("".join(path), dots, grid)


def _whole(value: float) -> float | int:
    return int(value) if value == int(value) else value
