"""The responder's page: what is asked and of whom, what is reported and when it was so."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.support import register
from tests.support.desk import login
from tests.support.matters import key
from tests.support.respond import MARKET, asked, incident
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch import respond_way
from yihu.dispatch.advising import advise
from yihu.dispatch.assignments import assign
from yihu.dispatch.kinds import Answer, Danger, Kind, Reach, Status, Verdict
from yihu.dispatch.models import Assignment, Incident, Offer, PremiseCaution, Tick, Unit
from yihu.dispatch.run_cards import card_of, read
from yihu.dispatch.waves import NewWave, open_wave
from yihu.kernel.models import Entry, Matter, SealedPart
from yihu.people.shifts import end_shift
from yihu.places.roads import LonLat, Profile, Route
from yihu.radio.models import Whereabouts

pytestmark = pytest.mark.django_db
ASKS = {"Accept": "application/json"}


@pytest.fixture
def town() -> Town:
    return build()


def said(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["words"]


def touched(client: Client, address: str, **fields: object) -> tuple[int, str]:
    fields = {"key": key().hex()} | fields
    return said(client.post(f"/respond/{address}/", fields, headers=ASKS))


def sent(town: Town, *names: str) -> tuple[Client, Incident, Unit]:
    """A unit of these people that accepted an offer."""
    of, case = unit(town, *(names or ("officer",))), incident(town)
    offer = asked(town, case, of)
    client = login(town, (names or ("officer",))[0])
    assert touched(client, f"offers/{offer.pk}/accept", eta="4")[0] == 200
    return client, case, of


# --- what is asked --------------------------------------------------------------------------------


def test_an_offer_says_what_where_and_how_long_there_is(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    page = login(town, "officer").get("/respond/").text
    assert "一键报警" in page
    assert MARKET in page
    assert f'data-deadline="{timezone.localtime(offer.deadline).isoformat()}"' in page
    assert "去现场处置" in page
    assert "不搜查" not in page


def test_a_guard_reads_what_is_asked_and_what_is_not_a_guard_s_to_do(town: Town) -> None:
    asked(town, incident(town), unit(town, "guard"))
    page = login(town, "guard").get("/respond/").text
    assert "民警到了就交给民警" in page
    assert "不搜查，不扣东西，不限制人身自由" in page


def test_where_there_is_violence_a_guard_is_asked_to_help_and_no_more(town: Town) -> None:
    case = incident(town)
    Matter.objects.filter(pk=case.pk).update(kind=Kind.FIGHT)
    Incident.objects.filter(pk=case.pk).update(kind=Kind.FIGHT)
    asked(town, Incident.objects.select_related("matter").get(pk=case.pk), unit(town, "guard"))
    page = login(town, "guard").get("/respond/").text
    assert "<b>协助</b>" in page
    assert "等民警到" in page


def test_nobody_else_and_nobody_off_duty_sees_it(town: Town) -> None:
    asked(town, incident(town), unit(town, "officer"))
    unit(town, "guard")
    assert MARKET not in login(town, "guard").get("/respond/").text
    end_shift(actor=town.actor("officer"))
    page = login(town, "officer").get("/respond/").text
    assert MARKET not in page
    assert "您现在不在岗" in page


def test_who_is_in_no_unit_reads_how_to_get_into_one(town: Town) -> None:
    page = login(town, "guard").get("/respond/").text
    assert "您还不在任何力量里" in page
    assert "请指挥室把您编进一个" in page


def test_what_changes_by_itself_answers_nothing_while_nothing_has(town: Town) -> None:
    asked(town, incident(town), unit(town, "officer"))
    client = login(town, "officer")
    first = client.get("/respond/now/")
    seen = first.headers["X-Seen"]
    assert "csrfmiddlewaretoken" not in first.text
    assert client.get("/respond/now/", {"seen": seen}).status_code == 204
    Offer.objects.update(answer=Answer.WITHDRAWN)
    assert client.get("/respond/now/", {"seen": seen}).status_code == 200


def test_an_offer_that_was_shown_is_heard(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    address = f"/respond/offers/{offer.pk}/heard/"
    assert login(town, "guard").post(address).status_code == 404
    assert login(town, "officer").post(address).status_code == 204
    assert Offer.objects.get(pk=offer.pk).heard_at


def test_whoever_answers_for_the_station_reads_what_nobody_has_taken(town: Town) -> None:
    """Asked by name, in no unit: the officer on duty, the chief."""
    case = incident(town)
    open_wave(
        actor=town.actor("dispatcher"),
        matter=case.matter,
        new=NewWave(Reach.CHIEF, units=[], people=[town.people["chief"].pk]),
        advice=advise(case),
        client_key=key(),
    )
    page = login(town, "chief").get("/respond/").text
    assert "轮到您安排" in page
    assert f"/desk/incidents/{case.matter.reference}/" in page
    assert "轮到您安排" not in login(town, "deputy").get("/respond/").text
    of = unit(town, "officer")
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    assert "轮到您安排" not in login(town, "chief").get("/respond/").text


# --- answering it ---------------------------------------------------------------------------------


def test_an_acceptor_is_told_to_go_in_plain_words(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    client = login(town, "officer")
    assert touched(client, f"offers/{offer.pk}/accept", eta="6") == (200, "请去现场")
    offer.refresh_from_db()
    assert (offer.answer, offer.verdict, offer.eta) == (Answer.ACCEPTED, Verdict.ASSIGNED, 360)
    page = client.get("/respond/").text
    assert "到场了" in page
    assert "geo:30.2,120.12345" in page


def test_one_touch_that_is_sent_twice_is_one_answer(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    client, once = login(town, "officer"), key().hex()
    address = f"offers/{offer.pk}/accept"
    assert touched(client, address, key=once, eta="6") == touched(
        client, address, key=once, eta="6"
    )
    assert Assignment.objects.count() == 1
    assert sum('"accept"' in str(entry.body) for entry in Entry.objects.all()) == 1


def test_the_third_who_accepts_is_thanked_and_sent_nowhere(town: Town) -> None:
    case = incident(town)
    offers = [asked(town, case, unit(town, name)) for name in ("officer", "colleague", "auxiliary")]
    told = [
        touched(login(town, name), f"offers/{one.pk}/accept", eta="4")[1]
        for name, one in zip(("officer", "colleague", "auxiliary"), offers, strict=True)
    ]
    assert told[0] == "请去现场"
    assert told[1] == "请待命"
    assert "请待命" in login(town, "colleague").get("/respond/").text


def test_declining_takes_one_touch_and_one_of_the_reasons(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    client = login(town, "officer")
    assert touched(client, f"offers/{offer.pk}/decline", reason="post_empty")[0] == 200
    offer.refresh_from_db()
    assert (offer.answer, offer.reason) == (Answer.DECLINED, "post_empty")
    assert MARKET not in client.get("/respond/").text


def test_an_offer_that_met_silence_can_still_be_taken_while_somebody_is_needed(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    Offer.objects.update(answer=Answer.SILENT, deadline=timezone.now() - timedelta(seconds=5))
    client = login(town, "officer")
    assert "现在还缺人" in client.get("/respond/").text
    assert touched(client, f"offers/{offer.pk}/accept", eta="4") == (200, "请去现场")
    assert "现在还缺人" not in client.get("/respond/").text


def test_whoever_was_not_asked_can_answer_nothing(town: Town) -> None:
    offer = asked(town, incident(town), unit(town, "officer"))
    unit(town, "guard")
    client = login(town, "guard")
    assert touched(client, f"offers/{offer.pk}/accept")[0] == 404
    assert touched(client, f"{offer.incident.matter.reference}/status", status="on_scene")[0] == 404


# --- on the way and there -------------------------------------------------------------------------


def test_statuses_that_come_late_are_written_at_the_time_they_were_so(town: Town) -> None:
    client, case, of = sent(town)
    began = timezone.now() - timedelta(minutes=20)
    Matter.objects.filter(pk=case.pk).update(opened_at=began)
    Incident.objects.filter(pk=case.pk).update(called_at=began)
    Assignment.objects.update(assigned_at=began, acknowledged_at=began)
    Unit.objects.update(status_at=began)
    there, going = began + timedelta(minutes=9), began + timedelta(minutes=3)
    where = f"{case.matter.reference}/status"
    for status, at in (("on_scene", there), ("en_route", going)):
        assert touched(client, where, status=status, at=at.isoformat(), unit=of.pk)[0] == 200
    found = Assignment.objects.get()
    assert (found.en_route_at, found.on_scene_at) == (going, there)
    assert Unit.objects.get(pk=of.pk).status == Status.ON_SCENE


def test_a_clock_that_is_fast_is_said_to_be_and_nothing_is_written(town: Town) -> None:
    client, case, of = sent(town)
    late = timezone.now() + timedelta(hours=1)
    status, words = touched(
        client,
        f"{case.matter.reference}/status",
        status="on_scene",
        at=late.isoformat(),
        unit=of.pk,
    )
    assert (status, "校准手机时间" in words) == (409, True)
    assert Assignment.objects.get().on_scene_at is None


def test_contained_and_done_are_one_touch_each(town: Town) -> None:
    client, case, of = sent(town)
    where = f"{case.matter.reference}/status"
    for status in ("en_route", "on_scene", "contained", "available"):
        assert touched(client, where, status=status, unit=of.pk)[0] == 200, status
    case.refresh_from_db()
    assert case.contained_at
    assert Assignment.objects.get().ended_at
    assert Unit.objects.get(pk=of.pk).status == Status.AVAILABLE
    assert "没有要您去的" in client.get("/respond/").text


@pytest.mark.parametrize("status", ["dispatched", "closed", "", "on scene"])
def test_what_is_no_status_is_refused_in_words(town: Town, status: str) -> None:
    client, case, of = sent(town)
    answer = touched(client, f"{case.matter.reference}/status", status=status, unit=of.pk)
    assert answer == (409, "没有这样的状态。")


def test_a_photo_goes_on_the_timeline_without_what_it_hides(town: Town) -> None:
    client, case, _unit = sent(town)
    drawn, hidden = BytesIO(), Image.Exif()
    hidden[0x010F] = "a maker"
    Image.new("RGB", (2000, 900), "green").save(drawn, "JPEG", exif=hidden)
    photo = SimpleUploadedFile("a.jpg", drawn.getvalue(), "image/jpeg")
    where = f"{case.matter.reference}/send"
    assert touched(client, where, words="两个人，没有刀", photo=photo) == (200, "已发给指挥室。")
    part = SealedPart.objects.get(matter=case.pk, what="photo")
    address = f"/respond/{case.matter.reference}/{part.pk}.jpg"
    kept = client.get(address)
    assert Image.open(BytesIO(kept.content)).size == (1600, 720)
    assert b"a maker" not in kept.content
    story = login(town, "dispatcher").get(f"/desk/incidents/{case.matter.reference}/").text
    assert "两个人，没有刀" in story
    assert address in story
    unit(town, "guard")
    assert login(town, "guard").get(address).status_code == 404


def test_nothing_and_what_is_no_picture_are_refused_in_words(town: Town) -> None:
    client, case, _unit = sent(town)
    where = f"{case.matter.reference}/send"
    assert touched(client, where)[0] == 409
    bad = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")
    assert touched(client, where, photo=bad) == (409, "这张照片打不开。请重拍，或者截屏后再选。")
    assert touched(client, where, words="长" * 2001)[0] == 409


def test_a_step_of_the_card_is_ticked_with_its_time(town: Town) -> None:
    client, case, of = sent(town, "guard")
    step = next(one for one in read(card_of(case)).steps_for(of and "guard"))
    page = client.get("/respond/").text
    assert step.text in page
    assert "不做的" in page
    assert touched(client, f"{case.matter.reference}/tick", step=step.code)[0] == 200
    assert Tick.objects.get().step == step.code
    scene = client.get(f"/respond/{case.matter.reference}/scene/").text
    assert "✓" in scene
    assert touched(client, f"{case.matter.reference}/tick", step="none")[0] == 409


def test_help_is_asked_for_in_one_touch(town: Town) -> None:
    client, case, _unit = sent(town)
    assert touched(client, f"{case.matter.reference}/help")[0] == 200
    assert Incident.objects.get(pk=case.pk).units_needed > case.units_needed


def test_an_incident_is_handed_to_a_unit_that_is_free(town: Town) -> None:
    client, case, of = sent(town)
    other = unit(town, "colleague")
    busy = unit(town, "auxiliary", on_shift=False)
    page = client.get("/respond/").text
    assert f'value="{other.pk}"' in page
    assert f'value="{busy.pk}"' not in page
    where = f"{case.matter.reference}/hand-over"
    assert touched(client, where, unit=of.pk, to="")[0] == 409
    assert touched(client, where, unit=of.pk, to=other.pk, words="人在二楼")[0] == 200
    assert MARKET not in client.get("/respond/").text
    assert MARKET in login(town, "colleague").get("/respond/").text


# --- the way there --------------------------------------------------------------------------------


class Straight:
    """Roads that lead from anywhere to anywhere, for cars and for those on foot alike."""

    def route(self, source: LonLat, target: LonLat, profile: Profile, hour: float) -> Route:
        return Route(241.0, 1234.0, [source, target])


def test_the_way_leads_from_where_the_phone_is_and_nothing_of_that_is_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, case, _unit = sent(town)
    monkeypatch.setattr(respond_way, "roads", lambda district: Straight())
    where = f"/respond/{case.matter.reference}/along/"
    assert "允许浏览器使用位置" in client.get(where).json()["words"]
    said = client.get(where, {"longitude": "120.1", "latitude": "30.1"}).json()
    assert said == {"words": "1.2 公里，5 分钟", "line": [[120.1, 30.1], [120.12345, 30.2]]}
    assert not Whereabouts.objects.exists()
    assert client.get(where, {"longitude": "500", "latitude": "30"}).status_code == 422
    unit(town, "guard")
    assert login(town, "guard").get(where).status_code == 404


def test_an_alarm_without_a_position_leads_to_its_site(town: Town) -> None:
    client, case, _unit = sent(town)
    plaza = register.site(town)
    Incident.objects.filter(pk=case.pk).update(
        site=plaza.organisation, longitude=None, latitude=None
    )
    page = client.get("/respond/").text
    assert f"geo:{plaza.latitude},{plaza.longitude}" in page


def test_without_roads_the_phone_s_own_map_is_named(town: Town) -> None:
    client, case, _unit = sent(town)
    said = client.get(
        f"/respond/{case.matter.reference}/along/", {"longitude": "120.1", "latitude": "30.1"}
    ).json()
    assert said == {"words": "算不出路线，请用手机地图带路。", "line": []}
    assert "用手机地图带路" in client.get(f"/respond/{case.matter.reference}/way/").text


def test_what_to_be_careful_of_at_the_place_stands_on_the_offer(town: Town) -> None:
    case = incident(town)
    caution = {"kind": Danger.DOG, "words": "院里两条", "place": MARKET}
    now = timezone.now()
    PremiseCaution.objects.create(
        district=case.district,
        set_by=town.people["chief"],
        set_at=now,
        until=now + timedelta(days=1),
        **caution,
    )
    asked(town, case, unit(town, "officer"))
    page = login(town, "officer").get("/respond/").text
    assert "<b>有狗</b>：院里两条" in page


# --- duty -----------------------------------------------------------------------------------------


def test_a_unit_says_that_it_cannot_be_sent_and_that_it_can_again(town: Town) -> None:
    of = unit(town, "officer")
    client = login(town, "officer")
    for status in (Status.UNAVAILABLE, Status.AVAILABLE):
        assert touched(client, "free", status=status.value, unit=of.pk)[0] == 200
        assert Unit.objects.get(pk=of.pk).status == status


def test_a_shift_is_begun_and_ended_here_too(town: Town) -> None:
    client = login(town, "guard")
    assert client.post("/respond/shift/", {"duty": "begin"}).headers["Location"] == "/respond/"
    assert "您现在不在岗" not in client.get("/respond/").text
    client.post("/respond/shift/", {"duty": "end"})
    assert "您现在不在岗" in client.get("/respond/").text


def test_without_a_script_a_form_comes_back_with_a_sentence(town: Town) -> None:
    client, case, of = sent(town)
    answer = client.post(
        f"/respond/{case.matter.reference}/status/", {"status": "on_scene", "unit": of.pk}
    )
    assert answer.headers["Location"] == "/respond/"
    assert "已报：到场了" in client.get("/respond/").text
    client.post(f"/respond/{case.matter.reference}/send/", {})
    assert "没有写，也没有照片" in client.get("/respond/").text


# --- the app --------------------------------------------------------------------------------------


def test_the_app_installs_and_keeps_nothing_of_anybody_s(town: Town) -> None:
    manifest = Client().get("/respond/app.webmanifest").json()
    assert (manifest["start_url"], manifest["display"]) == ("/respond/", "standalone")
    worker = Client().get("/respond/worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert "VERSION" not in worker.text
    assert '"/respond/"' not in worker.text.split("KEPT = ")[1].split("]")[0]
    offline = login(town, "officer").get("/respond/offline/").text
    assert "没有网络" in offline
    assert "officer" not in offline


@pytest.mark.parametrize(
    ("name", "home"), [("guard", "/respond/"), ("dispatcher", "/desk/room/"), ("officer", None)]
)
def test_everybody_begins_where_their_work_is(town: Town, name: str, home: str | None) -> None:
    answer = login(town, name).get("/desk/")
    assert answer.headers.get("Location") == home
    page = login(town, name).get(home or "/desk/").text.split("</nav>")[0]
    assert ("出警</a>" in page) == (name != "dispatcher")
    assert ("来信</a>" in page) == (name == "officer")


def test_what_stands_on_the_page_takes_few_statements(town: Town, queries: object) -> None:
    """Of them four say who asks."""
    of = unit(town, "guard")
    client = login(town, "guard")
    with queries(at_most=9):  # type: ignore[operator]
        client.get("/respond/now/")
    asked(town, incident(town), of)
    with queries(at_most=10):  # type: ignore[operator]
        client.get("/respond/now/")
