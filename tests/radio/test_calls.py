"""Calls that are answered: to a group, and to one person who gives them back."""

import secrets
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.kernel import lapses
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter, OutboxMessage
from yihu.people.shifts import end_shift
from yihu.radio.answers import answer, hear, hear_back, read_back
from yihu.radio.call_queries import answers_to, for_me
from yihu.radio.calls import call_group, instruct
from yihu.radio.models import Addressee, Call, Happening
from yihu.radio.schemas import Instruction, Order, ReadBack

pytestmark = pytest.mark.django_db
CALLED = ("guard", "officer", "auxiliary")


@pytest.fixture
def town() -> Town:
    made = build()
    talkgroup(made, on=("chief", *CALLED))
    return made


def key() -> bytes:
    return secrets.token_bytes(16)


def called(town: Town, **more: object) -> Matter:
    words = {"group": "net", "words": "全体注意，北门集合", "client_key": key()}
    return call_group(actor=town.actor("chief"), **(words | more)).matter


def test_everybody_on_duty_is_called_and_told_but_not_who_calls(town: Town) -> None:
    end_shift(actor=town.actor("auxiliary"))
    matter = called(town)
    names = {seat.person.name for seat in Addressee.objects.filter(call=matter.pk)}
    assert names == {"guard", "officer"}
    assert matter.call.asks == {"off_duty": 1}
    told = Happening.objects.get(topic="call")
    assert {UUID(person) for person in told.people} == {
        town.people[name].id for name in ("guard", "officer")
    }


def test_a_call_is_over_once_everybody_has_answered(town: Town) -> None:
    matter = called(town)
    hear(actor=town.actor("guard"), call=matter.pk)
    for name in CALLED:
        matter.refresh_from_db()
        assert matter.is_open
        answer(actor=town.actor(name), call=matter.pk)
    matter.refresh_from_db()
    assert matter.step == "answered"
    entries = matter.entries.count()
    answer(actor=town.actor("guard"), call=matter.pk)
    hear(actor=town.actor("guard"), call=matter.pk)
    assert matter.entries.count() == entries, "a second tap is no second answer"


def test_what_was_called_is_on_the_set_until_it_is_answered(town: Town) -> None:
    matter = called(town)
    guard = town.actor("guard")
    (shown,) = for_me(guard)
    assert (shown.call.pk, shown.said["words"], shown.waits) == (
        matter.pk,
        "全体注意，北门集合",
        True,
    )
    answer(actor=guard, call=matter.pk)
    assert not for_me(guard)[0].waits
    assert for_me(town.actor("colleague")) == []


def test_nobody_answers_for_somebody_else(town: Town) -> None:
    matter = called(town)
    for act in (hear, answer):
        with pytest.raises(Refused) as refused:
            act(actor=town.actor("colleague"), call=matter.pk)
        assert refused.value.code == "not_yours"


def test_after_five_minutes_who_is_silent_is_the_dispatchers_to_follow_up(town: Town) -> None:
    matter = called(town)
    answer(actor=town.actor("guard"), call=matter.pk)
    lapses.fire_due(timezone.now() + timedelta(minutes=5, seconds=1))
    matter.refresh_from_db()
    assert matter.step == "silent"
    told = OutboxMessage.objects.get(channel="in_app", matter=matter)
    assert (told.template, told.role) == ("your_turn", "dispatcher")
    silent = [seat.person.name for seat in answers_to(matter.call).silent]
    assert silent == ["auxiliary", "officer"]
    answer(actor=town.actor("officer"), call=matter.pk)
    answer(actor=town.actor("auxiliary"), call=matter.pk)
    matter.refresh_from_db()
    assert matter.step == "answered", "late answers count, and their time shows that they were late"


def test_the_times_to_half_and_to_nine_tenths(town: Town) -> None:
    matter = called(town)
    sent = matter.call.sent_at
    for seconds, seat in zip((30, 90), Addressee.objects.filter(call=matter.pk), strict=False):
        Addressee.objects.filter(pk=seat.pk).update(answered_at=sent + timedelta(seconds=seconds))
    found = answers_to(matter.call)
    assert found.within(0.5) == timedelta(seconds=90), "two of three are the first half"
    assert found.within(0.9) is None
    assert [found.by(minutes) for minutes in (1, 3)] == [1, 2]


