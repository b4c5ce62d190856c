"""The short form of `python -m bench kill`: a few seconds of kill -9 under load."""

from bench import kill, town
from tests.conftest import CommittedDatabase


def test_killed_again_and_again_nothing_is_lost_and_nothing_is_twice(
    prepared_home: None, committed_db: CommittedDatabase
) -> None:
    house = town.build().houses[0]
    outcome = kill.rehearse(house, committed_db.url, seconds=8)
    assert outcome.killed["yihu-web"] >= 1
    assert outcome.killed["yihu-clock"] >= 1
    assert outcome.acknowledged >= kill.CLIENTS
    assert outcome.attempts > outcome.acknowledged, "no client was ever cut off"
    assert outcome.overdue >= 10
    assert not any(outcome.wrong.values()), outcome.wrong
