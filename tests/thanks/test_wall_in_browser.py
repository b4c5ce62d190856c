"""The lobby's wall in a real browser, left open while something is taken back."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.support.thanks import TEXT, commended, credit, face, issue, praised, revoke
from tests.support.town import Town, build

from yihu.direct.kinds import Reporter
from yihu.thanks import actions
from yihu.thanks.models import Commendation

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.support.site import Site

MINUTE = 60_000
WALL = {"width": 1920, "height": 1080}


@pytest.fixture
def town(site: "Site") -> Town:
    return build()


@pytest.fixture
def order(town: Town) -> Commendation:
    """On the wall, with a photo of the officer."""
    made = commended(town)
    own = credit(made, town)
    actions.consent(actor=town.actor("officer"), credit=own.pk, photo=face(), wording="同意")
    return made


@pytest.fixture
def wall(site: "Site", page: "Page", order: Commendation) -> "Page":
    """The wall's page with a clock that the test winds on."""
    page.clock.install()
    page.set_viewport_size(WALL)
    page.goto("/wall/station/")
    expect(page.get_by_text(TEXT)).to_be_visible()
    return page


def test_L77_a_withdrawn_photo_leaves_the_open_wall_within_a_minute(
    wall: "Page", town: Town, order: Commendation
) -> None:
    photo = wall.locator("img")
    expect(photo).to_be_visible()
    expect(wall.locator("figcaption")).to_have_text("officer")
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 60
    actions.withdraw(actor=town.actor("officer"), credit=credit(order, town).pk)
    wall.clock.fast_forward(MINUTE)
    expect(photo).to_have_count(0)
    expect(wall.get_by_text(TEXT)).to_be_visible()


def test_L77_a_revoked_order_leaves_the_open_wall_within_a_minute(
    wall: "Page", town: Town, order: Commendation
) -> None:
    revoke(town.actor("chief"), order)
    wall.clock.fast_forward(MINUTE)
    expect(wall.get_by_text(TEXT)).to_have_count(0)
    expect(wall.get_by_text("不必留名")).to_be_visible()


def test_L77_a_wall_that_gets_no_answer_shows_nobody_within_a_minute(
    wall: "Page", site: "Site", order: Commendation
) -> None:
    site.stop()
    wall.clock.run_for(MINUTE)
    expect(wall.get_by_text("暂时连不上")).to_be_visible()
    expect(wall.get_by_text(TEXT)).to_have_count(0)
    expect(wall.locator("img")).to_have_count(0)
    site.start()
    wall.clock.run_for(MINUTE)
    expect(wall.get_by_text(TEXT)).to_be_visible()


def test_the_wall_fits_its_screen_and_its_words_are_read_from_six_metres(wall: "Page") -> None:
    """48 px of 1080 are 30 mm on a screen of 55 inches: what six metres ask for."""
    page = "document.documentElement"
    size = wall.evaluate(f"[{page}.scrollWidth, {page}.scrollHeight]")
    assert size == [WALL["width"], WALL["height"]]
    text = wall.get_by_text(TEXT)
    assert text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 48


def test_the_longest_order_with_most_around_it_still_fits(
    site: "Site", page: "Page", town: Town
) -> None:
    others = "\n".join(f"第{n}位 · 城南物业服务中心" for n in range(7))
    sent = praised(town, "officer", "auxiliary", others=others, reporter=Reporter.KIN)
    text = "夜" * actions.LONGEST
    order = issue(town.actor("chief"), sent.matter, text, declaration="邻居证实")
    for name in ("officer", "auxiliary"):
        own = credit(order, town, name)
        actions.consent(actor=town.actor(name), credit=own.pk, photo=face(), wording="同意")
    page.set_viewport_size(WALL)
    page.goto("/wall/station/")
    expect(page.locator("img")).to_have_count(2)
    expect(page.get_by_text("等 9 人")).to_be_visible()
    foot = page.locator("footer").bounding_box()
    whom = page.locator(".wall-signed").bounding_box()
    head = page.locator("header").bounding_box()
    assert page.locator("h1").bounding_box()["y"] >= head["y"] + head["height"]
    assert whom["y"] + whom["height"] <= foot["y"]


def test_without_javascript_the_wall_turns_by_itself(
    site: "Site", new_context: object, order: Commendation
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/wall/station/")
    assert 'http-equiv="refresh" content="20;url=?n=1"' in page.content()
