"""The pages of calls: at the desk of whoever directs, and on the set."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.kernel.models import Matter
from yihu.radio.calls import send_message
from yihu.radio.models import Addressee, Call, Hazard

pytestmark = pytest.mark.django_db
ON = ("chief", "guard", "officer")


@pytest.fixture
def town() -> Town:
    made = build()
    talkgroup(made, on=ON)
    return made


def photo() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "green").save(drawn, "JPEG")
    return SimpleUploadedFile("photo.jpg", drawn.getvalue(), "image/jpeg")


def key_of(page: str) -> str:
    return re.findall(r'name="key" value="(\w{32})"', page)[0]


def call_the_group(client: Client, words: str = "全体到北门集合") -> Matter:
    page = client.get(reverse("radio:calls_sent")).content.decode()
    asked = {"group": "net", "words": words, "key": key_of(page)}
    for _ in range(2):  # a double click
        answer = client.post(reverse("radio:calls_sent"), asked)
        assert answer.status_code == 302, answer.content.decode()
    return Call.objects.get().matter


def test_a_call_shows_its_answers_as_they_come(town: Town) -> None:
    chief, guard = login(town, "chief"), login(town, "guard")
    matter = call_the_group(chief)
    panel = guard.get(reverse("radio:calls"), headers={"HX-Request": "true"}).content.decode()
    assert "全体到北门集合" in panel
    assert "<html" not in panel
    assert guard.post(reverse("radio:call_heard", args=[matter.reference])).status_code == 204
    ring = chief.get(reverse("radio:call_ring", args=[matter.reference])).content.decode()
    assert "叫了 2，1 已听到，<b>0</b> 已应答" in ring
    assert "every 2s" in ring
    answered = guard.post(reverse("radio:call_answer", args=[matter.reference]))
    assert (answered.status_code, answered.url) == (302, reverse("radio:calls"))
    page = chief.get(reverse("radio:call", args=[matter.reference])).content.decode()
    assert "<b>1</b> 已应答" in page
    assert "officer" in page
    assert page.count("九成应答用时") == 1


def test_what_is_wrong_in_a_call_is_said_at_its_field_and_stays(town: Town) -> None:
    chief = login(town, "chief")
    page = chief.get(reverse("radio:calls_sent")).content.decode()
    answer = chief.post(reverse("radio:calls_sent"), {"group": "net", "key": key_of(page)})
    assert answer.status_code == 422
    assert "请写一句" in answer.content.decode()
    assert not Call.objects.exists()


def instruct(client: Client, town: Town, **other: str) -> Matter:
    page = client.get(reverse("radio:instruct")).content.decode()
    asked = {
        "person": str(town.people["guard"].id),
        "do": "go",
        "where": "2 号门",
        "count": "3",
        "words": "带上灭火器",
        "key": key_of(page),
    }
    answer = client.post(reverse("radio:instruct"), asked | other)
    assert answer.status_code == 302, answer.content.decode()
    return Call.objects.get().matter


def test_a_read_back_is_not_filled_in_beforehand_and_compared_by_part(town: Town) -> None:
    chief, guard = login(town, "chief"), login(town, "guard")
    matter = instruct(chief, town)
    panel = guard.get(reverse("radio:calls")).content.decode()
    assert "带上灭火器" in panel
    form = panel[panel.index("复诵</summary>") :]
    assert "checked" not in form
    assert "2 号门" not in form
    assert 'name="at"' not in form, "what was not asked is not asked back"
    back = reverse("radio:call_back", args=[matter.reference])
    missing = guard.post(back, {"do": "go", "count": "3"})
    assert missing.status_code == 422
    assert "请照听到的填上" in missing.content.decode()
    given = {"do": "go", "where": "三号门", "count": "3"}
    assert guard.post(back, given).status_code == 302
    assert "复诵与指令不符" in guard.get(reverse("radio:calls")).content.decode()
    desk = chief.get(reverse("radio:call", args=[matter.reference])).content.decode()
    assert "复诵不符：马上纠正" in desk
    assert "三号门" in desk
    right = {"words": "是二号门，商场东侧", "seq": Matter.objects.get(pk=matter.pk).seq}
    put_right = reverse("radio:call_do", args=[matter.reference, "put_right"])
    assert chief.post(put_right, right).status_code == 302
    assert "是二号门，商场东侧" in guard.get(reverse("radio:calls")).content.decode()


def test_a_spoken_read_back_is_marked_by_the_dispatcher(town: Town) -> None:
    chief = login(town, "dispatcher")
    matter = instruct(chief, town, spoken="on")
    assert "请用对讲机口头复诵" in login(town, "guard").get(reverse("radio:calls")).content.decode()
    page = reverse("radio:call_heard_back", args=[matter.reference])
    assert chief.post(page, {"matches": "maybe"}).status_code == 404
    assert chief.post(page, {"matches": "no"}).status_code == 302
    assert Addressee.objects.get().mismatch


def test_a_message_is_read_by_its_group_and_by_nobody_else(town: Town) -> None:
    done = send_message(
        actor=town.actor("guard"),
        group="net",
        kind="photo",
        client_key=b"k" * 16,
        words="看这里",
        picture=b"jpeg",
    )
    page = login(town, "officer").get(reverse("radio:calls")).content.decode()
    (address,) = set(re.findall(r'src="(/radio/calls/[^"]+\.jpg)"', page))
    assert login(town, "officer").get(address).content == b"jpeg"
    for name in ("colleague", "auxiliary", "stranger"):
        client = login(town, name)
        assert "看这里" not in client.get(reverse("radio:calls")).content.decode()
        assert client.get(address).status_code == 404
    desk = login(town, "dispatcher").get(reverse("radio:call", args=[done.matter.reference]))
    assert "看这里" in desk.content.decode()


def test_only_who_was_called_answers(town: Town) -> None:
    matter = call_the_group(login(town, "chief"))
    for name in ("radio:call_heard", "radio:call_answer", "radio:call_back"):
        assert (
            login(town, "colleague").post(reverse(name, args=[matter.reference])).status_code == 404
        )


def test_guards_do_not_see_the_desk_of_calls(town: Town) -> None:
    for name in ("radio:calls_sent", "radio:instruct", "radio:roll_calls", "radio:hazards"):
        assert login(town, "guard").get(reverse(name)).status_code == 404


def test_a_hazard_goes_through_with_the_token_that_a_browser_sends(town: Town) -> None:
    guard = login(town, "guard", Client(enforce_csrf_checks=True))
    key = key_of(guard.get(reverse("radio:hazards_mine")).content.decode())
    said = {"kind": "exit", "words": "三楼东侧通道堆满纸箱", "key": key, "photo": photo()}
    refused = guard.post(reverse("radio:hazards_mine"), said)
    assert refused.status_code == 403
    said |= {"csrfmiddlewaretoken": guard.cookies["csrftoken"].value, "photo": photo()}
    answer = guard.post(reverse("radio:hazards_mine"), said)
    assert answer.status_code == 302
    assert Hazard.objects.get().kind == "exit"
