"""The codes on the walls: posters, scans, inspections; and attempts to game what they bring."""

import re
import secrets
from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from tests.support.desk import address, do, login, write
from tests.support.town import Town, build

from yihu.direct import actions, card, repeats, visitors
from yihu.direct.kinds import About, Kind, PlacementKind, Reporter
from yihu.direct.models import CodeReport, DirectCode, Inspection, ScanDay
from yihu.kernel import ledger
from yihu.kernel.models import Matter, Party

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.support.site import Site

PHONE = "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 Chrome/131.0 Mobile"
SAME = "楼道的灯坏了三天，没有人来修"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def place(town: Town, kind: PlacementKind, where: str) -> DirectCode:
    return actions.place_code(
        actor=town.actor("chief"), station=town.station, kind=kind, place=where
    )


def three_kinds(town: Town) -> list[DirectCode]:
    return [
        place(town, PlacementKind.SERVICE_WINDOW, "二楼三号窗"),
        place(town, PlacementKind.ROOM_DOOR, "东村警务室门口"),
        place(town, PlacementKind.RESIDENTIAL, "三幢二单元"),
    ]


def phone(n: int = 1, address: str = "192.0.2.7") -> Client:
    return Client(headers={"user-agent": f"{PHONE} {n}"}, REMOTE_ADDR=address)


def send(client: Client, code: DirectCode, words: str = SAME, **more: str) -> Any:
    fields = {"key": secrets.token_hex(16), "kind": "help", "words": words}
    return client.post(f"/d/{code.code}/", fields | more)


# --- L61, L62: posters and placements ------------------------------------------------------------


def test_L61_a_poster_says_where_it_leads_and_what_we_never_ask(town: Town) -> None:
    code = place(town, PlacementKind.SERVICE_WINDOW, "二楼三号窗")
    page = login(town, "chief").get(f"/desk/codes/posters/?code={code.code}").text
    assert card.qr_svg(f"http://testserver/d/{code.code}/") in page
    text = re.sub(r"<[^>]*>", "", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL))
    assert f"testserver/d/{code.code}/" in text
    assert "网址要以 testserver 开头" in text
    assert "第 1 号" in text
    assert "二楼三号窗" in text
    assert re.search(r"紧急，请直接拨打\s*110", text)
    assert "我们不会问您要钱、验证码或身份证。" in text
    assert ledger.public_key().fingerprint in text
    assert "testserver/verify/ 核对" in text


@pytest.mark.browser
def test_L61_posters_are_printed_on_one_sheet_of_A4_each(site: "Site", page: "Page") -> None:
    town = build()
    codes = three_kinds(town)
    client = login(town, "chief")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site.url}]
    )
    page.goto("/desk/codes/")
    for serial in (1, 3):
        page.get_by_label(f"打印第 {serial} 号").check()
    page.get_by_role("button", name="打印选中的海报").click()
    expect(page.locator(".poster")).to_have_count(2)
    expect(page.get_by_text(codes[2].code)).to_be_visible()
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2
    assert set(re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf)) == {(b"594", b"841")}


def test_L62_three_kinds_of_places_are_listed_with_their_scans_of_each_day(town: Town) -> None:
    codes = three_kinds(town)
    for n, code in enumerate(codes, start=1):
        for visitor in range(n):
            phone(visitor).get(f"/d/{code.code}/")
    before = timezone.localdate() - timedelta(days=29)
    ScanDay.objects.create(code=codes[0], day=before, scans=40)
    ScanDay.objects.create(code=codes[0], day=before - timedelta(days=1), scans=500)
    page = login(town, "chief").get("/desk/codes/").text
    rows = re.findall(r"<tr data-row.*?</tr>", page, re.DOTALL)
    cells = [re.sub(r"<[^>]*>", " ", row).split() for row in rows]
    assert cells[0][4:8] == ["二楼三号窗", "办事窗口", "1", "41"]
    assert cells[1][4:8] == ["东村警务室门口", "警务室门口", "2", "2"]
    assert cells[2][4:8] == ["三幢二单元", "居民楼", "3", "3"]
    assert ScanDay.objects.filter(day=timezone.localdate()).count() == 3


def test_L62_a_message_keeps_the_door_and_not_which_poster_was_scanned(town: Town) -> None:
    code = three_kinds(town)[2]
    client = phone()
    client.get(f"/d/{code.code}/")
    assert send(client, code).status_code == 303
    matter = Matter.objects.get()
    assert matter.door == "code"
    kept = [str(Matter.objects.values().get()), str(CodeReport.objects.values().get())]
    kept += [entry.body for entry in matter.entries.all()]
    assert not [text for text in kept if code.code in text or "三幢二单元" in text]
    linked = {field.related_model for field in DirectCode._meta.related_objects}
    assert linked == {ScanDay, Inspection}


