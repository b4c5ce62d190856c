"""Two control rooms merge and link the same incidents at one moment: nobody waits for ever, and
nothing goes round in a circle."""

from functools import partial

import pytest
from tests.support.at_once import together
from tests.support.calls_taken import called, join, key
from tests.support.town import Town, build

from yihu.dispatch.merging import link
from yihu.dispatch.models import IncidentLink
from yihu.kernel.access import Conflict, Refused
from yihu.kernel.models import Matter

pytestmark = pytest.mark.both_databases
TIMES = 6
"""Rounds; in PostgreSQL without an order of locks one of the first is broken off."""


@pytest.fixture
def town(committed_db: object) -> Town:
    return build()


def test_two_that_are_merged_into_each_other_are_one(town: Town) -> None:
    for _ in range(TIMES):
        one, other = called(town), called(town)
        said = together(partial(join, town, one, other), partial(join, town, other, one))
        assert sum(isinstance(done, Matter) for done in said) == 1
        refused = next(done for done in said if not isinstance(done, Matter))
        assert isinstance(refused, Refused | Conflict), refused
        merged = Matter.objects.filter(pk__in=[one.pk, other.pk], merged_into__isnull=False)
        assert merged.count() == 1


def test_a_chain_that_grows_at_both_ends_has_one_end(town: Town) -> None:
    for _ in range(TIMES):
        first, second, third = called(town), called(town), called(town)
        together(partial(join, town, first, second), partial(join, town, second, third))
        first.refresh_from_db()
        if first.merged_into_id is not None:
            goes_on = Matter.objects.get(pk=first.merged_into_id)
            assert goes_on.merged_into_id is None  # whoever raised the first is told with it


def test_two_that_are_linked_from_both_sides_are_linked_once(town: Town) -> None:
    for _ in range(TIMES):
        one, other = called(town), called(town)

        def tie(name: str, first: Matter, second: Matter) -> object:
            return link(
                actor=town.actor(name),
                incident=first.pk,
                other=second.reference,
                client_key=key(),
            )

        said = together(
            partial(tie, "dispatcher", one, other), partial(tie, "colleague", other, one)
        )
        assert not [done for done in said if isinstance(done, Exception)]
        assert IncidentLink.objects.filter(incident__in=[one.pk, other.pk]).count() == 1
