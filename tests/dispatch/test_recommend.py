"""Whom to ask, and why: the default policy, tried without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.dispatch.acceptance import (
    PRIOR,
    Acceptance,
    Asked,
    DistanceBand,
    HourBand,
    distance_band,
    enough_come,
    hour_band,
)
from yihu.dispatch.coverage import Coverage, Demand
from yihu.dispatch.crew import Crew, Fix
from yihu.dispatch.kinds import SENT, Kind, Status, Travel, UnitKind, Urgency
from yihu.dispatch.policy import Policy
from yihu.dispatch.recommend import Advice, Reason, Task, Unfit, Why, recommend
from yihu.dispatch.travel import Way

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
UNKNOWN = Acceptance()


def crew(n: int, kind: UnitKind = UnitKind.POLICE, **more: Any) -> Crew:
    """On shift, free, and seen just now."""
    told: dict[str, Any] = {
        "unit": UUID(int=n),
        "code": f"u{n:03}",
        "name": f"{n} 组",
        "kind": kind,
        "travel": Travel.CAR,
        "organisation": UUID(int=0),
        "equipment": frozenset(),
        "status": Status.AVAILABLE,
        "status_at": None,
        "people": (UUID(int=1000 + n),),
        "fix": Fix(121.0, 30.0, 10.0, NOON),
        "load": 0,
    }
    return Crew(**told | more)


def task(kind: Kind = Kind.BREAK_IN, urgency: Urgency = Urgency.NOW, **more: Any) -> Task:
    return Task(kind, urgency, **more)


def advised(
    one: Task, minutes: dict[Crew, float], demand: Demand | None = None, **more: Any
) -> Advice:
    """`minutes`: how long each takes by road."""
    ways = {each.unit: Way(60 * m, 500 * m, by_road=True) for each, m in minutes.items()}
    return recommend(one, minutes, ways, UNKNOWN, demand or Demand(), NOON, **more)


def order(advice: Advice) -> list[str]:
    return [line.crew.code for line in advice.lines]


def reasons(advice: Advice) -> dict[str, Unfit | Why]:
    return {one.crew.code: one.reason.code for one in advice.left_out}


# --- who is asked ---------------------------------------------------------------------------------


def test_urgent_the_nearest_by_road_is_first_and_says_so() -> None:
    advice = advised(task(), {crew(1): 4, crew(2): 2, crew(3): 9})
    assert advice.policy is Policy.NEAREST
    assert order(advice) == ["u002", "u001", "u003"]
    assert Reason(Why.NEAREST) in advice.lines[0].why


def test_as_many_are_asked_at_once_as_it_takes_to_be_sure() -> None:
    few = advised(task(), {crew(n): n for n in range(1, 9)})
    assert len(few.chosen) == 2  # nine of ten come, each
    assert few.sure == pytest.approx(0.99)
    many = advised(task(Kind.MISSING), {crew(n, UnitKind.VOLUNTEER): n for n in range(1, 9)})
    assert len(many.chosen) == 4  # two of five come


def test_the_nearest_guards_are_alerted_beside_the_police_where_there_may_be_violence() -> None:
    one, two, three = (crew(n, UnitKind.GUARD) for n in (1, 2, 3))
    helper = crew(4, UnitKind.VOLUNTEER)
    police = crew(5)
    advice = advised(task(Kind.FIGHT), {one: 1, two: 2, three: 3, helper: 1, police: 7})
    assert order(advice) == ["u005"]
    assert [line.crew.code for line in advice.beside] == ["u001", "u002"]
    assert reasons(advice) == {"u003": Unfit.POLICE_ONLY, "u004": Unfit.POLICE_ONLY}


def test_guards_never_go_instead_of_the_police_to_what_is_violent() -> None:
    advice = advised(task(Kind.WEAPON), {crew(1, UnitKind.GUARD): 1})
    assert advice.lines == ()
    assert [line.crew.code for line in advice.beside] == ["u001"]


def test_where_it_may_turn_violent_others_go_only_as_long_as_there_are_no_police() -> None:
    guard, police = crew(1, UnitKind.GUARD), crew(2)
    assert order(advised(task(Kind.SELF_HARM), {guard: 1, police: 9})) == ["u002"]
    assert order(advised(task(Kind.SELF_HARM), {guard: 1})) == ["u001"]


def test_whoever_is_nearest_is_sent_to_the_sick_whatever_force_they_are_of() -> None:
    advice = advised(task(Kind.MEDICAL), {crew(1, UnitKind.GUARD): 1, crew(2): 4})
    assert order(advice) == ["u001", "u002"]


def test_one_with_the_equipment_is_asked_too_where_one_is_not_far() -> None:
    near = {crew(n): n for n in (1, 2, 3)}
    carrying = crew(4, equipment=frozenset({"aed"}))
    wanted = task(Kind.MEDICAL, equipment=("aed",))
    assert UUID(int=4) in advised(wanted, near | {carrying: 5}).chosen
    assert UUID(int=4) not in advised(wanted, near | {carrying: 7}).chosen


# --- what leaving costs ---------------------------------------------------------------------------


def east(km: float) -> tuple[float, float]:
    return 121.0 + km / 96.4, 30.0


def at(km: float, **more: Any) -> Fix:
    return Fix(*east(km), 10.0, NOON)


def test_not_urgent_the_one_goes_whose_leaving_keeps_most_within_reach() -> None:
    alone = crew(1, fix=at(0))  # the only one at one end of the town
    one, other = crew(2, fix=at(10)), crew(3, fix=at(10))
    demand = Demand((east(0), east(10)), (9200.0, 5000.0))
    advice = advised(task(Kind.THEFT, Urgency.SOON), {alone: 2, one: 3.4, other: 3.9}, demand)
    assert advice.policy is Policy.COVER
    assert advice.lines[0].crew == one
    assert advice.trade is not None
    assert advice.trade.seconds == pytest.approx(84)
    assert advice.trade.residents == 9200
    assert Reason(Why.KEEPS_COVER, (9200,)) in advice.lines[0].why


@pytest.mark.parametrize("later", [4.1, 9.0])
def test_nobody_waits_more_than_two_minutes_or_over_eight_for_it(later: float) -> None:
    alone, others = crew(1, fix=at(0)), [crew(2, fix=at(10)), crew(3, fix=at(10))]
    demand = Demand((east(0), east(10)), (9200.0, 5000.0))
    nearest = 2 if later < 8 else 7.5
    advice = advised(
        task(Kind.THEFT, Urgency.SOON), {alone: nearest, **dict.fromkeys(others, later)}, demand
    )
    assert advice.lines[0].crew == alone
    assert advice.trade is None
    assert Reason(Why.COSTS_COVER, (9200,)) in advice.lines[0].why


def test_what_can_wait_leaves_a_reserve() -> None:
    busy = [crew(n, status=Status.ON_SCENE) for n in range(2, 6)]
    guard = crew(9, UnitKind.GUARD)
    minutes = {crew(1): 1, guard: 5, **dict.fromkeys(busy, 3)}
    noise = advised(task(Kind.NOISE, Urgency.CAN_WAIT), minutes)
    assert order(noise) == ["u009"]
    assert reasons(noise)["u001"] is Unfit.RESERVE
    assert order(advised(task(Kind.THEFT, Urgency.SOON), minutes))[0] == "u001"


def test_coverage_counts_only_those_who_can_be_sent_to_anything() -> None:
    coverage = Coverage(Demand((east(0),), (100.0,)), [crew(1, fix=at(0))])
    assert coverage.kept == 100
    assert coverage.lost_without(crew(1)) == 100
    assert coverage.lost_without(crew(2, UnitKind.GUARD)) == 0
    coverage.leave(crew(1))
    assert coverage.kept == 0


# --- who is left out ------------------------------------------------------------------------------


def test_off_shift_nobody_appears_at_all() -> None:
    advice = advised(task(), {crew(1): 5, crew(2, people=()): 1})
    assert order(advice) == ["u001"]
    assert advice.left_out == ()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": Status.ON_SCENE}, Reason(Unfit.BUSY)),
        ({"status": Status.UNAVAILABLE}, Reason(Unfit.UNAVAILABLE)),
        ({"fix": None}, Reason(Unfit.NO_POSITION)),
        (
            {"fix": Fix(121.0, 30.0, 10.0, NOON - timedelta(minutes=12))},
            Reason(Unfit.STALE, (12,)),
        ),
    ],
)
def test_whoever_is_left_out_stands_there_with_the_reason(
    more: dict[str, Any], why: Reason
) -> None:
    advice = advised(task(), {crew(1): 5, crew(2, **more): 1})
    assert order(advice) == ["u001"]
    assert [(one.crew.code, one.reason) for one in advice.left_out] == [("u002", why)]


def test_who_was_asked_before_or_raised_it_is_not_asked_again() -> None:
    asked = {UUID(int=2): Unfit.DECLINED, UUID(int=3): Unfit.GOING}
    one = task(asked=asked, raised_by=frozenset({UUID(int=4)}))
    advice = advised(one, {crew(n): n for n in (1, 2, 3, 4)})
    assert order(advice) == ["u001"]
    assert set(reasons(advice).values()) == {Unfit.DECLINED, Unfit.GOING, Unfit.RAISED_IT}


def test_where_there_is_no_way_nobody_is_sent() -> None:
    advice = recommend(
        task(), [crew(1)], {UUID(int=1): Way(float("inf"), float("inf"), by_road=True)},
        UNKNOWN, Demand(), NOON,
    )  # fmt: skip
    assert reasons(advice) == {"u001": Unfit.NO_WAY}


def test_without_a_place_everybody_who_is_free_is_listed_and_nothing_is_claimed() -> None:
    advice = recommend(task(placed=False), [crew(1, fix=None)], {}, UNKNOWN, Demand(), NOON)
    assert advice.policy is Policy.UNPLACED
    assert advice.lines[0].seconds is None
    assert advice.lines[0].why == (Reason(Why.UNPLACED),)


def test_all_of_it_can_be_kept() -> None:
    advice = advised(task(), {crew(n): n for n in range(1, 60)} | {crew(99, fix=None): 1})
    kept = advice.stored
    assert len(kept) == 60
    assert kept[0]["why"] == [["nearest"]]
    assert kept[-1] == {"unit": "u099", "left_out": ["no_position"]}


@given(
    st.sampled_from(Kind),
    st.sampled_from(Urgency),
    st.lists(
        st.tuples(
            st.sampled_from(UnitKind),
            st.sampled_from(Status),
            st.booleans(),
            st.integers(1, 30),
            st.integers(0, 3),
        ),
        max_size=20,
    ),
    st.integers(1, 4),
)
def test_whatever_the_circumstances_everybody_on_shift_appears_once_and_guards_never_lead_violence(
    kind: Kind, urgency: Urgency, told: list[tuple[UnitKind, Status, bool, int, int]], needed: int
) -> None:
    minutes = {
        crew(n, force, status=status, people=(UUID(int=n),) if here else (), load=load): m
        for n, (force, status, here, m, load) in enumerate(told, start=1)
    }
    advice = advised(task(kind, urgency, needed=needed), minutes)
    named = [line.crew for line in (*advice.lines, *advice.beside)]
    named += [one.crew for one in advice.left_out]
    assert sorted(one.code for one in named) == sorted(one.code for one in minutes if one.on_duty)
    violent = kind in (Kind.WEAPON, Kind.FIGHT, Kind.DOMESTIC_VIOLENCE)
    assert all(line.crew.kind in SENT for line in advice.lines) or not violent
    assert all(line.crew.can_be_sent for line in (*advice.lines, *advice.beside))
    chosen = [line for line in advice.lines if line.chosen]
    assert chosen == list(advice.lines[: len(chosen)])  # the chosen stand first
    assert len(chosen) >= min(needed, len(advice.lines))
    assert advice == advised(task(kind, urgency, needed=needed), minutes)


# --- how likely -----------------------------------------------------------------------------------


def test_before_anybody_was_asked_what_is_assumed_stands_with_n_of_nought() -> None:
    chance = UNKNOWN.of(UnitKind.GUARD, NOON, 300)
    assert (chance.p, chance.n) == (PRIOR[UnitKind.GUARD], 0)


def test_answers_outweigh_what_was_assumed_and_only_for_their_like() -> None:
    known = Acceptance([Asked(UnitKind.GUARD, 12, DistanceBand.HERE, n=90, came=9)])
    assert known.of(UnitKind.GUARD, NOON, 300).p == pytest.approx((6.5 + 9) / 100)
    assert known.of(UnitKind.GUARD, NOON, 300).n == 90
    for other in (
        known.of(UnitKind.GUARD, NOON, 3000),
        known.of(UnitKind.GUARD, NOON.replace(hour=23), 300),
        known.of(UnitKind.POLICE, NOON, 300),
    ):
        assert other.n == 0


@pytest.mark.parametrize(
    ("hour", "band"),
    [(0, HourBand.NIGHT), (6, HourBand.DAY), (18, HourBand.EVENING), (23, HourBand.NIGHT)],
)
def test_hours_fall_into_bands(hour: int, band: HourBand) -> None:
    assert hour_band(hour) is band


@pytest.mark.parametrize(
    ("metres", "band"),
    [(0, "here"), (500, "here"), (501, "near"), (4000, "far"), (4001, "beyond"), (None, "unknown")],
)
def test_distances_fall_into_bands(metres: float | None, band: str) -> None:
    assert distance_band(metres) == band


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(0, 5))
def test_how_likely_enough_come_agrees_with_counting_every_case(
    chances: list[float], needed: int
) -> None:
    total = 0.0
    for case in range(2 ** len(chances)):
        p, came = 1.0, 0
        for n, chance in enumerate(chances):
            comes = bool(case >> n & 1)
            came += comes
            p *= chance if comes else 1 - chance
        total += p if came >= needed else 0.0
    assert enough_come(chances, needed) == pytest.approx(total, abs=1e-9)


def test_one_who_is_busy_elsewhere_counts_as_further_away() -> None:
    assert order(advised(task(), {replace(crew(1), load=2): 3, crew(2): 4})) == ["u002", "u001"]
