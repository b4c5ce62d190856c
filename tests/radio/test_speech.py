"""A burst on its way out: when it goes, in which frames, and what is kept of it when it cannot."""

from typing import TYPE_CHECKING, Any

import pytest
from tests.radio.test_sound_logic import serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

SPEAK = """async ({before, after, frame, breaks, more}) => {
  const { Speech } = await import("/radio/speech.js");
  const sent = [];
  const line = { speak: (stream, packet, opus) => sent.push([stream, packet, opus.length]) };
  const speech = new Speech(line, "net");
  const said = (count) => {
    for (let n = 0; n < count; n++) speech.add(Uint8Array.of(0x48, n));
  };
  said(before);
  const early = sent.length;
  if (frame) speech.granted({ stream: 7, frame });
  said(after);
  if (breaks === "line") speech.cut();
  if (breaks === "network") line.speak = () => false;
  said(more);
  const left = speech.end();
  return { early, sent, left: left && { ...left, packets: left.packets.length,
    after: left.startedAt - speech.began } };
}"""


@pytest.fixture
def module(page: "Page") -> "Page":
    page.route("http://localhost/**", serve)
    page.goto("http://localhost/")
    return page


def speak(page: "Page", **how: Any) -> Any:
    base = {"before": 0, "after": 0, "frame": 20, "breaks": "", "more": 0}
    return page.evaluate(SPEAK, base | how)


def test_what_is_said_before_the_floor_is_granted_goes_out_then_and_first(module: "Page") -> None:
    spoken = speak(module, before=5, after=2)
    assert spoken["early"] == 0
    assert spoken["sent"] == [[7, n, 2] for n in range(7)]
    assert spoken["left"] is None


def test_in_a_large_group_three_packets_go_as_one_and_the_last_ones_alone(module: "Page") -> None:
    spoken = speak(module, before=4, after=3, frame=60)
    three = 2 + 2 + 3  # head, two lengths, three frames of a byte
    assert spoken["sent"] == [[7, 0, three], [7, 1, three], [7, 2, 2]]


def test_when_the_line_breaks_the_last_two_seconds_are_kept_with_what_follows(
    module: "Page",
) -> None:
    spoken = speak(module, after=300, breaks="line", more=50)
    assert len(spoken["sent"]) == 300
    assert spoken["left"]["packets"] == 100 + 50
    assert spoken["left"]["after"] == 200 * 20  # milliseconds after the press


def test_what_a_stalled_network_does_not_take_is_kept(module: "Page") -> None:
    spoken = speak(module, after=10, breaks="network", more=50)
    assert spoken["left"]["packets"] == 10 + 50
    assert spoken["left"]["group"] == "net"


def test_what_was_never_granted_and_never_cut_is_not_kept(module: "Page") -> None:
    assert speak(module, before=50, frame=0)["left"] is None


KEPT = """async () => {
  const { Shelf } = await import("/radio/shelf.js");
  const posted = [];
  let online = false;
  window.fetch = async (address, { body }) => {
    if (!online) throw new TypeError("no network");
    posted.push([address, body.get("key").length, body.get("level"),
      [...new Uint8Array(await body.get("packets").arrayBuffer())]]);
    return { ok: true };
  };
  const ann = new Shelf("/to/GROUP/", "ann", "");
  const old = Date.now() - 25 * 3600_000;
  const packets = [Uint8Array.of(72, 1), Uint8Array.of(72)];
  const left = { group: "net", level: "normal", packets };
  await ann.keep({ ...left, startedAt: Date.now() });
  online = true;
  await new Shelf("/to/GROUP/", "bo", "").send();
  const byAnother = posted.length;
  await ann.send();
  await ann.send();
  const refused = [];
  ann.addEventListener("refused", () => refused.push(1));
  await ann.keep({ ...left, startedAt: old });
  return { byAnother, posted, refused: refused.length };
}"""


def test_the_shelf_keeps_speech_for_whoever_spoke_it_and_sends_it_once(module: "Page") -> None:
    kept = module.evaluate(KEPT)
    assert kept["byAnother"] == 0
    assert kept["posted"] == [["/to/net/", 32, "normal", [0, 2, 72, 1, 0, 1, 72]]]
    assert kept["refused"] == 1  # a day later it is of no use
