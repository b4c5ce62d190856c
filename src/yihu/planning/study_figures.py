"""The drawings of the study of response times, as SVG. Pure.

Readable in grey: what differs, differs by its line or its shape, and each drawing says itself in
words. Presentation attributes only, so that any content security policy shows them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from xml.sax.saxutils import escape, quoteattr

from yihu.planning.confidence import Interval
from yihu.planning.response_study import (
    ACCEPTANCES,
    CARS,
    CREWS,
    DENSITIES,
    FORCES,
    OLD,
    RADIOS,
    WIDE,
    Study,
)
from yihu.planning.study_runs import GOAL, GRID, Sample
from yihu.planning.study_tables import whole

PAPER, INK, MUTED, LINE, JADE = "#FBFAF6", "#1C2321", "#5E6762", "#DAD8CF", "#1F6F5C"
"""The tokens of `web/tokens.css`, on paper."""
FACE = "system-ui, 'PingFang SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif"
COLOURS = INK, JADE
WIDTH = 760
DASHES = ("", "9 4", "5 4", "2 3", "9 3 2 3", "1 4")
MINUTE = 60.0


@dataclass(slots=True)
class Drawing:
    """`title` and `told`: what it is, and what it says, for those who do not see it."""

    title: str
    told: str
    height: float
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, said: str, anchor: str = "start", colour: str = INK) -> None:
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
            f"{escape(said)}</text>"
        )

    def line(
        self, points: Iterable[tuple[float, float]], colour: str, wide: float = 1, dash: str = ""
    ) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="{wide:g}"{dashes}/>'
        )

    def dot(self, x: float, y: float, colour: str, hollow: bool) -> None:
        fill = PAPER if hollow else colour
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{fill}" stroke="{colour}" '
            'stroke-width="2"/>'
        )

    def box(self, x: float, y: float, colour: str, hollow: bool) -> None:
        fill = PAPER if hollow else colour
        self.parts.append(
            f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{fill}" '
            f'stroke="{colour}" stroke-width="2"/>'
        )

    def svg(self) -> str:
        inside = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height:g}" '
            f'width="{WIDTH}" height="{self.height:g}" role="img" '
            f'aria-label={quoteattr(self.title)} font-family="{FACE}" font-size="13">\n'
            f"<title>{escape(self.title)}</title>\n<desc>{escape(self.told)}</desc>\n"
            f'<rect width="100%" height="100%" fill="{PAPER}"/>\n{inside}\n</svg>\n'
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """From values to places along a side of a drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def figures(study: Study) -> dict[str, str]:
    """Each by what it shows."""
    return {
        "steps": steps(study).svg(),
        "curves": curves(study).svg(),
        "acceptance": acceptance(study).svg(),
    }


# --- steps ----------------------------------------------------------------------------------------

ROW = 52
BESIDE = 232
"""Where the scale begins, beside the names."""


def steps(study: Study) -> Drawing:
    """By step: half are reached within the filled mark, nine of ten within the hollow one."""
    rows = study.steps
    times = [one.sample.of(f"{who} P90").mean for one in rows for who in ("first", "police")]
    last = max([time for time in times if isfinite(time)], default=GOAL)
    top = 5 * (int(min(last, 3600) / MINUTE / 5) + 1)
    axis = Axis(0, top, BESIDE, WIDTH - 96)
    told = "; ".join(f"{one.name}: {_both(one.sample)}" for one in rows)
    drawn = Drawing(
        f"Minutes until help is there, {study.district.name}", told, ROW * len(rows) + 96
    )
    drawn.text(16, 26, drawn.title)
    _key(drawn)
    bottom = 64 + ROW * len(rows)
    for minute in range(0, top + 1, 5):
        _upright(drawn, axis.at(minute), bottom, str(minute))
    goal = axis.at(GOAL / MINUTE)
    drawn.line([(goal, 58), (goal, bottom)], INK, 1.5, "4 3")
    drawn.text(goal, bottom + 16, "8", "middle")
    for number, one in enumerate(rows):
        y = 64 + ROW * number + 18
        drawn.text(16, y + 12, one.name)
        _row(drawn, axis, one.sample, "first", y)
        _row(drawn, axis, one.sample, "police", y + 18)
    return drawn


def _key(drawn: Drawing) -> None:
    x = BESIDE
    for mark, colour, said in (
        (drawn.dot, JADE, "first responder"),
        (drawn.box, MUTED, "first police"),
    ):
        mark(x, 44, colour, False)
        mark(x + 14, 44, colour, True)
        drawn.text(x + 26, 48, f"{said}: half, 9 of 10")
        x += 268


def _upright(drawn: Drawing, x: float, bottom: float, said: str) -> None:
    drawn.line([(x, 58), (x, bottom)], LINE)
    drawn.text(x, bottom + 16, said, "middle", MUTED)


def _row(drawn: Drawing, axis: Axis, sample: Sample, who: str, y: float) -> None:
    half, most = sample.of(f"{who} P50"), sample.of(f"{who} P90")
    colour, mark = (JADE, drawn.dot) if who == "first" else (MUTED, drawn.box)
    drawn.line([(axis.at(one.mean / MINUTE), y) for one in (half, most)], colour, 2)
    for one in (half, most):
        ends = [(axis.at(end / MINUTE), y) for end in (one.low, one.high)]
        drawn.line(ends, colour, 6)
    mark(axis.at(half.mean / MINUTE), y, colour, False)
    mark(axis.at(most.mean / MINUTE), y, colour, True)
    drawn.text(WIDTH - 16, y + 4, f"{_minutes(half)} · {_minutes(most)}", "end", colour)


