"""Issuing and revoking orders: who may, on what, and what is kept."""

import secrets
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings
from tests.support.desk import do, teller, write
from tests.support.smtp import mailers, sink
from tests.support.thanks import TEXT, commended, credit, face, issue, praised, revoke
from tests.support.town import Town, build

from yihu.direct.kinds import Kind, Reporter
from yihu.kernel import delivery, ledger, notices
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.letters import LETTERS
from yihu.kernel.models import Entry, Matter, OutboxMessage
from yihu.people.actions import grant_leave
from yihu.thanks import actions, queries
from yihu.thanks.models import Commendation, Credit, PhotoConsent

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def refused(*args: object, **more: object) -> str:
    before = Entry.objects.count()
    with pytest.raises(Refused) as told, transaction.atomic():
        issue(*args, **more)
    assert not Commendation.objects.filter(revoked_at=None).exists()
    assert Entry.objects.count() == before
    return told.value.code


# --- on what -------------------------------------------------------------------------------------


def test_an_unverified_praise_is_refused(town: Town) -> None:
    sent = write(town, kind=Kind.PRAISE)
    do(town.actor("chief"), sent.matter, "answer", outcome="commended", words="谢谢")
    assert refused(town.actor("chief"), sent.matter) == "not_verified"
    assert refused(town.actor("chief"), praised(town, finding="").matter) == "not_verified"


def test_what_was_not_confirmed_is_refused_and_partly_is_enough(town: Town) -> None:
    chief = town.actor("chief")
    assert refused(chief, praised(town, finding="not_confirmed").matter) == "not_confirmed"
    assert issue(chief, praised(town, finding="partly").matter).number == 1


def test_a_finding_of_an_earlier_round_is_none(town: Town) -> None:
    sent, chief = praised(town), town.actor("chief")
    do(chief, sent.matter, "answer", outcome="commended", words="谢谢")
    do(teller(sent), sent.matter, "dispute", words="不是他")
    assert refused(chief, sent.matter) == "not_verified"
    do(chief, sent.matter, "answer", outcome="explained", words="再看看")
    assert refused(chief, sent.matter) == "not_verified"


def test_what_turned_out_to_be_no_praise_is_refused(town: Town) -> None:
    sent, chief = praised(town), town.actor("chief")
    do(chief, sent.matter, "reclassify", kind="suggestion", words="其实是建议")
    assert refused(chief, sent.matter) == "not_praise"
    help_request = write(town).matter
    assert refused(chief, help_request) == "not_praise"


# --- by whom -------------------------------------------------------------------------------------


def test_nobody_issues_an_order_for_themselves(town: Town) -> None:
    """The deputy is praised, the chief verified it and goes on leave: the deputy acts for him."""
    sent = praised(town, "deputy", handler="chief")
    chief, now = town.actor("chief"), timezone.now()
    grant_leave(
        actor=chief, person=town.people["chief"].id, since=now, until=now + timedelta(days=3)
    )
    assert refused(town.actor("deputy"), sent.matter) == "praised"


@pytest.mark.parametrize("name", ["deputy", "colleague"])
def test_only_the_chief_or_the_supervisor_issues(town: Town, name: str) -> None:
    assert refused(town.actor(name), praised(town).matter) == "not_yours"


@pytest.mark.parametrize("name", ["stranger", "officer", "auxiliary"])
def test_whoever_may_not_know_of_the_praise_finds_none(town: Town, name: str) -> None:
    with pytest.raises(Matter.DoesNotExist):
        issue(town.actor(name), praised(town).matter)


# --- what is kept --------------------------------------------------------------------------------


def test_a_retry_finds_the_same_order(town: Town) -> None:
    sent, chief, key = praised(town), town.actor("chief"), secrets.token_bytes(16)
    first = issue(chief, sent.matter, client_key=key)
    assert issue(chief, sent.matter, client_key=key) == first
    with pytest.raises(KeyReused):
        issue(chief, sent.matter, "别的话", client_key=key)
    assert Credit.objects.count() == 1
    assert Entry.objects.filter(matter=sent.matter, body__contains='"act":"commend"').count() == 1
    told = OutboxMessage.objects.filter(template="credited", channel="in_app")
    assert told.count() == 1


def test_one_order_in_force_for_one_praise(town: Town) -> None:
    sent, chief = praised(town), town.actor("chief")
    order = issue(chief, sent.matter)
    with pytest.raises(Refused) as told, transaction.atomic():
        issue(chief, sent.matter, "再来一份")
    assert told.value.code == "already_commended"
    revoke(chief, order)
    assert issue(chief, sent.matter, "改好的一份").number == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Commendation.objects.filter(pk=order.pk).update(revoked_at=None)


def test_numbers_follow_for_each_station_and_year(town: Town) -> None:
    chief = town.actor("chief")
    last_year = timezone.now() - timedelta(days=366)
    numbers = [
        issue(chief, praised(town).matter, occurred_at=when).number
        for when in (None, None, last_year, last_year, None)
    ]
    assert numbers == [1, 2, 1, 2, 3]


def test_the_entry_proves_the_public_text_and_holds_none_of_it(town: Town) -> None:
    order = commended(town)
    (entry,) = Entry.objects.filter(matter=order.matter, body__contains="commend")
    assert TEXT not in entry.body
    assert f'"number":1,"text":"{actions.digest(TEXT)}","year":{order.year}' in entry.body
    ledger.sequence()


def test_others_are_credited_under_their_own_organisation(town: Town) -> None:
    order = commended(town, others="王师傅 · 城南物业\n老陈 · room")
    found = {(c.name, c.organisation_name, c.organisation_id) for c in order.credits.all()}
    assert found == {
        ("officer", "station", town.station.id),
        ("王师傅", "城南物业", None),
        ("老陈", "room", town.room.id),
    }


