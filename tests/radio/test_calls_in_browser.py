"""The calls panel in a browser: what is shown is heard, what is typed stays."""

import secrets

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.support.net import talkgroup
from tests.support.site import Site
from tests.support.town import Town, build

from yihu.radio.calls import call_group, instruct
from yihu.radio.models import Addressee
from yihu.radio.schemas import Instruction, Order

PASSWORD = "a long enough pass phrase"


@pytest.fixture
def town(site: Site) -> Town:
    made = build()
    talkgroup(made, on=("chief", "guard"))
    guard = made.people["guard"]
    guard.set_password(PASSWORD)
    guard.save()
    return made


def at_the_panel(page: Page) -> None:
    page.goto("/radio/calls/")
    page.fill("[name=login]", "guard")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_role("heading", name="呼叫和消息")).to_be_visible()


def happens(page: Page, topic: str) -> None:
    """As the set tells the page."""
    page.evaluate(
        "topic => document.dispatchEvent(new CustomEvent('happening', {detail: {topic, ref: ''}}))",
        topic,
    )


def call(town: Town, words: str) -> Addressee:
    key = secrets.token_bytes(16)
    made = call_group(actor=town.actor("chief"), group="net", words=words, client_key=key)
    return Addressee.objects.get(call=made.matter.pk)


def test_what_comes_is_shown_and_heard_and_what_is_typed_stays(town: Town, page: Page) -> None:
    order = Instruction(do=Order.GO, where="北门")
    to = town.people["guard"].id
    key = secrets.token_bytes(16)
    instruct(actor=town.actor("chief"), person=to, instruction=order, client_key=key)
    at_the_panel(page)
    page.get_by_text("复诵", exact=True).click()
    page.get_by_label("在哪里（用文字说）").fill("北")
    seat = call(town, "全体集合")
    with page.expect_response(lambda answer: answer.url.endswith("/heard/")):
        happens(page, "call")
    expect(page.get_by_text("全体集合")).to_be_visible()
    seat.refresh_from_db()
    assert seat.heard_at is not None
    assert seat.answered_at is None
    expect(page.get_by_label("在哪里（用文字说）")).to_have_value("北")
    page.get_by_role("button", name="收到").click()
    expect(page.get_by_text("已回收到")).to_be_visible()
    page.get_by_label("在哪里（用文字说）").fill("北门")
    page.get_by_role("button", name="复诵给指挥员").click()
    expect(page.get_by_text("请选一项。").first).to_be_visible()
    page.get_by_label("前往").check()
    page.get_by_role("button", name="复诵给指挥员").click()
    expect(page.get_by_text("复诵一致")).to_be_visible()


def test_without_a_script_it_is_a_page_with_forms(town: Town, new_context: object) -> None:
    context: BrowserContext = new_context(java_script_enabled=False)  # type: ignore[operator]
    page = context.new_page()
    seat = call(town, "全体集合")
    at_the_panel(page)
    page.get_by_role("button", name="收到").click()
    expect(page.get_by_text("已回收到")).to_be_visible()
    seat.refresh_from_db()
    assert seat.answered_at is not None
