"""A plan in a real browser: its marks on the map, one dragged elsewhere, and the list alone."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support import plans
from tests.support.site import Site
from tests.support.town import DISTRICT, Town, build

from yihu.places import map_files
from yihu.planning.models import Plan

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser
PASSWORD = "a long enough pass phrase"
needs_library = pytest.mark.skipif(
    not (settings.FROM_NPM / "maplibre-gl").is_dir(),
    reason="node_modules is not there (bin/bootstrap says why)",
)


@pytest.fixture
def town(site: Site) -> Iterator[Town]:
    town = build()
    plans.drawn(settings.MAPS)
    plans.houses()
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


def dragged(page: "Page", mark: "Locator") -> None:
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y, steps=6)
    page.mouse.up()
    expect(page.get_by_text("挪到这里？")).to_be_visible()


@needs_library
def test_a_plan_is_asked_seen_and_one_of_its_rooms_dragged(town: Town, page: "Page") -> None:
    said: list[str] = []
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("console", lambda m: said.append(m.text) if "GL Driver" not in m.text else None)
    opened(page, "/desk/plans/new/")
    page.get_by_role("spinbutton", name="新建几个").fill("1")
    page.get_by_label("步行").check()
    page.get_by_role("button", name="算一算").click()
    expect(page.get_by_text("排队等着算")).to_be_visible()
    best = plans.computed(Plan.objects.get())
    expect(page.get_by_text("已证明最好")).to_be_visible()  # the page asks by itself
    mark = page.locator(".plan-mark.new")
    expect(mark).to_be_visible()
    dragged(page, mark)
    page.get_by_role("button", name="放回去").click()
    expect(page.get_by_text("挪到这里？")).to_be_hidden()
    dragged(page, mark)
    page.locator(".plan-dragged").get_by_role("button", name="算算差多少").click()
    expect(page.get_by_text("排队等着算")).to_be_visible()
    made = plans.computed(Plan.objects.exclude(pk=best.pk).get())
    assert made.best == best
    expect(page.get_by_role("heading", name="比最好的方案差多少")).to_be_visible()
    assert said == []


def test_a_phone_without_webgl_moves_a_room_by_the_list(town: Town, page: "Page") -> None:
    best = plans.computed(plans.asked(town, sources=frozenset({"school"})))
    page.set_viewport_size({"width": 390, "height": 844})
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = new Proxy("
        "HTMLCanvasElement.prototype.getContext,"
        "{apply: (of, own, [kind, ...more]) => kind === 'webgl2' ? null"
        " : of.call(own, kind, ...more)})"
    )
    opened(page, f"/desk/plans/{best.pk}/")
    expect(page.get_by_text("没有 WebGL")).to_be_visible()
    page.get_by_text("挪一挪，或者换掉").click()
    page.get_by_label("挪到").select_option("school-1")
    page.get_by_role("button", name="算算差多少").click()
    expect(page.get_by_text("排队等着算")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
