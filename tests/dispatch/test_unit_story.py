"""What a timeline says of units, from what the entries hold."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from yihu.dispatch.unit_story import facts
from yihu.kernel.timeline import Happening

CAR, GUARD = uuid4().hex, uuid4().hex
NAMES = {CAR: "一号车 P1", GUARD: "门卫 G1"}
WHEN = datetime(2026, 7, 3, tzinfo=UTC)


def said(name: str, **more: object) -> list[str]:
    happening = Happening(
        2, "acted", name, WHEN, WHEN, by="staff", role="", person="", start="", to="", facts=more
    )
    return list(facts(happening, NAMES))


@pytest.mark.parametrize(
    ("name", "held", "words"),
    [
        ("assign", {"unit": CAR}, ["一号车 P1"]),
        ("offer", {"reach": "best", "units": [CAR, GUARD]}, ["最合适的几个", "一号车 P1、门卫 G1"]),
        (
            "accept",
            {"unit": GUARD, "verdict": "assigned", "eta": 200},
            ["门卫 G1", "请去现场", "3 分钟到"],
        ),
        ("accept", {"unit": GUARD, "verdict": "standby"}, ["门卫 G1", "请待命"]),
        ("accept", {"unit": GUARD, "verdict": "", "eta": 0}, ["门卫 G1", "1 分钟到"]),
        ("decline", {"unit": GUARD, "reason": "too_far"}, ["门卫 G1", "太远"]),
        ("fall_silent", {"wave": 1, "units": [CAR]}, ["一号车 P1"]),
        (
            "unit_status",
            {"unit": CAR, "status": "en_route", "secondary": []},
            ["一号车 P1", "在路上"],
        ),
        ("hand_over", {"unit": GUARD, "to": CAR}, ["门卫 G1 交给 一号车 P1"]),
        ("refer", {"to": "community"}, []),
        ("need_help", {"units": 2}, ["还要 2 支力量"]),
    ],
)
def test_what_is_said_of_units(name: str, held: dict[str, object], words: list[str]) -> None:
    assert said(name, **held) == words
