"""A data folder and a database for one measurement, gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg
from tests.support import machine

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
SHARED_DATA = "YIHU_SHARED_DATA"
"""Names the folder of real data that some measures read."""


class NotHere(Exception):
    """This machine has no such database."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a measurement happens. `url` is what YIHU_DATABASE_URL says in it."""

    database: str
    home: Path
    url: str

    @property
    def server(self) -> str:
        """PostgreSQL's own database, from which others are made and dropped."""
        return self.url.rsplit("/", 1)[0] + "/postgres"


@contextmanager
def place(database: str) -> Iterator[Place]:
    """A prepared, empty installation. Django is set up in it: one place for each process."""
    with (
        tempfile.TemporaryDirectory(prefix="yihu-bench-", ignore_cleanup_errors=True) as folder,
        _url(database, Path(folder)) as url,
    ):
        for name in [name for name in os.environ if name.startswith("YIHU_")]:
            if name != SHARED_DATA:
                del os.environ[name]
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "yihu.settings",
            "YIHU_HOME": folder,
            "YIHU_DATABASE_URL": url,
        }
        django.setup()
        from django.db import connections

        from yihu.cli.preparation import prepare

        prepare(lambda line: None, demo=False).wait()  # nothing runs beside what is measured
        try:
            yield Place(database, Path(folder), url)
        finally:
            connections.close_all()


@contextmanager
def _url(database: str, folder: Path) -> Iterator[str]:
    if database == SQLITE:
        yield f"sqlite:///{folder / 'yihu.sqlite3'}"
        return
    server = machine.server_url()
    if server is None:
        raise NotHere("no PostgreSQL answers; YIHU_TEST_POSTGRES_URL names one")
    name = f"yihu_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
