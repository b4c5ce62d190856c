"""Which group a set hears and talks on, without a network: `groups.js` in a real browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import yihu.radio

if TYPE_CHECKING:
    from playwright.sync_api import Page

STATIC = Path(yihu.radio.__file__).parent / "static"
HEARD = """async ({chosen, muted, talking}) => {
  const { Groups } = await import("/radio/groups.js");
  localStorage.clear();
  const groups = new Groups();
  groups.open(["a", "b", "c"].map((id) => ({ id, name: id, talks: true })));
  groups.choose(chosen);
  for (const id of muted) groups.mute(id, true);
  for (const [stream, [group, level]] of Object.entries(talking)) {
    groups.taken({ group, level, stream: Number(stream), granted: { name: "x" } });
  }
  return groups.heard?.id ?? null;
}"""
N, E = "normal", "emergency"


@pytest.fixture
def module(page: "Page") -> "Page":
    """A page that can import the set's own modules."""
    page.route(
        "http://localhost/**",
        lambda route: route.fulfill(
            body=(STATIC / path).read_text() if (path := route.request.url[17:]) else "<p>",
            content_type="text/javascript" if path else "text/html",
        ),
    )
    page.goto("http://localhost/")
    return page


@pytest.mark.parametrize(
    ("talking", "heard"),
    [
        ({}, None),
        ({1: ("b", N)}, "b"),
        ({1: ("b", N), 2: ("a", N)}, "a"),
        ({1: ("c", N), 2: ("b", N)}, "c"),
        ({1: ("a", N), 2: ("b", N), 3: ("c", E)}, "c"),
        ({1: ("b", E), 2: ("a", E)}, "a"),
    ],
    ids=["nobody", "monitored", "chosen first", "first come", "emergency first", "both"],
)
def test_one_is_heard_by_its_weight(
    module: "Page", talking: dict[int, tuple[str, str]], heard: str | None
) -> None:
    said: dict[str, Any] = {"chosen": "a", "muted": [], "talking": talking}
    assert module.evaluate(HEARD, said) == heard


def test_a_muted_group_is_not_heard_and_the_chosen_one_is_never_muted(module: "Page") -> None:
    said: dict[str, Any] = {"chosen": "a", "muted": ["a", "b"], "talking": {1: ("b", E)}}
    assert module.evaluate(HEARD, said) is None
    said["talking"] = {1: ("a", N)}
    assert module.evaluate(HEARD, said) == "a"


def test_what_was_chosen_and_muted_is_kept_when_rights_change(module: "Page") -> None:
    kept = module.evaluate("""async () => {
      const { Groups } = await import("/radio/groups.js");
      localStorage.clear();
      const right = (id) => ({ id, name: id, talks: id !== "all" });
      const first = new Groups();
      first.open(["all", "a", "b"].map(right));
      first.choose("b");
      first.mute("a", true);
      const later = new Groups();
      const fresh = later.open(["all", "a", "b"].map(right)).map(({ id }) => id);
      const chosen = later.chosen.id;
      const muted = later.muted.map(({ id }) => id);
      later.open(["all", "a"].map(right));  // taken off the chosen one
      return { fresh, chosen, muted, then: later.chosen.id, urgent: later.urgent.id };
    }""")
    assert kept == {
        "fresh": ["all", "a", "b"],
        "chosen": "b",
        "muted": ["a"],
        "then": "all",
        "urgent": "a",
    }
