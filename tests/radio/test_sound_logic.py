"""What the set's sound is made of, without a network: when it sounds, and what fills a hole."""

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

import yihu.radio
from yihu.radio.ogg import samples

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

STATIC = Path(yihu.radio.__file__).parent / "static"
LIBOPUS = settings.FROM_NPM / "libopus-wasm/dist"
BLOCK = 20.0  # milliseconds
TALK = """async ({arrivals, blocks, ends}) => {
  const { Playout } = await import("/radio/playout.js");
  const playout = new Playout();
  const sine = (i) => 0.5 * Math.sin(i / 35);
  const said = (n) => Float32Array.from({length: 960}, (_, i) => sine(n * 960 + i));
  const out = new Float32Array(128);
  const heard = [];
  let over = null, target = 0;
  for (let now = 0; now < blocks * 960 && over === null; now += 128) {
    while (arrivals.length && arrivals[0][1] * 48 <= now) {
      const [number] = arrivals.shift();
      playout.add(said(number), number, now);
    }
    if (ends && !arrivals.length) playout.end();
    if (!playout.fill(out, now)) over = now / 48;
    heard.push(...out);
    target = Math.max(target, playout.target / 48);
  }
  const loud = (i) => Math.abs(heard[i]) > 0.02;
  let [first, last, jump, quiet, longest] = [-1, 0, 0, 0, 0];
  for (let i = 1; i < heard.length; i++) {
    jump = Math.max(jump, Math.abs(heard[i] - heard[i - 1]));
    if (loud(i)) {
      if (first < 0) first = i;
      else longest = Math.max(longest, i - last);
      last = i;
    }
  }
  return {first: first / 48, last: last / 48, jump, hole: longest / 48, over, target,
    after: playout.target / 48};
}"""


def serve(route: "Route") -> None:
    path = route.request.url.removeprefix("http://localhost/")
    if not path:
        route.fulfill(body="<p>", content_type="text/html")
        return
    library = "npm/libopus-wasm/"
    found = LIBOPUS / path[len(library) :] if path.startswith(library) else STATIC / path
    route.fulfill(body=found.read_bytes(), content_type="text/javascript")


@pytest.fixture
def module(page: "Page") -> "Page":
    """A page that can import the set's own modules."""
    page.route("http://localhost/**", serve)
    page.goto("http://localhost/")
    return page


def talk(page: "Page", arrivals: dict[int, float], blocks: int = 120, ends: bool = True) -> Any:
    """Packets by number, each with the millisecond at which it comes; what was heard of them."""
    said = sorted(arrivals.items(), key=lambda one: (one[1], one[0]))
    return page.evaluate(TALK, {"arrivals": said, "blocks": blocks, "ends": ends})


def steady(count: int, *, late: float = 0, start: int = 0) -> dict[int, float]:
    return {n: n * BLOCK + late for n in range(start, count)}


def test_what_comes_evenly_sounds_whole_after_80_ms(module: "Page") -> None:
    heard = talk(module, steady(50))
    assert heard["first"] == pytest.approx(80, abs=4)
    assert heard["last"] - heard["first"] == pytest.approx(1000, abs=8)
    assert heard["jump"] < 0.02  # no click: a sine of this pitch moves 0.014 a sample
    assert heard["hole"] < 5


def test_an_even_network_needs_less_and_less_in_hand_but_never_under_40_ms(module: "Page") -> None:
    heard = talk(module, steady(1000), blocks=1100)
    assert heard["after"] == pytest.approx(40, abs=0.5)


def test_what_comes_late_makes_it_wait_longer(module: "Page") -> None:
    held_up = {n: max(at, 650.0) if n < 33 else at for n, at in steady(100).items() if n >= 25}
    heard = talk(module, steady(25) | held_up, blocks=200)
    assert heard["target"] == pytest.approx(150 + 20, abs=4)
    assert heard["hole"] < 100  # and nothing of it is lost:
    assert heard["last"] - heard["first"] > 2000


def test_a_lost_packet_is_filled_without_a_click_and_at_its_length(module: "Page") -> None:
    lost = {n: at for n, at in steady(50).items() if n % 10 != 5}
    heard = talk(module, lost)
    assert heard["last"] - heard["first"] == pytest.approx(1000, abs=8)
    assert heard["hole"] < 5
    assert heard["jump"] < 0.03


