"""Waves that reach further until somebody comes: by themselves, once, and never lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.utils import timezone
from tests.support.matters import do, key
from tests.support.offers import codes, incident, later, posted
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch import ladder, offers
from yihu.dispatch.assignments import assign, stand_down
from yihu.dispatch.kinds import Answer, Door, Kind, Reach, Status, Urgency
from yihu.dispatch.models import Duty, Incident, Offer, Unit, Wave
from yihu.dispatch.reaching import WAITS
from yihu.dispatch.units import report_status
from yihu.kernel.models import Channel, Entry, OutboxMessage
from yihu.people.shifts import begin_shift
from yihu.radio.actions import raise_alarm


@pytest.fixture
def town(db: None) -> Town:
    return build()


def reached(one: Incident) -> list[str]:
    return [wave.reach for wave in one.waves.order_by("number")]


# --- the first wave -------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_what_is_urgent_is_offered_before_anybody_has_looked(town: Town) -> None:
    posted(town, "officer", 300)
    now, soon = incident(town, Kind.BREAK_IN), incident(town, Kind.THEFT)
    alarm = raise_alarm(actor=town.actor("deputy"), client_key=key()).matter.incident
    assert ladder.advance() == 2
    assert ladder.advance() == 0
    assert reached(now) == reached(alarm) == ["best"]
    assert reached(soon) == []
    assert '"kind":"clock"' in Entry.objects.filter(matter=now.pk).latest("seq").body


def test_a_dispatcher_may_be_quicker(town: Town) -> None:
    one, made = incident(town, Kind.BREAK_IN), posted(town, "officer")
    offers.offer(actor=town.actor("dispatcher"), incident=one.pk, units=[made.pk], client_key=key())
    assert ladder.advance() == 0


@pytest.mark.parametrize(
    ("where", "waves"), [(None, 1), (["test"], 1), (["elsewhere"], 0), ([], 0)]
)
def test_a_district_may_want_to_choose_itself(
    town: Town, settings: LazySettings, where: list[str] | None, waves: int
) -> None:
    settings.AUTO_OFFER_IN = where
    posted(town, "officer")
    incident(town, Kind.BREAK_IN)
    assert ladder.advance() == waves


def test_a_dispatcher_who_calls_it_urgent_has_it_offered(town: Town) -> None:
    posted(town, "officer")
    incident(town, Kind.NOISE, priority=Urgency.NOW)
    assert ladder.advance() == 1


# --- reaching further -----------------------------------------------------------------------------


@pytest.mark.both_databases
def test_with_nobody_answering_each_wave_reaches_further_up_to_the_chief(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN)
    for n, name in enumerate(("officer", "colleague", "auxiliary"), start=1):
        posted(town, name, 200 * n)
    Duty.objects.create(
        office=town.station,
        person=town.people["colleague"],
        since=timezone.now() - timedelta(hours=1),
        until=timezone.now() + timedelta(hours=1),
    )
    ladder.advance()
    for _ in range(9):
        later(seconds=200)
        ladder.advance()
    # all three were among the best few, so that nobody was left for a wider wave
    assert reached(one) == ["best", "phone", "duty_officer", "chief"]
    best, phone, duty, chief = one.waves.order_by("number")
    assert codes(best) == codes(phone) == ["auxiliary", "colleague", "officer"]
    assert codes(duty) == ["colleague"]
    assert codes(chief) == []
    assert all(wave.closed_at for wave in one.waves.all())
    assert set(Offer.objects.values_list("answer", flat=True)) == {Answer.SILENT}
    assert OutboxMessage.objects.filter(template="escalated", channel=Channel.IN_APP).count() == 1


def test_an_exercise_calls_nobody_away_from_what_is_real(town: Town) -> None:
    made = posted(town, "colleague")
    Duty.objects.create(
        office=town.station,
        person=town.people["colleague"],
        since=timezone.now() - timedelta(hours=1),
        until=timezone.now() + timedelta(hours=1),
    )
    real = incident(town, Kind.THEFT)
    assign(actor=town.actor("dispatcher"), incident=real.pk, unit=made.pk, client_key=key())
    drill, other = (
        incident(town, Kind.BREAK_IN, door=door) for door in (Door.TRAINING, Door.PHONE)
    )
    ladder.advance()
    assert codes(drill.waves.get(reach=Reach.DUTY_OFFICER)) == []
    assert codes(other.waves.get(reach=Reach.DUTY_OFFICER)) == ["colleague"]


def test_those_who_were_not_among_the_best_are_asked_next(town: Town) -> None:
    one = incident(town, Kind.THEFT)
    for n, name in enumerate(("officer", "colleague", "auxiliary"), start=1):
        posted(town, name, 500 * n)
    first = offers.recommend(actor=town.actor("dispatcher"), incident=one)
    offers.offer(
        actor=town.actor("dispatcher"), incident=one.pk, units=first.chosen[:1], client_key=key()
    )
    later(seconds=60)
    ladder.advance()
    wider = Wave.objects.get(number=2)
    assert wider.reach == Reach.WIDER
    assert codes(wider) == ["auxiliary", "colleague"]


def test_the_officer_on_duty_is_reached_within_ninety_seconds() -> None:
    before = (Reach.BEST, Reach.WIDER, Reach.PHONE)
    ticks = 5 * len(before)  # seconds: each wave may be seen to a few ticks late
    assert sum(WAITS[reach] for reach in before) + ticks <= 90


def test_whose_set_is_asleep_is_asked_by_telephone(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN)
    unit(town, "officer")  # nobody knows where it is
    ladder.advance()
    assert reached(one) == ["phone"]
    assert codes(one.waves.get()) == ["officer"]


def test_without_anybody_on_shift_whoever_answers_for_the_station_is_told(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN)
    ladder.advance()
    assert reached(one) == ["duty_officer"]  # nobody is on the roster: the deputy
    assert '"reach":"duty_officer"' in Entry.objects.filter(matter=one.pk).latest("seq").body
    assert town.people["deputy"].pk.hex in _told(one)


def test_officers_on_shift_are_meant_where_the_roster_says_nothing(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN)
    begin_shift(actor=town.actor("officer"))  # in no unit
    ladder.advance()
    assert town.people["officer"].pk.hex in _told(one)
    assert town.people["deputy"].pk.hex not in _told(one)


def _told(one: Incident) -> str:
    body: str = Entry.objects.filter(matter=one.pk).latest("seq").body
    return body.replace("-", "")


def test_enough_who_come_end_the_ladder_and_nobody_was_silent(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN, units_needed=1)
    posted(town, "officer")
    posted(town, "colleague")
    ladder.advance()
    offer = Offer.objects.get(unit__code="officer")
    offers.accept(actor=town.actor("officer"), offer=offer.pk, eta=60, client_key=key())
    later(seconds=60)
    ladder.advance()
    assert reached(one) == ["best"]
    assert Offer.objects.get(unit__code="colleague").answer == Answer.WITHDRAWN
    assert ladder.advance() == 0


@pytest.mark.both_databases
def test_who_turns_away_before_they_are_there_is_followed_by_another_wave_once(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN, units_needed=1)
    sent = accepted(town, posted(town, "officer"))
    posted(town, "colleague")
    assert ladder.advance() == 0
    says(town, sent, one, Status.AVAILABLE)
    assert ladder.advance() == 1
    assert ladder.advance() == 0
    assert reached(one) == ["best", "best"]
    assert "colleague" in codes(one.waves.latest("number"))


def test_who_was_there_or_was_called_off_is_followed_by_nobody(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN, units_needed=1)
    sent = accepted(town, posted(town, "officer"))
    for status in (Status.ON_SCENE, Status.AVAILABLE):
        says(town, sent, one, status)
    other = incident(town, Kind.BREAK_IN, units_needed=1)
    again = accepted(town, sent)
    stand_down(actor=town.actor("dispatcher"), incident=other.pk, unit=again.pk, client_key=key())
    assert ladder.advance() == 0


def says(town: Town, made: Unit, of: Incident, status: Status) -> None:
    report_status(
        actor=town.actor(made.code),
        unit=made.pk,
        status=status,
        incident=of.pk,
        client_key=key(),
    )


def accepted(town: Town, made: Unit) -> Unit:
    """The unit was asked alone, comes, and its wave is over."""
    ladder.advance()
    offer = Offer.objects.get(unit=made, answer=Answer.WAITING)
    offers.accept(actor=town.actor(made.code), offer=offer.pk, eta=60, client_key=key())
    later(seconds=60)
    ladder.advance()
    return made


def test_a_wave_that_a_newer_one_overtook_has_no_successor(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN)
    posted(town, "officer")
    ladder.advance()
    other = posted(town, "colleague", 900)
    offers.offer(
        actor=town.actor("dispatcher"), incident=one.pk, units=[other.pk], client_key=key()
    )
    later(seconds=60)
    ladder.advance()
    assert one.waves.count() == 3


def test_nothing_follows_once_it_is_over(town: Town) -> None:
    one = incident(town, Kind.BREAK_IN)
    posted(town, "officer")
    ladder.advance()
    do(town.actor("dispatcher"), one.matter, "resolve", outcome="settled", words="好了")
    later(seconds=60)
    ladder.advance()
    assert reached(one) == ["best"]
    assert not Entry.objects.filter(matter=one.pk, body__contains="fall_silent").exists()


def test_one_incident_that_cannot_be_seen_to_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(town, "officer")
    broken, sound = incident(town, Kind.BREAK_IN), incident(town, Kind.BREAK_IN)
    real = ladder.advise

    def advise(one: Incident, *when: Any) -> Any:
        if one.pk == broken.pk:
            raise ValueError
        return real(one, *when)

    monkeypatch.setattr(ladder, "advise", advise)
    ladder.advance()
    assert reached(broken) == []
    assert reached(sound) == ["best"]


def test_an_exercise_is_run_like_the_real_thing(town: Town) -> None:
    posted(town, "officer")
    one = incident(town, Kind.BREAK_IN, door=Door.TRAINING)
    ladder.advance()
    assert reached(one) == ["best"]


# --- killed, and two at once ----------------------------------------------------------------------


class Killed(BaseException):
    """The clock process is gone; what it had not committed is rolled back."""


@contextmanager
def killed_before(statement: int) -> Iterator[None]:
    """The power goes before the statement of this number."""
    left = statement

    def fuse(execute: Callable[..., Any], sql: str, *told: Any) -> Any:
        nonlocal left
        if not sql.startswith(("ROLLBACK", "RELEASE")):
            if left == 0:
                raise Killed
            left -= 1
        return execute(sql, *told)

    with connection.execute_wrapper(fuse):
        yield


@pytest.mark.both_databases
@pytest.mark.parametrize("stage", ["first wave", "next wave"])
def test_killed_before_any_statement_nothing_is_lost_and_nothing_is_twice(
    town: Town, stage: str
) -> None:
    one = incident(town, Kind.BREAK_IN)
    posted(town, "officer")
    posted(town, "colleague", 900)
    if stage == "next wave":
        ladder.advance()
        later(seconds=60)
    waves, entries = one.waves.count(), Entry.objects.filter(matter=one.pk).count()
    for statement in range(500):
        try:
            with killed_before(statement):
                ladder.advance()
            break
        except Killed:
            if one.waves.count() > waves:
                break  # it had come through before
            assert Entry.objects.filter(matter=one.pk).count() == entries
    else:
        pytest.fail("it never came through")
    assert one.waves.count() == waves + 1
    assert ladder.advance() == 0


@pytest.mark.both_databases
def test_two_clocks_open_one_wave(committed_db: object) -> None:
    town = build()
    one = incident(town, Kind.BREAK_IN)
    posted(town, "officer")
    posted(town, "colleague", 900)

    def tick(_n: int) -> None:
        try:
            ladder.advance()
        finally:
            connections.close_all()

    for waves in (1, 2):
        with ThreadPoolExecutor(4) as clocks:
            list(clocks.map(tick, range(4)))
        assert one.waves.count() == waves
        later(seconds=60)
