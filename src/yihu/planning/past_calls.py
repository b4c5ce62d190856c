"""Calls of the past, as a plan learns from them, and a table of them read. Pure.

Positions are WGS-84, in degrees; moments know their zone; None where nobody recorded it.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BufferedIOBase
from os import PathLike
from pathlib import Path
from zoneinfo import ZoneInfo

from yihu.direct import tables
from yihu.direct.tables import Row, Table
from yihu.places.datum import Datum, to_wgs84

_KNOWN = {
    "created": """
        报警时间 接警时间 来电时间 受理时间 立案时间 发生时间 创建时间 时间
        created created-at received received-at reported call-time time""",
    "kind": "警情类型 警情类别 事件类型 类型 类别 kind type category",
    "longitude": "经度 longitude lon lng",
    "latitude": "纬度 latitude lat",
    "zone": "社区 村社区 所属社区 网格 片区 区域 zone community area beat district",
    "force": "处置力量 出警力量 力量 单位类型 force unit-type unit-kind",
    "accepted": "是否接受 接受 是否应答 accepted",
    "dispatched": "派警时间 派单时间 派出时间 派出 dispatched dispatched-at dispatch-time",
    "en_route": "出发时间 出动时间 出发 en-route en-route-at departed",
    "on_scene": "到场时间 到达时间 到达现场时间 到场 on-scene on-scene-at arrived arrival-time",
    "closed": """
        结束时间 处置结束时间 处理完毕时间 办结时间 完成时间 结束
        closed closed-at cleared finished end end-time""",
}
HEADERS = {field: headers.split() for field, headers in _KNOWN.items()}
"""The headers by which each column is known; case, punctuation and brackets do not matter."""
MOMENTS = ("created", "dispatched", "en_route", "on_scene", "closed")
"""In the order in which they must have been."""
YES = frozenset({"是", "接受", "yes", "y", "true", "1"})
NO = frozenset({"否", "拒绝", "no", "n", "false", "0"})
SHANGHAI = ZoneInfo("Asia/Shanghai")
TOLD = 10
"""Faults that the words of an error name."""
CELL = 40
"""Characters of a cell that a fault keeps."""


@dataclass(frozen=True, slots=True)
class Trip:
    """What one unit did for a call. `force`: what kind of unit it is; `accepted`: whether it came
    when it was asked, None where it was not asked."""

    force: str = ""
    accepted: bool | None = None
    dispatched: datetime | None = None
    en_route: datetime | None = None
    on_scene: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """`created`: by the district's own clock, since hours of the week are read off it. `kind` and
    `zone` are as they were written; "" where they were not."""

    created: datetime
    kind: str = ""
    zone: str = ""
    longitude: float | None = None
    latitude: float | None = None
    trips: tuple[Trip, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """`line` of the file, from 1; `column`: its header as it stands in the file. `why` in English,
    and for other languages its `code` (empty, half, date_only, not_a_date, not_a_number, beyond,
    not_a_flag, order, row) and the `cell` that it is about: what stands there, or for `order` the
    header of the moment that it is before."""

    line: int
    column: str
    why: str
    code: str
    cell: str = ""

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.why}"


class BadCalls(ValueError):
    """The table cannot be used. `faults`: every cell that is wrong; none where it is no table of
    calls at all."""

    def __init__(self, why: str, faults: tuple[Fault, ...] = ()) -> None:
        self.faults = faults
        more = f"\n… and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
        super().__init__("\n".join([why, *map(str, faults[:TOLD])]) + more)


def read_calls(
    source: str | PathLike[str] | BufferedIOBase,
    zone: ZoneInfo = SHANGHAI,
    datum: Datum = Datum.WGS84,
) -> list[Call]:
    """A CSV file (UTF-8, UTF-16 or GB 18030) with a call in each row: a path, or a file that is
    open for bytes. Columns are found by their headers, Chinese or English (`HEADERS`); only when
    it was created must be there, with its time of day. What the table knows of who went is one
    trip of the call.

    `zone`: the clock of moments that do not say theirs; `datum`: what its positions are in.
    BadCalls names every cell that cannot be read, and moments that stand in the wrong order.
    """
    if isinstance(source, BufferedIOBase):
        content, name = source.read(), str(getattr(source, "name", "the file"))
    else:
        content, name = Path(source).read_bytes(), str(source)
    try:
        rows = tables.read(content, name, HEADERS)[0].rows
    except tables.Unreadable as reason:
        raise BadCalls(str(reason)) from reason
    table = tables.find_header(rows, HEADERS, {})
    if table is None or "created" not in table.columns:
        raise BadCalls(f"{name} has no column that says when: {', '.join(HEADERS['created'])}")
    reader = _Reader(table, zone, datum)
    calls = [reader.call(row) for row in table.rows if not row.is_blank]
    if reader.faults:
        raise BadCalls(f"{name} cannot be read", tuple(reader.faults))
    return [call for call in calls if call is not None]


class _Reader:
    def __init__(self, table: Table, zone: ZoneInfo, datum: Datum) -> None:
        self.table, self.zone, self.datum = table, zone, datum
        self.faults: list[Fault] = []

    def call(self, row: Row) -> Call | None:
        if row.fault:
            self.faults.append(Fault(row.number, self.table.header[0], row.fault, "row"))
            return None
        moments = {name: self._moment(row, name) for name in MOMENTS}
        self._in_order(row, moments)
        longitude, latitude = self._place(row)
        trip = Trip(
            self._text(row, "force"),
            self._flag(row),
            *(moments[name] for name in MOMENTS[1:]),
        )
        if (created := moments["created"]) is None:
            return None
        kind, zone = self._text(row, "kind"), self._text(row, "zone")
        trips = (trip,) if trip != Trip(trip.force) else ()
        return Call(created, kind, zone, longitude, latitude, trips)

    def _moment(self, row: Row, name: str) -> datetime | None:
        cell = self.table.cell(row, name)
        if not tables.text(cell).strip():
            if name == "created":
                self._fault(row, name, "is empty", "empty")
            return None
        try:
            found = tables.moment(cell, self.zone)
        except ValueError as reason:
            self._fault(row, name, str(reason), "not_a_date", tables.text(cell))
            return None
        if found.date_only:
            written = tables.text(cell)
            self._fault(row, name, f"{written!r} has no time of day", "date_only", written)
        return found.at.astimezone(self.zone)

    def _in_order(self, row: Row, moments: dict[str, datetime | None]) -> None:
        latest = moments["created"]
        before = "created"
        for name, at in moments.items():
            if at is None or latest is None:
                continue
            if at < latest:
                header = self._header(before)
                self._fault(row, name, f"is before {header}", "order", header)
            latest, before = at, name

    def _place(self, row: Row) -> tuple[float, float] | tuple[None, None]:
        longitude = self._degrees(row, "longitude", 180)
        latitude = self._degrees(row, "latitude", 90)
        if (longitude is None) != (latitude is None):
            missing = "longitude" if longitude is None else "latitude"
            if missing in self.table.columns and not self._text(row, missing):
                why = "is empty, and the other half of the position is not"
                self._fault(row, missing, why, "half")
        if longitude is None or latitude is None:
            return None, None
        return to_wgs84((longitude, latitude), self.datum)

    def _degrees(self, row: Row, name: str, most: float) -> float | None:
        written = self._text(row, name)
        if not written:
            return None
        try:
            degrees = float(written)
        except ValueError:
            self._fault(row, name, f"{written[:40]!r} is not a number", "not_a_number", written)
            return None
        if not -most <= degrees <= most:
            why = f"{written[:40]} is not within ±{most:g}°"
            self._fault(row, name, why, "beyond", written)
            return None
        return degrees

    def _flag(self, row: Row) -> bool | None:
        written = self._text(row, "accepted").casefold()
        if written and written not in YES | NO:
            why = f"{written[:40]!r} is neither yes nor no"
            self._fault(row, "accepted", why, "not_a_flag", written)
        return written in YES if written else None

    def _text(self, row: Row, name: str) -> str:
        return tables.one_line(tables.text(self.table.cell(row, name)))

    def _header(self, name: str) -> str:
        return self.table.header[self.table.columns[name]]

    def _fault(self, row: Row, name: str, why: str, code: str, cell: str = "") -> None:
        self.faults.append(Fault(row.number, self._header(name), why, code, cell[:CELL]))
