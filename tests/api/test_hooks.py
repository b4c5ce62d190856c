"""Subscribed addresses hear what happens, in order and signed; never of complaints, never words."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support.desk import do, teller, write
from tests.support.town import Town, build

from yihu.api import hooks, signing
from yihu.api.actions import disable, resume, subscribe
from yihu.api.models import Event, Subscription
from yihu.api.queries import signing_secret
from yihu.cli import health
from yihu.direct.kinds import Kind
from yihu.dispatch.kinds import Door
from yihu.kernel import ledger
from yihu.kernel.access import Refused
from yihu.kernel.lapses import fire_due
from yihu.kernel.models import Matter
from yihu.people.models import Post
from yihu.radio.actions import raise_alarm

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@dataclass
class Receiver:
    """`status`: what it answers next. `heard`: headers and body of every request."""

    url: str = ""
    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[tuple[str, str]]:
        said = [json.loads(body) for _headers, body in self.heard]
        return [(one["type"], one["data"]["reference"]) for one in said]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server on this machine."""
    told = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(told.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}/hear"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield told
        server.shutdown()
        thread.join(20)


@pytest.fixture
def town() -> Town:
    return build()


def listen(town: Town, receiver: Receiver, name: str = "chief", **more: Any) -> Subscription:
    organisation = more.pop("organisation", town.station.id)
    return subscribe(
        actor=town.actor(name),
        organisation=organisation,
        url=receiver.url,
        events=more.pop("events", [*Event]),
    )


def tell() -> int:
    ledger.sequence()
    return hooks.deliver()


def test_what_happens_is_told_in_order_and_without_words(town: Town, receiver: Receiver) -> None:
    before = write(town)
    ledger.sequence()
    listen(town, receiver)
    sent = write(town, "机密的话", name="示例名")
    chief = town.actor("chief")
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "note", words="备注")  # an act: nobody outside hears of it
    do(chief, sent.matter, "answer", outcome="solved", words="修好了")
    do(teller(sent), sent.matter, "confirm", rating=5)
    assert tell() == 4
    reference = sent.matter.reference
    kinds = ["matter.opened", "matter.moved", "matter.answered", "matter.closed"]
    assert receiver.events == [(kind, reference) for kind in kinds]
    whole = b"".join(body for _headers, body in receiver.heard).decode()
    for secret in ("机密", "示例名", "您好", before.matter.reference, sent.secret):
        assert secret not in whole
    first = json.loads(receiver.heard[0][1])
    assert set(first["data"]) == {
        *("kind", "loop", "occurred_at", "opened_at", "recorded_at", "reference", "seq", "step")
    }
    assert tell() == 0  # nothing new


def test_an_escalation_is_told(town: Town, receiver: Receiver) -> None:
    listen(town, receiver, events=[Event.ESCALATED])
    sent = write(town)
    Matter.objects.filter(pk=sent.matter.pk).update(lapses_at=timezone.now())
    fire_due(timezone.now() + timedelta(days=30))
    tell()
    assert ("matter.escalated", sent.matter.reference) in receiver.events
    assert {kind for kind, _reference in receiver.events} == {"matter.escalated"}


def test_each_delivery_is_signed_as_standard_webhooks_say(town: Town, receiver: Receiver) -> None:
    hook = listen(town, receiver)
    write(town)
    tell()
    ((headers, body),) = receiver.heard
    secret = signing.spoken(signing_secret(hook.id))
    now = int(time.time())
    assert signing.holds(secret, headers, body, now)
    assert not signing.holds(secret, headers, body + b" ", now)
    assert not signing.holds(secret, headers | {"webhook-id": "msg_x"}, body, now)
    assert not signing.holds(secret, headers, body, now + 301)
    other = signing.spoken(b"0" * 32)
    assert not signing.holds(other, headers, body, now)
    row = str(Subscription.objects.values().get())
    assert secret not in row
    assert signing_secret(hook.id).hex() not in row


def test_complaints_are_never_told_of_even_to_who_may_see_them(
    town: Town, receiver: Receiver
) -> None:
    listen(town, receiver)
    oversight = town.supervisor_office.id
    listen(town, receiver, "supervisor", organisation=oversight)
    write(town, kind=Kind.COMPLAINT)
    became = write(town)
    do(town.actor("chief"), became.matter, "reclassify", kind="complaint", words="其实是投诉")
    do(town.actor("chief"), became.matter, "contact", words="您好")
    assert tell() == 0
    assert receiver.heard == []


def test_only_the_offices_own_and_only_what_the_subscriber_sees(
    town: Town, receiver: Receiver
) -> None:
    listen(town, receiver, "stranger", organisation=town.other_station.id)
    write(town)
    assert tell() == 0
    for name, organisation in (
        ("officer", town.station.id),
        ("auxiliary", town.room.id),
        ("chief", town.other_station.id),
    ):
        with pytest.raises(Refused):
            listen(town, receiver, name, organisation=organisation)


def test_a_receiver_that_fails_is_tried_again_from_the_same_place(
    town: Town, receiver: Receiver
) -> None:
    hook = listen(town, receiver)
    first, second = write(town), write(town)
    receiver.status = 503
    assert tell() == 0
    hook.refresh_from_db()
    assert (hook.attempts, hook.fault) == (1, "HTTP 503")
    assert hook.next_attempt_at > timezone.now()
    assert tell() == 0  # it is not yet time
    assert len(receiver.heard) == 1
    Subscription.objects.update(next_attempt_at=timezone.now())
    receiver.status = 200
    assert tell() == 2
    references = [first.matter.reference] * 2 + [second.matter.reference]
    assert [reference for _kind, reference in receiver.events] == references
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]
    hook.refresh_from_db()
    assert (hook.attempts, hook.fault) == (0, "")


