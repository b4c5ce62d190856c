"""Asking units to come, and what each of their answers does."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.matters import do, key
from tests.support.offers import codes, incident, later, posted
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch import assignments, ladder, offers
from yihu.dispatch.kinds import Answer, Kind, Reach, Status, Verdict
from yihu.dispatch.models import Assignment, Incident, Offer, Recommendation, Wave
from yihu.dispatch.schemas import Override, Unable
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, Matter, Party
from yihu.people.shifts import begin_shift, end_shift
from yihu.radio.models import Happening

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def town() -> Town:
    return build()


def asked(town: Town, one: Incident, *names: str) -> dict[str, Offer]:
    """Ask the units of these people, by hand."""
    by_code = {name: posted(town, name, 200 * n) for n, name in enumerate(names, start=1)}
    wave = offers.offer(
        actor=town.actor("dispatcher"),
        incident=one.pk,
        units=[made.pk for made in by_code.values()],
        client_key=key(),
    )
    return {offer.unit.code: offer for offer in wave.offers.select_related("unit")}


def accept(town: Town, name: str, offer: Offer, eta: int | None = 120) -> Offer:
    return offers.accept(actor=town.actor(name), offer=offer.pk, eta=eta, client_key=key())


def test_an_offer_is_an_entry_that_makes_each_who_is_asked_a_party(town: Town) -> None:
    one = incident(town)
    offer = asked(town, one, "officer")["officer"]
    assert offer.deadline - offer.offered_at == timedelta(seconds=20)
    assert offer.distance == pytest.approx(270, rel=0.05)
    entry = Entry.objects.filter(matter=one.pk).latest("seq")
    assert '"act":"offer"' in entry.body
    assert Party.objects.filter(matter=one.pk, person=town.people["officer"]).exists()
    told = Happening.objects.get(topic="offer")
    assert told.people == [town.people["officer"].pk.hex]


def test_whoever_accepts_first_goes_the_next_stands_by_and_then_nobody_is_needed(
    town: Town,
) -> None:
    one = incident(town)
    by_code = asked(town, one, "officer", "colleague", "auxiliary")
    assert accept(town, "officer", by_code["officer"]).verdict == Verdict.ASSIGNED
    assert accept(town, "colleague", by_code["colleague"]).verdict == Verdict.STANDBY
    assert accept(town, "auxiliary", by_code["auxiliary"]).verdict == Verdict.NOT_NEEDED
    sent = Assignment.objects.get(incident=one.pk)
    assert sent.unit.code == "officer"
    assert sent.offer == by_code["officer"]
    assert sent.unit.status == Status.ACKNOWLEDGED


def test_a_second_tap_is_the_same_answer_and_the_first_one_counts(town: Town) -> None:
    one = incident(town)
    offer = asked(town, one, "officer")["officer"]
    accept(town, "officer", offer, eta=120)
    before = Entry.objects.count()
    assert accept(town, "officer", offer, eta=999).eta == 120
    no = offers.decline(
        actor=town.actor("officer"), offer=offer.pk, reason=Unable.BUSY, client_key=key()
    )
    assert no.answer == Answer.ACCEPTED
    assert Entry.objects.count() == before
    assert Assignment.objects.count() == 1


def test_a_second_click_of_the_dispatcher_is_the_same_wave(town: Town) -> None:
    one, same = incident(town), key()
    made = [posted(town, "officer").pk, posted(town, "colleague").pk]
    waves = {
        offers.offer(
            actor=town.actor("dispatcher"), incident=one.pk, units=made, client_key=same
        ).pk
        for _ in range(2)
    }
    assert len(waves) == 1
    assert Offer.objects.count() == 2


def test_nobody_who_is_off_shift_is_asked(town: Town) -> None:
    one = incident(town)
    here, away = posted(town, "officer"), unit(town, "colleague", on_shift=False)
    clerk = town.actor("dispatcher")
    wave = offers.offer(actor=clerk, incident=one.pk, units=[here.pk, away.pk], client_key=key())
    assert codes(wave) == ["officer"]
    with pytest.raises(Refused) as refused:
        offers.offer(actor=clerk, incident=one.pk, units=[away.pk], client_key=key())
    assert refused.value.code == "off_duty"


def test_only_who_was_on_shift_then_and_is_now_answers(town: Town) -> None:
    one = incident(town)
    offer = asked(town, one, "officer")["officer"]
    with pytest.raises(Offer.DoesNotExist):
        accept(town, "colleague", offer)
    end_shift(actor=town.actor("officer"))
    with pytest.raises(Refused) as refused:
        accept(town, "officer", offer)
    assert refused.value.code == "off_duty"
    assert offers.waiting_for(town.actor("officer")).get() == offer


def test_a_member_who_comes_on_shift_afterwards_was_not_asked(town: Town) -> None:
    one = incident(town)
    made = unit(town, "officer", "colleague")
    end_shift(actor=town.actor("colleague"))
    wave = offers.offer(
        actor=town.actor("dispatcher"), incident=one.pk, units=[made.pk], client_key=key()
    )
    begin_shift(actor=town.actor("colleague"))
    with pytest.raises(Refused) as refused:
        accept(town, "colleague", wave.offers.get())
    assert refused.value.code == "not_asked"
    accept(town, "officer", wave.offers.get())
    assert assignments.responder(town.actor("colleague"), one).id  # but goes along


def test_who_may_not_go_alone_is_asked_beside_the_police(town: Town) -> None:
    one = incident(town, Kind.FIGHT)
    by_code = asked(town, one, "officer", "guard")
    assert not by_code["officer"].alongside
    assert by_code["guard"].alongside
    assert accept(town, "guard", by_code["guard"]).verdict == Verdict.ASSIGNED
    assert Assignment.objects.get().alongside  # and takes nobody's place:
    assert accept(town, "officer", by_code["officer"]).verdict == Verdict.ASSIGNED


def test_an_answer_after_the_deadline_counts_as_long_as_somebody_is_needed(town: Town) -> None:
    one = incident(town)
    by_code = asked(town, one, "officer", "colleague")
    later(seconds=60)
    ladder.advance()
    assert Offer.objects.get(pk=by_code["officer"].pk).answer == Answer.SILENT
    assert accept(town, "officer", by_code["officer"]).verdict == Verdict.ASSIGNED
    assert '"late":true' in Entry.objects.filter(matter=one.pk).latest("seq").body


def test_once_it_is_over_an_acceptor_is_thanked_and_not_sent(town: Town) -> None:
    one = incident(town)
    offer = asked(town, one, "officer")["officer"]
    clerk, matter = town.actor("dispatcher"), one.matter
    do(clerk, matter, "resolve", outcome="false_alarm", words="按错了")
    with pytest.raises(Refused) as refused:
        accept(town, "officer", offer)
    assert refused.value.code == "over"
    later(seconds=60)
    ladder.advance()
    assert Offer.objects.get().answer == Answer.WITHDRAWN  # which is nobody's silence


def test_the_whole_list_the_choice_and_the_reason_for_another_are_kept(town: Town) -> None:
    one = incident(town, Kind.THEFT)
    posted(town, "officer", 100)
    other = posted(town, "colleague", 2000)
    offers.offer(
        actor=town.actor("dispatcher"),
        incident=one.pk,
        units=[other.pk],
        override=Override.KNOWS_PLACE,
        client_key=key(),
    )
    kept = Recommendation.objects.get()
    assert {line["unit"] for line in kept.lines} == {"officer", "colleague"}
    assert kept.chosen == ["colleague"]
    assert kept.override == "knows_place"
    assert kept.chosen_by == town.people["dispatcher"]
    assert kept.waves.get().incident_id == one.pk


def test_declining_says_why_and_brings_the_next_wave_at_once(town: Town) -> None:
    one = incident(town)
    offer = asked(town, one, "officer")["officer"]
    posted(town, "colleague", 900)
    offers.decline(
        actor=town.actor("officer"), offer=offer.pk, reason=Unable.POST_EMPTY, client_key=key()
    )
    ladder.advance()
    assert codes(Wave.objects.get(number=2)) == ["colleague"]
    assert Offer.objects.get(pk=offer.pk).reason == "post_empty"


def test_a_set_that_showed_the_offer_says_so_once(town: Town) -> None:
    offer = asked(town, incident(town), "officer")["officer"]
    offers.hear(actor=town.actor("officer"), offer=offer.pk)
    heard = Offer.objects.get().heard_at
    offers.hear(actor=town.actor("officer"), offer=offer.pk)
    assert Offer.objects.get().heard_at == heard is not None


def test_more_help_sends_who_stands_by_and_asks_further(town: Town) -> None:
    one = incident(town)
    by_code = asked(town, one, "officer", "colleague")
    accept(town, "officer", by_code["officer"])
    accept(town, "colleague", by_code["colleague"])
    posted(town, "auxiliary", 800)
    same = key()
    for _ in range(2):  # a retry asks for no more
        offers.need_help(actor=town.actor("officer"), incident=one.pk, units=2, client_key=same)
    one.refresh_from_db()
    assert one.units_needed == 3
    going = Assignment.objects.filter(incident=one.pk, ended_at=None)
    assert {sent.unit.code for sent in going} == {"officer", "colleague"}
    assert codes(Wave.objects.get(number=2)) == ["auxiliary"]


def test_who_stands_by_is_let_go_once_those_who_were_sent_are_there(town: Town) -> None:
    one = incident(town)
    by_code = asked(town, one, "officer", "colleague")
    accept(town, "officer", by_code["officer"])
    accept(town, "colleague", by_code["colleague"])
    Assignment.objects.update(on_scene_at=timezone.now())
    ladder.advance()
    assert Offer.objects.get(pk=by_code["colleague"].pk).verdict == Verdict.NOT_NEEDED


def test_who_stands_by_goes_when_one_is_stood_down(town: Town) -> None:
    one = incident(town)
    by_code = asked(town, one, "officer", "colleague")
    accept(town, "officer", by_code["officer"])
    accept(town, "colleague", by_code["colleague"])
    assignments.stand_down(
        actor=town.actor("dispatcher"),
        incident=one.pk,
        unit=by_code["officer"].unit_id,
        client_key=key(),
    )
    ladder.advance()
    sent = Assignment.objects.get(incident=one.pk, ended_at=None)
    assert sent.offer == by_code["colleague"]


@pytest.mark.parametrize("name", ["stranger", "guard", "auxiliary"])
def test_nobody_asks_for_an_incident_that_is_not_theirs(town: Town, name: str) -> None:
    one, made = incident(town), posted(town, "officer")
    with pytest.raises(Matter.DoesNotExist):
        offers.offer(actor=town.actor(name), incident=one.pk, units=[made.pk], client_key=key())
    assert not Wave.objects.exists()


def test_an_offer_to_nobody_says_so(town: Town) -> None:
    one = incident(town)
    with pytest.raises(Refused) as refused:
        offers.offer(
            actor=town.actor("dispatcher"),
            incident=one.pk,
            units=[],
            client_key=key(),
            reach=Reach.WIDER,
        )
    assert refused.value.code == "nobody_chosen"
