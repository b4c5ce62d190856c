"""L23 where several called about one thing: each of them hears how it ended, or a second person has
confirmed why not."""

import pytest
from tests.support.calls_taken import TOLD, called, go_on, join, resolved
from tests.support.desk import do
from tests.support.town import Town, build

from yihu.dispatch.intake import Caller
from yihu.kernel.access import Refused
from yihu.kernel.models import Answer
from yihu.kernel.timeline import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


@pytest.mark.both_databases
def test_L23_whoever_raised_what_was_merged_is_told_with_the_one_it_went_into(town: Town) -> None:
    first, second, third = [called(town) for _ in range(3)]
    join(town, second, first)
    join(town, third, first)
    resolved(town, first)
    go_on(town.actor("dispatcher"), first, "tell", **TOLD)
    for matter in (second, third):
        matter.refresh_from_db()
        assert matter.step == "merged"
        assert not matter.is_open
        assert Answer.objects.get(party__matter=matter).answered_at is not None
        assert matter.incident.told_at is not None
        assert timeline(matter, "party")[-1].said[0].text == TOLD["words"]
    assert go_on(town.actor("dispatcher"), first, "close", seen=True).step == "closed"


def test_L23_nothing_ends_while_somebody_in_it_has_not_been_told(town: Town) -> None:
    first, second = called(town), called(town, caller=Caller())  # who left no number
    join(town, second, first)
    resolved(town, first)
    go_on(town.actor("dispatcher"), first, "tell", **TOLD)
    second.refresh_from_db()
    assert second.step == "joined"
    with pytest.raises(Refused) as refused:
        go_on(town.actor("dispatcher"), first, "close", seen=True)
    assert refused.value.code == "joined_wait"
    do(town.actor("dispatcher"), second, "excuse", reason="unknown", words="没留号码")
    with pytest.raises(Refused):
        go_on(town.actor("dispatcher"), second, "close_along", words="不知道是谁")
    do(town.actor("officer"), second, "confirm_excuse", words="属实")
    assert (
        go_on(town.actor("dispatcher"), second, "close_along", words="不知道是谁").step == "merged"
    )
    assert go_on(town.actor("dispatcher"), first, "close", seen=True).step == "closed"
