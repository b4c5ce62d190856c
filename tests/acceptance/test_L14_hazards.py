"""L14: a hazard that a guard found has an owner, a day, and proof that it was mended."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.kernel.models import Matter, SealedPart
from yihu.people.shifts import end_shift
from yihu.radio.models import Happening, Hazard


@pytest.fixture
def town(db: None) -> Town:
    made = build()
    talkgroup(made, on=("chief", "guard"))
    return made


def picture(colour: str = "green", **more: object) -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), colour).save(drawn, "JPEG", **more)
    return SimpleUploadedFile("photo.jpg", drawn.getvalue(), "image/jpeg")


def found(town: Town, **more: object) -> Matter:
    client = login(town, "guard")
    page = client.get("/radio/hazards/").text
    key = re.findall(r'name="key" value="(\w{32})"', page)[0]
    said = {"kind": "exit", "words": "三楼东侧通道堆满纸箱", "key": key, "photo": picture()}
    answer = client.post("/radio/hazards/", said | more)
    assert answer.status_code == 302, answer.text
    return Hazard.objects.get().matter


def do(client: Client, matter: Matter, name: str, **said: object) -> int:
    matter.refresh_from_db()
    said |= {"seq": matter.seq}
    return client.post(f"/net/hazards/{matter.reference}/do/{name}/", said).status_code


def test_L14_from_found_to_mended_to_answered(town: Town) -> None:
    matter = found(town)
    guard, dispatcher, auxiliary = (login(town, n) for n in ("guard", "dispatcher", "auxiliary"))
    assert "三楼东侧通道" in dispatcher.get(f"/net/hazards/{matter.reference}/").text
    assert {*Happening.objects.get(topic="hazard").people} >= {town.people["dispatcher"].id.hex}
    until = timezone.localdate() + timedelta(days=3)
    handler = str(town.people["auxiliary"].id)
    assert do(dispatcher, matter, "assign", handler=handler, mend_by=str(until)) == 302
    hazard = Hazard.objects.get()
    assert timezone.localtime(hazard.mend_by).date() == until
    assert hazard.matter.solution_owner == town.people["auxiliary"]
    assert matter.reference in auxiliary.get("/radio/hazards/").text
    assert do(auxiliary, matter, "mend", words="清走了") == 422, "without a photo it is no proof"
    assert do(auxiliary, matter, "mend", words="清走了", photo=picture("white")) == 302
    page = dispatcher.get(f"/net/hazards/{matter.reference}/").text
    assert "清走了" in page
    photos = set(re.findall(r'src="(/net/hazards/[^"]+)"', page))
    assert len(photos) == 2
    assert all(dispatcher.get(photo).headers["Content-Type"] == "image/jpeg" for photo in photos)
    assert do(dispatcher, matter, "close", words="已经清空，谢谢您") == 302
    matter.refresh_from_db()
    assert not matter.is_open
    assert "已经清空，谢谢您" in guard.get("/radio/hazards/").text


def test_L14_what_is_not_mended_by_its_day_is_listed_as_late(town: Town) -> None:
    matter = found(town)
    dispatcher = login(town, "dispatcher")
    handler = str(town.people["guard"].id)
    do(dispatcher, matter, "assign", handler=handler, mend_by=str(timezone.localdate()))
    assert matter.reference not in dispatcher.get("/net/hazards/?which=late").text
    Hazard.objects.update(mend_by=timezone.now() - timedelta(hours=1))
    assert matter.reference in dispatcher.get("/net/hazards/?which=late").text
    assert matter.reference not in dispatcher.get("/net/hazards/?which=late&kind=fire").text


def test_L14_what_is_not_mended_well_goes_back(town: Town) -> None:
    matter = found(town)
    chief, guard = login(town, "chief"), login(town, "guard")
    until, handler = str(timezone.localdate()), str(town.people["guard"].id)
    assert do(chief, matter, "assign", handler=handler, mend_by=until) == 302
    assert do(guard, matter, "mend", words="好了", photo=picture()) == 302
    assert do(chief, matter, "send_back", words="还有两箱") == 302
    assert "还有两箱" in guard.get(f"/net/hazards/{matter.reference}/").text
    matter.refresh_from_db()
    assert matter.step == "mending"


def test_L14_a_day_that_is_over_is_refused_at_its_field(town: Town) -> None:
    matter = found(town)
    said = {
        "handler": str(town.people["guard"].id),
        "mend_by": str(timezone.localdate() - timedelta(days=1)),
        "seq": matter.seq,
    }
    page = login(town, "chief").post(f"/net/hazards/{matter.reference}/do/assign/", said)
    assert page.status_code == 422
    assert "整改期限要在今天或以后" in page.text
    assert f'value="{said["mend_by"]}"' in page.text


def test_L14_a_photo_keeps_nothing_but_its_pixels(town: Town) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera Maker"
    found(town, photo=picture(exif=exif))
    client = login(town, "chief")
    part = SealedPart.objects.get(what="photo")
    kept = client.get(f"/net/hazards/{part.matter.reference}/{part.pk}.jpg").content
    assert b"Camera Maker" not in kept


def test_L14_a_position_goes_with_it_on_duty_only(town: Town) -> None:
    place = {"longitude": "120.1", "latitude": "30.2"}
    assert found(town, **place).hazard.longitude == 120.1
    end_shift(actor=town.actor("guard"))
    client = login(town, "guard")
    key = re.findall(r'name="key" value="(\w{32})"', client.get("/radio/hazards/").text)[0]
    said = {"kind": "fire", "words": "锁着", "key": key} | place
    assert client.post("/radio/hazards/", said).status_code == 422
    assert Hazard.objects.count() == 1


def test_L14_a_guard_sees_only_what_is_theirs(town: Town) -> None:
    matter = found(town)
    for name in ("guard", "colleague", "stranger"):
        assert login(town, name).get(f"/net/hazards/{matter.reference}/").status_code == 404
    assert matter.reference not in login(town, "colleague").get("/radio/hazards/").text


def test_a_hazard_is_given_to_somebody_else_when_who_had_it_is_away(town: Town) -> None:
    matter, dispatcher = found(town), login(town, "dispatcher")
    day = timezone.localdate() + timedelta(days=3)
    first, second = (str(town.people[name].id) for name in ("auxiliary", "officer"))
    assert do(dispatcher, matter, "assign", handler=first, mend_by=str(day)) == 302
    later = day + timedelta(days=2)
    assert do(dispatcher, matter, "reassign", handler=second, mend_by=str(later)) == 302
    hazard = Hazard.objects.get()
    assert hazard.matter.solution_owner == town.people["officer"]
    assert timezone.localtime(hazard.mend_by).date() == later
    assert matter.reference not in login(town, "auxiliary").get("/radio/hazards/").text
    said = {"words": "清走了", "photo": picture("white")}
    assert do(login(town, "auxiliary"), matter, "mend", **said) == 404
    said = {"words": "清走了", "photo": picture("white")}
    assert do(login(town, "officer"), matter, "mend", **said) == 302
