"""HTTP range requests for one file (RFC 9110, section 14). Pure."""

import re


class Unsatisfiable(Exception):
    """What was asked for lies behind the end."""


def asked(header: str, size: int) -> range | None:
    """The bytes that a `Range` header asks for; None for the whole file, which is also the answer
    to what we do not read: several ranges at once, or another unit. Raises Unsatisfiable."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", header.replace(" ", ""))
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None  # not a range at all, and to be ignored
    if start >= size or start >= stop:
        raise Unsatisfiable
    return range(start, stop)
