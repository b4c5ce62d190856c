"""C7: a position is taken inside a shift only, coarse after 24 hours, erased after 30 days; each
person sees their own trail and who looked."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.cli.ticking import JOBS
from yihu.dispatch.crews import crews
from yihu.kernel.access import Refused
from yihu.people.shifts import begin_shift, end_shift
from yihu.radio import positions
from yihu.radio.models import Position, PositionLook

pytestmark = pytest.mark.django_db
HERE = {"longitude": "120.12345", "latitude": "30.23456", "accuracy": "12"}


@pytest.fixture
def town() -> Town:
    return build()


def send(town: Town, name: str, **more: str) -> int:
    return login(town, name).post("/radio/position/", HERE | more).status_code


def aged(**by: float) -> None:
    """Make every position and look so old, and let the clock do its job."""
    then = timezone.now() - timedelta(**by)
    Position.objects.update(at=then)
    PositionLook.objects.update(at=then)
    [job] = [job for job in JOBS if job.name == "positions"]
    job.work()


def test_off_shift_it_is_refused_with_its_reason(town: Town) -> None:
    answer = login(town, "guard").post("/radio/position/", HERE)
    assert answer.status_code == 403
    assert "不在岗" in answer.json()["words"]
    begin_shift(actor=town.actor("guard"))
    assert send(town, "guard") == 204
    end_shift(actor=town.actor("guard"))
    assert send(town, "guard") == 403
    assert Position.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "wrong"),
    [*(("latitude", wrong) for wrong in ("91", "nan", "north", "")), ("accuracy", "inf")],
)
def test_what_is_no_position_is_not_kept(town: Town, field: str, wrong: str) -> None:
    begin_shift(actor=town.actor("guard"))
    assert send(town, "guard", **{field: wrong}) == 400
    assert not Position.objects.exists()


def test_it_is_coarse_after_a_day_and_gone_after_thirty(town: Town) -> None:
    begin_shift(actor=town.actor("guard"))
    send(town, "guard")
    aged(hours=23)
    assert Position.objects.get().longitude == 120.12345
    aged(hours=25)
    coarse = Position.objects.get()
    assert (coarse.longitude, coarse.latitude, coarse.accuracy) == (120.12, 30.23, None)
    aged(days=29)
    assert Position.objects.count() == 1
    aged(days=31)
    assert not Position.objects.exists()


def test_each_sees_their_own_trail_and_who_looked_at_it(town: Town) -> None:
    begin_shift(actor=town.actor("guard"))
    send(town, "guard")
    guard = town.people["guard"]
    assert "没有人看过" in login(town, "guard").get("/radio/trail/").text
    seen = login(town, "dispatcher").post(f"/radio/where/{guard.id}/")
    assert "30.23456" in seen.text
    trail = login(town, "guard").get("/radio/trail/").text
    assert "30.23456" in trail
    assert "dispatcher" in trail
    assert "30.23456" not in login(town, "officer").get("/radio/trail/").text


@pytest.mark.parametrize("name", ["officer", "colleague", "stranger", "leader"])
def test_whoever_does_not_direct_does_not_look(town: Town, name: str) -> None:
    with pytest.raises(Refused):
        positions.look(actor=town.actor(name), person=town.people["guard"].id)
    assert not PositionLook.objects.exists()


def test_looking_shows_nothing_of_an_earlier_shift(town: Town) -> None:
    guard, dispatcher = town.actor("guard"), town.actor("dispatcher")
    begin_shift(actor=guard)
    send(town, "guard")
    end_shift(actor=guard)
    assert positions.look(actor=dispatcher, person=guard.staff_id) == []
    begin_shift(actor=guard)
    assert positions.look(actor=dispatcher, person=guard.staff_id) == []
    assert PositionLook.objects.count() == 2


def test_a_position_is_sent_to_a_group_on_duty_only(town: Town) -> None:
    talkgroup(town, on=("chief", "guard"))
    sent = {"kind": "position", "key": "0" * 32} | HERE
    assert login(town, "guard").post("/radio/net/message/", sent).status_code == 204
    end_shift(actor=town.actor("guard"))
    again = login(town, "guard").post("/radio/net/message/", sent | {"key": "1" * 32})
    assert again.status_code == 409
    assert "不在岗" in again.json()["words"]


def test_off_shift_a_unit_has_no_place_for_whoever_sends_it(town: Town) -> None:
    of = unit(town, "guard")
    send(town, "guard")
    assert crews(of.district)[0].fix is not None
    end_shift(actor=town.actor("guard"))
    assert crews(of.district)[0].fix is None
    assert "分钟前" not in login(town, "dispatcher").get("/desk/units/").text
    begin_shift(actor=town.actor("guard"))
    assert crews(of.district)[0].fix is None  # the place of the last shift is nobody's to know
