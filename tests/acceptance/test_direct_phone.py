"""The chief on a phone: the most urgent first, and contact and answer in three touches."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from tests.support.desk import do, login, write
from tests.support.town import Town, build

from yihu.direct.kinds import Kind
from yihu.direct.replies import ANSWERS, CONTACTS
from yihu.direct.schemas import Outcome
from yihu.kernel.models import Matter
from yihu.kernel.timeline import timeline

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page
    from tests.support.site import Site

pytestmark = [pytest.mark.django_db]

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
TARGET = 44


class Hand:
    """A thumb on a phone: it counts its touches, and touches only what is there to be touched."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.touches = 0

    def touch(self, target: "Locator") -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= TARGET, target
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["viewport"]["width"]
        target.tap()
        self.touches += 1


def no_wider_than_the_screen(page: "Page") -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def town(site: "Site") -> Town:
    return build()


@pytest.fixture(params=[True, False], ids=["javascript", "without"])
def hand(
    request: pytest.FixtureRequest, town: Town, new_context: "Callable[..., BrowserContext]"
) -> Hand:
    """The chief's phone, logged in, showing nothing yet."""
    context = new_context(**PHONE, java_script_enabled=request.param)
    session = login(town, "chief").cookies[settings.SESSION_COOKIE_NAME].value
    page = context.new_page()
    page.goto("/")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}])
    return Hand(page)


def said(matter: Matter, name: str) -> list[str | None]:
    """What the office wrote to the teller in a move."""
    happened = [one for one in timeline(matter, "party") if one.name == name]
    return [part.text for one in happened for part in one.said]


def test_the_chief_makes_contact_in_three_touches(town: Town, hand: Hand) -> None:
    from playwright.sync_api import expect

    matter = write(town, kind=Kind.HELP).matter
    page = hand.page
    page.goto("/desk/")
    first = page.locator("[data-row]").first
    expect(first).to_be_in_viewport(ratio=1)  # no filter stands before the most urgent
    hand.touch(first)
    sentence = str(CONTACTS[Kind.HELP]["heard"])
    send = page.get_by_role("button", name="联系来信人")
    expect(send).to_be_in_viewport(ratio=1)  # in reach of the thumb without a scroll
    hand.touch(page.locator("label.tile", has_text=sentence))
    hand.touch(send)
    expect(page.get_by_text("已记下")).to_be_visible()
    assert hand.touches == 3
    assert said(matter, "contact") == [sentence]
    assert no_wider_than_the_screen(page)


def test_the_chief_answers_in_three_touches(town: Town, hand: Hand) -> None:
    from playwright.sync_api import expect

    matter = do(town.actor("chief"), write(town).matter, "contact", words="您好")
    page = hand.page
    page.goto("/desk/")
    hand.touch(page.locator("[data-row]").first)
    sentence = str(ANSWERS[Kind.HELP][Outcome.SOLVED])
    form = page.locator("form[data-deed=answer]")
    hand.touch(form.locator("label.tile", has_text=sentence))
    send = form.get_by_role("button", name="答复")
    expect(send).to_be_in_viewport(ratio=1)
    hand.touch(send)
    expect(page.get_by_text("已记下")).to_be_visible()
    assert hand.touches == 3
    matter.refresh_from_db()
    assert (matter.step, matter.outcome) == ("answered", "solved")
    assert said(matter, "answer") == [sentence]
    assert no_wider_than_the_screen(page)
