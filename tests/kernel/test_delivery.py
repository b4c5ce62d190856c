"""What was promised is told: by mail over a real SMTP server, by webhook over real HTTP."""

import json
import re
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from tests.support.gateway import Gateway, gateway
from tests.support.matters import answered, do, teller, write
from tests.support.site import free_port
from tests.support.smtp import Sink, mailers, sink
from tests.support.town import Town, build

from yihu.direct.kinds import About, Kind
from yihu.kernel import change, delivery, watch, webhook
from yihu.kernel.letters import LETTERS
from yihu.kernel.models import Channel, Delivery, OutboxMessage
from yihu.kernel.outbox import LONGEST_PAUSE, MOST_ATTEMPTS, pause_after

WORDS = "只有她知道的话"


@pytest.fixture
def town(db: None) -> Town:
    return build()


@pytest.fixture
def smtp(settings: Settings):
    with sink() as server:
        settings.MAILERS, settings.MAIL_CONFIGURED = mailers(server.port), True
        yield server


@pytest.fixture
def http(settings: Settings):
    with gateway() as server:
        settings.WEBHOOKS = {"sms": server.url, "staff": server.url}
        yield server


def outgoing(**more: object) -> OutboxMessage:
    return OutboxMessage.objects.exclude(channel=Channel.IN_APP).get(**more)


# --- by mail -------------------------------------------------------------------------------------


def test_the_chief_hears_of_a_message_and_nothing_of_its_words(town: Town, smtp: Sink) -> None:
    sent = write(town, words=WORDS, name="王某", contact="someone@example.org")
    delivery.deliver()
    (mail,) = smtp.taken
    assert mail.to == ["chief@example.org"]
    assert sent.matter.reference in mail.text
    assert "新来信" in mail.text
    for secret in (WORDS, "王某", "someone@example.org", sent.secret):
        assert secret not in str(mail.message)
        assert secret not in mail.text
    assert outgoing().delivery == Delivery.SENT


def test_an_answer_is_told_to_the_address_that_was_left(town: Town, smtp: Sink) -> None:
    answered(town, contact=" teller@example.org ")
    delivery.deliver()
    assert [mail.to for mail in smtp.taken] == [["chief@example.org"], ["teller@example.org"]]
    assert "有了答复" in smtp.taken[1].text
    assert "修好了" not in smtp.taken[1].text


def test_a_blank_notice_says_nothing_of_the_matter(town: Town, smtp: Sink) -> None:
    sent = answered(town, contact="teller@example.org", safety="blank")
    delivery.deliver()
    mail = smtp.taken[1]
    for telling in (sent.matter.reference, "答复", "来信", "所长", "警", "yihu", "一呼"):
        assert telling not in mail.text + str(mail.message["Message-ID"])


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        ({"contact": "teller@example.org", "safety": "never"}, "contact_unsafe"),
        ({}, "no_contact"),
        ({"contact": "000-1234"}, "not_a_mail_address"),
    ],
)
def test_who_cannot_or_must_not_be_told_is_not(
    town: Town, smtp: Sink, left: dict[str, str], reason: str
) -> None:
    answered(town, **left)
    delivery.deliver()
    assert len(smtp.taken) == 1
    row = outgoing(template="answered")
    assert (row.delivery, row.fault) == (Delivery.DROPPED, reason)


def test_without_a_mail_server_rows_are_dropped_and_say_so(town: Town) -> None:
    write(town)
    delivery.deliver()
    row = outgoing()
    assert (row.delivery, row.fault) == (Delivery.DROPPED, "mail_not_configured")
    assert OutboxMessage.objects.get(channel=Channel.IN_APP).delivery == Delivery.SENT


def test_the_complained_about_is_not_told(town: Town, smtp: Sink) -> None:
    """Named after the promise was made: the chief's colleague takes the mail no more."""
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    do(town.actor("supervisor"), sent.matter, "take_over", words="由我们办理")
    do(town.actor("supervisor"), sent.matter, "name_subject", person=town.people["chief"].id)
    delivery.deliver()
    assert all("chief@example.org" not in mail.to for mail in smtp.taken)
    dropped = outgoing(template="message_received")
    assert (dropped.delivery, dropped.fault) == (Delivery.DROPPED, "not_theirs_to_know")