def test_an_answer_reads_neither_the_other_answers_nor_the_others(
    town: Town, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Else a call to many would cost the square of how many they are."""
    matter = called(town)
    guard = town.actor("guard")
    with django_assert_max_num_queries(20) as captured:
        answer(actor=guard, call=matter.pk)
    read = [one["sql"] for one in captured.captured_queries if one["sql"].startswith("SELECT")]
    assert not [sql for sql in read if 'FROM "kernel_entry"' in sql]
    everybody = [sql for sql in read if 'FROM "kernel_party"' in sql]
    assert all('"kernel_party"."id" =' in sql or "subject" in sql for sql in everybody)


@pytest.mark.parametrize("name", ["guard", "officer", "stranger"])
def test_only_whoever_directs_the_net_calls(town: Town, name: str) -> None:
    with pytest.raises(Refused):
        call_group(actor=town.actor(name), group="net", words="喂", client_key=key())
    assert not Call.objects.exists()


def test_no_group_means_all_that_the_caller_directs(town: Town) -> None:
    talkgroup(town, code="other", on=("colleague", "guard"))
    matter = called(town, group=None)
    assert Addressee.objects.filter(call=matter.pk).count() == 4


# --- instructions --------------------------------------------------------------------------------


def told(town: Town, to: str = "guard", **more: object) -> Matter:
    order = Instruction(do=more.pop("do", Order.GO), where="2 号门", count=3, at="14:30")
    person = town.people[to].id
    return instruct(
        actor=town.actor("dispatcher"),
        person=person,
        instruction=order,
        client_key=key(),
        **more,
    ).matter


def given(**other: object) -> ReadBack:
    return ReadBack(**({"do": "go", "where": "二号门。", "count": 3, "at": "14:30"} | other))


def test_an_instruction_given_back_as_it_was_said_is_over(town: Town) -> None:
    matter = told(town)
    assert read_back(actor=town.actor("guard"), call=matter.pk, given=given())
    matter.refresh_from_db()
    seat = Addressee.objects.get(call=matter.pk)
    assert (matter.step, seat.mismatch) == ("answered", False)
    assert matter.call.sent_at < seat.heard_at <= seat.answered_at


@pytest.mark.parametrize(
    "other", [{"do": "withdraw"}, {"where": "3 号门"}, {"count": 2}, {"at": "14:40"}, {"at": None}]
)
def test_a_changed_part_is_flagged_at_both_ends_and_put_right(
    town: Town, other: dict[str, object]
) -> None:
    matter = told(town)
    assert not read_back(actor=town.actor("guard"), call=matter.pk, given=given(**other))
    matter.refresh_from_db()
    assert matter.step == "mismatch"
    people = {UUID(person) for person in Happening.objects.filter(topic="call").last().people}
    assert {town.people[name].id for name in ("guard", "dispatcher")} <= people
    assert read_back(actor=town.actor("guard"), call=matter.pk, given=given()) is False, (
        "a second try does not hide the first"
    )


def test_words_of_an_instruction_are_in_no_entry(town: Town) -> None:
    matter = told(town)
    read_back(actor=town.actor("guard"), call=matter.pk, given=given())
    assert not [e for e in matter.entries.all() if "号门" in e.body]


@pytest.mark.parametrize(("matches", "step"), [(True, "answered"), (False, "mismatch")])
def test_by_voice_the_dispatcher_marks_what_came_back(town: Town, matches: bool, step: str) -> None:
    matter = told(town, spoken=True)
    hear_back(actor=town.actor("dispatcher"), call=matter.pk, matches=matches)
    matter.refresh_from_db()
    assert (matter.step, Addressee.objects.get(call=matter.pk).mismatch) == (step, not matches)


def test_an_instruction_is_not_merely_acknowledged(town: Town) -> None:
    matter = told(town)
    with pytest.raises(Refused) as refused:
        answer(actor=town.actor("guard"), call=matter.pk)
    assert refused.value.code == "read_back"


def test_a_guard_is_not_told_to_do_what_is_the_polices(town: Town) -> None:
    with pytest.raises(Refused) as refused:
        told(town, do=Order.CORDON)
    assert refused.value.code == "police_only"
    assert told(town, to="officer", do=Order.CORDON).is_open


def test_nobody_off_duty_is_instructed(town: Town) -> None:
    end_shift(actor=town.actor("guard"))
    with pytest.raises(Refused) as refused:
        told(town)
    assert refused.value.code == "off_duty"
