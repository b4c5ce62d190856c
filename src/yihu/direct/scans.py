"""Counting scans: one line a day for each code, and never who it was.

A count is worth less than the form: it is tried for a moment, and where it cannot be
written, the form comes all the same.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from yihu.direct import visitors
from yihu.direct.models import DirectCode, ScanDay

log = logging.getLogger(__name__)

MOMENT = 250
"""Milliseconds to wait for others who are writing."""
ROBOTS = re.compile(
    r"bot\b|bot/|spider|crawl|slurp|preview|facebookexternalhit|curl|wget|python|java/|"
    r"go-http|okhttp|libwww|monitor",
    re.IGNORECASE,
)


def count(request: HttpRequest, door: DirectCode) -> None:
    """Count one opening of the form by a resident's browser."""
    try:
        if not _is_by_a_resident(request):
            return
        visitor = visitors.visitor(request)
        often = visitors.count(f"scan:{door.code}:{visitor}", visitors.MINUTE)
        _add(
            door.code,
            timezone.localdate(),
            repeated=not visitors.first_today(f"seen:{timezone.localdate()}:{door.code}:{visitor}"),
            bulk=often > visitors.BULK,
        )
    except DatabaseError as fault:  # its kind only
        log.warning("a scan was not counted: %s", type(fault).__name__)


def _is_by_a_resident(request: HttpRequest) -> bool:
    """A browser that shows the page to somebody, who does not work here."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return (
        request.method == "GET"
        and "prefetch" not in purpose
        and bool(agent)
        and not ROBOTS.search(agent)
        and not request.user.is_authenticated
    )


def _add(code: str, day: date, *, repeated: bool, bulk: bool) -> None:
    table = connection.ops.quote_name(ScanDay._meta.db_table)
    with _for_a_moment(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (code_id, day, scans, repeated, bulk) "  # noqa: S608
            "VALUES (%s, %s, 1, %s, %s) ON CONFLICT (code_id, day) DO UPDATE SET "
            f"scans = {table}.scans + 1, repeated = {table}.repeated + excluded.repeated, "
            f"bulk = {table}.bulk + excluded.bulk",
            [code, day, int(repeated), int(bulk)],
        )


@contextmanager
def _for_a_moment() -> Iterator[None]:
    """A transaction that gives up after a MOMENT where another holds the lock."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {MOMENT}")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {MOMENT}")
        try:
            with transaction.atomic():
                yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
