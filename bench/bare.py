"""The limit: the very same rows, written by the database's driver alone.

The tables have the same columns, keys and indexes, but no triggers and no foreign
keys. Every opening is one transaction of single-row INSERTs, as durable as ours:
SQLite in WAL with synchronous=FULL, PostgreSQL with synchronous_commit=on.
"""

import sqlite3
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from bench.place import SQLITE, Place

ENTRIES_OF = "SELECT id FROM kernel_entry WHERE matter_id = {}"
TABLES = {
    "kernel_reply": "matter_id = {}",
    "kernel_matter": "id = {}",
    "kernel_party": "matter_id = {}",
    "kernel_sealedpart": "matter_id = {}",
    "direct_codereport": "matter_id = {}",
    "kernel_entry": "matter_id = {}",
    "kernel_pending": f"entry_id IN ({ENTRIES_OF})",
    "kernel_outboxmessage": "matter_id = {}",
}
"""What an opening writes to, in its order, and where a matter's rows are."""

type Row = tuple[Any, ...]
type Opening = list[tuple[str, Row]]
"""Table and values of each row of one opening."""


class Limit:
    """A copy of the tables; `mark` stands for a value in the driver's statements."""

    begin = "BEGIN"

    def __init__(self, source: Any, target: Any, mark: str, schema: str = "") -> None:
        self.source, self.target, self.mark = source, target, mark
        self.schema = schema
        self._statements: dict[str, str] = {}

    def openings(self, matters: Sequence[UUID]) -> list[Opening]:
        """What these matters' openings wrote, exactly as the database holds it."""
        return [
            [
                (table, tuple(row))
                for table, where in TABLES.items()
                for row in self.source.execute(
                    f"SELECT * FROM {table} WHERE {where.format(self.mark)}", [self.key(matter)]
                ).fetchall()
            ]
            for matter in matters
        ]

    def key(self, matter: UUID) -> Any:
        return matter

    def write(self, openings: Sequence[Opening]) -> float:
        """Write them again; returns how many a second."""
        execute = self.target.execute
        statements = [
            [(self._statement(table, row), row) for table, row in opening] for opening in openings
        ]
        started = time.perf_counter()
        for opening in statements:
            execute(self.begin)
            for statement, row in opening:
                execute(statement, row)
            execute("COMMIT")
        return len(openings) / (time.perf_counter() - started)

    def _statement(self, table: str, row: Row) -> str:
        if table not in self._statements:
            marks = ", ".join([self.mark] * len(row))
            self._statements[table] = f"INSERT INTO {self.schema}{table} VALUES ({marks})"
        return self._statements[table]

    def close(self) -> None:
        self.source.close()
        self.target.close()


class _SqliteLimit(Limit):
    begin = "BEGIN IMMEDIATE"

    def __init__(self, place: Place) -> None:
        source = sqlite3.connect(place.home / "yihu.sqlite3")
        target = sqlite3.connect(place.home / "bare.sqlite3", isolation_level=None)
        target.executescript(settings.SQLITE_OPTIONS["init_command"])
        for table in TABLES:
            for (statement,) in source.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index')"
                " AND sql IS NOT NULL",
                [table],
            ):
                target.execute(statement)
        super().__init__(source, target, "?")

    def key(self, matter: UUID) -> Any:
        return matter.hex


class _PostgresLimit(Limit):
    def __init__(self, place: Place) -> None:
        source = psycopg.connect(place.url, autocommit=True)
        target = psycopg.connect(place.url, autocommit=True)
        target.execute("SET synchronous_commit = on")
        target.execute("CREATE SCHEMA bare")
        for table in TABLES:
            target.execute(f"CREATE TABLE bare.{table} (LIKE {table} INCLUDING ALL)".encode())
        super().__init__(source, target, "%s", "bare.")


def limit(place: Place) -> Limit:
    return _SqliteLimit(place) if place.database == SQLITE else _PostgresLimit(place)
