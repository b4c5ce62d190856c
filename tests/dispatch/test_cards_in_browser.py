"""A run card in a browser: ticked on one page, seen on another, and fit for a phone."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.support.desk import login
from tests.support.site import Site
from tests.support.town import Town, build
from tests.support.units import incident

from yihu.dispatch.models import Incident, Tick

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def town(site: Site) -> Town:
    return build()


@pytest.fixture
def alarm(town: Town) -> Incident:
    return incident(town)


@pytest.fixture
def at_desk(
    site: Site, town: Town, new_context: "Callable[..., BrowserContext]"
) -> "Callable[..., Page]":
    """A page of somebody who is logged in."""

    def sit(name: str, **how: object) -> "Page":
        context = new_context(**how)
        session = login(town, name).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}
        context.add_cookies([cookie])
        return context.new_page()

    return sit


def test_a_step_ticked_on_one_page_is_seen_on_the_other(
    at_desk: "Callable[..., Page]", alarm: Incident
) -> None:
    ticking, seeing = at_desk("dispatcher"), at_desk("officer")
    for page in (ticking, seeing):
        page.goto(f"/desk/incidents/{alarm.matter.reference}/")
    step = ticking.locator("#run-card li", has_text="接起对讲先听")
    step.get_by_role("button", name="做了").click()
    expect(step).to_contain_text("✓ dispatcher")
    there = seeing.locator("#run-card li", has_text="接起对讲先听")
    expect(there).to_contain_text("✓ dispatcher")
    assert Tick.objects.get().incident == alarm


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "where",
    ["/desk/cards/", "/desk/cards/fight/", "/desk/cards/fight/edit/guard/", "/desk/handover/"],
)
def test_cards_and_handovers_fit_a_phone(
    at_desk: "Callable[..., Page]", alarm: Incident, where: str, scheme: str
) -> None:
    page = at_desk("chief", viewport=PHONE, color_scheme=scheme)
    page.goto(where)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
