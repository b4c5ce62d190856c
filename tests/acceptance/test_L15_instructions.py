"""L15: an instruction is sent, received and given back, each with its time; a change shows."""

import re

import pytest
from django.test import Client
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.radio.models import Addressee, Call


@pytest.fixture
def town(db: None) -> Town:
    made = build()
    talkgroup(made, on=("chief", "dispatcher", "guard"))
    return made


def told(town: Town, client: Client, **more: str) -> str:
    key = re.findall(r'name="key" value="(\w{32})"', client.get("/net/calls/instruct/").text)[0]
    said = {"person": town.people["guard"].id, "do": "evacuate", "where": "B 区 2 号门", "count": 4}
    answer = client.post("/net/calls/instruct/", {**said, "at": "14:30", "key": key, **more})
    assert answer.status_code == 302, answer.text
    return str(Call.objects.get().matter.reference)


SAME = {"do": "evacuate", "where": "b区二号门", "count": "4", "at": "14:30"}


@pytest.mark.parametrize(
    ("given", "mismatch"), [(SAME, False), (SAME | {"where": "A 区 2 号门"}, True)]
)
def test_L15_by_text_three_times_are_kept_and_a_change_is_flagged_at_both_ends(
    town: Town, given: dict[str, str], mismatch: bool
) -> None:
    dispatcher, guard = login(town, "dispatcher"), login(town, "guard")
    reference = told(town, dispatcher)
    guard.post(f"/radio/calls/{reference}/heard/")
    guard.post(f"/radio/calls/{reference}/back/", given)
    seat = Addressee.objects.get()
    assert seat.call.sent_at < seat.heard_at < seat.answered_at
    assert seat.mismatch is mismatch
    desk = dispatcher.get(f"/net/calls/{reference}/").text
    for moment in (seat.call.sent_at, seat.heard_at, seat.answered_at):
        assert f"{moment.astimezone():%M:%S}" in desk
    assert ("复诵不符：马上纠正" in desk) is mismatch
    assert ("复诵与指令不符" in guard.get("/radio/calls/").text) is mismatch


def test_L15_by_voice_the_dispatcher_marks_a_change(town: Town) -> None:
    dispatcher, guard = login(town, "dispatcher"), login(town, "guard")
    reference = told(town, dispatcher, spoken="on")
    assert "复诵给指挥员" not in guard.get("/radio/calls/").text
    dispatcher.post(f"/net/calls/{reference}/heard-back/", {"matches": "no"})
    assert "复诵不符：马上纠正" in dispatcher.get(f"/net/calls/{reference}/").text
    seq = Call.objects.get().matter.seq
    said = {"words": "说清楚了：B 区 2 号门", "seq": seq}
    dispatcher.post(f"/net/calls/{reference}/do/put_right/", said)
    assert Call.objects.get().matter.step == "answered"
    assert "说清楚了：B 区 2 号门" in guard.get("/radio/calls/").text
