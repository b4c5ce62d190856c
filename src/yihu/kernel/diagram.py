"""A loop as a picture, worked out from its declaration. Pure.

Steps stand below each other in the order of the story, ends at the bottom. Beside
each stand the moves that lead away from it and those that arrive; every move is one
line on a track of its own to the right, however many steps it leaves, so that no line
hides another. Presentation attributes only, and the colour of the text around it: so
it fits light and dark pages, and any content security policy.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from yihu.kernel.clock import Escalate, LapseMove, Span
from yihu.kernel.loop import CLOCK, End, Loop, Move, Step

PAD = 16
BOX_WIDTH = 236
"""Of a box, at least; all grow with the longest words in one."""
INSET = 14
"""Between a box's side and its words, within and without."""
ROW = 22
"""Height of one move beside a box."""
BETWEEN = 26
"""Space between boxes."""
TRACK = 14
"""Space between two vertical tracks."""
LINES_HEIGHT = 74
END_HEIGHT = 40
FACE = "system-ui, 'PingFang SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif"


@dataclass(frozen=True, slots=True)
class Words:
    """What the picture says beside the loop's own titles; pages give theirs."""

    span: Callable[[Span], str] = str
    escalates: str = "escalates to {roles}"
    lapses: str = "then: {move}"
    times: str = " (at most {n} times)"
    beyond: str = " (after {n} times)"
    between_roles: str = ", "
    clock: str = "the clock"

    def roles(self, roles: Iterable[object]) -> str:
        """Several roles by their titles."""
        titles = (self.clock if role == CLOCK else getattr(role, "title", role) for role in roles)
        return self.between_roles.join(map(str, titles))


@dataclass(slots=True)
class _Box:
    place: Step | End
    top: float = 0
    height: float = 0
    rows: "list[_Row]" = field(default_factory=list)

    def place_rows(self) -> None:
        first = self.top + (self.height - ROW * len(self.rows)) / 2 + ROW / 2
        for n, row in enumerate(self.rows):
            row.y = first + n * ROW


@dataclass(slots=True)
class _Row:
    """One end of a line: a move leaving its step, or arriving."""

    label: str
    arrives: bool
    y: float = 0


@dataclass(slots=True)
class _Line:
    """All of a move that leads to one place. `dashed`: it may be made a bounded number of times."""

    dashed: bool
    leaves: list[_Row]
    arrives: _Row
    track: int = 0

    @property
    def span(self) -> tuple[float, float]:
        ys = [row.y for row in (*self.leaves, self.arrives)]
        return min(ys), max(ys)


def draw(loop: Loop, words: Words | None = None, *, names: bool = False) -> str:
    """The loop as SVG. `names` adds each place's own name to its title."""
    said = words or Words()
    boxes = _boxes(loop)
    lines = list(_lines(loop, boxes, said))
    _stack(boxes.values())
    tracks = _assign_tracks(lines)
    gutter = max((_width(row.label, 13) for box in boxes.values() for row in box.rows), default=0)
    edge = PAD + max(BOX_WIDTH, 2 * INSET + _widest(loop, boxes.values(), said, names))
    first_track = edge + gutter + 40
    width = first_track + tracks * TRACK + PAD
    height = max(box.top + box.height for box in boxes.values()) + PAD
    body = [
        *(_drawn_line(line, edge, first_track) for line in lines),
        *(_drawn_row(row, edge) for box in boxes.values() for row in box.rows),
        *(_drawn_box(loop, box, edge, said, names) for box in boxes.values()),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img" font-family="{FACE}"'
        f' font-size="13" fill="currentColor">'
        f"<title>{escape(str(loop.title))}</title>\n" + "\n".join(body) + "\n</svg>\n"
    )


# --- what stands where ---------------------------------------------------------------------------


def _boxes(loop: Loop) -> dict[str, _Box]:
    in_order = sorted(loop.steps, key=lambda place: isinstance(place, End))
    return {place.name: _Box(place) for place in in_order}


def _lines(loop: Loop, boxes: dict[str, _Box], words: Words) -> Iterator[_Line]:
    for move in loop.moves:
        for target, note in _targets(move, words):
            label = f"{move.title}{note}"
            leaves = [_Row(label, False) for _ in move.start]
            for start, row in zip(move.start, leaves, strict=True):
                boxes[start].rows.append(row)
            arrives = _Row(f"{label} · {words.roles(move.by)}", True)
            boxes[target].rows.insert(0, arrives)
            yield _Line(move.times is not None, leaves, arrives)


def _targets(move: Move, words: Words) -> list[tuple[str, str]]:
    """Where a move leads, and what bounds it."""
    if move.times is None or move.beyond is None:
        return [(move.to, "")]
    return [
        (move.to, words.times.format(n=move.times)),
        (move.beyond, words.beyond.format(n=move.times)),
    ]