def test_L62_a_poster_that_nobody_looked_at_is_flagged_until_somebody_does(
    town: Town, settings: Any
) -> None:
    settings.INSPECT_WITHIN_DAYS = 30
    code = place(town, PlacementKind.RESIDENTIAL, "三幢二单元")
    client = login(town, "auxiliary")
    assert "该检查了" not in client.get("/desk/codes/").text
    DirectCode.objects.update(posted_at=timezone.now() - timedelta(days=31))
    page = client.get("/desk/codes/").text
    assert "1 张超过 30 天没有人看过" in page
    read = {"read": f"http://testserver/d/{code.code}/", "finding": "in_place"}
    assert client.post(f"/desk/codes/{code.code}/", read).status_code == 302
    assert "该检查了" not in client.get("/desk/codes/").text


def test_L62_a_code_pasted_over_ours_shows_when_the_inspector_scans(town: Town) -> None:
    code = place(town, PlacementKind.RESIDENTIAL, "三幢二单元")
    client = login(town, "auxiliary")
    foreign = "https://pay.example/d/<script>?x=1"
    fields = {"read": foreign, "finding": "in_place"}
    assert client.post(f"/desk/codes/{code.code}/", fields).status_code == 302
    assert (Inspection.objects.get().finding, Inspection.objects.get().foreign) == (
        "covered",
        foreign,
    )
    page = client.get(f"/desk/codes/{code.code}/").text
    assert "https://pay.example/d/&lt;script&gt;?x=1" in page
    assert "pay.example" not in "".join(re.findall(r'(?:href|src|action)="[^"]*"', page))
    assert "被盖住或贴换" in client.get("/desk/codes/").text


# --- L76: who writes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kept"), [("property", "property"), ("", "resident"), (None, "resident")]
)
def test_L76_who_writes_is_said_on_the_form_and_kept_with_the_message(
    town: Town, said: str | None, kept: str
) -> None:
    code = place(town, PlacementKind.RESIDENTIAL, "三幢二单元")
    more = {} if said is None else {"reporter": said}
    assert send(phone(), code, kind="praise", **more).status_code == 303
    assert Party.objects.get().kind == kept


# --- C6: gaming of figures -----------------------------------------------------------------------


@pytest.mark.both_databases
def test_C6_the_same_words_again_are_flagged_and_still_counted(town: Town) -> None:
    code = place(town, PlacementKind.RESIDENTIAL, "三幢二单元")
    send(phone(1), code)
    send(phone(2), code, SAME.replace("，", ", ") + "。")
    send(phone(3), code, "是另一件事情，和灯没有关系")
    assert repeats.mark() == 3
    assert repeats.mark() == 0
    first, second, third = Matter.objects.order_by("opened_at")
    assert [m.code_report.duplicate_of for m in (first, second, third)] == [None, first, None]
    assert Matter.objects.count() == 3
    chief = login(town, "chief")
    inbox = chief.get("/desk/").text
    assert inbox.count("可能重复：") == 1
    assert f"可能重复：{first.reference}" in inbox
    assert f'href="{address(first)}">{first.reference}</a>' in chief.get(address(second)).text


def test_C6_what_came_more_than_thirty_days_before_is_no_duplicate_and_is_forgotten(
    town: Town,
) -> None:
    for days in (31, 0):
        actions.send(
            station=town.station,
            message=actions.Message(kind=Kind.HELP, words=SAME),
            client_key=secrets.token_bytes(16),
            occurred_at=timezone.now() - timedelta(days=days),
        )
    repeats.mark()
    old, new = CodeReport.objects.order_by("matter__opened_at")
    assert new.duplicate_of is None
    assert (old.alike, new.alike is None) == (None, False)


def test_C6_a_flag_tells_nobody_of_a_matter_they_may_not_know(town: Town) -> None:
    hidden = write(town, SAME, kind=Kind.COMPLAINT, about=About.CHIEF).matter
    again = write(town, SAME).matter
    repeats.mark()
    assert CodeReport.objects.get(matter=again).duplicate_of == hidden
    for page in ("/desk/", address(again)):
        text = login(town, "chief").get(page).text
        assert again.reference in text
        assert "可能重复" not in text
        assert hidden.reference not in text


def test_C6_erased_words_can_no_longer_be_compared(town: Town) -> None:
    sent = write(town, SAME)
    do(actor_of(sent), sent.matter, "withdraw")
    do(actor_of(sent), sent.matter, "ask_erasure")
    eraser = login(town, "supervisor")
    assert eraser.post(address(sent.matter, "erase")).status_code == 302
    assert CodeReport.objects.get().alike is None


