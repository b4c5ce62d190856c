"""Plans asked for, computed, moved by hand, stopped, thrown away; and who may."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone
from tests.support import ground, plans, units
from tests.support.net import talkgroup
from tests.support.town import DISTRICT, Town, build

from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import Door
from yihu.dispatch.models import Incident
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.planning import actions, computing, queries
from yihu.planning.models import Plan
from yihu.planning.plan_answer import Asked
from yihu.planning.plan_question import ROADSIDE, Problem, Weights
from yihu.planning.plan_shown import Shown
from yihu.planning.plan_words import fault
from yihu.radio.actions import raise_alarm

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plans.drawn(tmp_path_factory.mktemp("maps"))


@pytest.fixture
def town(settings: Any, maps: Path) -> Town:
    """Two communities along one road, a room in the west of them."""
    settings.MAPS = maps
    town = build()
    plans.houses()
    return town


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda one: one.code == code)


def new(plan: Plan) -> list[str]:
    return [one["code"] for one in plan.answer["sites"] if not one["stands"]]


# --- asking and computing -------------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_best_place_is_where_most_live_beyond_reach(town: Town) -> None:
    plan = plans.computed(plans.asked(town, sources=frozenset({"school"})))
    assert plan.state == Plan.State.DONE
    assert new(plan) == ["school-2"], "4,000 live in the east, and nobody is near them"
    answer = plan.answer
    assert answer["proven"]
    assert answer["after"]["covered"] > answer["before"]["covered"]
    assert answer["after"]["total"] == pytest.approx(5000)
    assert answer["value"] == pytest.approx(answer["after"]["covered"])


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_is_answered_with_what_is_proven(town: Town, problem: Problem) -> None:
    plan = plans.computed(plans.asked(town, problem=problem, minutes=20))
    assert plan.state == Plan.State.DONE, plan.fault
    assert plan.answer["proven"]
    shown = Shown(plan)
    assert shown.certificate.startswith("已证明")
    assert shown.after[3].value <= shown.before[3].value
    counted = [n for n, _covered, _proven in plan.answer["curve"]]
    assert counted == list(range(1, len(counted) + 1))
    covered = [covered for _n, covered, _proven in plan.answer["curve"]]
    assert shown.curve_is_proven
    assert covered == sorted(covered)
    if problem is Problem.ALL:
        assert shown.uncovered == 0
    assert bool(shown.front) == (problem is Problem.BALANCE)


def test_the_farthest_is_nearest_where_that_is_asked(town: Town) -> None:
    nearest, most = (
        plans.computed(plans.asked(town, problem=problem)).answer["after"]
        for problem in (Problem.CENTRE, Problem.COVER)
    )
    assert nearest["farthest"] <= most["farthest"]
    assert most["covered"] >= nearest["covered"]


def test_every_assumption_is_said_with_its_numbers(town: Town) -> None:
    lines = Shown(plans.computed(plans.asked(town))).assumptions
    told = "\n".join(lines)
    for words in (
        "5,000 人",
        "300 米一个",
        "5.4 公里",
        "没有封路",
        "现有 1 个警务室",
        "接警",
        "500 米",
    ):
        assert words in told, words


def test_a_question_that_makes_no_sense_is_refused_at_its_field(town: Town) -> None:
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "bad_minutes": ({"minutes": 0}, "minutes"),
        "bad_hour": ({"hour": 24}, "hour"),
        "bad_build": ({"build": 0}, "build"),
        "bad_limit": ({"seconds": 5}, "seconds"),
        "no_source": ({"sources": frozenset({"mall"})}, "sources"),
        "both": ({"without": frozenset({"a"}), "with_": frozenset({"a"})}, "with_"),
        "too_many_with": ({"with_": frozenset({"a", "b"})}, "with_"),
        "no_incidents": ({"weights": Weights.INCIDENTS}, "weights"),
    }
    for code, (asked, field) in wrong.items():
        with refused(code) as caught:
            plans.asked(town, **asked)
        assert caught.value.data["field"] == field
    assert not Plan.objects.exists()


def test_sent_twice_it_is_asked_once(town: Town) -> None:
    key = secrets.token_bytes(16)
    one, same = (
        actions.ask(actor=town.actor("chief"), wanted=plans.NEW, client_key=key) for _twice in "12"
    )
    assert one == same


def test_without_a_map_nothing_can_be_asked_or_computed(
    town: Town, settings: Any, tmp_path: Path
) -> None:
    plan = plans.asked(town)
    settings.MAPS = tmp_path / "none"
    with refused("no_map"):
        plans.asked(town)
    assert fault(plans.computed(plan).fault).startswith("地图和道路还没有准备好")


def test_what_cannot_be_covered_is_named(town: Town) -> None:
    plan = plans.computed(
        plans.asked(town, problem=Problem.ALL, minutes=2, sources=frozenset({"school"}))
    )
    assert plan.state == Plan.State.FAILED
    said = fault(plan.fault)
    assert "西社区" in said
    assert "东社区" in said
    assert "都超过时限" in said


def test_more_rooms_than_places_is_said(town: Town) -> None:
    plan = plans.computed(plans.asked(town, build=9, sources=frozenset({"school"})))
    assert fault(plan.fault).startswith("能建的地方没有这么多")


def test_what_must_be_is_built_and_what_may_not_be_is_not(town: Town) -> None:
    only = frozenset({"school"})
    without = plans.computed(plans.asked(town, sources=only, without=frozenset({"school-2"})))
    assert new(without) == ["school-1"]
    with_it = plans.computed(plans.asked(town, sources=only, with_=frozenset({"school-1"})))
    assert new(with_it) == ["school-1"]
    assert len(with_it.answer["sites"]) == 2, "it is one of those that are built, not one besides"


def test_what_must_be_is_built_also_where_nothing_else_of_its_kind_may_be(town: Town) -> None:
    house = plans.computed(
        plans.asked(town, sources=frozenset({ROADSIDE}), with_=frozenset({"school-1"}))
    )
    assert new(house) == ["school-1"]
    [beside] = new(plans.computed(plans.asked(town, sources=frozenset({ROADSIDE}))))
    place = plans.computed(
        plans.asked(town, sources=frozenset({"school"}), with_=frozenset({beside}), build=2)
    )
    assert beside in new(place)
    assert len([code for code in new(place) if code.startswith("road-")]) == 1


def test_a_room_that_need_not_stay_may_be_chosen_like_any_other(town: Town) -> None:
    plan = plans.computed(
        plans.asked(town, keep=frozenset(), build=2, sources=frozenset({"school"}))
    )
    assert len(new(plan)) == 2
    assert plan.answer["before"]["covered"] == 0


# --- by past incidents ----------------------------------------------------------------------------


def happened(town: Town, n: int, at: tuple[float, float], **more: Any) -> None:
    if not Matter.objects.filter(loop="talkgroup").exists():
        talkgroup(town, on=("chief", "guard"))
    for _each in range(n):
        raised = raise_alarm(
            actor=town.actor("guard"), client_key=secrets.token_bytes(8), place=Place(*at, 10.0)
        )
        if more:
            Matter.objects.filter(pk=raised.matter.pk).update(**more)


def test_incidents_are_counted_by_community_where_they_are_many_enough(town: Town) -> None:
    happened(town, 12, ground.EAST)
    happened(town, 3, ground.WEST)
    happened(town, 1, ground.EAST, door=Door.TRAINING)
    happened(town, 1, ground.EAST, opened_at=timezone.now() - timedelta(days=400))
    found = queries.ground(DISTRICT)
    assert found is not None
    past = queries.past(
        town.actor("chief"), found.communities, timezone.now() - timedelta(days=365)
    )
    assert past.by_community == {"c02": 12}
    assert past.too_few == 3
    assert Incident.objects.count() == 17
    plan = plans.computed(plans.asked(town, weights=Weights.INCIDENTS))
    assert plan.answer["after"]["total"] == pytest.approx(12)
    assert "12 起警情" in Shown(plan).assumptions[0]


# --- moved by hand --------------------------------------------------------------------------------


def moved(town: Town, plan: Plan, who: str = "chief", **to: Any) -> Plan:
    return actions.move_site(
        actor=town.actor(who), plan=plan.pk, client_key=secrets.token_bytes(16), **to
    )


def test_a_site_moved_by_hand_is_measured_against_the_best(town: Town) -> None:
    best = plans.computed(plans.asked(town, sources=frozenset({"school"})))
    plan = plans.computed(moved(town, best, site="school-2", to="school-1"))
    assert new(plan) == ["school-1"]
    assert plan.best == best
    assert plan.answer["after"]["covered"] < best.answer["after"]["covered"]
    assert plan.answer["method"] == "by_hand"
    shown = Shown(plan)
    _label, words = shown.loss[0]
    fewer = Shown(best).after[0].of[0] - shown.after[0].of[0]
    assert f"少覆盖 {fewer:,}" in words
    assert "没有去找更好的" in shown.certificate
    back = plans.computed(moved(town, plan, site="school-1", to="school-2"))
    assert back.best == best, "a second move is measured against the same plan"
    assert Shown(back).loss[0][1] == "一样"


def test_it_may_be_dragged_anywhere_in_the_district_and_nowhere_else(town: Town) -> None:
    best = plans.computed(plans.asked(town))
    site = new(best)[0]
    plan = plans.computed(moved(town, best, site=site, position=(120.05, 30.01)))
    [there] = [one for one in plan.answer["sites"] if not one["stands"]]
    assert (there["longitude"], there["latitude"], there["area"]) == (120.05, 30.01, "东社区")
    with refused("outside"):
        moved(town, best, site=site, position=(121.0, 30.01))


def test_a_move_that_makes_no_sense_is_refused(town: Town) -> None:
    waiting = plans.asked(town, sources=frozenset({"school"}))
    with refused("not_done"):
        moved(town, waiting, site="school-2", to="school-1")
    best = plans.computed(waiting)
    with refused("no_such_site"):
        moved(town, best, site="room-1", to="school-1")
    with refused("no_such_candidate"):
        moved(town, best, site="school-2", to="mall-9")
    with refused("taken"):
        moved(town, best, site="school-2", to="school-2")


def test_a_move_that_leaves_somebody_without_a_way_has_an_answer_too(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Asked.cost.func

    def cut_in_two(asked: Asked) -> Any:
        cost, demand = whole(asked).copy(), asked.instance.demand
        west = [one.longitude < 120.04 for one in asked.instance.spots]
        cost[np.ix_(demand.community == 1, west)] = np.inf
        return cost

    monkeypatch.setattr(Asked, "cost", property(cut_in_two))
    best = plans.computed(plans.asked(town, problem=Problem.MEDIAN, sources=frozenset({"school"})))
    plan = plans.computed(moved(town, best, site="school-2", to="school-1"))
    assert plan.state == Plan.State.DONE
    assert plan.answer["value"] is None
    assert plan.answer["after"]["unreached"] == pytest.approx(4000)
    assert "比不了" in Shown(plan).loss[1][1]


# --- whose it is, and who computes it -------------------------------------------------------------


@pytest.mark.parametrize("name", ["officer", "auxiliary", "guard"])
def test_whoever_does_not_see_the_net_plans_nothing_and_reads_no_plan(
    town: Town, name: str
) -> None:
    plans.asked(town)
    assert not queries.plans(town.actor(name)).exists()
    with refused("not_yours"):
        plans.asked(town, who=name)


def test_a_plan_is_its_districts_own(town: Town) -> None:
    plan = plans.asked(town)
    Plan.objects.update(district="elsewhere")
    with pytest.raises(Plan.DoesNotExist):
        actions.stop(actor=town.actor("chief"), plan=plan.pk)


def test_only_who_made_it_renames_it_or_throws_it_away(town: Town) -> None:
    best = plans.computed(plans.asked(town, sources=frozenset({"school"})))
    plan = moved(town, best, site="school-2", to="school-1", who="deputy")
    for act in (actions.throw_away, lambda **more: actions.rename(name="别的", **more)):
        with refused("not_own"):
            act(actor=town.actor("deputy"), plan=best.pk)
    actions.rename(actor=town.actor("chief"), plan=best.pk, name="最好的")
    assert Plan.objects.get(pk=best.pk).name == "最好的"
    actions.throw_away(actor=town.actor("chief"), plan=best.pk)
    plan.refresh_from_db()
    assert plan.best is None, "what somebody else made of it stays"
    assert Shown(plans.computed(plan)).loss == []


@pytest.mark.both_databases
def test_one_process_computes_a_plan_and_another_only_when_it_is_gone(town: Town) -> None:
    plan = plans.asked(town)
    claimed = computing.claim(Plan)
    assert claimed is not None
    assert computing.claim(Plan) is None
    gone = timezone.now() - computing.GONE - timedelta(seconds=1)
    Plan.objects.update(seen_at=gone)
    again = computing.claim(Plan)
    assert again is not None
    assert again[0] == claimed[0] == plan.pk
    assert not computing.owned(Plan, *claimed).exists(), "the first one's answer is no longer taken"
    assert computing.owned(Plan, *again).exists()


def test_a_plan_that_was_stopped_is_nobodys_to_answer(town: Town) -> None:
    plan = plans.asked(town)
    claimed = computing.claim(Plan)
    assert claimed is not None
    actions.stop(actor=town.actor("deputy"), plan=plan.pk)
    assert not computing.owned(Plan, *claimed).exists()
    assert computing.claim(Plan) is None
    done = plans.computed(plans.asked(town))
    actions.stop(actor=town.actor("chief"), plan=done.pk)
    done.refresh_from_db()
    assert done.state == Plan.State.DONE


def test_the_clock_leaves_a_plan_that_broke_as_broken(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plans.asked(town)
    monkeypatch.setattr(computing.sys, "executable", "/bin/false")
    assert computing.compute_due(Plan) == 1
    plan.refresh_from_db()
    assert plan.state == Plan.State.FAILED
    assert "中途停了" in fault(plan.fault)
    assert computing.compute_due(Plan) == 0


def test_a_plan_whose_process_is_told_to_stop_waits_for_the_next_clock(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = plans.asked(town)
    stopped = tmp_path / "stopped"
    stopped.write_text("#!/bin/sh\nkill -TERM $$\n", encoding="utf-8")
    stopped.chmod(0o755)
    monkeypatch.setattr(computing.sys, "executable", str(stopped))
    assert computing.compute_due(Plan) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.fault) == (Plan.State.WAITING, {})
    assert computing.claim(Plan) is not None


def test_a_run_that_is_not_ours_computes_nothing(town: Town) -> None:
    from yihu.planning import plan_work, pulse

    plan = plans.asked(town)
    pulse.compute(Plan, plan.pk, uuid4(), plan_work.answered)
    plan.refresh_from_db()
    assert plan.state == Plan.State.WAITING


def test_a_unit_on_patrol_changes_no_plan(town: Town) -> None:
    before = plans.computed(plans.asked(town)).answer["before"]
    units.unit(town, "guard")
    assert plans.computed(plans.asked(town)).answer["before"] == before


def test_asked_again_with_other_candidates_it_is_another_answer(town: Town) -> None:
    houses, anywhere = (
        plans.computed(plans.asked(town, sources=kinds)).answer["value"]
        for kinds in (frozenset({"school"}), frozenset({"school", ROADSIDE}))
    )
    assert anywhere >= houses
