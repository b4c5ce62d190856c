"""Talking between two browsers over a bad network: how soon one may speak, how soon it is heard,
and whether all of it is.

The page is the real one, with a real key; the microphone plays a file (`utterance.py`); between
browsers and relay lies `proxy.py`. What went into one page's microphone is laid beside what came
out of the other's player (`tape.js`), both by the same clock. Buffers of sound devices, which
differ from machine to machine, are not in it.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from django.conf import settings
from tests.support import machine
from tests.support.net import talkgroup
from tests.support.relay import RunningRelay
from tests.support.site import Site
from tests.support.town import build

from bench import utterance
from bench.figures import Figure, quantile
from bench.place import NotHere, Place
from bench.proxy import Proxy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

HERE = Path(__file__).parent
PASSWORD = "a long enough pass phrase"
GROUP = "station"
BURSTS, LATE_ENTRIES = 45, 20
DELAY, SPREAD = 0.040, 0.030  # seconds, each way
OUTAGES = (0.3, 2.0, 6.0, 15.0)  # seconds that the relay is away
WINDOW, EDGE = 200, 100  # milliseconds that are laid beside one another; and at either end
FARTHEST, NEAR, CLOSE = 900, 200, 60  # how far apart; how far from the burst's, the next piece's
ALIKE = 0.7  # correlation from which two pieces count as the same
AUDIBLE = 0.002
NEVER = 9999.0  # milliseconds
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass
class Heard:
    """Of all bursts, in milliseconds. `start`, `end`: speech at either end that was not heard."""

    access: list[float] = field(default_factory=list)
    mouth_to_ear: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)
    late_entry: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    pieces: int = 0
    unlike: int = 0


def measure(here: Place) -> list[Figure]:
    heard = Heard()
    with ExitStack() as stack:
        net = stack.enter_context(_net(here))
        talker, listener, third = (net.open(name) for name in ("officer", "chief", "deputy"))
        chance = Random(9)
        _burst(talker, 4.0)  # opens the microphone
        for _ in range(BURSTS):
            time.sleep(chance.uniform(0.6, 1.2))
            _listen(heard, talker, listener, *_burst(talker, chance.uniform(1.6, 2.4)))
        for _ in range(LATE_ENTRIES):
            heard.late_entry.append(_enter_late(talker, third, chance))
        for outage in OUTAGES:
            heard.back += _kill(net, [talker, listener, third], outage)
    return list(_figures(heard))


def _figures(heard: Heard) -> Iterator[Figure]:
    def figure(what: str, value: float, most: float | None = None, unit: str = "ms") -> Figure:
        return Figure("voice", what, value, unit, most)

    for what, values, bar in (
        ("access time: press to permit", heard.access, 300),
        ("mouth to ear", heard.mouth_to_ear, 300),
        ("late entry: join to sound", heard.late_entry, 350),
    ):
        yield figure(f"{what}, median of {len(values)}", median(values))
        yield figure("… P95", quantile(values, 0.95), bar)
    yield figure("speech after the press that was not heard, P95", quantile(heard.start, 0.95), 60)
    yield figure("speech before the release that was not heard, worst", max(heard.end), 0)
    share = 100 * heard.unlike / heard.pieces
    yield figure(f"of {heard.pieces} pieces heard, not known again", share, 10, "%")
    yield figure("back after the relay was killed, worst", max(heard.back), 3000)


# --- the net -------------------------------------------------------------------------------------


@dataclass
class _Net:
    site: Site
    relay: RunningRelay
    browsers: dict[str, "Browser"]

    def open(self, name: str) -> "Page":
        """Somebody's set, logged in, with the tape running."""
        talks = name == "officer"
        context = self.browsers["talks" if talks else "hears"].new_context(
            base_url=self.site.url, locale="zh-CN", permissions=["microphone"]
        )
        context.add_init_script(path=HERE / "tape.js")
        page = context.new_page()
        page.goto("/accounts/login/?next=/radio/")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_function("() => bench.heard.some(([, word]) => word === 'Welcome')")
        page.locator("#talk").focus()
        return page


@contextmanager
def _net(here: Place) -> Iterator[_Net]:
    from playwright.sync_api import sync_playwright

    chromium = machine.chromium()
    if chromium is None:
        raise NotHere("no Chromium on this machine")
    settings.RECORDINGS.mkdir(exist_ok=True)
    town = build()
    talkgroup(town, GROUP, on=("officer", "chief", "deputy"))
    for name in ("officer", "chief", "deputy"):
        town.people[name].set_password(PASSWORD)
        town.people[name].save()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread
    said = here.home / "said.wav"
    utterance.write(said)
    shutil.copy(HERE / "tap.js", settings.STATIC_ROOT)
    site = Site(here.url)
    relay = RunningRelay(site)
    proxy = Proxy(relay.port, DELAY, SPREAD)
    site._environment["YIHU_RELAY_URL"] = f"ws://127.0.0.1:{proxy.port}"
    with ExitStack() as stack:
        stack.callback(proxy.close)
        site.start()
        stack.callback(site.stop)
        relay.start()
        stack.callback(relay.stop)
        playwright: Playwright = stack.enter_context(sync_playwright())
        browsers = {}
        for name, more in (("talks", [f"--use-file-for-fake-audio-capture={said}"]), ("hears", [])):
            browsers[name] = playwright.chromium.launch(
                executable_path=chromium, args=[*FLAGS, *more]
            )
            stack.callback(browsers[name].close)
        yield _Net(site, relay, browsers)