# --- telling -------------------------------------------------------------------------------------


def test_the_teller_and_the_credited_are_told_and_neither_learns_of_the_other(town: Town) -> None:
    order = commended(town, "officer", "auxiliary", contact="someone@example.org")
    for name in ("officer", "auxiliary"):
        (told,) = notices.for_actor(town.actor(name))
        assert (told.template, told.matter) == ("credited", None)
        assert LETTERS[told.template].page == "thanks:mine"
    assert not notices.for_actor(town.actor("colleague")).filter(template="credited").exists()
    assert OutboxMessage.objects.get(template="commended").party.role == "teller"
    revoke(town.actor("chief"), order)
    assert OutboxMessage.objects.filter(template="commendation_revoked").count() == 1
    assert OutboxMessage.objects.filter(template="credit_revoked", channel="mail").count() == 2


def test_the_mail_to_the_credited_names_no_matter(town: Town, settings: Settings) -> None:
    order = commended(town)
    with sink() as server:
        settings.MAILERS, settings.MAIL_CONFIGURED = mailers(server.port), True
        delivery.deliver()
    (mail,) = [mail for mail in server.taken if mail.to == ["officer@example.org"]]
    assert "您得到了表扬" in mail.text
    assert order.matter.reference not in mail.text
    assert TEXT not in mail.text


def test_whoever_left_is_credited_and_not_told(town: Town) -> None:
    sent = praised(town)
    town.people["officer"].posts.update(until=timezone.now())
    order = issue(town.actor("chief"), sent.matter)
    assert order.credits.get().name == "officer"
    assert not OutboxMessage.objects.filter(template="credited").exists()


# --- revoking ------------------------------------------------------------------------------------


def test_revoking_keeps_the_number_and_says_why(town: Town) -> None:
    order, chief = commended(town), town.actor("chief")
    given = actions.consent(
        actor=town.actor("officer"), credit=credit(order, town).pk, photo=face(), wording="同意"
    )
    revoke(chief, order, "写错了人")
    order.refresh_from_db()
    assert (order.revoke_reason, order.revoked_by_id) == ("写错了人", chief.id)
    given.refresh_from_db()
    assert (bytes(given.photo), given.withdrawn_at) == (b"", order.revoked_at)
    assert revoke(chief, order, "写错了人").revoked_at == order.revoked_at  # a retry
    with pytest.raises(Refused, match="revoked before"):
        revoke(chief, order, "另一个理由")
    assert Commendation.objects.count() == 1


def test_revoking_is_for_whoever_issues_and_knows_of_it(town: Town) -> None:
    order = commended(town)
    with pytest.raises(Refused), transaction.atomic():
        revoke(town.actor("deputy"), order)
    with pytest.raises(Commendation.DoesNotExist):
        revoke(town.actor("stranger"), order)
    assert Commendation.objects.get().revoked_at is None


def test_an_order_can_be_revoked_after_its_teller_was_forgotten(town: Town) -> None:
    sent, chief = praised(town), town.actor("chief")
    order = issue(chief, sent.matter)
    do(chief, sent.matter, "answer", outcome="commended", words="谢谢")
    do(teller(sent), sent.matter, "confirm")
    sent.matter.parties.filter(role="teller").update(erased_at=timezone.now())
    assert revoke(chief, order).revoked_at is not None


# --- photos --------------------------------------------------------------------------------------


def test_only_the_credited_themselves_consent(town: Town) -> None:
    order = commended(town)
    own = credit(order, town)
    for name in ("chief", "colleague", "supervisor"):
        with pytest.raises(Credit.DoesNotExist):
            actions.consent(actor=town.actor(name), credit=own.pk, photo=face(), wording="同意")
        with pytest.raises(Credit.DoesNotExist):
            actions.withdraw(actor=town.actor(name), credit=own.pk)
    assert not PhotoConsent.objects.exists()


def test_another_photo_takes_the_place_of_the_first_and_a_retry_changes_nothing(
    town: Town,
) -> None:
    officer, own = town.actor("officer"), credit(commended(town), town)
    give = {"actor": officer, "credit": own.pk, "wording": "同意"}
    first = actions.consent(photo=face(), **give)
    assert actions.consent(photo=face(), **give) == first
    second = actions.consent(photo=face("red"), **give)
    first.refresh_from_db()
    assert (bytes(first.photo), first.withdrawn_at is None) == (b"", False)
    assert queries.photo(first.pk) is None
    assert queries.photo(second.pk) == face("red")


def test_no_consent_for_an_order_that_was_revoked(town: Town) -> None:
    order = commended(town)
    revoke(town.actor("chief"), order)
    with pytest.raises(Refused):
        actions.consent(
            actor=town.actor("officer"), credit=credit(order, town).pk, photo=face(), wording="同意"
        )


# --- declared praise -----------------------------------------------------------------------------


@pytest.mark.parametrize("reporter", [Reporter.STAFF, Reporter.KIN, Reporter.PAID])
def test_C14_declared_praise_needs_a_reason_that_is_shown(town: Town, reporter: Reporter) -> None:
    sent, chief = praised(town, reporter=reporter), town.actor("chief")
    assert refused(chief, sent.matter) == "declared"
    order = issue(chief, sent.matter, declaration="另有两位邻居证实")
    assert (order.declared, order.declaration) == (reporter.value, "另有两位邻居证实")


@pytest.mark.parametrize("reporter", [Reporter.RESIDENT, Reporter.PROPERTY])
def test_C14_others_declare_nothing(town: Town, reporter: Reporter) -> None:
    sent = praised(town, reporter=reporter)
    order = issue(town.actor("chief"), sent.matter, declaration="多余的话")
    assert (order.declared, order.declaration) == ("", "")
