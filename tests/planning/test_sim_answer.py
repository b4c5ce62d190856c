"""A question about who is sent first, simulated: what is asked is what is computed, and only what
was shown is said."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import override_settings
from tests.support import plans, sims
from tests.support.town import DISTRICT

from yihu.dispatch.kinds import Kind, UnitKind
from yihu.places import map_files, road_file
from yihu.places.roads import Roads
from yihu.planning import sim_stream
from yihu.planning.past_calls import Call, Trip
from yihu.planning.plan_answer import Ground
from yihu.planning.plan_instance import NothingToPlan
from yihu.planning.plan_question import Spot
from yihu.planning.sim_answer import SimAnswer
from yihu.planning.sim_question import CallClass, Known, SimQuestion, Source, Way
from yihu.planning.sim_told import interval, told
from yihu.planning.sim_world import SimWorld

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    with override_settings(MAPS=plans.drawn(tmp_path_factory.mktemp("maps"))):
        found = map_files.current(DISTRICT)
        extract = map_files.extract(DISTRICT)
        assert extract is not None
        place = road_file.make(extract, map_files.roads_folder(DISTRICT))
    assert found is not None
    assert found.outline is not None
    return Ground(found.outline, found.communities, Roads(road_file.load(place)))


def answered(question: SimQuestion, town: Ground, **more: Any) -> dict[str, Any]:
    return SimAnswer(question, town, lambda *_told, **_more: None, **more).answer()


# --- the question ---------------------------------------------------------------------------------


def test_a_question_comes_back_from_json_whole() -> None:
    spot = Spot("s", "school", 120.0, 30.0, "东小学")
    asked = replace(sims.question(), plan=3, plan_name="五个新的", sites=(spot,))
    assert SimQuestion.read(json.loads(json.dumps(asked.told))) == asked


def test_a_number_that_was_changed_says_what_it_was_and_one_left_alone_stays_measured() -> None:
    measured = Known(0.65, Source.MEASURED, 48)
    assert measured.given(0.65) == measured
    changed = measured.given(0.3)
    assert changed == Known(0.3, Source.GIVEN, 48, 0.65)
    assert changed.given(0.5) == Known(0.5, Source.GIVEN, 48, 0.65)
    assert changed.given(0.65) == measured
    assert Known(100.0, Source.ASSUMED).given(80.0) == Known(80.0, Source.GIVEN, 0, 100.0)


@pytest.mark.parametrize("kind", Kind)
def test_a_class_of_calls_is_told_by_its_code(kind: Kind) -> None:
    one = CallClass.of(kind)
    assert CallClass.read(one.code) == one


# --- the world ------------------------------------------------------------------------------------


def test_fewer_units_are_a_part_of_more_and_those_above_the_register_live_among_residents(
    town: Ground,
) -> None:
    asked = sims.question()

    def bases(many: float) -> list[int]:
        forces = tuple(
            replace(one, day=Known(many, Source.GIVEN), night=Known(many, Source.GIVEN))
            for one in asked.forces
            if one.kind is UnitKind.GUARD
        )
        world = SimWorld(replace(asked, forces=forces), town)
        return [int(zone) for zone in world.units(sites=False).base]

    assert bases(2) == bases(5)[:2]
    homes = len(SimWorld(asked, town).demand.places)
    assert bases(1) == [homes], "the one that is registered stands at its post"
    assert all(zone < homes for zone in bases(5)[1:])


def test_who_is_there_by_day_only_is_off_at_night(town: Ground) -> None:
    asked = sims.question()
    guards = replace(asked.forces[1], day=Known(3, Source.GIVEN), night=Known(1, Source.GIVEN))
    duty = SimWorld(replace(asked, forces=(guards,)), town).units(sites=False).duty
    assert duty[:, 12].sum() == 3
    assert duty[:, 23].sum() == duty[:, 5].sum() == 1


def test_calls_come_as_often_as_is_asked_and_where_they_were_seen(town: Ground) -> None:
    asked = replace(sims.question(), calls=Known(48.0, Source.GIVEN))
    world = SimWorld(asked, town)
    assert world.arrivals.rate.sum() == pytest.approx(48 * 7)
    here = world.codes
    stream = replace(asked.stream, zones=(here[-1],), shares=((1.0,),) * len(asked.stream.classes))
    placed = SimWorld(replace(asked, stream=stream), town).arrivals.rate.sum(axis=(0, 1))
    inside = world.demand.community == len(here) - 1
    assert placed[: len(inside)][inside].sum() == pytest.approx(48 * 7)


def test_violence_is_led_by_police_and_auxiliaries_and_only_guards_are_told_beside(
    town: Ground,
) -> None:
    scenario = SimWorld(sims.question(), town).scenario()
    by_code = {one.name: one for one in scenario.call_types}
    kinds = [one.name for one in scenario.unit_types]
    assert [kinds[n] for n in by_code["1v2"].leads] == ["police:car"]
    assert [kinds[n] for n in by_code["1v2"].helps] == ["guard:foot"]
    assert len(by_code["3a1"].leads) == 2
    assert by_code["3a1"].helps == ()


def test_nobody_on_shift_is_no_world(town: Ground) -> None:
    nobody = Known(0.0, Source.GIVEN)
    forces = tuple(replace(one, day=nobody, night=nobody) for one in sims.question().forces)
    with pytest.raises(NothingToPlan) as reason:
        answered(replace(sims.question(), forces=forces), town)
    assert reason.value.code == "no_unit"


# --- the answer -----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_answer_on_one_core_and_on_two(town: Ground) -> None:
    one, two = (answered(sims.question(), town, workers=n) for n in (1, 2))
    del one["seconds"], two["seconds"]
    assert one == two
    other = answered(replace(sims.question(), seed=2), town)
    assert other["measures"] != one["measures"]


def test_rules_meet_the_same_calls_so_that_differences_are_known_better_than_what_they_are_of(
    town: Ground,
) -> None:
    asked = replace(sims.question(), ways=(Way.ROAD, Way.STRAIGHT), runs=12)
    answer = answered(asked, town)
    name = "response P50"
    (_one, half_one, _n), (_two, half_two, _m) = answer["measures"][name]
    mean, half, _runs = answer["differences"][name][0]
    assert half < half_one + half_two
    first, second = (told[0] for told in answer["measures"][name])
    assert mean == pytest.approx(second - first, abs=1e-4)


def test_guards_who_are_near_and_accept_bring_help_sooner(town: Ground) -> None:
    """The two numbers that the answer hangs on, from nobody to many."""

    def halfway(guards: int, chance: float) -> float:
        asked = sims.question()
        many = Known(float(guards), Source.GIVEN)
        more = replace(
            asked.forces[1], day=many, night=many, acceptance=Known(chance, Source.GIVEN)
        )
        forces = asked.forces[0], more
        mean = answered(replace(asked, forces=forces, runs=6), town)["measures"]["response P50"]
        return float(mean[0][0])

    few, unwilling, many = halfway(0, 0.9), halfway(60, 0.05), halfway(60, 0.9)
    assert many < unwilling < few


def test_a_new_site_is_simulated_beside_the_first_rule_with_the_same_calls(town: Ground) -> None:
    east = Spot("school-2", "school", 120.07, 30.01, "东小学")
    asked = replace(
        sims.question(), ways=(Way.ROAD,), sites=(east,), stationed=UnitKind.POLICE, runs=8
    )
    answer = answered(asked, town)
    assert [(arm["way"], arm["sites"]) for arm in answer["arms"]] == [
        ("road", False),
        ("road", True),
    ]
    gained = interval(answer["differences"]["police P50"][0])
    assert gained is not None
    assert gained.high < 0


def test_an_answer_is_json_without_infinities(town: Ground) -> None:
    """Police alone, who are all refused: nobody is ever reached."""
    asked = sims.question()
    never = replace(asked.forces[0], acceptance=Known(0.0, Source.GIVEN))
    answer = answered(replace(asked, forces=(never, asked.forces[1])), town)
    json.dumps(answer, allow_nan=False)
    assert answer["measures"]["response P90"][1] == [None, None, asked.runs]
    assert answer["differences"]["response P90"] == [[None, None, asked.runs]]


def test_what_has_no_end_in_one_run_has_no_mean() -> None:
    assert told(np.array([1.0, 3.0]))[0] == 2
    assert told(np.array([1.0, np.inf])) == [None, None, 2]
    assert told(np.array([np.nan, np.nan])) == [None, None, 2]
    assert interval([None, None, 2]) is None
    assert interval([1.0, None, 1]) is None


# --- calls of the past ----------------------------------------------------------------------------


def calls(days: int, a_day: int) -> list[Call]:
    return [
        Call(
            MONDAY + timedelta(days=day, hours=18, minutes=n),
            Kind.NOISE.value if n % 2 else Kind.FIGHT.value,
            "c01" if n % 4 else "",
            trips=(
                Trip(
                    "police",
                    True,
                    MONDAY + timedelta(days=day, hours=18, minutes=n + 1),
                    MONDAY + timedelta(days=day, hours=18, minutes=n + 2 + n % 3),
                    MONDAY + timedelta(days=day, hours=18, minutes=n + 9),
                    MONDAY + timedelta(days=day, hours=18, minutes=n + 29 + n),
                ),
            ),
        )
        for day in range(days)
        for n in range(a_day)
    ]


def test_calls_of_a_file_become_classes_as_often_as_they_were_seen() -> None:
    stream = sim_stream.of_calls(calls(14, 10))
    assert stream is not None
    assert stream.origin == "file"
    assert stream.n == 140
    assert stream.classes == ("1v2", "3a1")
    assert sum(map(sum, stream.by_hour)) == pytest.approx(70, rel=1e-3)
    assert stream.zones == ("c01",)
    assert stream.unplaced == 14 * 3
    assert set(stream.service) == {"1v2", "3a1"}
    assert stream.turnout["police"].n == 140


@pytest.mark.parametrize(("days", "a_day"), [(14, 3), (5, 40), (0, 0)])
def test_too_few_calls_or_less_than_a_week_are_not_fitted(days: int, a_day: int) -> None:
    assert sim_stream.of_calls(calls(days, a_day)) is None


def test_what_is_assumed_in_their_place_says_how_many_were_seen() -> None:
    stream = sim_stream.assumed(300_000, 12, 3.0)
    assert (stream.origin, stream.n, stream.days) == ("prior", 12, 3.0)
    assert sum(map(sum, stream.by_hour)) == pytest.approx(350)
    few = sim_stream.assumed(500)
    assert sum(map(sum, few.by_hour)) == pytest.approx(7, abs=0.01), "one a day at least"
