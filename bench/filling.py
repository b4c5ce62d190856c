"""The past in the background: settled matters multiplied inside the database, a million in minutes.

They have everything a page or an index looks at, as real ones have it: the matter, its
party, answer and report, its entries with their places in the log and the nodes above
them, a notice and a mail. What nobody looks at is left out or random: no sealed words,
and hashes that prove nothing. What is read closely (and every open matter) comes from
`crowd.py` instead.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import AutoField, Max, Model
from django.utils import timezone

from bench.crowd import Pattern
from yihu.direct.models import CodeReport
from yihu.kernel.ledger import PUBLIC, latest_checkpoint
from yihu.kernel.models import Answer, Channel, Checkpoint, Entry, Matter, Party
from yihu.people.roles import STATION_CHIEF
from yihu.reports.models import DirectCase

CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a database says it. `earlier`: a time, moved back by so many minutes."""

    uuid: str
    new_uuid: str
    new_hash: str
    reference: str
    earlier: str


SQLITE = Dialect(
    uuid="char(32)",
    new_uuid="lower(hex(randomblob(16)))",
    new_hash="randomblob(32)",
    reference=("printf('%04X-%04X', (n * 2654435761) >> 16 & 65535, n * 2654435761 & 65535)"),
    earlier="strftime('%Y-%m-%d %H:%M:%f', {}, '-' || {} || ' minutes')",
)
POSTGRESQL = Dialect(
    uuid="uuid",
    new_uuid="gen_random_uuid()",
    new_hash="sha256(random()::text::bytea)",
    reference=(
        "upper(lpad(to_hex((n::bigint * 2654435761) >> 16 & 65535), 4, '0') || '-' ||"
        " lpad(to_hex(n::bigint * 2654435761 & 65535), 4, '0'))"
    ),
    earlier="{} - {} * interval '1 minute'",
)


def fill(past: list[Pattern], first: int, count: int, progress: Callable[[int], object]) -> None:
    """Matters number `first` and on, each after one of the patterns in turn."""
    say = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    for start in range(first, first + count, CHUNK):
        end = min(start + CHUNK, first + count)
        with transaction.atomic():
            before = Entry.objects.aggregate(last=Max("id"))["last"] or 0
            _number(say, past, start, end)
            _multiply(say)
            _integrate(say, before)
            _execute("DROP TABLE copied")
            _execute("DROP TABLE pattern")
        progress(end - start)


def _number(say: Dialect, past: list[Pattern], start: int, end: int) -> None:
    """Which copies there shall be, and of what."""
    _execute(f"CREATE TEMP TABLE pattern (place integer, matter {say.uuid}, party {say.uuid})")
    for place, one in enumerate(past):
        ids = [one.matter["id"], one.rows[Party][0]["id"]]
        text = [found.hex if connection.vendor == "sqlite" else found for found in ids]
        _execute("INSERT INTO pattern VALUES (%s, %s, %s)", place, *text)
    _execute(
        f"CREATE TEMP TABLE copied AS {_series(start, end)}"
        f" SELECT n, {say.new_uuid} AS matter, {say.new_uuid} AS party,"
        f" {say.reference} AS reference, pattern.matter AS like_matter,"
        f" pattern.party AS like_party FROM series JOIN pattern ON place = n % {len(past)}"
    )


def _multiply(say: Dialect) -> None:
    _copy(
        Matter,
        "old.id = like_matter",
        id="copied.matter",
        reference="copied.reference",
        opened_at=say.earlier.format("old.opened_at", "(n % 1000)"),
    )
    _copy(
        Party,
        "old.id = like_party",
        id="copied.party",
        matter_id="copied.matter",
        secret_hash=say.new_hash,
    )
    _copy(Answer, "old.party_id = like_party", party_id="copied.party")
    _copy(CodeReport, "old.matter_id = like_matter", matter_id="copied.matter")
    _copy(
        DirectCase,
        "old.matter_id = like_matter",
        matter_id="copied.matter",
        opened_at=say.earlier.format("old.opened_at", "(n % 1000)"),
    )
    _copy(Entry, "old.matter_id = like_matter", "n, seq", matter_id="copied.matter")
    for channel in (Channel.IN_APP, Channel.MAIL):  # what its chief was told and has read
        _execute(
            "INSERT INTO kernel_outboxmessage (district, matter_id, channel, template, role,"
            " organisation_id, created_at, next_attempt_at, attempts, delivery, sent_at, read_at,"
            f" fault) SELECT district, id, '{channel}', 'message_received', '{STATION_CHIEF.code}',"
            " office_id, opened_at, opened_at, 1, 'sent', opened_at, opened_at, ''"
            " FROM copied JOIN kernel_matter ON kernel_matter.id = copied.matter ORDER BY n"
        )


def _copy(model: type[Model], where: str, order: str = "n", **changed: str) -> None:
    """One row for each of the pattern's; `changed`: what stands in which column instead."""
    fields = [f for f in model._meta.local_concrete_fields if not isinstance(f, AutoField)]
    columns = [field.column for field in fields]
    values = [changed.get(column, f'old."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    _execute(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)}"
        f" FROM copied JOIN {model._meta.db_table} old ON {where} ORDER BY {order}"
    )


def _integrate(say: Dialect, before: int) -> None:
    """Places in the log for the new entries, the nodes above them, and a checkpoint's row."""
    last = latest_checkpoint()
    size = last.size if last else 0
    _execute(
        'INSERT INTO kernel_leaf (log, "index", entry_id, hash, recorded_at)'
        f" SELECT '{PUBLIC}', {size} - 1 + row_number() OVER (ORDER BY id), id, {say.new_hash},"
        " recorded_at FROM kernel_entry WHERE id > %s ORDER BY id",
        before,
    )
    grown = size + Entry.objects.filter(id__gt=before).count()
    for level in range(1, grown.bit_length()):
        if size >> level < grown >> level:
            _execute(
                'INSERT INTO kernel_node (log, level, "index", hash)'
                f" {_series(size >> level, grown >> level)}"
                f" SELECT '{PUBLIC}', {level}, n, {say.new_hash} FROM series"
            )
    Checkpoint.objects.create(log=PUBLIC, size=grown, note="", recorded_at=timezone.now())


def _series(start: int, end: int) -> str:
    """The numbers from `start` to before `end`, as a table `series`."""
    return (
        f"WITH RECURSIVE series(n) AS (SELECT {start} UNION ALL"
        f" SELECT n + 1 FROM series WHERE n + 1 < {end})"
    )


def _execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
