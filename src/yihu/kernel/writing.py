"""Standing in line to write.

SQLite lets one connection write at a time; who comes second looks again after pauses
that grow, so that whoever waited longest may well be passed by: at 16 clients the
slowest hundredth waited twice as long as with this line (docs/bench.md). PostgreSQL
has many writers and needs none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.db import connection, transaction

_line = Lock()


@contextmanager
def one_by_one() -> Iterator[None]:
    """A transaction; in SQLite the only one that this process has open so."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with _line, transaction.atomic():
            yield
    else:
        with transaction.atomic():
            yield
