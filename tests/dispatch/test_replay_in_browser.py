"""An incident played again in a real browser: on its page, and as a file with no network."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.dispatch.test_map_in_browser import DRAWN, NO_WEBGL, STILL, needs_library
from tests.dispatch.test_replay import incident_of, town_on_the_net
from tests.support.desk import login
from tests.support.town import Town

from yihu.dispatch.models import Incident

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page
    from tests.support.site import Site

BURST = 60
"""Seconds after the beginning at which somebody speaks."""


@pytest.fixture
def town(site: "Site") -> Town:
    return town_on_the_net()


@pytest.fixture
def incident(town: Town) -> Incident:
    return incident_of(town)


@pytest.fixture
def desk(town: Town, site: "Site", page: "Page") -> "Page":
    cookie = login(town, "dispatcher").cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site.url}]
    )
    return page


def plays(page: "Page") -> None:
    """It plays at sixteen times, moves the unit, and marks what has happened."""
    play = page.locator("#replay-play")
    page.locator("#replay-at").fill("100")
    expect(page.locator("#replay-plan .unit")).to_be_hidden()  # no position of it yet
    page.locator("#replay-speed").select_option("16")
    play.click()
    expect(play).to_have_text("暂停")
    expect(page.locator("#replay-plan .unit")).to_be_visible()
    expect(page.locator("#replay-plan text").first).to_have_text("officer组")
    play.click()
    expect(play).to_have_text("播放")
    states = page.locator("#replay-events li").evaluate_all(
        "rows => rows.map(r => r.dataset.state)"
    )
    assert states[0] == "past"
    assert set(states) == {"past", "here", "ahead"}


def test_it_plays_on_its_page(desk: "Page", incident: Incident) -> None:
    desk.add_init_script(NO_WEBGL)  # on the plan
    refused: list[str] = []
    desk.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    desk.goto(f"/desk/incidents/{incident.matter.reference}/replay/")
    plays(desk)
    assert not [line for line in refused if "Content Security" in line]


@needs_library
def test_where_a_map_can_be_drawn_the_units_move_on_it(desk: "Page", incident: Incident) -> None:
    desk.goto(f"/desk/incidents/{incident.matter.reference}/replay/")
    expect(desk.locator("#replay")).to_have_attribute("data-drawn", "map")
    expect(desk.locator("#replay-plan")).to_be_hidden()
    desk.locator("#replay-at").fill("200")
    desk.evaluate(STILL)
    found = desk.evaluate(DRAWN)
    assert [one["properties"]["label"] for one in found["units"]] == ["officer组"]
    assert found["route-line"]


def test_where_none_can_be_drawn_there_is_the_plan(desk: "Page", incident: Incident) -> None:
    desk.add_init_script(NO_WEBGL)
    desk.goto(f"/desk/incidents/{incident.matter.reference}/replay/")
    expect(desk.locator("#replay-plan")).to_be_visible()
    expect(desk.locator(".replay-map")).to_be_hidden()


def test_the_voice_sounds_at_its_time(desk: "Page", incident: Incident) -> None:
    desk.goto(f"/desk/incidents/{incident.matter.reference}/replay/")
    row = desk.locator("#replay-events li", has=desk.locator("audio"))
    expect(row).to_have_count(1)
    desk.locator("#replay-at").fill(str(BURST - 1))
    desk.locator("#replay-play").click()
    expect(row).to_have_attribute("data-sounds", "")


def test_the_file_plays_with_no_network(
    desk: "Page",
    incident: Incident,
    new_context: "Callable[..., BrowserContext]",
    tmp_path: Path,
) -> None:
    desk.goto(f"/desk/incidents/{incident.matter.reference}/replay/")
    with desk.expect_download() as given:
        desk.get_by_role("button", name="导出回放文件").click()
    file = tmp_path / given.value.suggested_filename
    given.value.save_as(file)
    alone = new_context(offline=True).new_page()
    asked: list[str] = []
    wrong: list[str] = []
    alone.on("request", lambda one: asked.append(one.url[:40]))
    alone.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    alone.on("pageerror", lambda error: wrong.append(str(error)))
    alone.goto(file.as_uri())
    plays(alone)
    assert not wrong
    assert all(one.startswith(("file:", "data:")) for one in asked)
