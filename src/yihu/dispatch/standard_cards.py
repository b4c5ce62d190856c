"""The run cards that a district begins with, one for each kind of incident. Pure.

They are kept as `card_texts/<kind>.toml`, in Chinese and English, and follow what is public: that
anybody may stop an act and hand over whoever is caught in it at once, and nobody but the police
may search, seize, hold or question; that a first fire is fought in twos, and left when it grows;
that compressions begin before anybody arrives; that nobody waits a day to look for the lost.
A station puts them into its own words: each change is a version of its own.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from yihu.dispatch.card_steps import Card, Doer, Line, Step
from yihu.dispatch.kinds import Kind, UnitKind

TEXTS = files("yihu.dispatch") / "card_texts"
REQUIRED = {"must": True, "may": False}


@cache
def standard(kind: Kind) -> Card:
    """The card of a kind as the house brings it."""
    said, shared = _read(kind.value), _shared()
    steps = [shared[one] if isinstance(one, str) else _step(one) for one in said["steps"]]
    general, own = _read("limits"), said.get("limits", {})
    limits = {
        unit: [Line(*line) for line in [*own.get(unit.value, []), *general[unit.value]]]
        for unit in UnitKind
    }
    return Card(steps, limits)


@cache
def _shared() -> dict[str, Step]:
    return {step.code: step for step in map(_step, _read("common")["steps"])}


def _step(row: list[str]) -> Step:
    code, role, weight, text, text_en = row
    return Step(text, text_en, code, Doer(role), REQUIRED[weight])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))
