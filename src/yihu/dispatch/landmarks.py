"""Finding a place by what somebody types in a hurry: its name or part of it, the initials of its
pinyin, its pinyin with the usual confusions, characters that sound alike, letters gone wrong. Pure.

A few thousand names are searched in a few milliseconds: all that is compared is made once.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import Any

from pypinyin import Style, lazy_pinyin

from yihu.dispatch.duplicates import metres_between

type Position = tuple[float, float]  # longitude, latitude: degrees, WGS-84

ENOUGH = 1 / 3
"""Of the typed letters' runs of three, so many must be a name's, for it to be taken for meant."""
_BLURS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h"))
"""Sounds that speakers, and who types what they hear, take for one another."""
EACH: Any = list
"""What is no Chinese character is taken letter by letter."""
_BETWEEN = re.compile(r"[\s·・,，.。、\-—_/()（）]+")


class Match(IntEnum):
    """How a name answers what was typed; the first is the best."""

    WHOLE = 0
    BEGINS = 1
    CONTAINS = 2
    INITIALS = 3
    SPELLED = 4
    SOUNDS = 5
    SHORTENED = 6
    MISTYPED = 7


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place that has a name. `ref`: the key site that it is, in hex; "" for a street."""

    name: str
    kind: str
    position: Position | None = None
    ref: str = ""
    note: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    landmark: Landmark
    match: Match
    metres: float | None


@dataclass(frozen=True, slots=True)
class _Known:
    """A place in each of the ways in which it is compared. `names`: its name and the English one,
    a line each; `starts`: where syllables begin in `spelled`; `sounds`: the blurred ones apart."""

    landmark: Landmark
    name: str
    names: str
    initials: str
    spelled: str
    starts: tuple[int, ...]
    blurred: str
    sounds: str


class Landmarks:
    """The places of a district. Making one costs about a second for ten thousand names."""

    def __init__(self, landmarks: Iterable[Landmark]) -> None:
        self._known = [_known(one) for one in landmarks]

    def __len__(self) -> int:
        return len(self._known)

    def find(self, typed: str, near: Position | None = None, most: int = 8) -> list[Found]:
        """The places that may be meant: by how they match, then by how near they are. Where no
        name holds what was typed, those that it may be a slip for."""
        asked = _Asked(plain(typed))
        if not asked.text:
            return []
        found = [
            _found(known.landmark, match, near)
            for known in self._known
            if (match := asked.match(known)) is not None
        ]
        if found:
            return sorted(found, key=_order)[:most]
        return [_found(one, Match.MISTYPED, near) for one in self._slips(asked)[:most]]

    def within(self, text: str) -> Landmark | None:
        """The place that an address names: the longest name that stands in it."""
        told = plain(text)
        named = [known for known in self._known if len(known.name) > 1 and known.name in told]
        best = max(named, key=lambda known: len(known.name), default=None)
        return best.landmark if best else None

    def _slips(self, asked: "_Asked") -> list[Landmark]:
        """Those that share most with what was typed."""
        wanted = _threes(asked.blurred)
        shares = Counter(index for three in wanted for index in self._by_threes.get(three, ()))
        least = max(2, ENOUGH * len(wanted))
        return [self._known[index].landmark for index, n in shares.most_common(20) if n >= least]

    @cached_property
    def _by_threes(self) -> dict[str, list[int]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for index, known in enumerate(self._known):
            for three in _threes(known.blurred):
                holders[three].append(index)
        return holders


class _Asked:
    """What was typed, in each of the ways in which it is compared."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.latin = text.isascii()
        blurred = [*map(blur, _syllables(text))]
        self.blurred = blur(text) if self.latin else "".join(blurred)
        self.sounds = _bounded(blurred)
        self.shortened = re.compile(".*".join(map(re.escape, text)))

    def match(self, known: _Known) -> Match | None:
        text = self.text
        if text in known.names:
            if f"\n{text}\n" in known.names:
                return Match.WHOLE
            return Match.BEGINS if f"\n{text}" in known.names else Match.CONTAINS
        if self.latin:
            return self._by_letters(known)
        if self.sounds in known.sounds:
            return Match.SOUNDS
        return Match.SHORTENED if len(text) > 1 and self.shortened.search(known.name) else None

    def _by_letters(self, known: _Known) -> Match | None:
        if self.text in known.initials:
            return Match.INITIALS
        if any(known.spelled.startswith(self.text, at) for at in known.starts):
            return Match.SPELLED
        alike = len(self.text) > 2 and self.blurred in known.blurred
        return Match.SOUNDS if alike else None


def plain(text: str) -> str:
    """As it is compared: full width made half, small letters, nothing between the characters."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:80]).casefold())


def blur(syllable: str) -> str:
    for sound, alike in _BLURS:
        syllable = syllable.replace(sound, alike)
    return syllable


def _known(landmark: Landmark) -> _Known:
    name = plain(landmark.name)
    syllables = _syllables(name)
    blurred = [*map(blur, syllables)]
    return _Known(
        landmark=landmark,
        name=name,
        names=f"\n{name}\n{plain(landmark.name_en)}\n",
        initials="".join(syllable[0] for syllable in syllables),
        spelled="".join(syllables),
        starts=tuple(accumulate(map(len, syllables[:-1]), initial=0)),
        blurred="".join(blurred),
        sounds=_bounded(blurred),
    )


def _syllables(text: str) -> list[str]:
    """The pinyin of each character without its tone; other characters one by one."""
    return [one for one in lazy_pinyin(text, style=Style.NORMAL, errors=EACH) if one]


def _bounded(syllables: list[str]) -> str:
    """Syllables with a mark around each, so that none is found within another."""
    return f"|{'|'.join(syllables)}|"


def _threes(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def _found(landmark: Landmark, match: Match, near: Position | None) -> Found:
    if near is None or landmark.position is None:
        return Found(landmark, match, None)
    return Found(landmark, match, metres_between(near, landmark.position))


def _order(found: Found) -> tuple[int, float, int, str]:
    """Of two that match alike the nearer one; where nobody knows, the one whose name says least
    beyond what was typed."""
    metres = found.metres
    name = found.landmark.name
    return found.match, float("inf") if metres is None else metres, len(name), name
