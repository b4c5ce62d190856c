"""Taking a call: what is kept openly and what sealed, when it counts as answered, and the page."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from tests.support import register
from tests.support.calls_taken import called, key
from tests.support.desk import hidden, login
from tests.support.town import DISTRICT, Town, build

from yihu.direct.actions import Safety
from yihu.dispatch.actions import act
from yihu.dispatch.intake import Caller, Spot, place_at, take
from yihu.dispatch.kinds import Door, Kind, Urgency
from yihu.dispatch.models import Incident
from yihu.dispatch.schemas import Reclassified
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Entry, Matter, OutboxMessage, SealedPart
from yihu.places.models import Site as Place
from yihu.radio.models import Happening

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def test_an_incident_is_what_was_said_with_the_presets_of_its_kind(town: Town) -> None:
    incident = called(town, Kind.FIGHT).incident
    assert (incident.priority, incident.units_needed) == (Urgency.NOW, 2)
    assert (incident.place, incident.longitude) == ("广场", 120.1)
    assert incident.taken_by == town.people["dispatcher"]
    assert incident.raised_by is None
    assert (incident.called_at, incident.answered_at) == (None, None)  # nobody said when it rang


def test_the_taker_may_know_better_than_the_preset(town: Town) -> None:
    incident = called(town, Kind.NOISE, priority=Urgency.NOW, units_needed=3).incident
    assert (incident.priority, incident.units_needed) == (Urgency.NOW, 3)


def test_an_address_a_name_and_a_number_stand_nowhere_in_the_open(town: Town) -> None:
    matter = called(
        town, spot=Spot("广场", address="广场 3 幢 501"), caller=Caller("张三", "13900")
    )
    rows = Incident.objects.filter(pk=matter.pk).values()
    opened = f"{list(rows)} {[e.body for e in matter.entries.all()]}"
    for said in ("501", "张三", "13900", "吵架"):
        assert said not in opened
    parts = {part.what: part.audience for part in matter.sealed_parts.all()}
    assert parts == {"words": "party", "place": "office", "name": "identity", "phone": "identity"}


def test_no_notice_goes_to_a_callers_number_by_itself(town: Town) -> None:
    matter = called(town)
    assert not matter.sealed_parts.filter(what="contact").exists()
    assert not OutboxMessage.objects.filter(matter=matter, party__isnull=False).exists()


@pytest.mark.parametrize(
    ("by", "step"),
    [("dispatcher", "handling"), ("officer", "handling"), ("auxiliary", "received")],
)
def test_whoever_could_answer_an_alarm_answers_by_taking_the_call(
    town: Town, by: str, step: str
) -> None:
    matter = called(town, by=by)
    assert matter.step == step
    told = OutboxMessage.objects.filter(matter=matter, template="your_turn").exists()
    assert told == (step == "received")


def test_what_a_program_hands_over_waits_to_be_answered(town: Town) -> None:
    assert called(town, by_program=True).step == "received"


def test_the_control_room_hears_of_it(town: Town) -> None:
    matter = called(town, by="officer")
    heard = Happening.objects.get(topic="incident", ref=matter.reference)
    assert town.people["dispatcher"].id.hex in heard.people


def test_a_retry_is_one_incident_and_other_content_is_refused(town: Town) -> None:
    told = {
        "actor": town.actor("dispatcher"),
        "kind": Kind.THEFT,
        "door": Door.PHONE,
        "client_key": key(),
    }
    first = take(**told, words="车被偷了")
    again = take(**told, words="车被偷了")
    assert again.repeated
    assert again.matter == first.matter
    assert Incident.objects.count() == 1
    assert Happening.objects.filter(topic="incident").count() == 1
    with pytest.raises(KeyReused):
        take(**told, words="包被偷了")


@pytest.mark.both_databases
def test_somebody_of_the_net_who_reports_is_told_at_its_end(town: Town) -> None:
    guard = town.people["guard"]
    matter = called(town, door=Door.RADIO, raised_by=guard.id, caller=Caller())
    assert matter.incident.raised_by == guard
    assert {party.role for party in matter.parties.all()} == {"keeper", "reporter"}
    assert str(matter.incident.raiser) == "guard"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"words": " ", "spot": Spot()}, "nothing_said"),
        ({"raised_by": UUID(int=0)}, "no_such_reporter"),
        ({"spot": Spot("广场", site=UUID(int=0))}, "no_such_site"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(
    town: Town, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        called(town, **wrong)
    assert refused.value.code == code
    assert not Incident.objects.exists()


@pytest.mark.parametrize("by", ["guard", "supervisor"])
def test_no_guard_and_no_supervisor_takes_calls(town: Town, by: str) -> None:
    with pytest.raises(Refused):
        called(town, by=by)
    assert login(town, by).get("/desk/incidents/new/").status_code == 404


def test_a_place_is_put_right_and_the_old_one_stays_in_its_entry(town: Town) -> None:
    matter = called(town, spot=Spot("广场", address="广场北门"))
    spot = Spot("万和商场", address="万和商场二楼")
    place_at(actor=town.actor("officer"), incident=matter.pk, spot=spot, client_key=key())
    assert Incident.objects.get(pk=matter.pk).where == "万和商场"
    page = login(town, "officer").get(f"/desk/incidents/{matter.reference}/")
    assert "万和商场二楼" in page.text
    kept = SealedPart.objects.filter(matter=matter, what="place").order_by("seq")
    assert [part.seq for part in kept] == [1, 3]


# --- the page ------------------------------------------------------------------------------------


def filled(**more: str) -> dict[str, str]:
    return {
        "key": key().hex(),
        "kind": "noise",
        "door": "phone",
        "place": "",
        "words": "半夜唱歌",
    } | more


def test_the_page_takes_it_and_leads_to_the_incident(town: Town) -> None:
    register.site(town)
    client = login(town, "dispatcher")
    answer = client.post("/desk/incidents/new/", filled(place="万和商场 3 号门", phone="000"))
    matter = Matter.objects.get(loop="incident")
    assert answer.headers["Location"] == f"/desk/incidents/{matter.reference}/"
    incident = matter.incident
    assert (incident.where, incident.longitude) == ("万和商场", 120.1)
    assert incident.site is not None
    page = client.get(answer.headers["Location"]).text
    assert "半夜唱歌" in page
    assert "万和商场 3 号门" in page
    assert "电话" in client.get("/desk/incidents/").text


def test_a_call_taken_from_the_control_room_leads_back_to_it(town: Town) -> None:
    client = login(town, "dispatcher")
    assert "/desk/incidents/new/?to=room" in client.get("/desk/room/").text
    answer = client.post("/desk/incidents/new/?to=room", filled())
    matter = Matter.objects.get(loop="incident")
    assert answer.headers["Location"] == f"/desk/room/#{matter.reference}"


def test_what_was_typed_stays_where_something_is_wrong(town: Town) -> None:
    client = login(town, "dispatcher")
    answer = client.post("/desk/incidents/new/", filled(kind="", phone="000-1234"))
    assert answer.status_code == 422
    for typed in ("半夜唱歌", "000-1234", "请选一项"):
        assert typed in answer.text
    answer = client.post("/desk/incidents/new/", filled(words=""))
    assert answer.status_code == 422
    assert "至少写一项" in answer.text


def test_a_double_click_takes_it_once(town: Town) -> None:
    client, form = login(town, "dispatcher"), filled()
    where = {client.post("/desk/incidents/new/", form).headers["Location"] for _ in range(2)}
    assert len(where) == 1
    assert Incident.objects.count() == 1


def test_the_same_call_is_seen_while_it_is_taken_and_merged_at_once(town: Town) -> None:
    first = called(town, Kind.NOISE, "广场半夜唱歌")
    client = login(town, "dispatcher")
    given = filled(longitude="120.1001", latitude="30.2001")
    assert first.reference in client.post("/desk/incidents/new/beside/", given).text
    answer = client.post("/desk/incidents/new/", given | {"same_as": first.reference})
    second = Matter.objects.exclude(pk=first.pk).get(loop="incident")
    assert answer.status_code == 302
    assert (second.step, second.merged_into) == ("joined", first)


def test_nothing_is_taken_where_the_other_one_is_not_there(town: Town) -> None:
    answer = login(town, "dispatcher").post("/desk/incidents/new/", filled(same_as="0000-0000"))
    assert answer.status_code == 422
    assert "没有找到这个编号" in answer.text
    assert not Incident.objects.exists()


def test_whoever_only_writes_it_down_gets_an_empty_page_and_the_number(town: Town) -> None:
    client = login(town, "auxiliary")
    answer = client.post("/desk/incidents/new/", filled(door="room"), follow=True)
    matter = Matter.objects.get(loop="incident")
    assert answer.redirect_chain == [("/desk/incidents/new/", 302)]
    assert matter.reference in answer.text
    assert "半夜唱歌" not in answer.text


# --- places and ringing back ---------------------------------------------------------------------


def found(client: Client, **query: str) -> list[dict[str, object]]:
    return json.loads(client.get("/desk/landmarks/", query).text)["found"]


def test_a_place_is_found_by_its_initials(town: Town) -> None:
    register.site(town)
    client = login(town, "dispatcher")
    (place,) = found(client, q="whsc")
    assert (place["name"], place["longitude"]) == ("万和商场", 120.1)
    assert found(client, q="") == []
    assert found(client, q="没有这样的地方", near="x,y") == []


def test_a_place_that_is_registered_and_named_is_found_once_and_its_kind_in_words(
    town: Town,
) -> None:
    register.site(town)
    at = {"district": DISTRICT, "longitude": 120.1, "latitude": 30.2}
    Place.objects.create(code="m1", kind="mall", name="万和商场", **at)
    Place.objects.create(code="c1", kind="compound", name="万禾社区里", **at)
    client = login(town, "dispatcher")
    assert len(found(client, q="whsc")) == 1
    estate, *_others = found(client, q="万禾社区里")
    assert estate["kind"] == "小区"


def test_a_callers_number_is_shown_once_and_leaves_its_entry(town: Town) -> None:
    matter = called(town, phone="000-7777", caller=Caller("王", "000-7777", Safety.BLANK))
    client = login(town, "officer")
    assert "000-7777" not in client.get(f"/desk/incidents/{matter.reference}/").text
    page = client.post(f"/desk/incidents/{matter.reference}/caller/", {"reason": "回电"})
    assert 'href="tel:000-7777"' in page.text
    assert "不提内容" in page.text
    assert Entry.objects.filter(matter=matter, kind="read").count() == 1
    for name in ("guard", "auxiliary", "stranger"):
        answer = login(town, name).post(f"/desk/incidents/{matter.reference}/caller/")
        assert answer.status_code == 404


def test_kind_and_urgency_put_right_stand_in_the_list_too(town: Town) -> None:
    matter = called(town, Kind.NOISE)
    client, address = login(town, "dispatcher"), f"/desk/incidents/{matter.reference}/"
    for name, said in (("reclassify", {"kind": "fight"}), ("prioritise", {"priority": "1"})):
        client.post(f"{address}do/{name}/", hidden(client.get(address), name) | said)
    incident = Incident.objects.get(pk=matter.pk)
    assert (incident.kind, incident.priority) == ("fight", Urgency.NOW)
    assert incident.matter.kind == "fight"
    story = client.get(address).text
    assert "原来是噪音扰民，改为打架" in story


@pytest.mark.both_databases
def test_what_proves_worse_is_as_urgent_as_that_and_what_proves_less_stays_so(town: Town) -> None:
    matter, dispatcher = called(town, Kind.NOISE), town.actor("dispatcher")
    for kind in (Kind.WEAPON, Kind.DISPUTE):
        how = {"matter": matter.pk, "name": "reclassify", "client_key": key()}
        act(actor=dispatcher, **how, payload=Reclassified(kind=kind))
        incident = Incident.objects.get(pk=matter.pk)
        assert (incident.kind, incident.priority, incident.units_needed) == (kind, Urgency.NOW, 2)


def test_true_times_of_the_telephone_are_kept(town: Town) -> None:
    rang = timezone.now() - timedelta(seconds=40)
    incident = called(town, called_at=rang, answered_at=rang + timedelta(seconds=9)).incident
    assert (incident.answered_at - incident.called_at).total_seconds() == 9