@pytest.mark.parametrize(
    "url", ["http://" + "a" * 70 + ".example/", "http://127.0.0.1:1/灯", "http://a b/", "http://.."]
)
def test_an_address_that_cannot_be_called_holds_nobody_up(
    town: Town, receiver: Receiver, url: str
) -> None:
    bad = listen(town, receiver)
    Subscription.objects.filter(pk=bad.pk).update(url=url)
    listen(town, receiver)
    write(town)
    assert tell() == 1
    bad.refresh_from_db()
    assert bad.attempts == 1
    assert bad.fault


def test_a_redirect_is_not_followed(town: Town, receiver: Receiver) -> None:
    listen(town, receiver)
    write(town)
    receiver.status = 302
    assert tell() == 0
    assert len(receiver.heard) == 1


def test_killed_in_between_it_is_sent_again_under_the_same_id(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves: the receiver has it, the place has not moved on, a lease is running."""
    listen(town, receiver)
    write(town)
    write(town)
    ledger.sequence()

    class Killed(BaseException):
        pass

    def dies(*arguments: object, **more: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(hooks, "_go_on", dies)
        with pytest.raises(Killed):
            hooks.deliver()
    assert len(receiver.heard) == 1
    assert hooks.deliver() == 0  # leased
    Subscription.objects.update(next_attempt_at=timezone.now())  # the lease is over
    assert hooks.deliver() == 2
    assert receiver.ids[0] == receiver.ids[1]
    assert len(set(receiver.ids)) == 2


def test_two_clocks_do_not_send_the_same(town: Town, receiver: Receiver) -> None:
    hook = listen(town, receiver)
    as_the_other_read_it = Subscription.objects.get(pk=hook.pk)
    write(town)
    assert tell() == 1
    assert not hooks._claim(as_the_other_read_it)


def test_what_fails_too_often_is_laid_aside_and_doctor_says_so(
    town: Town, receiver: Receiver
) -> None:
    hook = listen(town, receiver)
    write(town)
    receiver.status = 500
    for _attempt in range(hooks.MOST_ATTEMPTS):
        Subscription.objects.update(next_attempt_at=timezone.now())
        tell()
    hook.refresh_from_db()
    assert hook.dead_at is not None
    assert len(receiver.heard) == hooks.MOST_ATTEMPTS
    found = {finding.code: finding for finding in health.look()}
    assert found["subscriptions_dead"].examples == ("station",)
    receiver.status = 200
    with pytest.raises(Subscription.DoesNotExist):
        resume(actor=town.actor("stranger"), subscription=hook.id)
    resume(actor=town.actor("deputy"), subscription=hook.id)
    assert tell() == 1  # nothing was lost meanwhile
    assert "subscriptions_dead" not in {finding.code for finding in health.look()}


def test_a_disabled_one_hears_nothing_more(town: Town, receiver: Receiver) -> None:
    hook = listen(town, receiver)
    disable(actor=town.actor("deputy"), subscription=hook.id)
    write(town)
    assert tell() == 0
    assert receiver.heard == []
    with pytest.raises(Subscription.DoesNotExist):
        resume(actor=town.actor("chief"), subscription=hook.id)


def test_it_ends_with_the_subscribers_post_and_skips_nothing(
    town: Town, receiver: Receiver
) -> None:
    hook = listen(town, receiver)
    Post.objects.filter(person=town.people["chief"]).update(
        until=timezone.now() - timedelta(seconds=1)
    )
    write(town)
    assert tell() == 0
    hook.refresh_from_db()
    assert hook.fault == hooks.NOBODY
    resume(actor=town.actor("deputy"), subscription=hook.id)
    assert tell() == 1


def test_an_idle_clock_writes_nothing(town: Town, receiver: Receiver, queries: Any) -> None:
    listen(town, receiver)
    write(town)
    tell()
    with queries(at_most=2) as statements:
        assert hooks.deliver() == 0
    assert not [one for one in statements if one.startswith("UPDATE")]


def test_incidents_are_told_of_to_who_chose_them_and_exercises_to_nobody(
    town: Town, receiver: Receiver
) -> None:
    listen(town, receiver, events=[Event.INCIDENT])
    write(town)  # a message, which was not chosen
    raised = raise_alarm(actor=town.actor("guard"), client_key=b"one").matter
    drill = raise_alarm(actor=town.actor("guard"), client_key=b"two").matter
    Matter.objects.filter(pk=drill.pk).update(door=Door.TRAINING)
    dispatcher = town.actor("dispatcher")
    do(dispatcher, raised, "answer")
    do(dispatcher, raised, "resolve", outcome="settled", words="机密的话")
    do(dispatcher, raised, "tell", words="已经处理完毕")
    do(dispatcher, raised, "close", seen=True)
    tell()
    kinds = ["opened", "moved", "moved", "answered", "closed"]
    assert receiver.events == [(f"incident.{kind}", raised.reference) for kind in kinds]
    assert "机密" not in b"".join(body for _headers, body in receiver.heard).decode()


def test_who_did_not_choose_incidents_hears_of_none(town: Town, receiver: Receiver) -> None:
    listen(town, receiver, events=[one for one in Event if one != Event.INCIDENT])
    raise_alarm(actor=town.actor("guard"), client_key=b"one")
    assert tell() == 0
