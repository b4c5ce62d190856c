"""L25: every month all key sites are called; 1, 3 and 5 minutes, and who was silent."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from tests.support import register
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.kernel import lapses
from yihu.people.shifts import begin_shift
from yihu.radio.answers import answer
from yihu.radio.call_queries import answers_to
from yihu.radio.models import Addressee, Call
from yihu.radio.roll_calls import call_due

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def town(db: None) -> Town:
    """Three sites: two with a guard, one with nobody and nothing."""
    made = build()
    for number in (1, 2):
        guard = register.guard(made, register.site(made, f"商场{number}"), f"plaza{number}")
        begin_shift(actor=made.actor(guard.username))
    register.site(made, "空楼")
    return made


def begun(town: Town, **more: str) -> Call:
    client = login(town, "dispatcher")
    key = re.findall(r'name="key" value="(\w{32})"', client.get("/net/roll-calls/").text)[0]
    answered = client.post("/net/roll-calls/", {"key": key, **more})
    assert answered.status_code == 302, answered.text
    return Call.objects.get(matter__reference=answered.headers["Location"].split("/")[-2])


def test_L25_a_silent_unit_is_flagged_and_the_minutes_are_counted(town: Town) -> None:
    call = begun(town)
    seats = Addressee.objects.filter(call=call)
    assert {seat.unit.name for seat in seats} == {"商场1", "商场2"}
    answer(actor=town.actor("plaza1"), call=call.pk)
    seats.filter(unit__name="商场1").update(answered_at=call.sent_at + timedelta(seconds=100))
    found = answers_to(call)
    assert [found.by(minutes) for minutes in (1, 3, 5)] == [0, 1, 1]
    lapses.fire_due(timezone.now() + timedelta(minutes=6))
    client = login(town, "dispatcher")
    page = client.get(f"/net/calls/{call.matter.reference}/").text
    assert "商场2" in page[page.index("没有应答") :]
    assert '3 分钟内</dt><dd class="number">1 / 2' in page
    call.matter.refresh_from_db()
    said = {"words": "商场2 的平板没电，已让值班经理充电", "seq": call.matter.seq}
    where = f"/net/calls/{call.matter.reference}/do/follow_up/"
    assert client.post(where, said).status_code == 302
    assert "平板没电" in client.get(f"/net/calls/{call.matter.reference}/").text
    history = re.sub(r"<[^>]+>|\s+", " ", client.get("/net/roll-calls/").text)
    assert re.search(r" 2 +0 +1 +1 +1 +已跟进", history)


def test_L25_anybody_on_duty_answers_for_their_unit(town: Town) -> None:
    site = Addressee.objects.filter(call=begun(town), unit__name="商场1").get()
    second = register.guard(town, site.unit.key_site, "plaza1b", "乙")
    page = f"/radio/calls/{site.call.matter.reference}/answer/"
    assert login(town, second.username).post(page).status_code == 404, "off duty"
    begin_shift(actor=town.actor(second.username))
    assert "点名" in login(town, second.username).get("/radio/calls/").text
    assert login(town, second.username).post(page).status_code == 302
    site.refresh_from_db()
    assert site.answered_at is not None


def at(day: int, hour: int) -> datetime:
    """In the week after the holidays of October, whose first working day is the 8th."""
    return datetime(2026, 10, day, hour, 0, tzinfo=SHANGHAI)


def test_L25_the_clock_calls_on_the_first_working_day_and_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(timezone, "localdate", lambda now=None: at(8, 10).date())
    for day, hour in ((1, 11), (7, 11), (8, 9), (8, 10), (8, 11), (9, 11)):
        opened.append(call_due(at(day, hour)))
    assert opened == [0, 0, 0, 1, 0, 0]
    call = Call.objects.get()
    assert (call.asks, call.sender) == ({"month": "2026-10", "exercise": False}, None)


def test_L25_an_exercise_does_not_stand_for_the_months_roll_call(town: Town) -> None:
    assert begun(town, exercise="yes").asks["exercise"]
    assert "演练" in login(town, "dispatcher").get("/net/roll-calls/").text
    today = timezone.localtime()
    Call.objects.update(asks={"month": f"{today:%Y-%m}", "exercise": True})
    assert call_due(at(8, 10)) == 1
