"""The responder's page in a real browser, with the real relay and without any network."""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from tests.support.desk import login
from tests.support.relay import RunningRelay
from tests.support.respond import MARKET, asked, incident
from tests.support.site import Site
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch.kinds import Answer, Status
from yihu.dispatch.models import Assignment, Offer, Unit
from yihu.kernel.models import SealedPart

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

PHONE = {"width": 390, "height": 844}
TARGETS = """
() => [...document.querySelectorAll('#respond :is(a, button, summary, input)')]
  .filter(e => e.checkVisibility() && e.type !== 'hidden' && !e.closest('p.small'))
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([html, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)
"""


@pytest.fixture
def town(site: Site) -> Town:
    return build()


@pytest.fixture
def relay(site: Site, town: Town) -> Iterator[RunningRelay]:
    running = RunningRelay(site)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def phone_of(
    new_context: "Callable[..., BrowserContext]", site: Site, town: Town
) -> "Callable[[str], Page]":
    """`phone_of("officer")`: somebody's page, signed in."""

    def open_page(name: str) -> "Page":
        context = new_context(viewport=PHONE, has_touch=True)
        session = login(town, name).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}]
        )
        page = context.new_page()
        page.goto("/respond/")
        return page

    return open_page


def kept(page: "Page") -> int:
    """How many files the service worker keeps."""
    return int(
        page.evaluate(
            """async () => {
              await navigator.serviceWorker.ready;
              const names = await caches.keys();
              return (await (await caches.open(names[0])).keys()).length;
            }"""
        )
    )


def test_from_the_offer_to_the_scene_with_the_network_gone_on_the_way(
    phone_of: "Callable[[str], Page]", site: Site, relay: RunningRelay, town: Town
) -> None:
    of = unit(town, "officer")
    page = phone_of("officer")
    page.evaluate("window.same = true")
    expect(page.get_by_text("没有要您去的")).to_be_visible()
    offer = asked(town, incident(town), of)
    expect(page.get_by_role("heading", name="一键报警 · 立即")).to_be_visible()
    expect(page.get_by_text("还有")).to_be_visible()
    assert page.evaluate("window.same")
    assert not page.evaluate(TARGETS)
    page.get_by_role("button", name="晚一分钟").tap()
    minutes = int(page.get_by_label("几分钟到").input_value())
    page.get_by_role("button", name="接单，我去").tap()
    expect(page.get_by_text("请去现场")).to_be_visible()
    expect(page.get_by_role("button", name="到场了")).to_be_visible()
    offer.refresh_from_db()
    assert (offer.answer, offer.eta) == (Answer.ACCEPTED, minutes * 60)
    assert offer.heard_at
    assert kept(page) > 5
    assert not page.evaluate(TARGETS)

    site.stop()
    before = timezone.now()
    page.get_by_role("button", name="出发了").tap()
    expect(page.locator("#queued li")).to_have_count(1)
    expect(page.locator("#queued")).to_contain_text("等网络")
    page.reload()
    expect(page.get_by_role("heading", name="没有网络")).to_be_visible()
    expect(page.locator("#queued")).to_contain_text("出发了")
    page.get_by_role("button", name="到场了").tap()
    expect(page.locator("#queued li")).to_have_count(2)
    page.close(run_before_unload=False)
    after = timezone.now()

    site.start()
    page = page.context.new_page()
    page.goto("/respond/")
    expect(page.get_by_text("已报：到场了")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    found = Assignment.objects.get()
    assert is_between(before, found.en_route_at, after)
    assert is_between(found.en_route_at, found.on_scene_at, after)
    assert Unit.objects.get().status == Status.ON_SCENE
    expect(page.get_by_text(MARKET)).to_be_visible()


def test_what_is_asked_while_the_page_looks_is_seen_at_once(
    phone_of: "Callable[[str], Page]", relay: RunningRelay, town: Town
) -> None:
    """The answer on its way is older than the offer, and the next look by itself is far."""
    of = unit(town, "officer")
    page = phone_of("officer")
    expect(page.get_by_text("没有要您去的")).to_be_visible()
    held: list[Offer] = []

    def hold(route: "Route") -> None:
        answer = route.fetch()
        if not held:
            held.append(asked(town, incident(town), of))
            page.wait_for_timeout(1000)  # the relay has told of it by then
        route.fulfill(response=answer)

    page.wait_for_load_state("networkidle")  # nothing is on its way yet
    page.route("**/respond/now/**", hold)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name="一键报警 · 立即")).to_be_visible()


