"""The curves of a simulation as lines of an SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600.0, 240.0


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: of what it shows, from 1; how it is drawn follows from it."""

    number: int
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """In a box `width` × `height`. `ups`: (y, words) of the grid; `alongs`: (x, words)."""

    lines: tuple[Line, ...]
    ups: tuple[tuple[float, str], ...]
    alongs: tuple[tuple[float, str], ...]
    width: float = WIDTH
    height: float = HEIGHT


def drawing(
    titles: Sequence[str],
    values: Sequence[Sequence[float | None]],
    alongs: Sequence[tuple[float, str]],
    low: float = 0.0,
) -> Drawing:
    """Shares (0 to 1) by line, evenly apart. `alongs`: what stands below, by the part of the width;
    `low`: the share at which the scale begins. A missing value breaks its line."""
    ups = [low + (1 - low) * part / 4 for part in range(5)]
    return Drawing(
        tuple(
            Line(number, title, _path(shares, low))
            for number, (title, shares) in enumerate(zip(titles, values, strict=True), 1)
        ),
        tuple((_up(share, low), f"{100 * share:g}%") for share in ups),
        tuple((round(part * WIDTH, 1), words) for part, words in alongs),
    )


def _path(shares: Sequence[float | None], low: float) -> str:
    step, path, pen = WIDTH / max(len(shares) - 1, 1), [], "M"
    for number, share in enumerate(shares):
        if share is None:
            pen = "M"
            continue
        path.append(f"{pen}{number * step:.1f} {_up(share, low):.1f}")
        pen = "L"
    return "".join(path)


def _up(share: float, low: float) -> float:
    return round(HEIGHT * (1 - (share - low) / (1 - low)), 1)
