"""Count the SQL statements a piece of work needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def counted(at_most: int) -> Iterator[list[str]]:
    """Fail if the block runs more than `at_most` statements, transaction control not counted.

    Yields a list that holds the statements once the block has ended.
    """
    statements: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield statements
    statements += [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].lstrip().upper().startswith(_TRANSACTION_CONTROL)
    ]
    if len(statements) > at_most:
        listing = "\n".join(f"{n:3} {sql[:400]}" for n, sql in enumerate(statements, 1))
        raise AssertionError(f"{len(statements)} statements, at most {at_most} allowed:\n{listing}")
