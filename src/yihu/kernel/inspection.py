"""A whole ledger read for the auditor: plain rows, one snapshot, and no writer held up.

The rows come over a connection of their own, past the models: 200,000 entries are
read as the database holds them, times as text. `audit.py` says what is wrong.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from yihu.kernel import audit
from yihu.kernel import checkpoint as notes
from yihu.kernel.audit import Report
from yihu.kernel.checkpoint import BadCheckpoint, VerifierKey
from yihu.kernel.ledger import PUBLIC, SEALED
from yihu.kernel.loop import LOOPS

type Rows = Iterator[tuple[Any, ...]]
type Watch = Callable[[Iterable[tuple[Any, ...]], int], Iterable[tuple[Any, ...]]]
"""Wraps the leaves of a log, of which there are so many, to show progress."""

FETCHED = 2000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database as it stood at one moment. `rows` runs a query."""

    rows: Callable[[str], Rows]
    time: str
    hex: str

    def audit(
        self, key: VerifierKey, since: str | None = None, watch: Watch = lambda leaves, _: leaves
    ) -> dict[str, Report]:
        """Both logs, by name. `key` is the public log's; `since` a note of either."""
        kept = {sealed_key(key).name: SEALED}.get(_origin(since), PUBLIC)
        return {
            log: audit.audit(
                key=key if log == PUBLIC else sealed_key(key),
                leaves=watch(self._leaves(log), self._count(log)),
                checkpoints=self._checkpoints(log),
                matters=self._matters(log),
                pending=self._pending(log),
                claims=self._claims() if log == SEALED else (),
                since=since if log == kept else None,
            )
            for log in (PUBLIC, SEALED)
        }

    def newest_note(self) -> str | None:
        """The newest checkpoint of the public log."""
        found = self.rows(
            "SELECT note FROM kernel_checkpoint"
            f" WHERE log = '{PUBLIC}' ORDER BY size DESC, id DESC LIMIT 1"
        )
        return next((note for (note,) in found), None)

    # ruff: noqa: S608 (the queries are put together from this file's own constants only)

    def _entry(self) -> str:
        matter, occurred, recorded = (
            self.hex.format("e.matter_id"),
            self.time.format("e.occurred_at"),
            self.time.format("e.recorded_at"),
        )
        return f"e.district, {matter}, e.seq, e.prev, e.kind, {occurred}, {recorded}, e.body"

    def _count(self, log: str) -> int:
        found = self.rows(f"SELECT count(*) FROM kernel_leaf WHERE log = '{log}'")
        return int(next(found)[0])

    def _leaves(self, log: str) -> Rows:
        time = self.time.format("l.recorded_at")
        return self.rows(
            f'SELECT l."index", l.hash, {time}, {self._entry()}'
            " FROM kernel_leaf l LEFT JOIN kernel_entry e ON e.id = l.entry_id"
            f" WHERE l.log = '{log}' ORDER BY l.\"index\""
        )

    def _pending(self, log: str) -> Rows:
        """Entries in neither log: each counts for the one it waits for, else its loop's."""
        return self.rows(
            f"SELECT p.hash, {self._entry()} FROM kernel_entry e"
            f" LEFT JOIN kernel_leaf l ON l.entry_id = e.id AND l.log IN ('{PUBLIC}', '{SEALED}')"
            " LEFT JOIN kernel_pending p ON p.entry_id = e.id"
            " LEFT JOIN kernel_matter m ON m.id = e.matter_id"
            f" WHERE l.id IS NULL AND COALESCE(p.log, {_log_of_matter()}) = '{log}'"
            " ORDER BY e.matter_id, e.seq"
        )

    def _checkpoints(self, log: str) -> Rows:
        return self.rows(
            "SELECT note, sealed_salt, sealed_size, sealed_root"
            f" FROM kernel_checkpoint WHERE log = '{log}' ORDER BY id"
        )

    def _claims(self) -> Rows:
        return self.rows(
            "SELECT sealed_size, sealed_root FROM kernel_checkpoint"
            f" WHERE log = '{PUBLIC}' AND sealed_size IS NOT NULL AND sealed_root IS NOT NULL"
            " ORDER BY sealed_size, id"
        )

    def _matters(self, log: str) -> Rows:
        return self.rows(
            f"SELECT {self.hex.format('m.id')}, m.seq, m.head FROM kernel_matter m"
            f" WHERE {_log_of_matter()} = '{log}'"
        )