def photo() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (64, 48), "green").save(drawn, "JPEG")
    return drawn.getvalue()


def is_between(earlier: datetime | None, moment: datetime | None, later: datetime | None) -> bool:
    return bool(earlier and moment and later and earlier <= moment <= later)


def test_what_is_refused_stands_on_the_page_until_it_was_read(
    phone_of: "Callable[[str], Page]", site: Site, town: Town
) -> None:
    """Meanwhile the incident was given to others: the report that waited is refused, in words, and
    what came after it is sent all the same."""
    of = unit(town, "officer")
    asked(town, incident(town), of)
    page = phone_of("officer")
    page.get_by_role("button", name="接单，我去").tap()
    expect(page.get_by_role("button", name="到场了")).to_be_visible()
    site.stop()
    page.get_by_role("button", name="到场了").tap()
    page.get_by_role("button", name="请求增援").tap()
    page.get_by_text("发现场情况、照片").tap()
    page.get_by_label("写一句").fill("门锁着")
    page.get_by_label("照片").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.get_by_role("button", name="发给指挥室").tap()
    expect(page.locator("#queued li")).to_have_count(3)
    expect(page.get_by_label("写一句")).to_have_value("")
    Offer.objects.update(deadline=timezone.now())
    Assignment.objects.all().delete()
    site.start()
    refused = page.locator("#queued li")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("已经不在这件警情上了")
    page.reload()
    expect(refused).to_contain_text("已经不在这件警情上了")
    refused.get_by_role("button", name="知道了").tap()
    expect(page.locator("#queue")).to_be_hidden()
    assert SealedPart.objects.filter(what="photo", media_type="image/jpeg").count() == 1


def test_what_is_touched_twice_without_a_network_is_kept_once_and_nothing_typed_is_lost(
    phone_of: "Callable[[str], Page]", site: Site, town: Town
) -> None:
    of = unit(town, "officer")
    asked(town, incident(town), of)
    page = phone_of("officer")
    page.get_by_role("button", name="接单，我去").tap()
    expect(page.get_by_role("button", name="到场了")).to_be_visible()
    page.get_by_text("发现场情况、照片").tap()
    page.get_by_role("button", name="发给指挥室").tap()
    expect(page.get_by_text("请写一句，或拍一张")).to_be_visible()
    expect(page.get_by_label("写一句")).to_be_focused()
    expect(page.locator("#queue")).to_be_hidden()
    page.get_by_label("写一句").fill("门锁着")
    bad = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    page.get_by_label("照片").set_input_files(bad)
    page.get_by_role("button", name="发给指挥室").tap()
    refused = page.locator("#queued li")
    expect(refused).to_contain_text("这张照片打不开")
    expect(refused.locator("q")).to_have_text("门锁着")
    refused.get_by_role("button", name="知道了").tap()
    site.stop()
    for _ in range(2):
        page.get_by_role("button", name="到场了").tap()
    page.get_by_role("button", name="控制住了").tap()
    expect(page.locator("#queued li")).to_have_count(2)
    site.start()


def test_a_slow_answer_does_not_untick_what_was_ticked_since(
    phone_of: "Callable[[str], Page]", town: Town
) -> None:
    of = unit(town, "officer")
    asked(town, incident(town), of)
    page = phone_of("officer")
    page.get_by_role("button", name="接单，我去").tap()
    steps = page.locator(".respond-card")
    expect(steps.get_by_role("button").first).to_be_visible()
    slow = [True]

    def answer(route: "Route") -> None:
        said = route.fetch()
        if slow:
            slow.pop()
            page.wait_for_timeout(1500)
        route.fulfill(response=said)

    page.route("**/scene/", answer)
    count = steps.get_by_role("button").count()
    steps.get_by_role("button").nth(0).tap()
    steps.get_by_role("button").nth(1).tap()
    expect(steps.get_by_role("button")).to_have_count(count - 2)
    page.wait_for_timeout(2000)
    expect(steps.get_by_role("button")).to_have_count(count - 2)
