"""Copies of one migrated template database.

The ledger's triggers refuse DELETE and TRUNCATE, so a test database cannot be flushed. Most tests
roll back instead; one that must commit gets a fresh copy of the template and drops it afterwards.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections

_SERVER = os.environ.get("YIHU_TEST_DATABASE_URL", "")


def sibling(name: str, label: str) -> str:
    """The name of another database beside `name`."""
    return f"{name}_{label}" if _SERVER else str(Path(name).with_name(f"{label}.sqlite3"))


def url_of(name: str) -> str:
    """What YIHU_DATABASE_URL must say to reach the database."""
    if not _SERVER:
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(_SERVER)._replace(path=f"/{name}"))


def copy(source: str, target: str) -> None:
    """Copy a whole database; on PostgreSQL nobody else may be connected to `source`."""
    if _SERVER:
        _on_server(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        return
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def drop(name: str) -> None:
    if _SERVER:
        _on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        return
    for suffix in ("", "-wal", "-shm"):
        Path(name + suffix).unlink(missing_ok=True)


@contextmanager
def switched_to(name: str) -> Iterator[None]:
    """Point Django's default connection, in this thread and in new ones, at another database."""
    settings, connection = connections.settings["default"], connections["default"]
    connections.settings["default"] = {**settings, "NAME": name}
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = settings, connection


def _on_server(statement: str) -> None:
    with psycopg.connect(_SERVER, autocommit=True) as connection:
        connection.execute(statement.encode())
