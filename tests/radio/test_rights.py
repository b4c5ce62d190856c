"""Who hears stored voice, whose a private call is, what a lost set still reads, who is told."""

import secrets
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support import register
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.dispatch import actions as dispatch
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.people.shifts import end_shift
from yihu.radio import archive, groups, queries
from yihu.radio.actions import raise_alarm
from yihu.radio.calls import instruct, send_message
from yihu.radio.models import Burst, Call, Happening, Radio, TalkGroup
from yihu.radio.retention import forget_messages
from yihu.radio.schemas import Instruction, Order

pytestmark = pytest.mark.django_db
OWN = "c" * 32


@pytest.fixture
def town() -> Town:
    made = build()
    talkgroup(made, on=("chief", "guard", "officer"))
    return made


def key() -> bytes:
    return secrets.token_bytes(16)


def spoken(town: Town, about: Matter | None = None) -> Burst:
    group = TalkGroup.objects.get(pk="net")
    burst = Burst(district="test", group=group, person=town.people["chief"], level="normal")
    burst.about, burst.started_at = about, timezone.now()
    burst.file = archive.place_for(burst)
    archive.keep(burst, [b"\xf8\xff\xfe"])
    burst.save()
    return burst


def heard(town: Town, name: str, burst: Burst) -> tuple[int, int]:
    """What asking for the list and for the sound is answered."""
    client = login(town, name)
    asked = (f"/radio/{burst.group_id}/bursts/", f"/radio/burst/{burst.pk}.ogg")
    return tuple(client.get(address).status_code for address in asked)


def test_stored_voice_is_for_those_who_are_on_its_group_and_on_duty(town: Town) -> None:
    burst = spoken(town)
    assert heard(town, "guard", burst) == (200, 200)
    for name in ("colleague", "stranger", "supervisor", "dispatcher"):
        assert heard(town, name, burst) == (404, 404), name
    end_shift(actor=town.actor("guard"))
    assert heard(town, "guard", burst) == (404, 404)


def test_what_was_said_in_an_incident_is_for_those_who_know_of_it(town: Town) -> None:
    incident = raise_alarm(actor=town.actor("guard"), client_key=key()).matter
    burst = spoken(town, about=incident)
    assert heard(town, "dispatcher", burst) == (404, 200)
    assert heard(town, "stranger", burst) == (404, 404)


def test_nobody_is_put_on_a_private_call_and_none_is_kept(town: Town) -> None:
    chief, guard = town.actor("chief"), town.actor("guard")
    found = groups.call_privately(actor=guard, person=town.people["officer"].id)
    with pytest.raises(TalkGroup.DoesNotExist):
        groups.put_on(actor=chief, group=found.code, person=chief.staff_id)
    step = {"actor": chief, "matter": found.matter_id, "seq": 1, "client_key": key()}
    with pytest.raises(Refused):
        groups.move(**step, name="keep")
    page = login(town, "chief").get(f"/net/groups/{found.matter.reference}/").text
    assert "加人" not in page
    assert "转为长期" not in page
    groups.move(**step, name="close")
    assert queries.rights_now(guard)[0].id == "net"


def test_a_lost_set_is_signed_out_when_it_asks_for_a_ticket(town: Town) -> None:
    client = login(town, "guard")
    lost = Radio.objects.create(district="test", number="1", device=OWN)
    assert client.post("/radio/ticket/", {"device": OWN}).status_code == 200
    lost.stunned_at = timezone.now()
    lost.save()
    assert client.post("/radio/ticket/", {"device": "d" * 32}).status_code == 200, "another set"
    assert client.post("/radio/ticket/", {"device": OWN}).status_code == 410
    assert client.get("/radio/calls/").status_code == 302, "to log in"


def test_an_officer_is_not_offered_a_look_that_would_be_refused(town: Town) -> None:
    incident = raise_alarm(actor=town.actor("guard"), client_key=key()).matter
    page, offered = f"/desk/incidents/{incident.reference}/", "看报警人现在的位置"
    assert offered in login(town, "dispatcher").get(page).text
    assert offered not in login(town, "officer").get(page).text


