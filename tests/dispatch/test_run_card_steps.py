"""What a run card says, what was missed of it, and what changed from one version to the next."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.dispatch.card_steps import (
    LONGEST,
    MOST,
    Became,
    Card,
    Doer,
    Line,
    Step,
    limit_changes,
    step_changes,
)
from yihu.dispatch.kinds import RULES, Kind, UnitKind
from yihu.dispatch.schemas import Outcome
from yihu.dispatch.standard_cards import standard

CODES = [f"c{number}" for number in range(8)]
STEPS = st.lists(
    st.builds(
        Step,
        text=st.text(min_size=1, max_size=5),
        text_en=st.text(max_size=5),
        code=st.sampled_from(CODES),
        role=st.sampled_from(Doer),
        required=st.booleans(),
    ),
    unique_by=lambda step: step.code,
)
FORCES = st.sets(st.sampled_from(UnitKind))


# --- the cards that the house brings --------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_has_a_card_in_two_languages(kind: Kind) -> None:
    card = standard(kind)
    lines = [*card.steps, *(line for lines in card.limits.values() for line in lines)]
    assert all(0 < len(line.text) <= LONGEST and 0 < len(line.text_en) <= LONGEST for line in lines)
    assert not any("！" in line.text or "!" in line.text_en for line in lines)
    assert len({step.code for step in card.steps}) == len(card.steps) <= MOST
    assert all(len(step.code) <= 32 for step in card.steps)


@pytest.mark.parametrize("kind", Kind)
def test_each_card_asks_something_of_the_control_room_and_of_the_police(kind: Kind) -> None:
    asked = {step.role for step in standard(kind).steps if step.required}
    assert {Doer.CONTROL, Doer.POLICE} <= asked


@pytest.mark.parametrize("kind", Kind)
def test_each_force_is_told_what_it_may_not_do(kind: Kind) -> None:
    limits = standard(kind).limits
    assert set(limits) == set(UnitKind)
    said = " ".join(line.text for line in limits[UnitKind.GUARD])
    for forbidden in ("搜身", "扣留", "限制人身自由", "盘问", "传播"):
        assert forbidden in said


@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.violent])
def test_where_there_is_violence_a_guard_is_asked_to_hand_over_to_the_police(kind: Kind) -> None:
    step = standard(kind).step("hand_to_police")
    assert step is not None
    assert step.required
    assert step.role is Doer.GUARD


# --- what was missed ------------------------------------------------------------------------------


@given(steps=STEPS, went=FORCES, done=st.sets(st.sampled_from(CODES)))
def test_missed_is_required_not_done_and_of_those_who_were_in_it(
    steps: list[Step], went: set[UnitKind], done: set[str]
) -> None:
    missed = Card(steps, {}).missed(done, went)
    asked = {Doer.CONTROL, Doer.FIRST, *(Doer(kind) for kind in went or {UnitKind.POLICE})}
    for step in steps:
        owed = step.required and step.code not in done and step.role in asked
        assert (step in missed) == owed


@given(steps=STEPS, went=FORCES)
def test_nothing_is_missed_where_everything_was_done(
    steps: list[Step], went: set[UnitKind]
) -> None:
    assert Card(steps, {}).missed({step.code for step in steps}, went) == []


@given(steps=STEPS)
def test_nobody_has_to_have_gone_to_a_false_alarm(steps: list[Step]) -> None:
    missed = Card(steps, {}).missed(set(), set(), Outcome.FALSE_ALARM)
    assert {step.role for step in missed} <= {Doer.CONTROL}


@given(steps=STEPS, unit=st.sampled_from(UnitKind))
def test_a_force_reads_its_own_steps_and_those_of_whoever_is_first(
    steps: list[Step], unit: UnitKind
) -> None:
    card = Card(steps, {})
    assert {step.role for step in card.steps_for(unit)} <= {Doer.FIRST, Doer(unit)}
    assert card.steps_for(None) == card.steps
    assert sorted(map(repr, card.steps)) == sorted(map(repr, steps))
    assert sum(len(own) for _doer, own in card.by_doer()) == len(steps)


# --- what changed ---------------------------------------------------------------------------------


@given(before=STEPS, after=STEPS)
def test_the_difference_leads_from_one_version_to_the_other(
    before: list[Step], after: list[Step]
) -> None:
    changes = step_changes(before, after)
    assert [one.line for one in changes if one.became is not Became.REMOVED] == after
    gone = {one.line.code for one in changes if one.became is Became.REMOVED}
    assert gone == {step.code for step in before} - {step.code for step in after}
    for one in changes:
        if one.became is Became.CHANGED:
            assert one.before in before
            assert one.before != one.line


@given(steps=STEPS)
def test_a_version_does_not_differ_from_itself(steps: list[Step]) -> None:
    assert {one.became for one in step_changes(steps, steps)} <= {Became.KEPT}


def test_a_step_that_is_put_better_is_changed_and_a_limit_is_another() -> None:
    step = Step("守住现场", "", "scene", Doer.GUARD, True)
    better = replace(step, text="守住现场，什么都不动")
    (change,) = step_changes([step], [better])
    assert (change.became, change.before) == (Became.CHANGED, step)
    became = [one.became for one in limit_changes([Line("不搜身")], [Line("不搜身、不翻包")])]
    assert became == [Became.ADDED, Became.REMOVED]


@given(steps=STEPS)
def test_what_is_stored_is_read_back_as_it_was(steps: list[Step]) -> None:
    card = Card(steps, {UnitKind.GUARD: [Line("不搜身", "Do not search")]})
    assert Card.of([step.row for step in card.steps], card.limit_rows) == card