def test_speech_that_waited_for_the_floor_sounds_at_once_and_catches_up(module: "Page") -> None:
    waited = {n: max(at, 300.0) for n, at in steady(100).items()}
    heard = talk(module, waited, blocks=200)
    assert heard["first"] == pytest.approx(300, abs=4)
    assert heard["last"] < 2000 + 130  # of 300 ms behind, all but what is kept in hand


def test_after_a_stall_what_is_stale_is_dropped(module: "Page") -> None:
    stalled = {n: at if n < 20 or n > 120 else 120 * BLOCK for n, at in steady(150).items()}
    heard = talk(module, stalled, blocks=220)
    assert heard["last"] < 150 * BLOCK + 520
    assert heard["jump"] < 0.03


def test_a_way_that_has_become_slower_for_good_is_heard_again(module: "Page") -> None:
    slower = steady(20) | steady(150, late=800, start=20)
    heard = talk(module, slower, blocks=220)
    assert heard["last"] == pytest.approx(150 * BLOCK + 800 + 40, abs=30)


def test_late_entry_needs_no_first_packet(module: "Page") -> None:
    heard = talk(module, {n: (n - 500) * BLOCK for n in range(500, 520)})
    assert heard["first"] == pytest.approx(80, abs=4)


def test_a_short_word_sounds_to_its_end(module: "Page") -> None:
    heard = talk(module, {0: 0.0, 1: 20.0})
    assert heard["last"] - heard["first"] == pytest.approx(40, abs=6)
    assert heard["over"]


JOIN = """async (texts) => {
  const { joined } = await import("/radio/packets.js");
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const one = joined(texts.map(bytes));
  return one ? btoa(String.fromCharCode(...one)) : null;
}"""


def test_three_packets_become_one_of_60_ms(module: "Page") -> None:
    def join(*packets: bytes) -> bytes | None:
        said = [base64.b64encode(packet).decode() for packet in packets]
        text = module.evaluate(JOIN, said)
        return base64.b64decode(text) if text else None

    one, two, three = bytes([0x48]) + b"a" * 60, bytes([0x48]) + b"b" * 300, b"\x48ccc"
    together = join(one, two, three)
    assert together is not None
    assert samples(together) == 2880
    lengths = bytes([60, 252 + 300 % 4, (300 - 252 - 300 % 4) // 4])
    assert together == bytes([0x4B, 0x83]) + lengths + one[1:] + two[1:] + three[1:]
    assert join(one, two, b"\x08ccc") is None  # another configuration


CODEC = """async (numbers) => {
  const { codec } = await import("/radio/codec.js");
  const { joined } = await import("/radio/packets.js");
  const opus = await codec();
  const packets = [], given = [];
  const encoder = opus.encoder((packet) => packets.push(packet));
  for (let n = 0; n < 30; n++) {
    encoder.encode(Float32Array.from({length: 960}, (_, i) => 0.4 * Math.sin((n * 960 + i) / 35)));
  }
  await encoder.end();
  const decoder = opus.decoder((samples, number) => {
    given.push([number, samples.length, Math.max(...samples)]);
  });
  const three = joined(packets.slice(20, 23));
  for (const number of numbers) decoder.decode(number === 20 ? three : packets[number], number);
  await decoder.end();
  return given;
}"""


@pytest.mark.parametrize("own", [True, False], ids=["the browser's own", "the library's"])
def test_a_codec_gives_each_packet_its_number_and_its_length(page: "Page", own: bool) -> None:
    if not own and not LIBOPUS.is_dir():
        pytest.skip("node_modules is not there (bin/bootstrap says why)")
    page.add_init_script("" if own else "delete window.AudioEncoder; delete window.AudioDecoder")
    page.route("http://localhost/**", serve)
    page.goto("http://localhost/")
    numbers = [*range(10), *range(13, 21), 23, 24]  # 20 is three in one
    given = page.evaluate(CODEC, numbers)
    assert [(number, length) for number, length, _ in given] == [
        (number, 2880 if number == 20 else 960) for number in numbers
    ]
    assert all(0.2 < loudest < 0.6 for number, _, loudest in given if number > 3)
