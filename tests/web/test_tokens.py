"""The colours keep their promises: WCAG 2.2 AA, computed from the tokens file itself."""

import re
from pathlib import Path

import pytest

TOKENS = Path("src/yihu/web/static/web/tokens.css").read_text(encoding="utf-8")
STYLES = [
    *Path("src/yihu/web/static/web").glob("*.css"),
    *Path("src/yihu/web/templates").rglob("*.css"),
]
BLOCKS = [dict(re.findall(r"--([\w-]+):\s*(#\w{6});", block)) for block in TOKENS.split("{")]
LIGHT, DARK, DARK_CHOSEN = [block for block in BLOCKS if "paper" in block]

WORDS = [
    *((colour, ground) for colour in ("ink", "muted", "jade", "now", "soon", "done")
      for ground in ("paper", "panel")),
    ("ink", "jade-tint"), ("jade", "jade-tint"), ("muted", "jade-tint"),
    ("now", "jade-tint"), ("soon", "jade-tint"), ("on-jade", "jade"),
]  # fmt: skip
EDGES = [("edge", "paper"), ("edge", "panel"), ("jade", "paper"), ("jade", "panel")]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("word", "ground"), WORDS)
def test_text_stands_out_from_its_ground(theme: dict[str, str], word: str, ground: str) -> None:
    assert contrast(theme[word], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_that_carry_meaning_can_be_seen(
    theme: dict[str, str], edge: str, ground: str
) -> None:
    assert contrast(theme[edge], theme[ground]) >= 3


def test_dark_is_the_same_whoever_asks_for_it() -> None:
    assert DARK == DARK_CHOSEN
    assert DARK.keys() == LIGHT.keys()


def test_colours_come_from_the_tokens_only() -> None:
    for path in STYLES:
        if path.name != "tokens.css":
            css = re.sub(r"@media print\s*{[^@]*}", "", path.read_text(encoding="utf-8"))
            assert not re.search(r":[^;{]*(#[0-9a-fA-F]{3,8}\b|rgb|hsl)", css), path


def test_every_token_used_is_declared() -> None:
    declared = set(re.findall(r"(--[\w-]+):", TOKENS))
    for path in STYLES:
        used = set(re.findall(r"var\((--[\w-]+)\)", path.read_text(encoding="utf-8")))
        assert used <= declared, path
