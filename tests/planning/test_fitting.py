"""Calls of the past: tables read, and what is fitted to them beside what they were drawn from."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from math import exp, log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yihu.places.datum import Datum, from_wgs84
from yihu.planning.fitting import WEIGHT, acceptance, fit, laws, rates
from yihu.planning.past_calls import SHANGHAI, BadCalls, Call, Trip, read_calls

MONDAY = datetime(2026, 1, 5, tzinfo=SHANGHAI)
WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)


def read(text: str, encoding: str = "utf-8", **more: Datum) -> list[Call]:
    return read_calls(BytesIO(text.encode(encoding)), **more)


# --- tables ---------------------------------------------------------------------------------------

CHINESE = """\
报警时间,警情类别,经度,纬度,社区,处置力量,是否接受,派警时间,出发时间,到场时间,结束时间
2026-01-05 08:10:00,纠纷,121.01,30.02,东,保安,是,2026-01-05 08:11:00,2026-01-05 08:12:30,\
2026-01-05 08:16:00,2026-01-05 08:40:00
2026/1/5 9:03,求助,,,,,否,,,,
"""
ENGLISH = """\
created,kind,longitude,latitude,zone,force,accepted,dispatched,en route,on scene,closed
2026-01-05T00:10:00Z,纠纷,121.01,30.02,东,保安,yes,2026-01-05T00:11:00Z,2026-01-05T00:12:30Z,\
2026-01-05T00:16:00Z,2026-01-05T00:40:00Z
2026-01-05T09:03+08:00,求助,,,,,no,,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_a_table_is_read_whatever_its_language_and_encoding(text: str, encoding: str) -> None:
    first, second = read(text, encoding)
    minute = timedelta(minutes=1)
    at = MONDAY.replace(hour=8, minute=10)
    assert first == Call(
        at,
        "纠纷",
        "东",
        121.01,
        30.02,
        (Trip("保安", True, at + minute, at + 2.5 * minute, at + 6 * minute, at + 30 * minute),),
    )
    assert first.created.utcoffset() == timedelta(hours=8), "hours are those of the district"
    assert second == Call(MONDAY.replace(hour=9, minute=3), "求助", trips=(Trip("", False),))


def test_only_when_it_was_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("时间\n2026-01-05 08:10\n\n2026-01-06 09:10\n", encoding="utf-8")
    assert [call.trips for call in read_calls(path)] == [(), ()]
    with pytest.raises(BadCalls, match="no column that says when"):
        read("kind,longitude\nfire,121\n")
    with pytest.raises(BadCalls, match="not text"):
        read_calls(BytesIO(b"\x81\x00\xff\xff"))


def test_what_is_wrong_is_named_by_line_and_column() -> None:
    text = (
        "时间,类型,经度,纬度,到场,结束,接受\n"
        "2026-01-05 08:10,纠纷,121.0,30.0,,,\n"
        "昨天,纠纷,121.0,30.0,,,\n"
        "2026-01-05,纠纷,12x,30.0,,,\n"
        ",纠纷,121.0,95,,,也许\n"
        "2026-01-05 08:10,纠纷,121.0,,2026-01-05 08:30,2026-01-05 08:20,\n"
        "2026-01-05 08:10,纠纷,,,2026-01-05 08:09,,\n"
    )
    with pytest.raises(BadCalls) as caught:
        read(text)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [
        *[(3, "时间"), (4, "时间"), (4, "经度")],
        *[(5, "时间"), (5, "纬度"), (5, "接受")],
        *[(6, "结束"), (6, "纬度"), (7, "到场")],
    ]
    words = str(caught.value)
    assert "line 4, 经度: '12x' is not a number" in words
    assert "line 6, 结束: is before 到场" in words


def test_many_faults_are_counted_and_all_are_kept() -> None:
    with pytest.raises(BadCalls, match="and 25 more") as caught:
        read("created\n" + "never\n" * 35)
    assert len(caught.value.faults) == 35


def test_positions_of_another_datum_are_turned_into_ours() -> None:
    longitude, latitude = from_wgs84((121.0, 30.0), Datum.GCJ02)
    text = f"时间,经度,纬度\n2026-01-05 08:10,{longitude!r},{latitude!r}\n"
    [shifted], [plain] = read(text, datum=Datum.GCJ02), read(text)
    assert (shifted.longitude, shifted.latitude) == pytest.approx((121.0, 30.0), abs=1e-7)
    assert plain.longitude == longitude


