"""C15: the alarm says 拨打110 at once and never makes anyone wait for us; it says "heard" only
after the server's durable answer, and gets there however the network behaves."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support.desk import login
from tests.support.site import Site
from tests.support.town import Town, build

from yihu.dispatch.models import Incident

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def town(site: Site) -> Town:
    return build()


@pytest.fixture
def guard(site: Site, town: Town, new_context: "Callable[..., BrowserContext]") -> "Page":
    """At the set, off duty, and with no relay at all: the alarm needs neither."""
    context = new_context(viewport={"width": 390, "height": 844})
    session = login(town, "guard").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
    page = context.new_page()
    page.goto("/radio/")
    return page


def hold(page: "Page") -> None:
    page.locator("#sos").hover()
    page.mouse.down()
    expect(page.locator("#count")).to_have_text("2")
    expect(page.locator("#count")).to_have_text("1")
    expect(page.locator("#count")).to_be_hidden()
    page.mouse.up()


def dial(page: "Page") -> None:
    """The link to 110 is there, on the first screen, and nothing lies over it."""
    link = page.get_by_role("link", name="拨打110")
    expect(link).to_have_attribute("href", "tel:110")
    expect(link).to_be_in_viewport()
    link.click(trial=True)


def test_110_waits_for_nothing(guard: "Page") -> None:
    dial(guard)
    guard.route("**/radio/alarm/", lambda route: None)  # a server that never answers
    guard.locator("#sos").hover()
    guard.mouse.down()
    expect(guard.get_by_text("松开就取消")).to_be_visible()
    dial_is_there = guard.get_by_role("link", name="拨打110")
    expect(dial_is_there).to_be_in_viewport()
    expect(guard.get_by_text("可以马上拨打 110")).to_be_visible()
    guard.mouse.up()
    dial(guard)
    expect(guard.get_by_text("已收到")).to_be_hidden()
    assert not Incident.objects.exists()


def test_110_needs_no_script(
    site: Site, guard: "Page", new_context: "Callable[..., BrowserContext]"
) -> None:
    bare = new_context(java_script_enabled=False, storage_state=guard.context.storage_state())
    page = bare.new_page()
    page.goto("/radio/")
    expect(page.get_by_role("link", name="拨打110")).to_have_attribute("href", "tel:110")


def test_letting_go_or_moving_off_cancels(guard: "Page") -> None:
    guard.locator("#sos").hover()
    guard.mouse.down()
    guard.mouse.up()
    expect(guard.get_by_text("已取消")).to_be_visible()
    guard.mouse.down()
    expect(guard.get_by_text("松开就取消")).to_be_visible()
    guard.mouse.move(5, 5)
    expect(guard.get_by_text("已取消")).to_be_visible()
    guard.wait_for_timeout(2500)  # longer than the button would have to be held
    assert not Incident.objects.exists()


def test_it_is_heard_without_a_relay_and_off_duty(guard: "Page") -> None:
    hold(guard)
    expect(guard.locator("#alarmed")).to_contain_text("已收到")
    incident = Incident.objects.get()
    expect(guard.locator("#alarmed")).to_contain_text(incident.matter.reference)


def test_it_outlives_a_dead_server_and_a_reload_and_comes_once(guard: "Page", site: Site) -> None:
    site.kill()
    hold(guard)
    expect(guard.get_by_text("报警服务器连不上")).to_be_visible()
    dial(guard)
    hold(guard)  # somebody presses again: it is still the same alarm
    site.start()
    expect(guard.locator("#alarmed")).to_contain_text("已收到")
    assert Incident.objects.count() == 1
    guard.reload()
    expect(guard.locator("#alarmed")).to_contain_text(Incident.objects.get().matter.reference)


def test_an_answer_that_is_lost_is_asked_for_again(guard: "Page") -> None:
    lost = []

    def lose(route: object) -> None:
        lost.append(route.fetch())  # type: ignore[attr-defined]  # the server has it
        route.abort()  # type: ignore[attr-defined]

    guard.route("**/radio/alarm/", lose, times=1)
    hold(guard)
    expect(guard.locator("#alarmed")).to_contain_text("已收到")
    assert len(lost) == 1
    assert Incident.objects.count() == 1


def test_whoever_was_signed_out_is_told_to_dial(guard: "Page") -> None:
    guard.context.clear_cookies()
    hold(guard)
    expect(guard.locator("#alarmed")).to_contain_text("110")
    expect(guard.get_by_text("已收到")).to_be_hidden()
