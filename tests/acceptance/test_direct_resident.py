"""The resident's half of the chief's direct code, in a real browser."""

import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import expect
from tests.support.town import Town, build

from yihu.direct.models import CodeReport, DirectCode
from yihu.kernel import actions, ledger
from yihu.kernel.access import Actor
from yihu.kernel.models import Answer, Entry, Matter
from yihu.kernel.timeline import timeline

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page
    from tests.support.site import Site

type NewContext = Callable[..., BrowserContext]
PHONE = {"width": 390, "height": 844}
SLOW_PHONE = {
    "offline": False,
    "latency": 400,  # milliseconds each way there and back
    "downloadThroughput": 400_000 / 8,  # bytes a second: slow 3G
    "uploadThroughput": 400_000 / 8,
}
FORM_WITHIN = 3.0  # seconds


@pytest.fixture
def town(site: "Site") -> Town:
    town = build()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    return town


@pytest.fixture
def phone(new_context: NewContext) -> "Page":
    """A phone without JavaScript: what works here works everywhere."""
    return new_context(viewport=PHONE, java_script_enabled=False).new_page()


def send(page: "Page", kind: str, words: str, **more: str) -> Matter:
    """Fill in the form and send it, as a resident does; the receipt is open afterwards."""
    page.goto("/d/demo/")
    page.get_by_label(kind, exact=True).check()
    for label, text in more.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("请写在这里").fill(words)
    page.get_by_role("button", name="交出去，拿回执").click()
    page.get_by_text("请先保存").wait_for()
    return Matter.objects.get(reference=page.locator(".reference").inner_text())


def staff(actor: Actor, matter: Matter, name: str, **fields: Any) -> None:
    matter.refresh_from_db()
    move = matter.declared.move(name, matter.step)
    assert move is not None
    assert move.takes is not None
    actions.move(
        actor=actor,
        matter=matter.id,
        name=name,
        seq=matter.seq,
        client_key=secrets.token_bytes(16),
        payload=move.takes(**fields),
    )


def test_L60_a_scanned_code_brings_the_form_within_three_seconds_and_asks_for_no_name(
    town: Town, new_context: NewContext
) -> None:
    context = new_context(viewport=PHONE)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_PHONE)
    started = time.monotonic()
    page.goto("/d/demo/", wait_until="commit")
    page.get_by_role("button", name="交出去，拿回执").wait_for()
    assert time.monotonic() - started < FORM_WITHIN
    assert page.url.endswith("/d/demo/")  # no login in between
    expect(page.get_by_text("不必留名").first).to_be_visible()
    line.send("Network.emulateNetworkConditions", SLOW_PHONE | {"latency": 0})

    matter = send(page, "求助", "楼道灯坏了")
    assert not matter.sealed_parts.filter(audience="identity").exists()
    expect(page.locator("svg.qr")).to_be_visible()


def test_L60_one_request_is_the_whole_form(town: Town, new_context: NewContext) -> None:
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/d/demo/", wait_until="networkidle")
    assert [url for url in asked if not url.endswith((".svg", "/favicon.ico"))] == [page.url]


def test_L64_the_resident_decides_and_a_no_reopens_and_uncounts_the_closure(
    town: Town, phone: "Page"
) -> None:
    matter = send(phone, "求助", "楼道灯坏了")
    staff(town.actor("chief"), matter, "answer", outcome="solved", words="换了新灯")
    phone.reload()
    expect(phone.get_by_text("事情办得好不好，您说了算")).to_be_visible()
    phone.get_by_label("解决了", exact=True).check()
    phone.get_by_role("button", name="交出评价").click()
    expect(phone.get_by_text("您说：解决了")).to_be_visible()
    matter.refresh_from_db()
    assert matter.step == "closed"
    assert Matter.objects.exclude(closed_at=None).count() == 1

    phone.get_by_text("没有解决，请重新办").click()
    phone.get_by_label("还有什么没有解决").fill("第二天又坏了")
    phone.get_by_role("button", name="重新办", exact=True).click()
    expect(phone.get_by_text("您说：没有解决")).to_be_visible()
    matter.refresh_from_db()
    assert (matter.step, matter.outcome) == ("reopened", "")
    assert Matter.objects.exclude(closed_at=None).count() == 0
    assert matter.declared.step("reopened").owner.code == "station_chief"

    staff(town.actor("chief"), matter, "answer", outcome="solved", words="线路也换了")
    phone.reload()
    phone.get_by_label("没有解决", exact=True).check()
    phone.get_by_label("非常不满意").check()
    phone.get_by_role("button", name="交出评价").click()
    expect(phone.get_by_text("您说：没有解决")).to_have_count(2)
    assert Answer.objects.order_by("-round").first().rating == 1


