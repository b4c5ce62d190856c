"""Run cards in several hands at one moment: a step is done once, and nobody writes over another."""

from functools import partial

import pytest
from tests.support.at_once import together
from tests.support.matters import key
from tests.support.town import Town, build
from tests.support.units import incident

from yihu.dispatch import run_cards
from yihu.dispatch.card_steps import Step
from yihu.dispatch.kinds import Kind
from yihu.dispatch.models import RunCard, Tick
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry

pytestmark = pytest.mark.both_databases
HANDS = ("officer", "colleague", "dispatcher", "deputy")


@pytest.fixture
def town(committed_db: object) -> Town:
    return build()


def test_a_step_ticked_by_several_is_one_tick_and_one_entry(town: Town) -> None:
    one = incident(town)

    def tick(name: str) -> int:
        done = run_cards.tick(
            actor=town.actor(name), incident=one.pk, step="look_first", client_key=key()
        )
        return int(done.pk)

    assert set(together(*(partial(tick, name) for name in HANDS))) == {Tick.objects.get().pk}
    assert Entry.objects.filter(matter=one.pk, kind="acted").count() == 1


def test_cards_are_brought_once_and_one_draft_is_written(town: Town) -> None:
    def write(name: str) -> str:
        held = run_cards.published("test", Kind.FIRE).last()
        assert held is not None
        try:
            run_cards.write(
                actor=town.actor(name),
                kind=Kind.FIRE,
                steps=[Step(name)],
                limits={},
                read_at=held.written_at,
            )
        except Refused as refused:
            return refused.code
        return ""

    said = together(*(partial(write, name) for name in ("chief", "deputy", "dispatcher")))
    assert sorted(map(str, said)) == ["", "written_since", "written_since"]
    assert RunCard.objects.count() == len(Kind) + 1
