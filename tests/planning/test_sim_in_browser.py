"""A simulation in a real browser: asked, waited for, answered, and asked again from its answer."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support import plans, sims
from tests.support.site import Site
from tests.support.town import DISTRICT, Town, build

from yihu.dispatch.kinds import UnitKind
from yihu.places import map_files
from yihu.planning.models import Simulation

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PASSWORD = "a long enough pass phrase"
ASK = "/desk/plans/simulations/new/"


@pytest.fixture
def town(site: Site) -> Iterator[Town]:
    town = build()
    plans.drawn(settings.MAPS)
    plans.houses()
    sims.units(town)
    town.people["chief"].set_password(PASSWORD)
    town.people["chief"].save()
    yield town
    shutil.rmtree(map_files.folder(DISTRICT))


def opened(page: "Page", address: str) -> "Page":
    page.goto(address)
    page.get_by_label("用户名").fill("chief")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    return page


def test_it_is_asked_answered_and_asked_again_with_more_guards(town: Town, page: "Page") -> None:
    said: list[str] = []
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, ASK)
    page.get_by_label("推演几次").fill("4")
    page.get_by_label("每次几天").fill("2")
    page.get_by_label("每天几起警情").fill("12")
    page.get_by_role("button", name="推演", exact=True).dblclick()
    expect(page.get_by_text("排队等着算")).to_be_visible()
    first = sims.computed(Simulation.objects.get())  # a double click asked once
    expect(page.get_by_role("heading", name="差多少")).to_be_visible()  # the page asks by itself
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("保安，白天在班").fill("40")
    page.get_by_role("button", name="改了再算").click()
    expect(page.get_by_text("排队等着算")).to_be_visible()
    again = sims.computed(Simulation.objects.exclude(pk=first.pk).get()).asked
    guards = next(one for one in again.forces if one.kind is UnitKind.GUARD)
    assert (guards.day.value, guards.day.was) == (40, 2)
    assert again.runs == 4, "what is folded away stays as it was"
    expect(page.get_by_text("自己填的；原来假设 2")).to_be_visible()
    assert said == []


def test_without_javascript_it_is_looked_for_by_hand(town: Town, new_context: Any) -> None:
    page = opened(new_context(java_script_enabled=False).new_page(), ASK)
    page.get_by_label("推演几次").fill("2")
    page.get_by_role("button", name="推演", exact=True).click()
    expect(page.get_by_role("link", name="看看算好了没有")).to_be_visible()
    sims.computed(Simulation.objects.get())
    page.get_by_role("link", name="看看算好了没有").click()
    expect(page.get_by_role("heading", name="差多少")).to_be_visible()
