"""Messages that reached an office before, by other ways: sheets become matters with their past.

Each row is one message: what was said and when, and, where the office replied, what
and when. It becomes a matter that was opened then, answered then, and has rested
since, as it would have without a verdict. A row that cannot be right goes to the
rejects with its number and the reason, and stops nothing.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.direct import tables
from yihu.direct.actions import Message, new_matter
from yihu.direct.headers import HEADERS, KINDS
from yihu.direct.kinds import Kind
from yihu.direct.schemas import Schema
from yihu.direct.tables import Moment, Row, Table
from yihu.kernel import history, proofs, schedule
from yihu.kernel.access import Actor, ActorKind, HeldPost
from yihu.kernel.actions import NewMatter
from yihu.kernel.history import PastMatter, PastMove
from yihu.kernel.payload import ORIGINAL, Part, Sealed
from yihu.people.models import Organisation
from yihu.people.roles import STATION_CHIEF

DOOR = "import"
ORIGIN = "import:"
"""How the origin of every imported matter begins; the file's digest follows."""
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""No office has messages on a computer from before."""


# --- what may be wrong ---------------------------------------------------------------------------


class BadSheet(Exception):
    """The file as a whole cannot be imported; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not imported, the table it stands in, and why."""

    table: Table
    row: Row
    reason: str


class _BadRow(Exception):
    """Why a row cannot be right, in the operator's language."""


# --- finding the tables --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A file of messages: its tables, the sheets that hold none, and its origin's name."""

    tables: list[Table]
    skipped: list[str]
    origin: str

    @property
    def rows(self) -> int:
        return sum(not row.is_blank for table in self.tables for row in table.rows)


def open_source(content: bytes, name: str, chosen: Mapping[str, str] | None = None) -> Source:
    """Find the tables of a file by their headers.

    `chosen` names the header of some fields, or says with "" that a field has none.
    Raises BadSheet, or tables.Unreadable.
    """
    chosen = chosen or {}
    if unknown := sorted(set(chosen) - set(HEADERS)):
        raise BadSheet(
            _("没有这样的字段：{unknown}。可用的字段：{known}").format(
                unknown=", ".join(unknown), known=", ".join(HEADERS)
            )
        )
    sheets = tables.read(content, name, HEADERS)
    found, skipped, faults = [], [], []
    for sheet in sheets:
        table = tables.find_header(sheet.rows, HEADERS, chosen)
        fault = _lacking(table, chosen)
        if table is not None and not fault:
            found.append(replace(table, name=sheet.name))
        elif any(not row.is_blank for row in sheet.rows):
            skipped.append(sheet.name)
            faults.append(f"{sheet.name} {fault} {_seen(sheet)}".strip())
    if not found:
        raise BadSheet("\n".join(faults) or _("文件里没有数据。"))
    return Source(found, skipped, ORIGIN + hashlib.sha256(content).hexdigest()[:12])


def _lacking(table: Table | None, chosen: Mapping[str, str]) -> str:
    columns = table.columns if table else {}
    if gone := [f"{k}={v}" for k, v in chosen.items() if v and k not in columns]:
        return _("找不到指定的列：{gone}。").format(gone=", ".join(gone))
    if "words" not in columns:
        return _("找不到留言内容这一列，请用 --map words=列名 指明。")
    if "time" not in columns:
        return _("找不到留言时间这一列，请用 --map time=列名 指明。")
    if "reply" in columns and "reply_time" not in columns:
        return _(
            "有答复，却找不到答复时间这一列：请用 --map reply_time=列名 指明，"
            "或用 --map reply= 不导入答复。"
        )
    return ""


def _seen(sheet: tables.Sheet) -> str:
    """The first rows that could be a header, so that the operator can name a column."""
    rows = [row for row in sheet.rows[: tables.HEADER_WITHIN] if not row.is_blank][:3]
    lines = [
        " | ".join(filter(None, (tables.one_line(tables.text(c))[:20] for c in row.cells)))
        for row in rows
    ]
    return _("看到的前几行：") + "".join(f"\n  {line}" for line in lines)


