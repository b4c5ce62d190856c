"""Reaching a pocketed telephone: promised beside the offer, kept over real HTTP, and silent about
what has happened."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.support.desk import login
from tests.support.gateway import Gateway, gateway
from tests.support.pushes import Phone, Service, service
from tests.support.respond import asked, incident
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch import reach
from yihu.dispatch.kinds import Answer
from yihu.dispatch.models import Incident, Offer
from yihu.kernel import delivery, ringing
from yihu.kernel.access import Refused
from yihu.kernel.models import Delivery, Matter, OutboxMessage
from yihu.people.models import Person, PushSubscription
from yihu.people.reachable import MOST_BROWSERS, give_phone, subscribe

pytestmark = pytest.mark.django_db
SAID = "有警情等您回答，请打开一呼。"


@pytest.fixture
def town() -> Town:
    town = build()
    give_phone(actor=town.actor("guard"), phone="138 0000-0001")
    return town


@pytest.fixture
def ports(settings: Settings):
    with gateway() as server:
        settings.WEBHOOKS = {
            "sms": server.url,
            "voice": server.url,
            "voice_template": '{"call": "{to}", "say": "{text}"}',
        }
        yield server


@pytest.fixture
def pushes(settings: Settings):
    with service() as server:
        settings.PUSH_SERVICES = ["127.0.0.1"]
        yield server


@pytest.fixture
def offer(town: Town) -> Offer:
    return asked(town, incident(town), unit(town, "guard"))


def rung(town: Town, offer: Offer, *names: str) -> None:
    people = [town.people[name].id for name in names or ("guard",)]
    reach.knock(people, offer.incident)
    reach.ring(people, offer.incident)


def outgoing() -> dict[str, tuple[str, str]]:
    rows = OutboxMessage.objects.filter(channel__in=ringing.CHANNELS)
    return {row.channel: (row.delivery, row.fault) for row in rows}


def test_an_sms_and_a_call_go_out_and_hold_not_a_word_of_the_matter(
    town: Town, offer: Offer, ports: Gateway
) -> None:
    rung(town, offer)
    assert ringing.ring() == 2
    sms = next(one for one in ports.taken if "title" in one)
    voice = next(one for one in ports.taken if "call" in one)
    assert (sms["to"], voice["call"]) == ("13800000001", "13800000001")
    assert sms["text"] == voice["say"] == SAID
    said = json.dumps(ports.taken, ensure_ascii=False)
    for secret in (offer.incident.matter.reference, "打架", "东门市场", "guard"):
        assert secret not in said
    assert {state for state, _fault in outgoing().values()} == {Delivery.SENT}


def test_the_mail_s_job_leaves_calls_alone(town: Town, offer: Offer, ports: Gateway) -> None:
    rung(town, offer)
    delivery.deliver()
    assert not ports.taken


def test_nobody_is_called_who_has_answered_meanwhile(
    town: Town, offer: Offer, ports: Gateway
) -> None:
    rung(town, offer)
    Offer.objects.update(answer=Answer.DECLINED, answered_at=timezone.now())
    ringing.ring()
    assert not ports.taken
    assert set(outgoing().values()) == {(Delivery.DROPPED, "answered")}


def test_whoever_is_on_duty_is_called_without_an_offer_until_enough_are_on_their_way(
    town: Town, offer: Offer, ports: Gateway
) -> None:
    give_phone(actor=town.actor("deputy"), phone="13900000002")
    rung(town, offer, "deputy")
    ringing.ring()
    assert {one.get("to") or one["call"] for one in ports.taken} == {"13900000002"}
    rung(town, offer, "deputy")
    Matter.objects.filter(pk=offer.incident_id).update(step="resolved")
    ringing.ring()
    assert len(ports.taken) == 2


def test_who_was_silent_is_called_all_the_same_and_whoever_answers_for_the_station_always(
    town: Town, offer: Offer, ports: Gateway
) -> None:
    Offer.objects.update(answer=Answer.SILENT)
    rung(town, offer)
    ringing.ring()
    assert len(ports.taken) == 2
    Offer.objects.update(answer=Answer.DECLINED, answered_at=timezone.now())
    rung(town, offer)  # by name now
    ringing.ring()
    assert len(ports.taken) == 4


def test_what_the_gateway_does_not_take_is_tried_again_under_the_same_key(
    town: Town, offer: Offer, ports: Gateway
) -> None:
    ports.status = 503
    rung(town, offer)
    ringing.ring()
    assert outgoing()["sms"] == (Delivery.WAITING, "HTTP 503")
    ports.status = 200
    ringing.ring(timezone.now() + timedelta(seconds=11))
    assert outgoing()["sms"] == (Delivery.SENT, "")
    assert len(set(ports.keys)) == 2
    assert len(ports.keys) == 4


def test_a_clock_that_dies_with_a_row_in_its_hands_delays_the_call_by_a_minute(
    town: Town, offer: Offer, ports: Gateway
) -> None:
    rung(town, offer)
    now = timezone.now()
    delivery.claim(ringing.waiting(now), now, 20, ringing.LEASE)  # and here the process dies
    assert ringing.ring(now + timedelta(seconds=30)) == 0
    assert ringing.ring(now + ringing.LEASE) == 2


def test_without_a_number_or_a_gateway_nothing_is_promised(
    town: Town, offer: Offer, settings: Settings
) -> None:
    rung(town, offer, "officer")
    settings.WEBHOOKS = {}
    rung(town, offer, "guard")
    assert not outgoing()


def test_an_exercise_rings_nobody(town: Town, offer: Offer, ports: Gateway) -> None:
    Matter.objects.filter(pk=offer.incident_id).update(door="training")
    exercise = Incident.objects.get(pk=offer.incident_id)
    reach.knock([town.people["guard"].id], exercise)
    reach.ring([town.people["guard"].id], exercise)
    assert not outgoing()


# --- pushes ---------------------------------------------------------------------------------------


def pushed_to(town: Town, endpoint: str, phone: Phone | None = None, name: str = "guard") -> Phone:
    phone = phone or Phone()
    subscribe(actor=town.actor(name), **phone.subscription(endpoint))
    return phone


def test_a_push_is_read_by_the_browser_alone_and_leads_to_the_page(
    town: Town, offer: Offer, pushes: Service
) -> None:
    phone = pushed_to(town, f"{pushes.url}/one")
    rung(town, offer)
    ringing.ring()
    ((path, headers, body),) = pushes.taken
    assert (path, headers["Content-Encoding"], headers["Urgency"]) == ("/one", "aes128gcm", "high")
    assert headers["Authorization"].startswith("vapid t=")
    assert json.loads(phone.reads(body)) == {
        "title": "有警情等您回答",
        "text": SAID,
        "page": "/respond/",
    }
    assert SAID.encode() not in body


def test_a_browser_that_is_gone_is_forgotten_and_another_one_takes_it(
    town: Town, offer: Offer, pushes: Service
) -> None:
    pushed_to(town, f"{pushes.url}/gone")
    pushed_to(town, f"{pushes.url}/here")
    pushes.status["/gone"] = 410
    rung(town, offer)
    ringing.ring()
    assert [one.endpoint for one in PushSubscription.objects.all()] == [f"{pushes.url}/here"]
    assert outgoing()["push"] == (Delivery.SENT, "")
    pushes.status["/here"] = 404
    OutboxMessage.objects.all().delete()
    rung(town, offer)
    ringing.ring()
    assert not PushSubscription.objects.exists()
    assert outgoing()["push"] == (Delivery.DROPPED, "browser_gone")


def test_a_service_that_fails_is_tried_again(town: Town, offer: Offer, pushes: Service) -> None:
    pushed_to(town, f"{pushes.url}/one")
    pushes.status["/one"] = 500
    rung(town, offer)
    ringing.ring()
    assert outgoing()["push"] == (Delivery.WAITING, "HTTP 500")


def test_no_page_makes_us_call_an_address_of_its_choice(town: Town) -> None:
    for endpoint in ("http://127.0.0.1/", "https://10.0.0.1/", "https://example.com/push"):
        with pytest.raises(Refused):
            pushed_to(town, endpoint)
    assert not PushSubscription.objects.exists()


def test_a_browser_is_one_person_s_and_a_person_has_a_few(town: Town, pushes: Service) -> None:
    phone = pushed_to(town, f"{pushes.url}/shared")
    pushed_to(town, f"{pushes.url}/shared", phone, "officer")
    assert PushSubscription.objects.get().person == town.people["officer"]
    for number in range(MOST_BROWSERS + 1):
        pushed_to(town, f"{pushes.url}/{number}", phone, "officer")
    kept = {one.endpoint[-1] for one in PushSubscription.objects.all()}
    assert kept == {str(number) for number in range(1, MOST_BROWSERS + 1)}


# --- one's own page -------------------------------------------------------------------------------


def test_the_number_is_one_s_own_to_give_and_to_take_back(town: Town) -> None:
    client = login(town, "officer")
    client.post("/respond/reach/", {"phone": "+86 139-0000-0003"})
    assert Person.objects.get(username="officer").phone == "+8613900000003"
    answer = client.post("/respond/reach/", {"phone": "五楼找我"})
    assert answer.status_code == 422
    assert "五楼找我" in answer.text
    assert "这不像电话号码" in answer.text
    client.post("/respond/reach/", {"phone": ""})
    assert Person.objects.get(username="officer").phone == ""


def test_a_browser_subscribes_and_leaves(town: Town, pushes: Service) -> None:
    client, said = login(town, "officer"), Phone().subscription(f"{pushes.url}/one")
    assert client.post("/respond/push/", said).status_code == 204
    assert PushSubscription.objects.count() == 1
    assert client.post("/respond/push/", said | {"on": "no"}).status_code == 204
    assert not PushSubscription.objects.exists()
    refused = client.post("/respond/push/", said | {"endpoint": "https://example.com/"})
    assert refused.status_code == 409
    assert "推送服务" in refused.json()["words"]