def test_a_role_that_nobody_holds_is_tried_again(town: Town, smtp: Sink) -> None:
    write(town)
    for name in ("chief", "deputy"):
        town.people[name].is_active = False
        town.people[name].save()
    delivery.deliver()
    row = outgoing()
    assert (row.delivery, row.fault) == (Delivery.WAITING, "nobody_holds_the_role")
    town.people["chief"].is_active = True
    town.people["chief"].save()
    delivery.deliver(row.next_attempt_at)
    assert smtp.taken[0].to == ["chief@example.org"]


def test_what_concerns_a_step_is_dropped_once_it_is_left(town: Town, smtp: Sink) -> None:
    sent = answered(town, contact="teller@example.org")
    reminder = outgoing(template="verdict_reminder")
    do(teller(sent), sent.matter, "confirm")
    delivery.deliver(reminder.next_attempt_at)
    reminder.refresh_from_db()
    assert (reminder.delivery, reminder.fault) == (Delivery.DROPPED, "moved_on")


# --- the reminder --------------------------------------------------------------------------------


def test_the_teller_is_reminded_once_two_days_before_silence_ends_it(
    town: Town, smtp: Sink
) -> None:
    sent = answered(town, contact="teller@example.org")
    sent.matter.refresh_from_db()
    moment = sent.matter.lapses_at - change.REMIND_BEFORE
    delivery.deliver(moment - timedelta(minutes=1))
    assert "问题解决了吗？" not in "".join(mail.text for mail in smtp.taken)
    delivery.deliver(moment + timedelta(minutes=1))
    delivery.deliver(sent.matter.lapses_at)
    assert sum("问题解决了吗？" in mail.text for mail in smtp.taken) == 1


@pytest.mark.parametrize("safety", ["blank", "never"])
def test_nobody_is_reminded_where_a_contact_could_harm(town: Town, safety: str) -> None:
    answered(town, contact="teller@example.org", safety=safety)
    assert OutboxMessage.objects.filter(template="answered").exists()
    assert not OutboxMessage.objects.filter(template="verdict_reminder").exists()


# --- when it does not work -----------------------------------------------------------------------


def test_retries_then_a_dead_letter_then_the_doctor_then_a_fresh_start(
    town: Town, settings: Settings
) -> None:
    port = free_port()
    settings.MAILERS, settings.MAIL_CONFIGURED = mailers(port), True
    write(town)
    now = timezone.now()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert delivery.deliver(now) == 1
        row = outgoing()
        assert (row.attempts, row.fault) == (attempt, "ConnectionRefusedError")
        assert row.next_attempt_at == now + pause_after(attempt)
        assert delivery.deliver(now) == 0
        now = row.next_attempt_at
    assert row.delivery == Delivery.DEAD
    assert "dead_letters" in {finding.code for finding in watch.look()}
    said = StringIO()
    call_command("outbox", "--retry", stdout=said)
    assert "1" in said.getvalue()
    assert "dead_letters" not in {finding.code for finding in watch.look()}
    with sink(port) as server:
        delivery.deliver(timezone.now())
        assert [mail.to for mail in server.taken] == [["chief@example.org"]]


def test_pauses_double_up_to_six_hours() -> None:
    pauses = [pause_after(n) for n in range(1, 30)]
    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert max(pauses) == LONGEST_PAUSE


def test_a_refused_recipient_holds_up_no_other_and_is_not_quoted(town: Town, smtp: Sink) -> None:
    write(town)
    smtp.refuse = "550 no such user"
    delivery.deliver()
    row = outgoing()
    assert (row.delivery, row.fault) == (Delivery.WAITING, "SMTPRecipientsRefused")
    smtp.refuse = ""
    write(town)
    delivery.deliver()
    assert len(smtp.taken) == 1


def test_a_batch_takes_one_connection(town: Town, smtp: Sink) -> None:
    for _ in range(5):
        write(town)
    delivery.deliver()
    assert (len(smtp.taken), smtp.connections) == (5, 1)


def test_a_template_that_nobody_wrote_holds_up_no_other(town: Town, smtp: Sink) -> None:
    write(town)
    write(town)
    first = OutboxMessage.objects.filter(channel=Channel.MAIL).earliest("id")
    OutboxMessage.objects.filter(pk=first.pk).update(template="no_such_letter")
    delivery.deliver()
    first.refresh_from_db()
    assert (first.delivery, first.fault) == (Delivery.WAITING, "KeyError")
    assert len(smtp.taken) == 1


