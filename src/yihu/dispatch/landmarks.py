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

from pypinyin import Style, lazy_pinyin

from yihu.dispatch.duplicates import metres_between

type Position = tuple[float, float]  # longitude, latitude: degrees, WGS-84

ENOUGH = 0.5
"""Of the typed letters' runs of three, so many must be a name's, for it to be taken for meant."""
_BLURS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h"))
"""Sounds that speakers, and who types what they hear, take for one another."""
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
    landmark: Landmark
    names: tuple[str, ...]
    initials: str
    starts: tuple[int, ...]  # where syllables begin in `spelled`
    spelled: str
    blurred: tuple[str, ...]


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
        if not found:
            found = [_found(one, Match.MISTYPED, near) for one in self._slips(asked)]
        found.sort(key=_order)
        return found[:most]

    def within(self, text: str) -> Landmark | None:
        """The place that an address names: the longest name that stands in it."""
        told = plain(text)
        named = [k for k in self._known if len(k.names[0]) > 1 and k.names[0] in told]
        best = max(named, key=lambda known: len(known.names[0]), default=None)
        return best.landmark if best else None

    def _slips(self, asked: "_Asked") -> list[Landmark]:
        wanted = _threes(asked.blurred_text)
        shares = Counter(index for three in wanted for index in self._by_threes.get(three, ()))
        least = max(2, ENOUGH * len(wanted))
        return [self._known[index].landmark for index, n in shares.most_common(20) if n >= least]

    @cached_property
    def _by_threes(self) -> dict[str, list[int]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for index, known in enumerate(self._known):
            for three in _threes("".join(known.blurred)):
                holders[three].append(index)
        return holders


class _Asked:
    """What was typed, in each of the ways in which it is compared."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.latin = text.isascii()
        self.blurred = tuple(blur(one) for one in _syllables(text))
        self.blurred_text = "".join(self.blurred)

    def match(self, known: _Known) -> Match | None:
        text = self.text
        if text in known.names:
            return Match.WHOLE
        if any(name.startswith(text) for name in known.names):
            return Match.BEGINS
        if any(text in name for name in known.names):
            return Match.CONTAINS
        if self.latin:
            return self._by_letters(known)
        if _runs_in(self.blurred, known.blurred):
            return Match.SOUNDS
        return Match.SHORTENED if len(text) > 1 and _in_order(text, known.names[0]) else None

    def _by_letters(self, known: _Known) -> Match | None:
        if self.text in known.initials:
            return Match.INITIALS
        if any(known.spelled.startswith(self.text, at) for at in known.starts):
            return Match.SPELLED
        whole = "".join(known.blurred)
        return Match.SOUNDS if len(self.text) > 2 and blur(self.text) in whole else None


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
    starts, at = [], 0
    for syllable in syllables:
        starts.append(at)
        at += len(syllable)
    english = plain(landmark.name_en)
    return _Known(
        landmark=landmark,
        names=(name, english) if english else (name,),
        initials="".join(syllable[0] for syllable in syllables),
        starts=tuple(starts),
        spelled="".join(syllables),
        blurred=tuple(map(blur, syllables)),
    )


def _syllables(text: str) -> list[str]:
    """The pinyin of each character without its tone; other characters one by one."""
    return [one for one in lazy_pinyin(text, style=Style.NORMAL, errors=list) if one]


def _runs_in(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    return bool(few) and any(
        many[at : at + len(few)] == few for at in range(len(many) - len(few) + 1)
    )


def _in_order(typed: str, name: str) -> bool:
    """Whether all characters stand in the name in this order: 良中 for 良水中学."""
    letters = iter(name)
    return all(one in letters for one in typed)


def _threes(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}


def _found(landmark: Landmark, match: Match, near: Position | None) -> Found:
    known = near is not None and landmark.position is not None
    return Found(
        landmark,
        match,
        metres_between(near, landmark.position) if known else None,  # type: ignore[arg-type]
    )


def _order(found: Found) -> tuple[int, float, int, str]:
    """Of two that match alike the nearer one; where nobody knows, the one whose name says least
    beyond what was typed."""
    metres = found.metres
    name = found.landmark.name
    return found.match, float("inf") if metres is None else metres, len(name), name