# --- how often ------------------------------------------------------------------------------------


def drawn(rate: np.ndarray, weeks: int, seed: int = 1) -> list[Call]:
    """Poisson calls, `rate` [hour of the week, kind, zone]."""
    random = np.random.default_rng(seed)
    count = random.poisson(np.broadcast_to(rate, (weeks, *rate.shape)))
    return [
        Call(MONDAY + week * WEEK + int(hour) * HOUR + HOUR / 3, f"k{kind}", f"z{zone}")
        for week, hour, kind, zone in np.argwhere(count)
        for _ in range(count[week, hour, kind, zone])
    ]


def true_rate() -> np.ndarray:
    hour = np.arange(168)
    by_day = 1 + np.cos((hour % 24 - 15) / 24 * 2 * np.pi) * 0.6
    by_night = np.where((hour % 24 >= 21) | (hour >= 120), 1.5, 0.3)
    kinds = np.stack([by_day, by_night, 0.2 * by_day], axis=1)
    zones = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [1 / 3, 1 / 3, 1 / 3]])
    return kinds[:, :, None] * zones


def test_rates_are_those_that_calls_were_drawn_from() -> None:
    truth, weeks = true_rate(), 104
    found = rates(drawn(truth, weeks), MONDAY, MONDAY + weeks * WEEK)
    assert (found.kinds, found.zones) == (("k0", "k1", "k2"), ("z0", "z1", "z2"))
    error = np.sqrt(truth.sum(axis=2) / weeks)
    assert (np.abs(found.rate.sum(axis=2) - truth.sum(axis=2)) < 4.5 * error).all()
    assert np.abs(found.rate - truth).mean() < 0.1 * truth.mean()


def test_with_few_calls_rates_are_nearer_to_the_truth_than_what_was_counted() -> None:
    truth, weeks = true_rate(), 4
    calls = drawn(truth, weeks)
    counted = np.zeros(truth.shape)
    for call in calls:
        at = call.created.weekday() * 24 + call.created.hour
        counted[at, int(call.kind[1]), int(call.zone[1])] += 1 / weeks
    places = counted.sum(axis=0) / counted.sum(axis=(0, 2))[:, None]
    plain = counted.sum(axis=2)[:, :, None] * places
    found = rates(calls, MONDAY, MONDAY + weeks * WEEK).rate
    of_cells, of_plain, of_ours = (
        float(np.sqrt(((rate - truth) ** 2).mean())) for rate in (counted, plain, found)
    )
    assert of_ours < 0.8 * of_plain < 0.8 * of_cells


moments = st.builds(
    lambda hours, kind, zone: Call(MONDAY + hours * HOUR, kind, zone),
    st.floats(0, 500),
    st.sampled_from("abc"),
    st.sampled_from(["", "x", "y"]),
)


@given(st.lists(moments, max_size=40), st.floats(1, 600))
@settings(deadline=None)
def test_each_kind_stays_as_many_as_were_seen(calls: list[Call], hours: float) -> None:
    until = MONDAY + hours * HOUR
    counted = [call for call in calls if call.created < until]
    found = fit(calls, MONDAY, until).arrivals
    assert found.n.sum() == len(counted)
    assert found.hours == pytest.approx(hours)
    assert found.unplaced in (0, sum(not call.zone for call in counted))
    looked_on = np.array(
        [
            sum(max(0, min(hour + 1, hours) - hour) for hour in range(n, int(hours) + 1, 168))
            for n in range(168)
        ]
    )
    assert np.isfinite(found.rate).all()
    again = (found.rate.sum(axis=2) * looked_on[:, None]).sum(axis=0)
    assert again == pytest.approx(found.n, rel=1e-6)


def test_calls_of_no_zone_are_spread_as_the_others_are() -> None:
    placed = [Call(MONDAY + n * HOUR, "a", "xxxy"[n % 4]) for n in range(40)]
    found = rates([*placed, *[Call(MONDAY, "a")] * 20], MONDAY, MONDAY + WEEK)
    assert found.unplaced == 20
    by_zone = found.rate.sum(axis=(0, 1))
    assert by_zone / by_zone.sum() == pytest.approx([0.75, 0.25])


def test_no_calls_are_no_rate_and_no_time_is_refused() -> None:
    nothing = fit([], MONDAY, MONDAY + WEEK)
    assert nothing.arrivals.rate.shape == (168, 0, 1)
    assert (nothing.service, nothing.turnout, nothing.acceptance) == (None, None, {})
    with pytest.raises(ValueError, match="no time"):
        fit([], MONDAY, MONDAY)