# --- curves ---------------------------------------------------------------------------------------


def curves(study: Study) -> Drawing:
    """Of all calls, how many somebody is at by then."""
    shown = [one for one in study.steps if one.name in (OLD, RADIOS, FORCES, CARS, CREWS, WIDE)]
    x, y = Axis(0, 40, 56, 500), Axis(0, 1, 340, 56)
    told = "; ".join(
        f"{one.name}: {whole(1 - one.sample.of('first late').mean)} within 8 minutes"
        for one in shown
    )
    title = f"Calls with somebody there, by minutes since the call, {study.district.name}"
    drawn = Drawing(title, told, 392)
    drawn.text(16, 26, title)
    for minute in range(0, 41, 5):
        _upright(drawn, x.at(minute), 340, str(minute))
    for percent in range(0, 101, 25):
        drawn.line([(56, y.at(percent / 100)), (500, y.at(percent / 100))], LINE)
        drawn.text(48, y.at(percent / 100) + 4, f"{percent} %", "end", MUTED)
    drawn.line([(x.at(8), 56), (x.at(8), 340)], INK, 1.5, "4 3")
    drawn.text(x.at(8), 372, "8 minutes", "middle")
    for number, one in enumerate(shown):
        share = one.sample.curve.mean(axis=0)
        colour = COLOURS[number % 2]
        wide, dash = 1.5 + 0.4 * number, DASHES[len(shown) - 1 - number]
        points = [
            (x.at(second / MINUTE), y.at(value))
            for second, value in zip(GRID, share, strict=True)
            if second <= 2400
        ]
        drawn.line(points, colour, wide, dash)
        where = 76 + 26 * number
        drawn.line([(516, where - 4), (548, where - 4)], colour, wide, dash)
        drawn.text(556, where, one.name, colour=colour)
    return drawn


# --- acceptance and density -----------------------------------------------------------------------


LEAST, APART = 4, 14
"""Minutes at which the scale begins; between the names of two lines."""


def acceptance(study: Study) -> Drawing:
    """Minutes within which nine of ten have somebody, by how many come when they are asked."""
    times = [sample.of("first P90").mean for sample in study.cells.values()]
    top = 2 * (int(max([time for time in times if isfinite(time)]) / MINUTE / 2) + 1)
    y = Axis(LEAST, top, 320, 64)
    told = "; ".join(
        f"{'with' if rooms else 'without'} rooms, {whole(share)} accept, ×{density:g}: "
        f"{_minutes(sample.of('first P90'))}"
        for (rooms, share, density), sample in study.cells.items()
    )
    title = f"Minutes within which nine of ten calls have somebody, {study.district.name}"
    drawn = Drawing(title, told, 376)
    drawn.text(16, 26, title)
    for rooms, left, named in (
        (False, 48, "radios and other forces, cars at the station"),
        (True, 380, "and 20 rooms with crews"),
    ):
        x = Axis(min(ACCEPTANCES), max(ACCEPTANCES), left, left + 250)
        drawn.text(left, 50, named)
        _panel(drawn, x, y, top)
        lowest = y.start + APART
        for number, density in reversed(list(enumerate(DENSITIES))):
            found = [study.cells[rooms, share, density].of("first P90") for share in ACCEPTANCES]
            end = _crowd(drawn, x, y, found, number)
            lowest = min(end, lowest - APART)
            drawn.text(x.end + 8, lowest + 4, f"×{density:g}", colour=COLOURS[number % 2])
    drawn.text(WIDTH / 2, 366, "of guards, grid workers and volunteers, so many come", "middle")
    return drawn


def _panel(drawn: Drawing, x: Axis, y: Axis, top: int) -> None:
    for minute in range(LEAST, top + 1, 2):
        drawn.line([(x.start, y.at(minute)), (x.end, y.at(minute))], LINE)
        drawn.text(x.start - 8, y.at(minute) + 4, str(minute), "end", MUTED)
    drawn.line([(x.start, y.at(8)), (x.end, y.at(8))], INK, 1.5, "4 3")
    for share in ACCEPTANCES:
        drawn.text(x.at(share), y.start + 18, whole(share), "middle", MUTED)


def _crowd(drawn: Drawing, x: Axis, y: Axis, found: Sequence[Interval], number: int) -> float:
    """Where it ends."""
    colour = COLOURS[number % 2]
    ups = [y.at(one.mean / MINUTE) for one in found]
    across = [x.at(share) for share in ACCEPTANCES]
    points = list(zip(across, ups, strict=True))
    drawn.line(points, colour, 1 + 0.6 * number, DASHES[len(DENSITIES) - 1 - number])
    for at, one in zip(across, found, strict=True):
        drawn.line([(at, y.at(end / MINUTE)) for end in (one.low, one.high)], colour, 1.5)
    return ups[-1]


# --- words ----------------------------------------------------------------------------------------


def _minutes(one: Interval) -> str:
    return f"{one.mean / MINUTE:.1f}" if one.mean < inf else "never"


def _both(sample: Sample) -> str:
    return (
        f"somebody {_minutes(sample.of('first P50'))} and {_minutes(sample.of('first P90'))}, "
        f"police {_minutes(sample.of('police P50'))} and {_minutes(sample.of('police P90'))}"
    )
