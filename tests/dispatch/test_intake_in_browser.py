"""A call taken by keyboard alone, in a real browser."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support import register
from tests.support.calls_taken import called
from tests.support.desk import login
from tests.support.site import Site
from tests.support.town import build

from yihu.dispatch.intake import Spot
from yihu.dispatch.kinds import Kind
from yihu.dispatch.models import Incident

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
PASSWORD = "a long enough pass phrase"


def test_a_call_is_taken_with_the_hands_on_the_keys(site: Site, page: "Page") -> None:
    town = build()
    site_of_it = register.site(town).organisation_id
    dispatcher = town.people["dispatcher"]
    dispatcher.set_password(PASSWORD)
    dispatcher.save()
    known = called(town, Kind.NOISE, "楼下唱歌", spot=Spot("万和商场", site=site_of_it))
    page.goto("/desk/incidents/new/")
    page.get_by_label("用户名").fill(dispatcher.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page.get_by_role("radio", name="打架")).to_be_focused()
    page.keyboard.press("3")  # noise; the place is next
    place = page.get_by_label("在哪里")
    expect(place).to_be_focused()
    page.keyboard.type("whsc")
    expect(page.get_by_role("option", name="万和商场")).to_be_visible()
    page.keyboard.press("Enter")
    expect(place).to_have_value("万和商场")
    expect(page.locator(".landmarks")).to_be_hidden()
    page.keyboard.type(" 3 号门")
    page.keyboard.press("Tab")
    expect(page.get_by_text(known.reference)).to_be_visible()  # the same call, perhaps
    page.get_by_label("怎么回事").press_sequentially("有人大声唱歌")
    expect(page.get_by_text("按类别：可以等")).to_be_visible()
    page.get_by_role("button", name="记下并处置").press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/incidents/\w{4}-\w{4}/$"))
    expect(page.get_by_text("有人大声唱歌")).to_be_visible()
    incident = Incident.objects.exclude(pk=known.pk).get()
    assert (incident.kind, incident.where, incident.longitude) == ("noise", "万和商场", 120.1)


def test_enter_before_the_places_are_there_takes_the_first_and_sends_nothing(
    site: Site, new_context: "Callable[..., BrowserContext]"
) -> None:
    town = build()
    register.site(town)
    context = new_context()
    session = login(town, "dispatcher").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])
    page = context.new_page()
    page.goto("/desk/incidents/new/")
    expect(page.get_by_text("已有地图上的位置")).to_be_hidden()
    page.keyboard.press("3")
    page.keyboard.type("whsc")
    page.keyboard.press("Enter")
    expect(page.get_by_label("在哪里")).to_have_value("万和商场")
    assert page.url.endswith("/new/")
    assert not Incident.objects.exists()
