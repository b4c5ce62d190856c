"""Laws of random times, and numbers that depend on nothing but their key. Pure.

A simulation draws each number by a key: the seed, the call, what is drawn, and for whom. So two
policies under the same seed meet the same calls, the same service times and the same answers of
the same units, however differently they ask (common random numbers; Law, *Simulation Modeling and
Analysis*, §11.2). The numbers are those of SplitMix64 (Steele, Lea & Flood 2014), with the key in
place of its counter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import exp, inf, log, pi, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from yihu.planning.compiled import inner
from yihu.planning.siting_problem import Floats

type Records = Any
"""A structured array: NumPy's types know nothing of its fields."""
type Key = Any
"""64 bits, unsigned, in whatever integer they come."""


class Form(IntEnum):
    CONSTANT = 0
    EXPONENTIAL = 1
    ERLANG = 2
    LOGNORMAL = 3
    SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Law:
    """How long something takes. `mean`: seconds; `shape`: Erlang's k, or the standard deviation of
    the logarithm; `samples`: seconds that were measured, each as likely."""

    form: Form
    mean: float
    shape: float = 0.0
    samples: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (0 <= self.mean < inf and 0 <= self.shape < inf):
            raise ValueError(f"no law of times has mean {self.mean} and shape {self.shape}")

    @classmethod
    def constant(cls, seconds: float) -> Self:
        return cls(Form.CONSTANT, seconds)

    @classmethod
    def exponential(cls, mean: float) -> Self:
        return cls(Form.EXPONENTIAL, mean)

    @classmethod
    def erlang(cls, mean: float, k: int) -> Self:
        if k < 1:
            raise ValueError(f"no law of Erlang has {k} stages")
        return cls(Form.ERLANG, mean, k)

    @classmethod
    def lognormal(cls, mean: float, variation: float) -> Self:
        """`variation`: the coefficient of variation (standard deviation / mean)."""
        return cls(Form.LOGNORMAL, mean, sqrt(log(1 + variation * variation)))

    @classmethod
    def of_samples(cls, seconds: ArrayLike) -> Self:
        values = np.asarray(seconds, dtype=float).ravel()
        if not len(values) or not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError("samples of a law are times, at least one")
        return cls(Form.SAMPLES, float(values.mean()), samples=tuple(values.tolist()))


LAW = np.dtype(
    [("form", "i8"), ("mean", "f8"), ("shape", "f8"), ("first", "i8"), ("count", "i8")], align=True
)
"""A law as the compiled functions read it; its samples stand from `first` on among all samples."""


def table_of_laws(laws: Sequence[Law]) -> tuple[Records, Floats]:
    """The rows of `LAW`, and the samples of all of them."""
    table = np.zeros(len(laws), dtype=LAW)
    samples: list[float] = []
    for row, law in zip(table, laws, strict=True):
        row["form"], row["mean"], row["shape"] = law.form, law.mean, law.shape
        row["first"], row["count"] = len(samples), len(law.samples)
        samples += law.samples
    return table, np.array(samples, dtype=float)


# --- by key ---------------------------------------------------------------------------------------

GOLDEN, FIRST, SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
CONSTANT, EXPONENTIAL, ERLANG, LOGNORMAL, SAMPLES = (int(form) for form in Form)


@inner
def mixed(word: Key) -> Key:
    """SplitMix64's next word."""
    z = np.uint64(word) + GOLDEN
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


@inner
def key_of(seed: Key, call: int, purpose: int, item: int) -> Key:
    """`purpose`: below 256; `item`: below 2³²."""
    word = (np.uint64(purpose) << np.uint64(32)) + np.uint64(item)
    return mixed(mixed(np.uint64(seed) + np.uint64(call)) ^ word)


@inner
def uniform(key: Key) -> Any:
    """Above 0 and below 1."""
    return (np.float64(np.uint64(key) >> np.uint64(12)) + 0.5) * 2.0**-52


@inner
def drawn(law: Records, samples: Floats, key: Key) -> float:
    """A time of a law (a row of `LAW`), the same for the same key."""
    form = law.form
    if form == CONSTANT:
        return law.mean  # type: ignore[no-any-return]
    first = uniform(key)
    if form == EXPONENTIAL:
        return -law.mean * log(first)  # type: ignore[no-any-return]
    if form == SAMPLES:
        return samples[law.first + int(first * law.count)]  # type: ignore[no-any-return]
    if form == LOGNORMAL:  # Box & Muller (1958)
        angle = 2 * pi * uniform(mixed(key))
        normal = sqrt(-2 * log(first)) * np.cos(angle)
        return law.mean * exp(law.shape * normal - law.shape * law.shape / 2)  # type: ignore[no-any-return]
    total = 0.0
    for _stage in range(int(law.shape)):
        total -= log(uniform(key))
        key = mixed(key)
    return total * law.mean / law.shape  # type: ignore[no-any-return]
