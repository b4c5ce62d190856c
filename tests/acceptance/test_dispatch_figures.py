"""The figures of dispatch, as the acceptance table asks for them: L52, L54, L63."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from tests.support.courses import gone, unit
from tests.support.desk import do, login
from tests.support.town import Town, build

from yihu.dispatch.kinds import Door, UnitKind
from yihu.dispatch.models import Assignment, Incident, Offer, Unit, Wave
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter
from yihu.people.models import Organisation

pytestmark = pytest.mark.django_db

BEFORE = datetime(2025, 3, 1, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
PERIODS = {
    "since": "2026-03-01",
    "until": "2026-04-30",
    "before_since": "2025-03-01",
    "before_until": "2025-04-30",
}
ENOUGH = 40


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def police(town: Town) -> Unit:
    return unit(town, "p1", UnitKind.POLICE, town.station)


@pytest.fixture
def guards(town: Town) -> Unit:
    return unit(town, "g1", UnitKind.GUARD, Organisation.objects.get(code="mall"))


def many(town: Town, since: datetime, minutes: float, units: list[Unit], n: int = ENOUGH) -> None:
    for number in range(n):
        gone(town, since + timedelta(days=number), dict.fromkeys(units, minutes + number % 3))


def sheet(client: Client, what: str = "figures", **asked: Any) -> list[dict[str, str]]:
    answer = client.get(f"/desk/figures/dispatch/{what}.csv", PERIODS | asked)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def row(client: Client, figure: str, group: str = "全部", period: str = "2026") -> dict[str, str]:
    return next(
        one
        for one in sheet(client)
        if (one["数字"], one["分组"]) == (figure, group) and one["期间"].startswith(period)
    )


def test_L52_from_twenty_odd_minutes_to_under_eight(town: Town, police: Unit) -> None:
    """Two periods compared: median and ninetieth percentile, n, and both ends named."""
    many(town, BEFORE, 22, [police])
    many(town, NOW, 6, [police])
    client = login(town, "chief")
    now, before = row(client, "到场时间"), row(client, "到场时间", period="2025")
    assert (now["中位数"], now["九成不超过"], now["n"]) == ("7.0", "8.0", "40")
    assert (before["中位数"], before["九成不超过"], before["n"]) == ("23.0", "24.0", "40")
    assert (now["起点"], now["止点"], now["单位"]) == ("来电", "到场", "分钟")
    assert float(now["九成不超过 95% 区间，下"]) <= 8.0 <= float(now["九成不超过 95% 区间，上"])
    page = client.get("/desk/figures/dispatch/", PERIODS).text
    assert "来电 → 到场" in page
    assert "−16.0" in page  # the change of the median
    assert row(client, "接起用时")["中位数"] == "10.0"
    assert row(client, "派警用时")["中位数"] == "0.8"
    assert row(client, "出动用时")["中位数"] == "1.0"
    assert row(client, "路上用时")["中位数"] == "5.0"


def test_L52_fewer_than_twenty_are_too_few(town: Town, police: Unit) -> None:
    many(town, NOW, 6, [police], n=19)
    client = login(town, "chief")
    found = row(client, "到场时间")
    assert (found["中位数"], found["n"], found["说明"]) == ("", "19", "样本太少")
    assert "样本太少" in client.get("/desk/figures/dispatch/", PERIODS).text


def test_L52_a_missing_end_is_counted_apart_and_never_nought(town: Town, police: Unit) -> None:
    many(town, NOW, 6, [police], n=30)
    for number in range(12):
        gone(town, NOW + timedelta(hours=number), {police: None})
    late = gone(town, NOW, {police: 5})
    Incident.objects.filter(pk=late.pk).update(called_at=NOW + timedelta(days=1))  # a wrong clock
    found = row(login(town, "chief"), "到场时间")
    assert (found["n"], found["缺一端的"], found["前后颠倒的"]) == ("30", "12", "1")
    assert found["中位数"] == "7.0"


def test_L52_first_responder_and_police_are_told_apart(
    town: Town, police: Unit, guards: Unit
) -> None:
    for number in range(ENOUGH):
        gone(town, NOW + timedelta(days=number), {guards: 3, police: 9 if number % 2 else None})
    client = login(town, "chief")
    assert row(client, "到场时间")["中位数"] == "3.0"
    by_police = row(client, "警方到场时间")
    assert (by_police["中位数"], by_police["n"], by_police["缺一端的"]) == ("9.0", "20", "20")


def test_L52_by_kind_and_hour(town: Town, police: Unit) -> None:
    many(town, NOW, 6, [police], n=25)
    client = login(town, "chief")
    assert row(client, "到场时间", group="一键报警")["n"] == "25"
    assert row(client, "到场时间", group="10:00")["n"] == "25"  # of the district's own clock
    page = client.get("/desk/figures/dispatch/", PERIODS | {"interval": "police_response"}).text
    assert "警方到场时间：分开看" in page


def test_exercises_duplicates_and_imports_count_in_no_figure(town: Town, police: Unit) -> None:
    many(town, NOW, 6, [police], n=20)
    whole = gone(town, NOW, {police: 6})
    gone(town, NOW, {police: 60}, door=Door.TRAINING)
    gone(town, NOW, {police: 60}, origin="import:110")
    gone(town, NOW, {police: 60}, merged_into=whole.matter)
    client = login(town, "chief")
    assert row(client, "到场时间")["n"] == "21"
    page = client.get("/desk/figures/dispatch/", PERIODS).text
    assert "演练 1 件，历史导入 1 件，已并入另一件的 1 件" in page
    assert len(sheet(client, "incidents")) == 21


def test_the_figures_of_a_station_are_for_who_oversees_it(town: Town, police: Unit) -> None:
    many(town, NOW, 6, [police], n=20)
    address = "/desk/figures/dispatch/figures.csv"
    assert row(login(town, "supervisor"), "到场时间")["n"] == "20"
    assert row(login(town, "stranger"), "到场时间")["n"] == "0"
    for name in ("officer", "guard", "dispatcher"):
        assert login(town, name).get(address, PERIODS).status_code == 404
        assert "没有要看的数字" in login(town, name).get("/desk/figures/dispatch/").text


def test_who_came_when_asked_by_how_far_the_wave_reached(town: Town, police: Unit) -> None:
    for number in range(25):
        at = NOW + timedelta(hours=number)
        incident = gone(town, at, {})
        wave = Wave.objects.create(
            incident=incident, number=1, reach="best", opened_at=at, ends_at=at
        )
        answered = None if number < 5 else at + timedelta(seconds=8)
        Offer.objects.create(
            wave=wave,
            incident=incident,
            unit=police,
            offered_at=at,
            deadline=at,
            answer="accepted" if answered else "silent",
            answered_at=answered,
        )
    page = login(town, "chief").get("/desk/figures/dispatch/", PERIODS).text
    assert "最合适的几个" in page
    assert "20 / 25" in page
    assert "5 / 25" in page


# --- L54 -----------------------------------------------------------------------------------------


def test_L54_minutes_between_organisations_by_pair(town: Town, police: Unit, guards: Unit) -> None:
    for number in range(ENOUGH):
        at = NOW + timedelta(days=number)
        incident = gone(town, at, {police: 5})  # a guard of the mall reported it
        taken = Assignment.objects.create(
            incident=incident,
            unit=guards,
            assigned_at=at + timedelta(minutes=20),
            acknowledged_at=at + timedelta(minutes=22),
        )
        Assignment.objects.filter(incident=incident, unit=police).update(handed_to=taken)
    client = login(town, "chief")
    reported = row(client, "报警 → 接单", group="mall → station")
    assert (reported["中位数"], reported["n"]) == ("1.5", "40")
    handed = row(client, "现场交接", group="station → mall")
    assert (handed["中位数"], handed["n"]) == ("2.0", "40")
    page = client.get("/desk/figures/dispatch/", PERIODS).text
    assert "单位之间的交接" in page


def test_L54_a_referral_is_a_hand_off_too(town: Town) -> None:
    dispatcher = town.actor("dispatcher")
    for number in range(20):
        incident = gone(town, NOW, {})
        do(dispatcher, incident.matter, "answer")
        do(dispatcher, incident.matter, "refer", to="hotline_12345", words="已转 12345")
        ended = NOW + timedelta(minutes=4, days=number)
        Incident.objects.filter(pk=incident.pk).update(called_at=ended - timedelta(minutes=4))
        Matter.objects.filter(pk=incident.pk).update(closed_at=ended)
    found = row(login(town, "chief"), "转办", group="station → 12345 热线")
    assert (found["中位数"], found["n"]) == ("4.0", "20")


# --- L63 -----------------------------------------------------------------------------------------


def told(dispatcher: Actor, incident: Incident, *, reminded: bool) -> None:
    for name, said in (
        ("answer", {}),
        ("resolve", {"outcome": "settled", "words": "已劝开"}),
        ("tell", {"words": "已经处理完毕", "reminded": reminded}),
    ):
        do(dispatcher, incident.matter, name, **said)


def test_L63_the_share_that_was_reminded_is_shown(town: Town) -> None:
    dispatcher = town.actor("dispatcher")
    for number in range(25):
        told(dispatcher, gone(town, NOW, {}), reminded=number < 20)
    guarded = gone(town, NOW, {})
    told(dispatcher, guarded, reminded=False)
    guarded.matter.parties.filter(role="reporter").update(contact_safety="never")
    page = login(town, "chief").get("/desk/figures/dispatch/", PERIODS).text
    reminded = page[page.index('id="reminded"') :]
    assert "<b>80" in reminded
    assert "20 / 25" in reminded
    assert "联系会带来危险的不提醒，也不在分母里：1 件" in reminded
