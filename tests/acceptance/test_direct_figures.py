"""The direct code's figures, as the acceptance table asks for them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from tests.support.town import Town, build

from yihu.direct import schemas
from yihu.direct.actions import Message, new_matter
from yihu.direct.kinds import Kind
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.history import PastMatter, PastMove, record

pytestmark = pytest.mark.django_db

COUNTS = {Kind.PRAISE: 207, Kind.COMPLAINT: 53, Kind.SUGGESTION: 40, Kind.HELP: 52}
UNANSWERED = 1


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `yihu report direct --year 2025 --json` says of 352 messages, one unanswered."""
    town = build()
    resident = Actor(ActorKind.PARTY, None, town.station.district)
    record(actor=resident, matters=year(town))
    call_command("report", "direct", "--year", "2025", "--station", "station", "--json")
    [station] = json.loads(capsys.readouterr().out)["stations"]
    lived: dict[str, Any] = station["lived"]
    return lived


def year(town: Town) -> list[PastMatter]:
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    answer = schemas.Answered(outcome=schemas.Outcome.SOLVED, words="已经办好")
    matters = []
    for number, kind in enumerate(kinds):
        opened = datetime(2025, 1, 2, tzinfo=UTC) + timedelta(days=number)
        new = new_matter(town.station, Message(kind, f"第{number}件"), None, "code", "test")
        moves = [PastMove("answer", town.actor("chief"), opened + timedelta(hours=5), answer)]
        matters.append(PastMatter(new, opened, moves if number >= UNANSWERED else []))
    return matters


def test_L66_one_unanswered_of_352_is_99_7_percent_and_not_100(told: dict[str, Any]) -> None:
    response = told["figures"]["response"]
    assert (response["value"], response["numerator"], response["denominator"]) == (99.7, 351, 352)
    assert told["figures"]["unanswered"]["value"] == 1
    closed = told["figures"]["closed_share"]
    assert (closed["value"], closed["numerator"], closed["denominator"]) == (99.7, 351, 352)


def test_L78_352_messages_207_praise_58_8_percent_and_145_others_by_kind(
    told: dict[str, Any],
) -> None:
    praise = told["figures"]["praise_share"]
    assert (praise["value"], praise["numerator"], praise["denominator"]) == (58.8, 207, 352)
    others = {kind: count for kind, count in told["by_kind"].items() if kind != "praise"}
    assert others == {"complaint": 53, "suggestion": 40, "help": 52}
    assert sum(others.values()) == 145