# --- how long -------------------------------------------------------------------------------------


def took(kind: str, seconds: np.ndarray) -> list[tuple[str, datetime, datetime]]:
    return [(kind, MONDAY, MONDAY + timedelta(seconds=float(one))) for one in seconds]


def test_a_law_is_that_which_times_were_drawn_from() -> None:
    random = np.random.default_rng(4)
    found = laws(took("a", np.exp(random.normal(log(600), 0.5, 4000))))
    assert found is not None
    law = found.of("a")
    assert law.n == 4000
    assert law.mu == pytest.approx(log(600), abs=4 * 0.5 / 4000**0.5)
    assert law.mean == pytest.approx(600 * exp(0.125), rel=0.05)
    assert law.quantile(0.9) == pytest.approx(600 * exp(0.5 * 1.2816), rel=0.05)
    assert law.variation == pytest.approx((exp(0.25) - 1) ** 0.5, rel=0.05)
    assert law.fits


def test_a_true_law_is_said_not_to_fit_in_one_of_twenty_cases() -> None:
    random = np.random.default_rng(6)
    said = [laws(took("a", np.exp(random.normal(6, 1, 40)))).of("a").fits for _ in range(1000)]
    assert 1 - np.mean(said) == pytest.approx(0.05, abs=0.025)


def test_what_is_no_such_law_is_said_not_to_fit() -> None:
    random = np.random.default_rng(5)
    two = np.concatenate([random.normal(100, 5, 200), random.normal(2000, 50, 200)])
    found = laws(took("a", two))
    assert found is not None
    assert found.of("a").fits is False
    few = laws(took("a", two[:5]))
    assert few is not None
    assert few.of("a").fits is None


def test_a_kind_of_which_few_were_seen_is_drawn_towards_all() -> None:
    random = np.random.default_rng(7)
    many, few = np.exp(random.normal(6, 0.5, 1000)), np.full(2, exp(9.0))
    found = laws([*took("a", many), *took("b", few), ("b", MONDAY, MONDAY)])
    assert found is not None
    assert found.left_out == 1
    assert found.of("b").n == 2
    assert found.of("b").mu == pytest.approx((2 * 9 + WEIGHT * found.pooled.mu) / (2 + WEIGHT))
    assert found.of("b").sigma > found.pooled.sigma
    assert abs(found.of("a").mu - 6) < 0.07
    assert (found.of("c").mu, found.of("c").n) == (found.pooled.mu, 0)


def test_service_turnout_and_answers_come_from_the_trips() -> None:
    minute = timedelta(minutes=1)

    def call(n: int) -> Call:
        at = MONDAY + n * HOUR
        trip = Trip("guard", True, at + minute, at + 2 * minute, at + 5 * minute, at + 25 * minute)
        return Call(at, "fire", "z", trips=(trip, Trip("volunteer", n % 2 == 0)))

    found = fit([call(n) for n in range(20)], MONDAY, MONDAY + WEEK)
    assert found.service is not None
    assert found.turnout is not None
    assert found.service.of("fire").mean == pytest.approx(20 * 60)
    assert found.turnout.of("guard").mean == pytest.approx(60)
    assert found.turnout.of("guard").n == 20
    assert found.acceptance["guard"].n == found.acceptance["volunteer"].n == 20


# --- who comes ------------------------------------------------------------------------------------


def test_who_was_seldom_asked_is_taken_for_one_of_all() -> None:
    answers = [("guard", n < 60) for n in range(100)] + [("volunteer", True)] * 2 + [("x", None)]
    found = acceptance(answers)
    pooled = 62 / 102
    assert set(found) == {"guard", "volunteer"}
    assert found["guard"].p == pytest.approx((60 + WEIGHT * pooled) / (100 + WEIGHT))
    assert found["volunteer"].p == pytest.approx((2 + WEIGHT * pooled) / (2 + WEIGHT))
    assert found["volunteer"].n == 2


def test_moments_of_any_clock_are_counted_by_the_calls_own() -> None:
    night = datetime(2026, 1, 4, 16, 30, tzinfo=UTC).astimezone(SHANGHAI)  # Monday, 0:30
    found = rates([Call(night, "a")], MONDAY, MONDAY + WEEK)
    assert found.rate[:, 0, 0].argmax() == 0