def test_L82_635_characters_for_two_people_are_kept_whole_and_counted_once(
    town: Town, phone: "Page"
) -> None:
    said = "楼上漏水两个月，民警和调解员一次一次上门，把两家人请到一张桌上。\n"
    words = (said * 40)[:634] + "谢"
    assert len(words) == 635
    two = "甲警官（派出所）\n乙调解员（街道调解工作室）"
    phone.goto("/d/demo/")
    matter = send(phone, "表扬", words, 是哪一位=two)
    assert Matter.objects.count() == 1
    assert CodeReport.objects.get().characters == 635
    kept = {s.what: s.text for h in timeline(matter, "office") for s in h.said}
    assert kept == {"words": words, "whom": two}
    shown = phone.locator(".event-text").first.inner_text()
    assert words in shown
    for credited in two.split("\n"):
        assert credited in shown


def routes(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(path)
        else:
            found += routes(pattern, path)
    return found


def test_C3_a_withdrawn_complaint_stays_and_nothing_deletes_it(town: Town, phone: "Page") -> None:
    matter = send(phone, "求助", "先求助")
    phone.locator("summary", has_text="撤回").click()
    phone.get_by_role("button", name="确认撤回").click()
    expect(phone.get_by_text("您撤回了")).to_be_visible()
    matter.refresh_from_db()
    assert matter.step == "withdrawn"
    expect(phone.get_by_text("先求助")).to_be_visible()
    ours = [path for path in routes(get_resolver()) if not path.startswith("accounts/")]
    assert not [path for path in ours if re.search(r"delete|remove|purge|admin", path)]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_entry")
    assert Entry.objects.filter(matter=matter).count() == 2


def test_C3_the_receipt_verifies_offline_and_a_changed_one_does_not(
    town: Town, new_context: NewContext, tmp_path: Path
) -> None:
    page = new_context(viewport=PHONE, accept_downloads=True).new_page()
    page.goto("/d/demo/")
    page.get_by_label("投诉", exact=True).check()
    page.get_by_label("所长本人").check()
    page.get_by_label("请写在这里").fill("他收了东西")
    page.get_by_role("button", name="交出去，拿回执").click()
    page.get_by_text("请先保存").wait_for()
    ledger.sequence()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载存证文件").click()
    receipt = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(receipt)
    assert receipt.name.startswith("回执-")

    page.goto("/verify/", wait_until="networkidle")
    page.context.set_offline(True)
    page.get_by_label("回执文件").set_input_files(receipt)
    verdict = page.locator("[data-verdict]")
    verdict.wait_for()
    assert verdict.get_attribute("data-verdict") == "logged"
    expect(page.locator("blockquote", has_text="他收了东西")).to_be_visible()
    changed = tmp_path / "changed.json"
    changed.write_text(receipt.read_text("utf-8").replace("他收了东西", "他没收东西"), "utf-8")
    page.get_by_label("回执文件").set_input_files(changed)
    page.locator("[data-verdict=changed_words]").wait_for()
    expect(page.get_by_text("文字被改过")).to_be_visible()


def test_L69_the_form_says_which_way_the_chosen_kind_takes(town: Town, phone: "Page") -> None:
    phone.goto("/d/demo/")
    ways = {"表扬": "由别的人核实", "投诉": "外部监督单位", "建议": "照办", "求助": "先联系您"}
    for chosen in ways:
        phone.get_by_label(chosen, exact=True).check()
        for kind, way in ways.items():
            said = phone.locator(".ways, .complaint .hint").get_by_text(way)
            expect(said.first).to_be_visible(visible=kind == chosen)


def test_C15_every_public_step_has_110_and_a_way_without_a_phone(town: Town, phone: "Page") -> None:
    send(phone, "建议", "多装一盏灯")
    receipt = phone.url
    for address in ("/", "/d/demo/", receipt, "/r/", "/verify/", "/r/0000/", "/d/none/"):
        phone.goto(address)
        call = phone.locator("a[href='tel:110']")
        expect(call).to_be_visible()
        assert call.bounding_box()["y"] < PHONE["height"], address
    for address in ("/d/demo/", receipt, "/r/", "/d/none/"):
        phone.goto(address)
        expect(phone.get_by_text(re.compile("派出所接待大厅.*"))).to_be_visible()