# --- rows become matters -------------------------------------------------------------------------


class PastAnswer(Schema):
    """An office's reply from before: nobody said then how the matter came out."""

    words: Annotated[str, Sealed("answer")]
    date_only: bool | None = None


@dataclass
class Reader:
    """Makes past matters of rows; what cannot be right is put in `rejects`."""

    station: Organisation
    source: Source
    now: datetime = field(default_factory=timezone.now)
    rejects: list[Reject] = field(default_factory=list)
    seen: dict[bytes, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        district, office = self.station.district, self.station.id
        self.resident = Actor(ActorKind.PARTY, None, district)
        chief = HeldPost(STATION_CHIEF.code, office, frozenset({office}), sees_office=True)
        self.office = Actor(ActorKind.STAFF, None, district, posts=(chief,))
        self.zone = schedule.working_calendar().zone
        self.pepper = proofs.pepper()

    def matters(self) -> Iterator[PastMatter]:
        for table in self.source.tables:
            for row in table.rows:
                if row.is_blank:
                    continue
                try:
                    yield self._matter(table, row)
                except _BadRow as bad:
                    self.rejects.append(Reject(table, row, str(bad)))

    def _matter(self, table: Table, row: Row) -> PastMatter:
        if row.fault == tables.BROKEN_QUOTES:
            raise _BadRow(_("引号没有成对，读不出各列"))

        def raw(name: str) -> str:
            return tables.text(table.cell(row, name))

        subject, words = tables.one_line(raw("subject")), tables.clean(raw("words"))
        if not words and not subject:
            raise _BadRow(_("没有留言内容"))
        opened = self._moment(table.cell(row, "time"), _("留言时间"))
        key = self._key(raw("number"), raw("user"), subject, raw("words"), opened.at)
        where = f"{table.name} {row.number}".strip()
        if key in self.seen:
            raise _BadRow(_("与第 {row} 行重复").format(row=self.seen[key]))
        happened = list(self._answer(table, row, opened))
        self.seen[key] = where

        kind = kind_of(raw("kind"))
        message = Message(
            kind=kind or Kind.HELP,
            words=words or subject,
            name=tables.one_line(raw("user")),
            contact=tables.one_line(raw("contact")),
        )
        more = [Part("subject", subject.encode())] if subject and words else []
        more += _original(raw("words"), words)
        if number := tables.one_line(raw("number")):
            more.append(Part("number", number.encode(), audience="office"))
        return PastMatter(self._new(message, more, kind, opened), opened.at, happened, key)

    def _new(
        self, message: Message, more: Sequence[Part], kind: Kind | None, opened: Moment
    ) -> NewMatter:
        new = new_matter(self.station, message, None, DOOR, self.source.origin)
        [teller] = new.parties
        facts: dict[str, Any] = {"kind_given": kind is not None}
        if opened.date_only:
            facts["date_only"] = True
        return replace(
            new,
            parties=[replace(teller, parts=[*teller.parts, *more])],
            facts={**new.facts, **facts},
            notices=(),
        )

    def _answer(self, table: Table, row: Row, opened: Moment) -> Iterator[PastMove]:
        raw = tables.text(table.cell(row, "reply"))
        cell = table.cell(row, "reply_time")
        reply = tables.clean(raw)
        if not reply:
            if "reply" in table.columns and tables.one_line(tables.text(cell)):
                raise _BadRow(_("有答复时间，却没有答复内容"))
            return
        if not tables.one_line(tables.text(cell)):
            raise _BadRow(_("有答复，却没有答复时间"))
        answered = self._moment(cell, _("答复时间"))
        if not self._follows(opened, answered):
            raise _BadRow(_("答复早于留言"))
        payload = PastAnswer(words=reply, date_only=answered.date_only or None)
        at = max(opened.at, answered.at)  # on one day, of which only one hour is known
        yield PastMove("answer", self.office, at, payload, _original(raw, reply))

    def _follows(self, opened: Moment, answered: Moment) -> bool:
        if opened.date_only or answered.date_only:
            days = [one.at.astimezone(self.zone).date() for one in (opened, answered)]
            return days[0] <= days[1]
        return opened.at <= answered.at

    def _moment(self, cell: object, what: str) -> Moment:
        try:
            found = tables.moment(cell, self.zone)
        except (ValueError, OverflowError):
            said = tables.one_line(tables.text(cell))[:40]
            raise _BadRow(_("{what}读不出：{said}").format(what=what, said=said or "—")) from None
        if not EARLIEST <= found.at <= self.now:
            day = found.at.astimezone(self.zone).date().isoformat()
            raise _BadRow(_("{what}不合理：{day}").format(what=what, day=day))
        return found

    def _key(self, number: str, user: str, subject: str, words: str, at: datetime) -> bytes:
        """The same for the same message in any later file; nobody can try words against it.

        White space is left out, so that it may change. Never change this otherwise, or
        every file would be imported again.
        """
        said = [number, user, subject, words, at.isoformat()]
        told = [self.station.id.hex, *("".join(tables.clean(one).split()) for one in said)]
        return hmac.digest(self.pepper, b"import" + json.dumps(told).encode(), "sha256")


def _original(raw: str, cleaned: str) -> list[Part]:
    """What a cell held, where cleaning it for reading has changed it."""
    if not cleaned or raw == cleaned:
        return []
    return [Part(ORIGINAL, raw.encode("utf-8", "replace"), audience="office")]


def kind_of(written: str) -> Kind | None:
    """The kind that a sheet's own word means; None where it means none of ours, or several."""
    folded = tables.bare(written)
    kinds = [kind for kind, words in KINDS.items() if any(word in folded for word in words)]
    return Kind(kinds[0]) if len(kinds) == 1 else None


def rejects_csv(rejects: Sequence[Reject]) -> bytes:
    """The rejected rows as a sheet that can be mended and imported: where, why, and each cell.

    Tables with other columns share those of the same name.
    """
    columns: dict[tuple[str, int], int] = {}
    lines: list[dict[int, Any]] = []
    for reject in rejects:
        header = list(reject.table.header)
        header += [""] * (len(reject.row.cells) - len(header))
        names = [(name, header[:place].count(name)) for place, name in enumerate(header)]
        for name in names:
            columns.setdefault(name, len(columns))
        lines.append({columns[n]: c for n, c in zip(names, reject.row.cells, strict=False)})
    head = [_("工作表"), _("行号"), _("原因"), *(name for name, _nth in columns)]
    return tables.write_csv(
        [
            head,
            *(
                [one.table.name, one.row.number, one.reason, *map(line.get, range(len(columns)))]
                for one, line in zip(rejects, lines, strict=True)
            ),
        ]
    )


# --- importing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: `rows` = imported + already + rejected.

    `changed` of those already there have other content or another reply now; what
    is kept stays as it is.
    """

    rows: int
    imported: int
    answered: int
    already: int
    changed: int
    rejects: list[Reject]


def import_messages(
    *,
    station: Organisation,
    source: Source,
    dry_run: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Imported:
    """Record every row that is not recorded yet; killed halfway, it is simply run again.

    `progress` is told how many more are done.
    """
    reader = Reader(station, source)
    answered = 0

    def counted() -> Iterator[PastMatter]:
        nonlocal answered
        for past in reader.matters():
            answered += bool(past.happened)
            yield past

    if dry_run:
        done = history.compare(counted())
    else:
        done = history.record(actor=reader.resident, matters=counted(), progress=progress)
    return Imported(
        rows=source.rows,
        imported=done.matters,
        answered=answered,
        already=done.repeated,
        changed=done.changed,
        rejects=reader.rejects,
    )
