"""Moving house: every row of a SQLite file into an empty PostgreSQL database, as it stands.

The rows go as text, table by table and in one transaction, so that each column's own
type reads them; Django's foreign keys are checked when it commits.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from yihu.kernel.backup import BackupFault

MIGRATIONS = "django_migrations"


def copy_rows(source: Path, server: str) -> int:
    """Copy all rows; `server` must be migrated and otherwise empty. How many rows that was.

    Raises BackupFault where the two are not of the same version, or not all arrived.
    """
    uri = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, psycopg.connect(server) as new:
        new.execute("SET TIME ZONE 'UTC'")
        if _migrations(old.execute) != _migrations(new.execute):
            raise BackupFault("other_version")
        found = old.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        tables = [name for (name,) in found if not name.startswith("sqlite_")]
        return sum(_copy(old, new, table) for table in tables if table != MIGRATIONS)


def _migrations(execute: object) -> set[tuple[str, str]]:
    return set(execute(f"SELECT app, name FROM {MIGRATIONS}"))  # type: ignore[operator]  # noqa: S608


def _copy(old: sqlite3.Connection, new: psycopg.Connection, table: str) -> int:
    columns = [row[1] for row in old.execute(f'PRAGMA table_info("{table}")')]
    named = sql.SQL(", ").join(map(sql.Identifier, columns))
    target = sql.Identifier(table)
    new.execute(sql.SQL("DELETE FROM {}").format(target))  # what `migrate` itself has put there
    listed = ", ".join(f'"{column}"' for column in columns)
    count = 0
    with new.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(target, named)) as copy:
        for row in old.execute(f'SELECT {listed} FROM "{table}"'):  # noqa: S608
            copy.write_row(row)
            count += 1
    if "id" in columns:
        _continue_numbers(new, table)
    arrived = new.execute(sql.SQL("SELECT count(*) FROM {}").format(target)).fetchone()
    if arrived != (count,):
        raise BackupFault("rows_lost", table)
    return count


def _continue_numbers(new: psycopg.Connection, table: str) -> None:
    """The next row gets the next number."""
    sequence = new.execute("SELECT pg_get_serial_sequence(%s, 'id')", [f'"{table}"']).fetchone()
    if sequence and sequence[0]:
        new.execute(
            sql.SQL("SELECT setval({}, COALESCE(max(id), 0) + 1, false) FROM {}").format(
                sql.Literal(sequence[0]), sql.Identifier(table)
            )
        )
