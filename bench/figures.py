"""Measured figures, beside the bars they must reach."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`bar` is the largest value that still reaches it; None where nothing is required."""

    measure: str
    what: str
    value: float
    unit: str
    bar: float | None = None
    least: float | None = None

    @property
    def reached(self) -> bool:
        too_large = self.bar is not None and self.value > self.bar
        return not too_large and (self.least is None or self.value >= self.least)

    def __str__(self) -> str:
        whole = isinstance(self.value, int) or self.value >= 100
        number = f"{self.value:,.0f}" if whole else f"{self.value:.2f}"
        required = ""
        if self.bar is not None:
            required = f"at most {self.bar:,g}"
        elif self.least is not None:
            required = f"at least {self.least:,g}"
        missed = "" if self.reached else "  MISSED"
        return f"{self.what:<58} {number:>10} {self.unit:<12} {required}{missed}".rstrip()


def show(figures: Sequence[Figure], as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(figure) | {"reached": figure.reached} for figure in figures]))
    else:
        print("\n".join(map(str, figures)), flush=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]
