"""A simulation's film in a real browser: two maps under one clock, and words where no map is."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.dispatch.test_map_in_browser import NO_WEBGL, needs_library
from tests.planning.test_plan_in_browser import PASSWORD, opened
from tests.support import plans, sims
from tests.support.site import Site
from tests.support.town import DISTRICT, Town, build

from yihu.places import map_files
from yihu.planning.models import Simulation
from yihu.planning.sim_question import Way

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
MAPS = "[...document.querySelectorAll('.film-screen [data-map]')].map((one) => one.panel.map)"
STILL = f"""
() => Promise.all({MAPS}.map((map) => {{
  map.triggerRepaint();
  return map.once("idle");
}})).then(() => null)
"""
DRAWN = f"""
() => {MAPS}.map((map) => Object.groupBy(map.queryRenderedFeatures(), ({{ layer }}) => layer.id))
"""


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


@pytest.fixture
def made(town: Town) -> Simulation:
    return sims.computed(sims.asked(town, ways=(Way.ROAD, Way.POLICE)))


def shown(page: "Page", made: Simulation) -> None:
    opened(page, f"/desk/plans/simulations/{made.pk}/")
    page.locator("#film").scroll_into_view_if_needed()
    expect(page.locator("#film")).to_have_attribute("data-ready", "")


def first_call(film: dict[str, Any]) -> int:
    """A moment at which somebody waits."""
    begun = [call for call in film["calls"] if call["created"] > 0]
    return int(min(call["created"] for call in begun)) + 1


@needs_library
def test_two_maps_play_under_one_clock(made: Simulation, page: "Page") -> None:
    said: list[str] = []
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on("console", lambda m: said.append(m.text) if "GL Driver" not in m.text else None)
    shown(page, made)
    now = first_call(sims.films(made)[0])
    page.locator("[data-film-at]").fill(str(now))
    expect(page.locator("[data-figure='waits']").first).to_have_text("1")
    page.evaluate(STILL)
    for one in page.evaluate(DRAWN):
        assert {mark["properties"]["kind"] for mark in one["units"]} <= {
            "police",
            "auxiliary",
            "guard",
        }
        assert [mark["properties"]["state"] for mark in one["calls"]] == ["waits"]
    before = page.locator("[data-film-clock]").inner_text()
    page.get_by_label("速度").select_option("240")
    play = page.locator("[data-film-play]")
    play.click()
    expect(play).to_have_text("暂停")
    expect(page.locator("[data-film-clock]")).not_to_have_text(before)
    play.click()
    expect(play).to_have_text("播放")
    together = page.evaluate(f"""() => {{
      const [one, other] = {MAPS};
      one.jumpTo({{ center: [120.05, 30.02], zoom: 13 }});
      return [other.getZoom(), ...other.getCenter().toArray()];
    }}""")
    assert together == pytest.approx([13, 120.05, 30.02])
    assert not said


def test_the_bar_is_played_by_keys(made: Simulation, page: "Page") -> None:
    page.add_init_script(NO_WEBGL)
    shown(page, made)
    at, play = page.locator("[data-film-at]"), page.locator("[data-film-play]")
    play.focus()
    page.keyboard.press("ArrowRight")
    expect(at).to_have_value("60")
    page.keyboard.press("Shift+ArrowRight")
    expect(at).to_have_value("660")
    at.focus()
    page.keyboard.press("ArrowLeft")
    expect(at).to_have_value("600")
    page.keyboard.press("+")
    expect(page.get_by_label("速度")).to_have_value("120")
    page.keyboard.press("k")
    expect(play).to_have_text("暂停")
    page.keyboard.press("k")
    expect(play).to_have_text("播放")
    play.focus()
    page.keyboard.press("Space")
    expect(play).to_have_text("暂停")


def test_without_a_map_the_lists_say_what_happens(made: Simulation, page: "Page") -> None:
    page.add_init_script(NO_WEBGL)
    shown(page, made)
    page.locator("[data-film-at]").fill(str(first_call(sims.films(made)[0])))
    screen = page.locator(".film-screen").first
    expect(screen.get_by_text("等了 0 分钟")).to_be_visible()
    expect(screen.get_by_text("民警：空闲")).to_be_visible()
    expect(screen.locator("[data-figure='residents']")).to_contain_text("人")


def test_on_a_phone_one_of_two_is_shown(made: Simulation, page: "Page") -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.add_init_script(NO_WEBGL)
    shown(page, made)
    one, other = page.locator(".film-screen").all()
    expect(one).to_be_visible()
    expect(other).to_be_hidden()
    page.get_by_role("radio", name="只派民警").check()
    expect(other).to_be_visible()
    expect(one).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_where_motion_is_reduced_it_moves_once_a_second(made: Simulation, page: "Page") -> None:
    page.add_init_script(NO_WEBGL)
    page.emulate_media(reduced_motion="reduce")
    shown(page, made)
    page.evaluate("""() => {
      window.pictures = 0;
      new MutationObserver(() => window.pictures++).observe(
        document.querySelector("[data-film-clock]"), { childList: true });
    }""")
    page.locator("[data-film-play]").click()
    page.wait_for_timeout(2600)
    assert 1 <= page.evaluate("window.pictures") <= 3
