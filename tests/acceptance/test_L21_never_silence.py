"""L21: silence is followed by the next wave, once for each step, and through every restart."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.offers import codes, incident, later, posted
from tests.support.town import Town, build

from yihu.dispatch import ladder
from yihu.dispatch.kinds import Kind
from yihu.dispatch.models import Duty, Incident, Wave
from yihu.kernel import lapses
from yihu.kernel.models import Entry, Escalation
from yihu.radio.actions import raise_alarm

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def town() -> Town:
    made = build()
    for n, name in enumerate(("officer", "colleague", "auxiliary"), start=1):
        posted(made, name, 400 * n)
    Duty.objects.create(
        office=made.station,
        person=made.people["deputy"],
        since=timezone.now() - timedelta(hours=1),
        until=timezone.now() + timedelta(hours=1),
    )
    return made


@pytest.fixture
def one(town: Town) -> Incident:
    return incident(town, Kind.SELF_HARM, units_needed=1)


def offers_of(one: Incident) -> list[tuple[str, list[str]]]:
    return [(wave.reach, codes(wave)) for wave in one.waves.order_by("number")]


def test_L21_when_the_limit_passes_the_next_wave_goes_out_once_however_often_the_clock_looks(
    one: Incident,
) -> None:
    ladder.advance()
    assert offers_of(one) == [("best", ["colleague", "officer"])]
    for _ in range(3):
        ladder.advance()
    assert len(offers_of(one)) == 1  # its time is not up
    later(seconds=21)
    for _ in range(3):
        ladder.advance()
    assert offers_of(one)[1:] == [("wider", ["auxiliary"])]


def test_L21_with_nobody_answering_the_officer_on_duty_is_reached_within_90_seconds(
    town: Town, one: Incident
) -> None:
    ladder.advance()
    passed = 0
    while not one.waves.filter(reach="duty_officer").exists():
        passed += 1
        later(seconds=1)
        ladder.advance()
    assert passed <= 90
    told = Entry.objects.filter(matter=one.pk, body__contains='"reach":"duty_officer"').get()
    assert town.people["deputy"].pk.hex in told.body.replace("-", "")


def test_L21_a_clock_that_was_away_for_an_hour_goes_on_where_it_stopped(one: Incident) -> None:
    ladder.advance()
    later(seconds=3600)  # killed, and started again by somebody in the morning
    ladder.advance()
    ladder.advance()
    assert [reach for reach, _ in offers_of(one)] == ["best", "wider"]
    assert Wave.objects.filter(closed_at=None).count() == 1


def test_L21_an_alarm_that_nobody_answers_is_escalated_once_for_each_step(town: Town) -> None:
    alarm = raise_alarm(actor=town.actor("chief"), client_key=b"held").matter
    late = timezone.now() + timedelta(minutes=1, seconds=1)
    for _ in range(3):
        lapses.fire_due(late)
    assert Escalation.objects.filter(matter=alarm).count() == 1
    for _ in range(3):
        lapses.fire_due(late + timedelta(minutes=2))
    assert Escalation.objects.filter(matter=alarm).count() == 2
