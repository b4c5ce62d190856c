"""Whether an instruction was given back as it was given. Pure.

What only looks different is the same: full and half width, spaces, punctuation, capitals, and
numbers in Chinese or in Arabic digits (二号门, 2号门).
"""

import re
import unicodedata
from collections.abc import Mapping

PARTS = ("do", "site", "where", "count", "at")
"""What an instruction asks, in the order in which it is said."""

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = re.compile("[零〇一二两三四五六七八九十百]+")


def differences(asked: Mapping[str, object], given: Mapping[str, object]) -> list[str]:
    """The parts that were given back otherwise than they were asked; what was not asked may be
    left out, and is a difference when it is there."""
    return [name for name in PARTS if normal(asked.get(name)) != normal(given.get(name))]


def normal(value: object) -> str:
    """What is compared: letters and digits only."""
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)).casefold()
    bare = "".join(sign for sign in text if sign.isalnum())
    return _NUMBER.sub(lambda found: _arabic(found.group()), bare)


def _arabic(number: str) -> str:
    """二十三 is 23 and 一百零五 is 105; 一一〇 is 110, digit by digit."""
    if not set(number) & {"十", "百"}:
        return "".join(str(_DIGITS[sign]) for sign in number)
    total = last = 0
    for sign in number:
        if sign == "百":
            total, last = total + (last or 1) * 100, 0
        elif sign == "十":
            total, last = total + (last or 1) * 10, 0
        else:
            last = _DIGITS[sign]
    return str(total + last)
