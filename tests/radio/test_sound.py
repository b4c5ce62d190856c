"""Sets that have it hard: a browser without a codec, a network that goes away."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from playwright.sync_api import expect
from tests.radio.conftest import until
from tests.support.relay import RunningRelay

from yihu.radio import archive
from yihu.radio.models import Burst
from yihu.radio.ogg import seconds

if TYPE_CHECKING:
    from playwright.sync_api import Page

NO_CODEC = "delete window.AudioEncoder; delete window.AudioDecoder;"


def says(page: "Page", milliseconds: int = 1000) -> None:
    page.locator("#talk").focus()
    page.keyboard.down("Space")
    expect(page.get_by_text("您在讲")).to_be_visible()
    page.wait_for_timeout(milliseconds)
    page.keyboard.up("Space")
    expect(page.get_by_text("您在讲")).to_be_hidden()  # the last of it has gone out


def hears(page: "Page") -> None:
    page.locator("h1").dispatch_event("pointerdown")  # a touch: browsers are silent before one


def test_browsers_without_a_codec_of_their_own_talk_all_the_same(
    set_of: "Callable[..., Page]",
) -> None:
    ann, bo = set_of("chief", NO_CODEC), set_of("officer", NO_CODEC)
    hears(bo)
    ann.locator("#talk").focus()
    ann.keyboard.down("Space")
    expect(ann.get_by_text("您在讲")).to_be_visible()
    expect(bo.locator(".set-level i.on").first).to_be_visible()
    ann.keyboard.up("Space")
    until(lambda: Burst.objects.exclude(ended_at=None).exists())
    bo.get_by_role("link", name="听刚才的").click()
    player = bo.locator("audio")
    player.evaluate("e => { e.preload = 'auto'; e.load(); }")
    until(lambda: player.evaluate("e => e.duration") > 0.1)


def test_one_without_and_one_with_a_codec_understand_each_other(
    set_of: "Callable[..., Page]",
) -> None:
    ann, bo = set_of("chief", NO_CODEC), set_of("officer")
    for talker, listener in ((ann, bo), (bo, ann)):
        hears(listener)
        talker.locator("#talk").focus()
        talker.keyboard.down("Space")
        expect(listener.locator(".set-level i.on").first).to_be_visible()
        talker.keyboard.up("Space")
        expect(listener.locator("#talker")).to_have_text("空闲")


def test_the_library_is_fetched_only_where_it_is_needed(set_of: "Callable[..., Page]") -> None:
    ann = set_of("chief")
    fetched = []
    ann.on("request", lambda request: fetched.append(request.url))
    says(ann, 100)
    expect(ann.locator("#talker")).to_have_text("空闲")
    assert not [address for address in fetched if "/npm/" in address]


def test_what_is_said_while_the_relay_is_gone_comes_once_when_it_is_back(
    set_of: "Callable[..., Page]", relay: RunningRelay
) -> None:
    ann, bo = set_of("chief"), set_of("officer")
    says(ann, 100)  # the microphone is open
    until(lambda: Burst.objects.exclude(ended_at=None).count() == 1)
    relay.kill()
    expect(ann.get_by_text("连不上")).to_be_visible()
    before = timezone.now()
    ann.keyboard.down("Space")
    expect(ann.get_by_text("说的话先存着")).to_be_visible()
    ann.wait_for_timeout(800)
    ann.keyboard.up("Space")
    expect(ann.get_by_text("已经补发")).to_be_visible()  # the web server was there all the time
    relay.start()
    expect(ann.get_by_text("已连上")).to_be_visible()
    stored = Burst.objects.get(stored=True)
    assert stored.started_at > before - timedelta(seconds=1)
    assert stored.received_at is not None
    assert 0.5 < seconds(archive.sound_of(stored)) < 3
    bo.get_by_role("link", name="听刚才的").click()
    expect(bo.get_by_text("补发", exact=True)).to_have_count(1)
    says(ann, 100)  # and the set talks again
    expect(ann.locator("#talker")).to_have_text("空闲")
    assert Burst.objects.filter(stored=True).count() == 1


def test_what_was_being_said_when_the_line_broke_is_kept_to_its_end(
    set_of: "Callable[..., Page]", relay: RunningRelay
) -> None:
    ann = set_of("chief")
    ann.locator("#talk").focus()
    ann.keyboard.down("Space")
    expect(ann.get_by_text("您在讲")).to_be_visible()
    ann.wait_for_timeout(400)
    relay.kill()
    expect(ann.get_by_text("说的话先存着")).to_be_visible()
    ann.wait_for_timeout(600)
    relay.start()  # while the key is still down
    expect(ann.get_by_text("已连上")).to_be_visible()
    ann.keyboard.up("Space")
    until(lambda: Burst.objects.filter(stored=True).exists())
    stored = Burst.objects.get(stored=True)
    assert seconds(archive.sound_of(stored)) > 1  # with what may not have arrived before


def test_with_the_network_gone_speech_waits_in_the_browser(set_of: "Callable[..., Page]") -> None:
    ann = set_of("chief")
    says(ann, 100)
    ann.context.set_offline(True)
    expect(ann.get_by_text("连不上")).to_be_visible()
    ann.keyboard.down("Space")
    expect(ann.get_by_text("说的话先存着")).to_be_visible()
    ann.wait_for_timeout(400)
    ann.keyboard.up("Space")
    expect(ann.locator("#talk")).to_have_attribute("aria-pressed", "false")
    assert not Burst.objects.filter(stored=True).exists()
    ann.context.set_offline(False)
    expect(ann.get_by_text("已经补发")).to_be_visible()
    assert Burst.objects.filter(stored=True).count() == 1