def _log_of_matter() -> str:
    sealed = [f"'{loop.name}'" for loop in LOOPS.values() if loop.log == SEALED]
    if not sealed:
        return f"'{PUBLIC}'"
    return f"CASE WHEN m.loop IN ({', '.join(sealed)}) THEN '{SEALED}' ELSE '{PUBLIC}' END"


def sealed_key(key: VerifierKey) -> VerifierKey:
    """The sealed log is signed with the same key under a name of its own."""
    return VerifierKey(f"{key.name}/{SEALED}", key.public)


def _origin(note: str | None) -> str:
    try:
        return notes.parse(note).checkpoint.origin if note else ""
    except BadCheckpoint:
        return ""


# --- the two databases ---------------------------------------------------------------------------


def inspect(
    key: VerifierKey, since: str | None = None, watch: Watch = lambda leaves, _: leaves
) -> dict[str, Report]:
    """Audit the configured database: its two logs, by name. Errors are the driver's own."""
    if connection.vendor == "sqlite":
        return inspect_sqlite(Path(connection.settings_dict["NAME"]), key, since, watch)
    with postgresql_snapshot(connection.get_connection_params()) as found:
        return found.audit(key, since, watch)


def inspect_sqlite(
    path: Path,
    key: VerifierKey,
    since: str | None = None,
    watch: Watch = lambda leaves, _: leaves,
) -> dict[str, Report]:
    """Audit a database file."""
    try:
        with sqlite_snapshot(path) as found:
            return found.audit(key, since, watch)
    except sqlite3.OperationalError as fault:
        if "decode" not in str(fault):
            raise
    with sqlite_snapshot(path, text_factory=_any_text) as found:
        return found.audit(key, since, watch)


@contextmanager
def sqlite_snapshot(path: Path, text_factory: Callable[[bytes], str] = str) -> Iterator[Snapshot]:
    """A file, opened for reading only; `sqlite3.OperationalError` where there is none."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reading:
        reading.text_factory = text_factory
        reading.execute("PRAGMA mmap_size=1073741824")
        reading.execute("BEGIN")
        yield Snapshot(
            rows=reading.execute,
            time="replace({0}, ' ', 'T') || CASE length({0}) WHEN 19 THEN '.000000Z' ELSE 'Z' END",
            hex="{0}",
        )


def _any_text(data: bytes) -> str:
    """Text that somebody made no UTF-8 stays recognisable as such; slower than `str`."""
    return data.decode(errors="surrogateescape")


@contextmanager
def postgresql_snapshot(parameters: Mapping[str, Any]) -> Iterator[Snapshot]:
    """A server's database; `psycopg.OperationalError` where it cannot be reached."""
    import psycopg

    ours = ("cursor_factory", "context", "prepare_threshold")  # what Django adds for itself
    wanted = {name: value for name, value in parameters.items() if name not in ours}
    with psycopg.connect(**wanted) as reading:
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reading.read_only = True
        reading.execute("SET LOCAL statement_timeout = 0")
        cursors = iter(range(10**9))

        def rows(query: str) -> Rows:
            cursor = reading.cursor(f"audit_{next(cursors)}", binary=True)
            cursor.itersize = FETCHED
            return iter(cursor.execute(query.encode()))

        yield Snapshot(
            rows=rows,
            time="to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
            hex="replace({0}::text, '-', '')",
        )
