"""On the device itself: the receipt's code makes this browser the set."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.support import register
from tests.support.site import Site
from tests.support.town import build

from yihu.radio.models import Radio

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PASSWORD = "a long enough pass phrase"


def test_a_browser_that_scanned_the_receipt_is_the_set(site: Site, page: "Page") -> None:
    town = build()
    plaza = register.site(town)
    guard = register.guard(town, plaza)
    guard.set_password(PASSWORD)
    guard.save()
    register.issue(town, register.radio(town), plaza, guard)
    page.goto("/net/here/B-0001/")
    page.get_by_label("用户名").fill(guard.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="是，就是这一台").click()
    expect(page.get_by_text("这台设备就是 B-0001 号对讲机。")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/radio/$"))
    assert Radio.objects.get().device == page.evaluate("localStorage.getItem('yihu device')")
