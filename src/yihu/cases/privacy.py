"""What in a text may tell who somebody is: hints for those who check it, never a verdict. Pure.

A number to call and an identity number are nobody's lesson: with one of them a case is not
published. The rest is pointed at, and a person decides.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Trace(StrEnum):
    PHONE = "phone"
    IDENTITY = "identity"
    HOUSE = "house"
    DATE = "date"
    NAME = "name"


BLOCKING = frozenset({Trace.PHONE, Trace.IDENTITY})

_GAP = r"[\s\-‐‑–—.·]{0,2}"
_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
_NUMBER = r"[0-9一二三四五六七八九十百零〇]+"
PATTERNS = {
    Trace.IDENTITY: re.compile(
        rf"(?<![0-9]){_GAP.join(['[0-9]'] * 17)}{_GAP}[0-9Xx](?![0-9])"
        r"|(?<![0-9])[0-9]{15}(?![0-9])"
    ),
    Trace.PHONE: re.compile(
        rf"(?<![0-9])(?:\+?86{_GAP})?1[3-9]{_GAP}{_GAP.join(['[0-9]'] * 9)}(?![0-9])"
        rf"|(?<![0-9])0[0-9]{{2,3}}{_GAP}[0-9]{{4}}{_GAP}[0-9]{{3,4}}(?![0-9])"
    ),
    Trace.HOUSE: re.compile(rf"{_NUMBER}\s*(?:号楼|号|幢|栋|弄|单元|室|组)"),
    Trace.DATE: re.compile(
        rf"(?:{_NUMBER}\s*年\s*)?{_NUMBER}\s*月\s*{_NUMBER}\s*[日号]"
        r"|[0-9]{4}\s*[-./年]\s*[0-9]{1,2}(?:\s*[-./月]\s*[0-9]{1,2})?"
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text, from `start` to `end`, that may give somebody away."""

    trace: Trace
    start: int
    end: int
    text: str

    @property
    def blocks(self) -> bool:
        return self.trace in BLOCKING


def traces(text: str, names: Collection[str] = ()) -> list[Found]:
    """What may give somebody away, in order; where two overlap, the first and longer one.

    `names`: those of the people concerned and of the staff. Full width digits count as digits.
    """
    found = sorted(_every(text, names), key=lambda one: (not one.blocks, one.start, -one.end))
    kept: list[Found] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _every(text: str, names: Collection[str]) -> Iterator[Found]:
    plain = text.translate(_DIGITS)
    for trace, pattern in PATTERNS.items():
        for match in pattern.finditer(plain):
            yield Found(trace, match.start(), match.end(), text[match.start() : match.end()])
    for name in names:
        for match in re.finditer(re.escape(name), text) if len(name) > 1 else ():
            yield Found(Trace.NAME, match.start(), match.end(), match.group())