# --- bursts --------------------------------------------------------------------------------------


def _burst(talker: "Page", seconds: float, meanwhile: Callable[[], None] | None = None) -> Any:
    """Press, talk, let go. When the key went down, when the floor came, when the key went up."""
    talker.keyboard.down("Space")
    talker.wait_for_timeout(seconds * 1000)
    if meanwhile is not None:
        meanwhile()
    talker.keyboard.up("Space")
    talker.wait_for_timeout(900)  # until the last of it has sounded
    return talker.evaluate(
        """() => {
          const pressed = bench.keys.findLast(([, word]) => word === "keydown")[0];
          const isGrant = ([at, word]) => at > pressed && word === "Floor Granted";
          return [pressed, bench.heard.find(isGrant)[0], bench.keys.at(-1)[0]];
        }"""
    )


def _listen(
    heard: Heard, talker: "Page", listener: "Page", pressed: float, granted: float, released: float
) -> None:
    heard.access.append(granted - pressed)
    begin, end = pressed - 300, released + 1200
    mouth = _tape(talker, "mouth", begin, end)
    ear = _tape(listener, "ear", begin, end)
    sounds = [at for at, loudness in enumerate(ear) if loudness > AUDIBLE]
    first, last = sounds[0], sounds[-1]
    pieces = range(first, last - WINDOW, WINDOW)
    anywhere = [_behind(ear, mouth, at, WINDOW, FARTHEST / 2, FARTHEST / 2) for at in pieces]
    usual = median(behind for behind, alike in anywhere if alike >= ALIKE)
    found = [_behind(ear, mouth, at, WINDOW, usual, NEAR) for at in pieces]
    known = [behind for behind, alike in found if alike >= ALIKE]
    heard.mouth_to_ear += known
    heard.pieces += len(found)
    heard.unlike += len(found) - len(known)
    for edge, near, at in (("start", known[0], first), ("end", known[-1], last - EDGE)):
        behind, alike = _behind(ear, mouth, at, EDGE, near, CLOSE)
        if alike >= ALIKE and edge == "start":
            heard.start.append(begin + at - behind - pressed)
        elif alike >= ALIKE:
            heard.end.append(released - (begin + at - behind + EDGE))


def _enter_late(talker: "Page", third: "Page", chance: Random) -> float:
    """Milliseconds from asking to listen until somebody who is talking is heard."""
    joined: list[float] = []
    third.evaluate("() => bench.say('Leave')")

    def enter() -> None:
        joined.append(third.evaluate("() => bench.say('Join')"))
        third.wait_for_timeout(800)

    _burst(talker, chance.uniform(0.8, 1.6), enter)
    ear = _tape(third, "ear", joined[0], joined[0] + 800)
    return next((float(at) for at, loudness in enumerate(ear) if loudness > AUDIBLE), NEVER)


def _kill(net: _Net, pages: list["Page"], outage: float) -> list[float]:
    """Milliseconds from the relay's return until each set is welcomed again."""
    net.relay.kill()
    time.sleep(outage)
    net.relay.start()
    returned = time.time() * 1000
    asks = f"() => bench.heard.find(([at, word]) => at > {returned} && word === 'Welcome')?.[0]"
    return [page.wait_for_function(asks).json_value() - returned for page in pages]


# --- laying beside one another -------------------------------------------------------------------


def _tape(page: "Page", name: str, begin: float, end: float) -> list[float]:
    found: list[float] = page.evaluate(
        "([name, from, to]) => bench.tape(name, from, to)", [name, begin, end]
    )
    return found


def _behind(
    ear: list[float], mouth: list[float], at: int, length: int, about: float, around: float
) -> tuple[int, float]:
    """How many milliseconds after it was said a piece was heard, and how alike the two are."""
    piece, best = ear[at : at + length], (0, -1.0)
    for behind in range(max(0, int(about - around)), int(about + around)):
        if 0 <= at - behind <= len(mouth) - length:
            alike = _correlation(piece, mouth[at - behind : at - behind + length])
            if alike > best[1]:
                best = behind, alike
    return best


def _correlation(one: list[float], other: list[float]) -> float:
    mean_one, mean_other = fmean(one), fmean(other)
    a = [x - mean_one for x in one]
    b = [x - mean_other for x in other]
    size = (sum(x * x for x in a) * sum(x * x for x in b)) ** 0.5
    return sum(map(float.__mul__, a, b)) / size if size else 0.0
