"""The numbers that a simulation rests on: what is measured of them, and what stands in where nobody
looked."""

from datetime import datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yihu.dispatch.acceptance import PRIOR, PRIOR_WEIGHT
from yihu.dispatch.kinds import UnitKind
from yihu.planning.measured_inputs import (
    HELPERS,
    Input,
    Prior,
    Source,
    Spell,
    measured,
    of_table,
)
from yihu.planning.past_calls import SHANGHAI, Call, Trip, read_calls
from yihu.planning.study_assumptions import Assumptions

MONDAY = datetime(2026, 1, 5, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNTIL = MONDAY + 14 * DAY


def answered(force: str, came: int, asked: int) -> list[Call]:
    return [
        Call(MONDAY + 9 * HOUR, "fight", "east", trips=(Trip(force, n < came),))
        for n in range(asked)
    ]


# --- who comes ------------------------------------------------------------------------------------


def test_who_was_never_asked_comes_as_the_house_declares() -> None:
    found = measured([], MONDAY, UNTIL).acceptance
    assert {force: one.value for force, one in found.items()} == PRIOR
    assert {one.source for one in found.values()} == {Source.ASSUMED}
    assert {one.prior for one in found.values()} == {Prior.HOUSE}
    assert {one.n for one in found.values()} == {0}


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=30)
def test_answers_draw_what_the_house_declares_towards_what_was_seen(came: int, more: int) -> None:
    asked = came + more
    one = measured(answered("guard", came, asked), MONDAY, UNTIL).acceptance["guard"]
    prior = PRIOR[UnitKind.GUARD]
    assert one.n == asked
    assert one.expected == prior
    assert one.value == pytest.approx((came + PRIOR_WEIGHT * prior) / (asked + PRIOR_WEIGHT))
    assert (one.source is Source.MEASURED) == (asked > 0)


def test_kinds_that_the_house_does_not_know_are_drawn_towards_all() -> None:
    calls = answered("guard", 5, 10) + answered("消防", 10, 10)
    one = measured(calls, MONDAY, UNTIL).acceptance["消防"]
    assert (one.prior, one.expected) == (Prior.POOLED, None)
    assert one.value == pytest.approx((10 + 10 * 15 / 20) / 20)


# --- who is on shift ------------------------------------------------------------------------------


def spell(unit: int, day: int, begin: float, end: float, force: str = "guard") -> Spell:
    start = MONDAY + day * DAY
    return Spell(unit, force, start + begin * HOUR, start + end * HOUR)


def test_units_on_shift_are_counted_by_the_hour_and_each_once() -> None:
    spells = [
        *(spell(1, day, 8, 16) for day in range(14)),
        *(spell(1, day, 9.5, 15) for day in range(14)),  # another of the same unit
        *(spell(2, day, 12, 12.5) for day in range(7)),
    ]
    hours = measured([], MONDAY, UNTIL, spells=spells, registered={"guard": 5}).on_shift["guard"]
    assert [one.value for one in hours[7:13]] == [0, 1, 1, 1, 1, 1 + 7 / 28]
    assert [one.n for one in hours[7:13]] == [0, 14, 14, 14, 14, 21]
    assert {one.source for one in hours} == {Source.MEASURED}, "nobody at night is a measure, too"
    assert {one.expected for one in hours} == {5}


def test_of_whom_no_shift_was_seen_all_are_there() -> None:
    found = measured(
        [], MONDAY, UNTIL, spells=[spell(1, 0, 8, 9)], registered={"guard": 5, "volunteer": 3}
    )
    assert found.on_shift["volunteer"] == (Input.assumed(3.0, Prior.REGISTERED),) * 24


def test_shifts_are_looked_on_from_the_first_one() -> None:
    found = measured([], MONDAY, UNTIL, spells=[spell(1, 13, 8, 9)])
    assert found.on_shift["guard"][8].value == 1, "one day was looked on, not fourteen"
    assert found.on_shift["guard"][8].since == MONDAY + 13 * DAY


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(-30, 400), st.floats(0.01, 40)),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=60)
def test_hours_on_shift_are_those_of_a_clock_that_looks_every_minute(
    rows: list[tuple[int, float, float]],
) -> None:
    spells = [
        Spell(unit, "guard", MONDAY + begin * HOUR, MONDAY + (begin + lasts) * HOUR)
        for unit, begin, lasts in rows
    ]
    found = measured([], MONDAY, UNTIL, spells=spells).on_shift.get("guard")
    within = [one for one in spells if one.since < UNTIL and one.until > MONDAY]
    if found is None:
        assert not within
        return
    first = min(max(one.since, MONDAY) for one in within)
    begun = int((first - MONDAY) / DAY) * 24
    minutes = np.arange(begun * 60, 14 * 24 * 60) / 60 + 1 / 120
    here = np.zeros(len(minutes))
    for unit in range(4):
        own = [
            ((s.since - MONDAY) / HOUR, (s.until - MONDAY) / HOUR) for s in spells if s.unit == unit
        ]
        here += np.any([(a <= minutes) & (minutes < b) for a, b in own], axis=0) if own else 0
    expected = np.array([here[minutes.astype(int) % 24 == hour].mean() for hour in range(24)])
    assert [one.value for one in found] == pytest.approx(expected, abs=0.05)