def test_whoever_misread_is_told_when_it_is_put_right(town: Town) -> None:
    guard = town.people["guard"]
    asked = {"instruction": Instruction(do=Order.GO, where="北门"), "client_key": key()}
    matter = instruct(actor=town.actor("chief"), person=guard.id, **asked).matter
    client, chief = login(town, "guard"), login(town, "chief")
    client.post(f"/radio/calls/{matter.reference}/back/", {"do": "go", "where": "南门"})
    matter.refresh_from_db()
    assert matter.step == "mismatch"
    before = Happening.objects.filter(topic="call").count()
    said = {"words": "是北门，不是南门", "seq": matter.seq, "key": key().hex()}
    chief.post(f"/net/calls/{matter.reference}/do/put_right/", said)
    assert "是北门，不是南门" in client.get("/radio/calls/").text
    told = Happening.objects.filter(topic="call").order_by("pk")[before:]
    assert [one.people for one in told] == [[guard.id.hex]]


def test_a_call_that_is_over_asks_for_nothing(town: Town) -> None:
    new = {"instruction": Instruction(do=Order.GO, where="北门"), "client_key": key()}
    guard = town.people["guard"]
    matter = instruct(actor=town.actor("chief"), person=guard.id, **new).matter
    client, chief = login(town, "guard"), login(town, "chief")
    assert "复诵给指挥员" in client.get("/radio/calls/").text
    chief.post(f"/net/calls/{matter.reference}/do/end/", {"seq": 1, "key": key().hex()})
    page = client.get("/radio/calls/").text
    assert "复诵给指挥员" not in page
    assert "已结束" in page


def test_an_alarm_that_a_set_sends_again_in_other_hands_is_the_same_alarm(town: Town) -> None:
    held = {"key": "e" * 32}
    first = login(town, "guard").post("/radio/alarm/", held)
    again = login(town, "stranger").post("/radio/alarm/", held)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["reference"] == first.json()["reference"]
    assert Matter.objects.filter(loop="incident").count() == 1


def test_what_is_added_to_a_closed_alarm_is_refused_and_not_lost(town: Town) -> None:
    guard, words = town.actor("guard"), "人已经跑了，往东去了"
    incident = raise_alarm(actor=guard, client_key=key()).matter
    Matter.objects.filter(pk=incident.pk).update(step="closed", closed_at=timezone.now())
    where, client = f"/radio/alarms/{incident.reference}/report/", login(town, "guard")
    located = {"longitude": "120.1", "latitude": "30.2", "key": key().hex()}
    assert client.post(f"/radio/alarm/{incident.reference}/place/", located).status_code == 409
    answer = client.post(where, {"words": words, "key": key().hex()})
    assert answer.status_code == 422
    assert words in answer.text
    assert "已经办结" in answer.text


def test_the_page_of_ones_own_alarms_asks_no_more_for_more_of_them(
    town: Town, django_assert_max_num_queries: object
) -> None:
    guard, client = town.actor("guard"), login(town, "guard")
    for _ in range(6):
        incident = raise_alarm(actor=guard, client_key=key()).matter
    dispatch.report(actor=guard, reference=incident.reference, words="在二楼", client_key=key())
    with django_assert_max_num_queries(11):  # type: ignore[operator]
        client.get("/radio/alarms/")


def test_a_position_that_was_sent_is_gone_after_a_day(town: Town) -> None:
    place = dispatch.Place(120.1, 30.2)
    common = {"actor": town.actor("guard"), "group": "net", "place": place}
    send_message(**common, kind="position", client_key=key())
    send_message(**common, kind="text", words="在北门", client_key=key())
    Matter.objects.update(closed_at=timezone.now())
    Call.objects.update(sent_at=timezone.now() - timedelta(hours=23))
    assert forget_messages() == 0
    Call.objects.update(sent_at=timezone.now() - timedelta(hours=25))
    assert forget_messages() == 1
    assert Call.objects.get(erased_at=None).kind == "text"


@pytest.mark.parametrize("address", ["/net/groups/", "/net/sites/", "/radio/", "/radio/calls/"])
def test_a_list_asks_no_more_for_more_rows(town: Town, address: str) -> None:
    register.site(town, name="万和商场")

    def more(count: int) -> None:
        for number in range(count):
            talkgroup(town, secrets.token_hex(4), on=("chief", "guard"))
            site = register.site(town, name=secrets.token_hex(4))
            order = Instruction(do=Order.GO, where="北门", site=site.pk, count=number + 1)
            instruct(
                actor=town.actor("chief"),
                person=town.people["guard"].id,
                instruction=order,
                client_key=key(),
            )

    client = login(town, "guard" if address.startswith("/radio") else "chief")
    asked = []
    for count in (1, 4):
        more(count)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        asked.append(len(captured))
    assert asked[0] == asked[1]
