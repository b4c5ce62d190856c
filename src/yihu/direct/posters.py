"""What an inspector's scan says of a poster. Pure.

A code can be pasted over with another that looks the same: only reading it tells. So a
poster is in place when its own address was read from it, and no serial printed beside the
code stands in for that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Condition(StrEnum):
    IN_PLACE = "in_place"
    COVERED = "covered"
    DAMAGED = "damaged"
    MISSING = "missing"


class Unclear(StrEnum):
    """Why what was read and what was said do not make a finding."""

    UNREAD = "unread"  # in place, and nothing was read
    SERIAL_ONLY = "serial_only"  # in place, by its number alone
    OTHER_SERIAL = "other_serial"  # the number of another poster
    YET_FOUND = "yet_found"  # missing, and yet it was read


@dataclass(frozen=True, slots=True)
class Judged:
    """`foreign` is what another's code said."""

    condition: Condition
    foreign: str = ""


def judge(
    said: Condition, read: str, *, path: str, serial: int, hosts: Collection[str]
) -> Judged | Unclear:
    """What is recorded when an inspector says one thing and the scanner read another.

    `path` is the placement's own, `hosts` are the names under which the site is reached.
    """
    read = read.strip()
    if not read:
        return Unclear.UNREAD if said is Condition.IN_PLACE else Judged(said)
    if is_number(read):
        return _by_serial(said, int(read) == serial)
    if not is_own(read, path, hosts):
        return Judged(Condition.COVERED, read)
    return Unclear.YET_FOUND if said is Condition.MISSING else Judged(said)


def is_number(read: str) -> bool:
    return read.isascii() and read.isdecimal() and len(read) < 10


def is_own(read: str, path: str, hosts: Collection[str]) -> bool:
    """Whether an address leads to this placement and nowhere else."""
    try:
        address = urlsplit(read if "://" in read else f"https://{read}")
    except ValueError:
        return False
    return (
        address.scheme in ("http", "https")
        and address.netloc.lower() in hosts
        and address.path.lower().rstrip("/") == path.rstrip("/")
        and not address.query
        and not address.fragment
    )


def _by_serial(said: Condition, same: bool) -> Judged | Unclear:
    if not same:
        return Unclear.OTHER_SERIAL
    if said is Condition.MISSING:
        return Unclear.YET_FOUND
    return Unclear.SERIAL_ONLY if said is Condition.IN_PLACE else Judged(said)
