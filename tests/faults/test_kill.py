"""The short form of `python -m bench kill` and `incident`: a few seconds of kill -9."""

from bench import incident, kill, town
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


def test_an_incident_goes_on_to_its_end_whatever_is_killed_on_its_way(
    prepared_home: None, committed_db: CommittedDatabase
) -> None:
    kills = [("accept", "web"), ("on_scene", "web"), ("close", "web"), ("offered", "clock")]
    outcome = incident.rehearse(town.build().houses[0], committed_db.url, kills)
    assert outcome.kills == len(kills)
    assert not outcome.wrong