def test_density_is_of_helpers_alone_and_measured_where_all_were_seen() -> None:
    spells = [spell(1, 0, 8, 20), spell(2, 0, 8, 20, "police"), spell(3, 0, 8, 20, "volunteer")]
    known = measured([], MONDAY, MONDAY + DAY, spells=spells, km2=4.0)
    assert [known.density[hour].value for hour in (7, 8, 19, 20)] == [0, 0.5, 0.5, 0]
    assert known.density[8].n == 2
    assert known.density[8].source is Source.MEASURED
    assert "police" not in HELPERS
    others = measured(
        [], MONDAY, MONDAY + DAY, spells=spells, km2=4.0, registered={"grid_worker": 4}
    )
    assert others.density[8].value == 1.5
    assert others.density[8].source is Source.ASSUMED
    assert measured([], MONDAY, UNTIL, spells=spells).density == ()


# --- calls, and how long they take ----------------------------------------------------------------

TABLE = """\
created,kind,zone,force,accepted,dispatched,en route,on scene,closed
2026-01-05 08:10,fight,east,guard,yes,2026-01-05 08:11,2026-01-05 08:12,\
2026-01-05 08:16,2026-01-05 08:40
2026-01-06 09:10,noise,west,guard,no,,,,
2026-01-18 09:10,fight,east,police,yes,2026-01-18 09:11,2026-01-18 09:14,\
2026-01-18 09:16,2026-01-18 09:40
"""


def test_a_file_gives_the_same_as_the_ledger_would() -> None:
    calls = read_calls(BytesIO(TABLE.encode()))
    found, ledger = of_table(calls), measured(calls, MONDAY, UNTIL)
    assert (found.since, found.until) == (MONDAY, UNTIL)
    for name in ("acceptance", "turnout", "service", "calls", "by_hour", "by_zone"):
        assert getattr(found, name) == getattr(ledger, name)
    assert found.on_shift == {}
    assert found.a_day.value == pytest.approx(3 / 14)
    assert found.calls["fight"].n == 2
    assert found.by_hour[8].n == 1
    assert found.by_zone["east"].n == 2
    assert sum(one.value for one in found.by_zone.values()) == pytest.approx(1)
    assert 7 * found.a_day.value == pytest.approx(sum(one.value for one in found.by_hour))
    with pytest.raises(ValueError, match="no calls"):
        of_table([])


def test_of_laws_each_says_whether_it_is_its_own_that_of_all_or_assumed() -> None:
    found = of_table(read_calls(BytesIO(TABLE.encode())))
    own, pooled = found.turnout["guard"], found.turnout["volunteer"]
    assert (own.n, own.source, own.since) == (1, Source.MEASURED, MONDAY)
    assert (pooled.n, pooled.source, pooled.prior) == (0, Source.ASSUMED, Prior.POOLED)
    assert 60 < own.value.mean < pooled.value.mean < 180
    nobody = measured([], MONDAY, UNTIL)
    told = Assumptions()
    assert nobody.turnout["police"].value.mean == pytest.approx(told.car_turnout)
    assert nobody.turnout["guard"].value.mean == pytest.approx(told.turnout)
    assert nobody.service["fight"].value.mean == pytest.approx(told.service_now)
    assert nobody.service["noise"].value.mean == pytest.approx(told.service_wait)
    assert nobody.service["noise"].value.variation == pytest.approx(told.spread)
    assert {one.prior for one in nobody.service.values()} == {Prior.STUDY}


def test_calls_are_looked_on_from_the_first_ones_day() -> None:
    calls = [Call(UNTIL - 5 * DAY + n * HOUR, "fight") for n in range(10)]
    found = measured(calls, MONDAY, UNTIL)
    assert found.since == UNTIL - 5 * DAY
    assert found.a_day.value == pytest.approx(2)
    assert measured([], MONDAY, UNTIL).a_day.source is Source.ASSUMED
