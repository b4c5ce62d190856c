"""A set at its post watches its own battery and whether it still hears anything."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support.desk import login
from tests.support.site import Site
from tests.support.town import build

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

BATTERY = """
  window.battery = Object.assign(new EventTarget(), { charging: true, level: 0.15 });
  navigator.getBattery = async () => window.battery;
"""
CHARGING = """(now) => {
  battery.charging = now;
  battery.dispatchEvent(new Event("chargingchange"));
}"""


@pytest.fixture
def page(site: Site, new_context: "Callable[..., BrowserContext]") -> "Page":
    """The guard's set, with no relay to be heard."""
    context = new_context()
    session = login(build(), "guard").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
    context.add_init_script(BATTERY)
    page = context.new_page()
    page.clock.install()
    page.goto("/radio/")
    return page


def test_ten_minutes_without_the_network_are_said(page: "Page") -> None:
    warning = page.locator("#silent")
    page.clock.run_for("09:30")
    expect(warning).to_be_empty()
    page.clock.run_for("00:40")
    expect(warning).to_contain_text("已经 10 分钟没有网络，听不到任何呼叫")


def test_a_low_battery_is_said_until_it_is_charged(page: "Page") -> None:
    says = page.locator("#battery")
    expect(says).to_be_empty()
    page.evaluate(CHARGING, False)
    expect(says).to_contain_text("电量只剩 15%")
    page.evaluate(CHARGING, True)
    expect(says).to_be_empty()
