"""Whom to ask beside an incident: the list with its reasons, the waves, and the roster."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from tests.support.desk import login
from tests.support.matters import key
from tests.support.offers import codes, incident, later, posted
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch import ladder, offers
from yihu.dispatch.kinds import Kind
from yihu.dispatch.models import Assignment, Duty, Incident, Recommendation, Wave

pytestmark = pytest.mark.django_db
KEY = "0" * 31 + "1"
IN_ROOM = {"X-Room": "pane"}


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def one(town: Town) -> Incident:
    return incident(town, Kind.BREAK_IN)


def page(one: Incident, *rest: str) -> str:
    return "/".join(["/desk/incidents", one.matter.reference, *rest, ""])


def test_each_line_says_how_long_how_likely_and_why(town: Town, one: Incident) -> None:
    posted(town, "officer", 300)
    text = login(town, "dispatcher").get(page(one, "advice")).text
    assert "officer组" in text
    assert "分钟" in text
    assert "会来 90%（0 次）" in text
    assert "最近" in text
    assert "按直线估算" in text
    assert 'data-key="1"' in text
    assert len(re.findall(r"checked", text)) == 1


def test_who_is_left_out_stands_there_with_the_reason_and_off_shift_nobody(
    town: Town, one: Incident
) -> None:
    unit(town, "officer")  # without a position
    unit(town, "colleague", on_shift=False)
    text = login(town, "dispatcher").get(page(one, "advice")).text
    assert "不知道在哪里" in text
    assert "colleague组" not in text


def test_nothing_new_is_answered_with_nothing(town: Town, one: Incident) -> None:
    posted(town, "officer", 300)
    client = login(town, "dispatcher")
    for piece in ("advice", "waves"):
        text = client.get(page(one, piece)).text
        (seen,) = re.findall(r"seen=(\w+)", text)
        assert client.get(page(one, piece) + f"?seen={seen}").status_code == 204


def test_what_was_ticked_stays_ticked_while_the_list_is_renewed(town: Town, one: Incident) -> None:
    near, far = posted(town, "officer", 300), posted(town, "colleague", 2000)
    client = login(town, "dispatcher")
    mine = urlencode({"was": f"{near.pk} {far.pk}", "units": far.pk})
    text = client.get(f"{page(one, 'advice')}?{mine}").text
    ticked = re.findall(r'value="([0-9a-f-]{36})" form="offer-form" checked', text)
    assert ticked == [str(far.pk)]


def test_a_key_asks_one_unit_and_the_pane_shows_the_wave(town: Town, one: Incident) -> None:
    made = posted(town, "officer", 300)
    posted(town, "colleague", 500)
    client = login(town, "dispatcher")
    form = {"only": str(made.pk), "units": [str(made.pk)], "key": KEY}
    for _ in range(2):  # a double click
        pane = client.post(page(one, "offer"), form, headers=IN_ROOM, follow=True)
        assert f'data-reference="{one.matter.reference}"' in pane.text
        assert "已请 1 组去" in pane.text
    assert codes(Wave.objects.get()) == ["officer"]
    waves = client.get(page(one, "waves")).text
    assert "最合适的几个" in waves
    assert "还等" in waves
    assert "等回答" in waves


def test_nothing_chosen_says_so_and_nothing_ticked_is_lost(town: Town, one: Incident) -> None:
    client = login(town, "dispatcher")
    empty = client.post(page(one, "offer"), {"key": KEY}, headers=IN_ROOM)
    assert empty.status_code == 422
    assert "还没有选请谁去" in empty.text
    away = unit(town, "officer", on_shift=False)
    refused = client.post(page(one, "offer"), {"units": str(away.pk), "key": KEY})
    assert refused.status_code == 422
    assert f"units={away.pk}" in refused.text


def test_one_who_was_spoken_to_is_sent_at_once_and_need_not_go_after_all(
    town: Town, one: Incident
) -> None:
    made = posted(town, "officer", 300)
    client = login(town, "dispatcher")
    for _twice in range(2):
        client.post(page(one, "assign"), {"unit": str(made.pk), "key": KEY})
    assert Assignment.objects.get(ended_at=None).unit == made
    assert Recommendation.objects.get().chosen == ["officer"]
    assert "officer组" in client.get(page(one, "waves")).text
    client.post(page(one, "stand-down"), {"unit": str(made.pk), "key": KEY})
    assert not Assignment.objects.filter(ended_at=None).exists()


def test_whoever_only_watches_is_offered_nothing_to_send(town: Town, one: Incident) -> None:
    for name in ("guard", "stranger", "auxiliary"):
        client = login(town, name)
        assert client.get(page(one, "advice")).status_code == 404
        assert client.post(page(one, "offer"), {"key": KEY}).status_code == 404


def test_a_wave_to_the_officer_on_duty_names_who_was_told(town: Town, one: Incident) -> None:
    Duty.objects.create(
        office=town.station,
        person=town.people["colleague"],
        since=timezone.now() - timedelta(hours=1),
        until=timezone.now() + timedelta(hours=1),
    )
    made = posted(town, "officer", 300)
    offers.offer(actor=town.actor("dispatcher"), incident=one.pk, units=[made.pk], client_key=key())
    for _ in range(3):
        later(seconds=60)
        ladder.advance()
    text = login(town, "dispatcher").get(page(one, "waves")).text
    assert "值班民警" in text
    assert "已告诉 colleague" in text


def test_only_what_still_waits_stands_open_and_what_was_before_is_folded(
    town: Town, one: Incident
) -> None:
    made = posted(town, "officer", 300)
    offers.offer(actor=town.actor("dispatcher"), incident=one.pk, units=[made.pk], client_key=key())
    for _ in range(3):
        later(seconds=60)
        ladder.advance()
    shown, folded = login(town, "dispatcher").get(page(one, "waves")).text.split("<details")
    assert (shown.count("第 "), folded.count("第 ")) == (1, one.waves.count() - 1)


# --- the roster -----------------------------------------------------------------------------------


def test_whoever_directs_writes_the_roster_and_the_police_read_it(town: Town) -> None:
    client = login(town, "deputy")
    now = timezone.localtime()
    form = {
        "who": str(town.people["officer"].pk),
        "since": f"{now:%Y-%m-%dT%H:%M}",
        "until": f"{now + timedelta(hours=8):%Y-%m-%dT%H:%M}",
    }
    assert client.post("/desk/duty/", form).status_code == 302
    again = client.post("/desk/duty/", form)
    assert again.status_code == 422
    assert "已经排了值班" in again.text
    read = login(town, "colleague").get("/desk/duty/").text
    assert "officer" in read
    assert "排一次值班" not in read
    duty = Duty.objects.get()
    assert client.post(f"/desk/duty/{duty.pk}/end/").status_code == 302
    assert not Duty.objects.filter(until__gt=timezone.now()).exists()


@pytest.mark.parametrize(
    ("until", "says"), [("2020-01-01T00:00", "结束要晚于开始"), ("9999-01-01T00:00", "14 天")]
)
def test_a_duty_that_cannot_be_says_why_at_its_field(town: Town, until: str, says: str) -> None:
    form = {"who": str(town.people["officer"].pk), "since": "2026-01-01T00:00", "until": until}
    answer = login(town, "deputy").post("/desk/duty/", form)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="2026-01-01T00:00"' in answer.text