def _stack(boxes: Iterable[_Box]) -> None:
    top: float = PAD
    for box in boxes:
        least = LINES_HEIGHT if isinstance(box.place, Step) else END_HEIGHT
        box.top, box.height = top, max(least, ROW * len(box.rows) + 12)
        box.place_rows()
        top += box.height + BETWEEN


def _assign_tracks(lines: list[_Line]) -> int:
    """The shortest lines nearest to the boxes, none over another; how many tracks that takes."""
    taken: list[list[tuple[float, float]]] = []
    for line in sorted(lines, key=lambda line: line.span[1] - line.span[0]):
        top, bottom = line.span
        free = (
            number
            for number, spans in enumerate(taken)
            if all(bottom < start or end < top for start, end in spans)
        )
        line.track = next(free, len(taken))
        if line.track == len(taken):
            taken.append([])
        taken[line.track].append((top, bottom))
    return len(taken)


def _width(text: str, size: float) -> float:
    """About how wide a text is: an em for a Chinese character, a bit over half of one else."""
    return sum(size if ord(char) > 0x2E7F else size * 0.58 for char in text)


def _widest(loop: Loop, boxes: Iterable[_Box], words: Words, names: bool) -> float:
    """Of all that stands in the boxes."""
    places = [box.place for box in boxes]
    titles = (
        _width(str(place.title), 16) + (8 + _width(place.name, 13) if names else 0)
        for place in places
    )
    steps = (place for place in places if isinstance(place, Step))
    below = (_width(line, 13) for step in steps for line in _of_step(loop, step, words))
    return max((*titles, *below), default=0)


# --- drawing -------------------------------------------------------------------------------------


def _drawn_line(line: _Line, edge: float, first_track: float) -> str:
    x = first_track + line.track * TRACK
    top, bottom = line.span
    dash = ' stroke-dasharray="5 4"' if line.dashed else ""
    pieces = [f"M{x:g} {top:g}V{bottom:g}"]
    pieces += [f"M{_after(row, edge):g} {row.y:g}H{x:g}" for row in (*line.leaves, line.arrives)]
    ys = sorted(row.y for row in (*line.leaves, line.arrives))[1:-1]
    dots = "".join(f'<circle cx="{x:g}" cy="{y:g}" r="2.6"/>' for y in ys)
    y = line.arrives.y
    head = f'<path d="M{edge + 1:g} {y:g}l9 -5v10z"/>'
    return (
        f'<path d="{"".join(pieces)}" fill="none" stroke="currentColor" stroke-width="1.2"'
        f' stroke-opacity="0.7"{dash}/>{dots}{head}'
    )


def _after(row: _Row, edge: float) -> float:
    """Where a row's line begins: behind its label."""
    return edge + 20 + _width(row.label, 13)


def _drawn_row(row: _Row, edge: float) -> str:
    weight = ' fill-opacity="0.75"' if row.arrives else ""
    return f'<text x="{edge + INSET:g}" y="{row.y + 4.5:g}"{weight}>{escape(row.label)}</text>'


def _drawn_box(loop: Loop, box: _Box, edge: float, words: Words, names: bool) -> str:
    place = box.place
    is_end = isinstance(place, End)
    radius = END_HEIGHT / 2 if is_end else 6
    opening = ' stroke-width="2.4"' if place.name in loop.openings else ' stroke-width="1.4"'
    shape = (
        f'<rect x="{PAD}" y="{box.top:g}" width="{edge - PAD:g}" height="{box.height:g}"'
        f' rx="{radius:g}" fill="none" stroke="currentColor"{opening}/>'
    )
    texts = [f'<tspan font-size="16" font-weight="600">{escape(str(place.title))}</tspan>']
    if names:
        texts[0] += f'<tspan fill-opacity="0.75" dx="8">{escape(place.name)}</tspan>'
    if isinstance(place, Step):
        texts += [escape(line) for line in _of_step(loop, place, words)]
    middle = box.top + box.height / 2
    first = middle - (len(texts) - 1) * 10 + 5
    return shape + "".join(
        f'<text x="{PAD + INSET}" y="{first + n * 20:g}">{text}</text>'
        for n, text in enumerate(texts)
    )


def _of_step(loop: Loop, step: Step, words: Words) -> Iterator[str]:
    """Whose turn it is and how long; and what happens then."""
    if step.owner and step.within:
        yield f"{words.roles([step.owner])} · {words.span(step.within)}"
    match step.lapse:
        case Escalate(roles=roles):
            yield words.escalates.format(roles=words.roles(roles))
        case LapseMove(name=name):
            move = loop.move(name, step.name)
            yield words.lapses.format(move=move.title if move else name)