def test_killed_after_claiming_it_is_sent_when_the_lease_is_over_under_the_same_id(
    town: Town, smtp: Sink
) -> None:
    write(town)
    now = timezone.now()
    assert len(delivery.claim(delivery.waiting(now), now, 20)) == 1  # and here the process dies
    assert delivery.deliver(now + timedelta(minutes=1)) == 0
    delivery.deliver(now + delivery.LEASE)
    OutboxMessage.objects.filter(channel=Channel.MAIL).update(delivery=Delivery.WAITING)
    delivery.deliver(now + 2 * delivery.LEASE)
    first, second = smtp.taken
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_two_clocks_send_each_message_once(
    committed_db: object, settings: Settings, smtp: Sink
) -> None:
    town = build()
    for _ in range(12):
        write(town)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while delivery.deliver(limit=3):
            pass
        connections.close_all()

    clocks = [threading.Thread(target=work) for _ in range(2)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join(20)
    ids = [mail.message["Message-ID"] for mail in smtp.taken]
    assert len(ids) == len(set(ids)) == 12


# --- through a webhook ---------------------------------------------------------------------------


def test_a_telephone_gets_an_sms_and_a_mailbox_a_mail(
    town: Town, smtp: Sink, http: Gateway
) -> None:
    answered(town, contact="138 0000-0000")
    delivery.deliver()
    sms = [told for told in http.taken if told["to"] == "13800000000"]
    assert len(sms) == 1
    assert "有了答复" in sms[0]["title"]
    assert [mail.to for mail in smtp.taken] == [["chief@example.org"]]
    answered(town, contact="teller@example.org")
    delivery.deliver()
    assert len([told for told in http.taken if "@" not in told["to"]]) == 1


def test_the_station_s_chat_hears_of_messages_but_never_of_complaints(
    town: Town, http: Gateway
) -> None:
    write(town)
    write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    delivery.deliver()
    assert [told["to"] for told in http.taken] == ["station_chief@station"]


def test_a_gateway_s_template_is_filled(town: Town, http: Gateway, settings: Settings) -> None:
    template = '{"msgtype": "text", "text": {"content": "{title}\\n{text}"}, "at": ["{to}"]}'
    settings.WEBHOOKS = {**settings.WEBHOOKS, "staff_template": template}
    sent = write(town)
    delivery.deliver()
    (told,) = http.taken
    assert told["at"] == ["station_chief@station"]
    assert sent.matter.reference in told["text"]["content"].split("\n")[0]


@pytest.mark.parametrize(
    ("status", "answer", "fault"),
    [
        (500, b"", "HTTP 500"),
        (302, b"", "HTTP 302"),
        (200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', "errcode 93000"),
    ],
)
def test_what_a_gateway_does_not_take_is_tried_again(
    town: Town, http: Gateway, status: int, answer: bytes, fault: str
) -> None:
    http.status, http.answer = status, answer
    http.headers = {"Location": http.url}
    write(town)
    delivery.deliver()
    row = outgoing(channel=Channel.WEBHOOK)
    assert (row.delivery, row.fault) == (Delivery.WAITING, fault)
    assert len(http.taken) == 1
    http.status, http.answer = 200, b"ok"
    delivery.deliver(row.next_attempt_at)
    row.refresh_from_db()
    assert row.delivery == Delivery.SENT
    assert http.keys[0] == http.keys[1]


@given(st.text(), st.text(), st.text())
def test_no_value_breaks_out_of_its_string(to: str, title: str, text: str) -> None:
    values = {"to": to, "title": title, "text": text}
    filled = webhook.fill('{"a": ["{to}", 1], "b": {"c": "<{title}|{text}>"}}', values)
    parsed = json.loads(filled.decode("utf-8", "surrogatepass"))
    assert parsed == {"a": [to, 1], "b": {"c": f"<{title}|{text}>"}}


def test_only_web_addresses_are_posted_to() -> None:
    for url in ("file:///etc/passwd", "ftp://example.org/x", "", "//example.org"):
        with pytest.raises(webhook.BadWebhook):
            webhook.post(url, b"{}", key="k")


# --- letters -------------------------------------------------------------------------------------


def test_every_notice_has_its_letter() -> None:
    source = Path(delivery.__file__).parents[1]
    used = {
        name
        for path in source.rglob("*.py")
        for name in re.findall(r'(?:Notice|_tell_\w+)\((?:change, )?"(\w+)"', path.read_text())
    }
    assert len(used) > 8
    assert used <= set(LETTERS)