def actor_of(sent: actions.Sent) -> Any:
    party = Party.objects.get(matter=sent.matter)
    return actions.Actor(actions.ActorKind.PARTY, party.id, sent.matter.district)


def test_C6_a_flood_is_flagged_and_taken_all_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "FLOOD_OF_ADDRESS", 3)
    code = place(town, PlacementKind.RESIDENTIAL, "三幢二单元")
    for n in range(5):
        assert send(phone(n), code, f"第{n}件").status_code == 303
    assert send(phone(9, "198.51.100.1"), code, "从别处来").status_code == 303
    assert [r.flood for r in CodeReport.objects.order_by("matter__opened_at")] == [
        *([False] * 3),
        *([True] * 2),
        False,
    ]
    assert login(town, "chief").get("/desk/").text.count("短时间大量") == 2


def test_C6_one_phone_that_floods_is_asked_to_wait_and_its_village_is_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "BURST", 2)
    code = place(town, PlacementKind.RESIDENTIAL, "三幢二单元")
    key = secrets.token_hex(16)
    for n in range(2):
        assert send(phone(), code, f"第{n}件").status_code == 303
    late = send(phone(), code, "第三件，写了很久", key=key, contact="000-1234", kind="praise")
    assert late.status_code == 429
    assert late.headers["Retry-After"] == "60"
    assert "请过一分钟再按一次" in late.text
    for kept in ("第三件，写了很久", "000-1234", f'value="{key}"'):
        assert kept in late.text
    assert re.search(r'<input[^>]*value="praise"[^>]*checked', late.text)
    for n in range(3, 40):  # the same address, other phones: a village behind its carrier
        assert send(phone(n), code, f"第{n}件").status_code == 303
    monkeypatch.undo()
    assert send(phone(), code, "第三件，写了很久", key=key).status_code == 303


@pytest.mark.parametrize(("where", "own"), [("10.20.3.4", True), ("192.0.2.7", False)])
def test_C6_a_verdict_from_the_stations_own_network_is_flagged(
    town: Town, settings: Any, where: str, own: bool
) -> None:
    settings.STATION_NETWORKS = [ip_network("10.20.0.0/16"), ip_network("2001:db8::/32")]
    sent = write(town)
    do(town.actor("chief"), sent.matter, "answer", outcome="solved", words="修好了")
    sent.matter.refresh_from_db()
    verdict = {
        "key": secrets.token_hex(16),
        "seq": sent.matter.seq,
        "verdict": "solved",
        "rating": "5",
    }
    client = phone(address=where)
    assert client.post(f"/r/{sent.secret}/verdict/", verdict).status_code == 303
    sent.matter.refresh_from_db()
    assert sent.matter.step == "closed"
    assert ("own_network" in sent.matter.entries.last().body) is own
    shown = "这个评价来自派出所自己的网络" in login(town, "chief").get(address(sent.matter)).text
    assert shown is own


# --- C14, C15: nobody is coaxed, nobody is forced to be digital ----------------------------------

COAXING = re.compile("好评|五星|点赞|打分|求表扬|给个表扬|支持一下|抽奖|礼品|奖励")


def test_C14_neither_poster_nor_form_asks_for_praise_and_who_writes_is_declared(
    town: Town,
) -> None:
    code = place(town, PlacementKind.SERVICE_WINDOW, "二楼三号窗")
    poster = login(town, "chief").get("/desk/codes/posters/").text
    form = phone().get(f"/d/{code.code}/").text
    for page in (poster, form):
        assert not COAXING.search(page)
        assert all(str(kind.label) in page for kind in Kind)
    assert not re.search(r'<input[^>]*value="praise"[^>]*checked', form)
    for reporter in Reporter:
        assert f'value="{reporter.value}"' in form


def test_C15_every_public_step_names_the_counter_the_room_and_110(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = place(town, PlacementKind.SERVICE_WINDOW, "二楼三号窗")
    poster = login(town, "chief").get("/desk/codes/posters/").text
    form = phone().get(f"/d/{code.code}/").text
    monkeypatch.setattr(visitors, "BURST", 0)
    busy = send(phone(), code)
    assert busy.status_code == 429
    for page in (poster, form, busy.text):
        assert re.search("派出所接待大厅或村社警务室，?当面说", page)
        assert "110" in page
    unknown = phone().get("/d/nosuchcode/").text
    assert "派出所接待大厅当面说" in unknown
    assert "110" in unknown
