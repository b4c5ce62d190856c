"""Reading sheets that others made: where the header is, what a date says, what to leave out. Pure.

XLSX and CSV in, rows of named cells out. Nothing here knows what is done with them.
"""

import codecs
import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

HEADER_WITHIN = 20
"""A header stands in one of the first rows; titles and notes may stand above it."""
LONGEST_CELL = 1 << 20
"""Characters. A longer CSV cell is a quote that nobody closed."""
DELIMITERS = ",;\t|"
_BROKEN_BOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    SyntaxError,  # what the XML parser raises
    ValueError,
)
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
BROKEN_QUOTES = "broken quotes"

type Cell = Any
type Names = Mapping[str, Sequence[str]]
"""The headers by which each field is known, the best first."""


class Unreadable(Exception):
    """The file is no sheet we can read. `code`: not_a_sheet, old_excel or encoding."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands: its number in the file, from 1, and its cells.

    `fault` says why it could not be read.
    """

    number: int
    cells: Sequence[Cell]
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        return not any(text(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a file, unread. `rows` is everything in it, header and titles too."""

    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose header was found: which column is which field, and the rows below it."""

    name: str
    header: list[str]
    columns: dict[str, int]
    rows: list[Row] = field(repr=False)

    def cell(self, row: Row, name: str) -> Cell:
        """The cell of a field; None where the table has no such column, or the row is short."""
        column = self.columns.get(name)
        return row.cells[column] if column is not None and column < len(row.cells) else None


# --- files ---------------------------------------------------------------------------------------


def read(content: bytes, name: str, known: Names) -> list[Sheet]:
    """The sheets of a file; a CSV file is one. `known` helps to tell how a CSV is separated.

    Raises Unreadable.
    """
    if content.startswith(OLD_EXCEL):
        raise Unreadable("old_excel", f"{name} is an old or encrypted Excel file")
    if content.startswith(b"PK"):
        return _read_xlsx(content, name)
    return [Sheet("", _read_csv(_decode(content, name), known))]


def _read_xlsx(content: bytes, name: str) -> list[Sheet]:
    """Formulas count as what they last came to."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [_read_sheet(sheet) for sheet in book.worksheets]
    except _BROKEN_BOOK as fault:
        raise Unreadable("not_a_sheet", f"{name} is not a whole workbook: {fault}") from fault


def _read_sheet(sheet: Any) -> Sheet:
    sheet.reset_dimensions()  # some writers state a size that is not true
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    return Sheet(sheet.title, [Row(number, list(cells)) for number, cells in rows])


def _decode(content: bytes, name: str) -> str:
    """UTF-8 or UTF-16 by their mark, else UTF-8 if it is that, else GB 18030."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in decoded:
            return decoded
    raise Unreadable("encoding", f"{name} is not text in UTF-8, UTF-16 or GB 18030")


def _read_csv(content: str, known: Names) -> list[Row]:
    lines = list(io.StringIO(content, newline=""))
    head = "".join(lines[:HEADER_WITHIN])

    def promise(delimiter: str) -> tuple[int, int]:
        rows = list(_parse(list(io.StringIO(head, newline="")), delimiter))
        found = find_header(rows, known, {})
        return len(found.columns) if found else 0, max((len(r.cells) for r in rows), default=0)

    return list(_parse(lines, max(DELIMITERS, key=promise)))


def _parse(lines: list[str], delimiter: str) -> Iterator[Row]:
    """Rows by the line they begin at. A line with a quote that nobody closes costs only itself."""
    csv.field_size_limit(LONGEST_CELL)
    start = 0
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
        begins = start
        try:
            for cells in reader:
                yield Row(begins + 1, [_unguarded(cell) for cell in cells])
                begins = start + reader.line_num
            return
        except csv.Error:
            yield Row(begins + 1, [lines[begins].rstrip("\r\n")], fault=BROKEN_QUOTES)
            start = begins + 1


# --- headers -------------------------------------------------------------------------------------


def find_header(rows: Sequence[Row], known: Names, chosen: Mapping[str, str]) -> Table | None:
    """The table in a sheet: its header is the row, or two rows, that name the most fields.

    `chosen` says for some fields which header is theirs, or with "" that they have
    none. None where no row names anything.
    """
    best: Table | None = None
    head = rows[:HEADER_WITHIN]
    for place, row in enumerate(head):
        heights = [[row]] if place + 1 == len(head) else [[row], [row, head[place + 1]]]
        for height in heights:
            header = _joined(height)
            columns = _columns(header, known, chosen)
            if columns and (best is None or len(columns) > len(best.columns)):
                best = Table("", header, columns, list(rows[place + len(height) :]))
    return best


def _joined(rows: Sequence[Row]) -> list[str]:
    """A header of two rows: what stands lower is closer to the column."""
    width = max(len(row.cells) for row in rows)
    found = [""] * width
    for row in rows:
        for column, cell in enumerate(row.cells):
            found[column] = one_line(text(cell)) or found[column]
    return found


def _columns(header: list[str], known: Names, chosen: Mapping[str, str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for column, name in reversed(list(enumerate(header))):
        places[bare(name)] = column  # of two columns with one name, the first
    columns = {}
    for name, headers in known.items():
        wanted = [chosen[name]] if name in chosen else headers
        place = next((places[bare(one)] for one in wanted if bare(one) in places), None)
        if place is not None and bare(header[place]):
            columns[name] = place
    return columns


_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOT_A_WORD = re.compile(r"[\W_]+")


def bare(header: str) -> str:
    """A header for comparing: no case, width, spaces, punctuation or remarks in brackets."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return _NOT_A_WORD.sub("", _BRACKETED.sub("", folded)) or _NOT_A_WORD.sub("", folded)


# --- cells ---------------------------------------------------------------------------------------

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]|[\ud800-\udfff]")
_INDENT = re.compile("\u3000{2,}")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def text(cell: Cell) -> str:
    """A cell as text, just as it stands; whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def clean(raw: str) -> str:
    """Text for reading: no stray white space, no invisible characters, paragraphs apart.

    Two or more ideographic spaces are how a lost paragraph was indented.
    """
    tidy = raw.replace("_x000D_", "\n").replace("\r\n", "\n").replace("\r", "\n")
    tidy = _CONTROLS.sub("", _INVISIBLE.sub("", tidy))
    tidy = _SPACES.sub(" ", _INDENT.sub("\n", tidy))
    tidy = "\n".join(line.strip() for line in tidy.split("\n"))
    return _BLANK_LINES.sub("\n\n", tidy).strip()


def one_line(raw: str) -> str:
    return " ".join(clean(raw).split())


# --- moments -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was, in UTC. `date_only`: the hour is not known, `at` is the day's start."""

    at: datetime
    date_only: bool = False


EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (the zone is the sheet's, added later)
_EXCEL_DAYS = range(10_000, 80_000)  # 1927 to 2119
_SECONDS = range(10**8, 5 * 10**9)

_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?"
_HALF = r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|am|pm)"
_CLOCK = (
    r"(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})"
    r"(?:\s*[:分]\s*(?:(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?\s*秒?)?)?)?"
)
_APART = r"(?:[t,\s]+|(?<=[日号一二三四五六天])|(?=[凌早上中下傍晚]))"
_ZONE = r"(?P<zone>z|[+-]\d{2}:?\d{2})"
_WRITTEN = re.compile(
    rf"{_DATE}(?:,?\s*(?:星期|周)[一二三四五六日天])?"
    rf"(?:{_APART}{_HALF}?\s*{_CLOCK}\s*{_HALF.replace('half', 'after')}?\s*{_ZONE}?)?"
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?"
)
_AFTERNOON = {"下午", "傍晚", "晚上", "pm"}
_MORNING = {"凌晨", "am"}


def moment(cell: Cell, zone: ZoneInfo) -> Moment:
    """When a cell says, in the sheet's zone; ValueError where nobody could tell for sure.

    A date cell, an Excel serial number, seconds since 1970, or text with the year
    first: 2019-12-30 14:05:33, 2020/1/5 9:03, 2011年3月5日, 20191230, ISO 8601.
    05/03/2011 is refused, since it may be March or May.
    """
    if isinstance(cell, datetime):
        if cell.tzinfo is not None:
            return Moment(cell.astimezone(UTC))
        return _local(cell, zone, date_only=cell.time() == time())
    if isinstance(cell, date):
        return _local(datetime.combine(cell, time()), zone, date_only=True)
    written = unicodedata.normalize("NFKC", one_line(text(cell))).casefold()
    if re.fullmatch(r"\d+(\.\d+)?", written) and not _COMPACT.fullmatch(written):
        return _numbered(float(written), zone)
    found = _COMPACT.fullmatch(written) or _WRITTEN.fullmatch(written)
    if found is None:
        raise ValueError(f"not a date: {written[:40]!r}")
    said = found.groupdict()
    day = datetime(int(said["year"]), int(said["month"]), int(said["day"]))  # noqa: DTZ001
    if said["hour"] is None:
        return _local(day, zone, date_only=True)
    at = day.replace(
        hour=_hour(int(said["hour"]), said.get("half") or said.get("after")),
        minute=int(said["minute"] or 0),
        second=int(said["second"] or 0),
        microsecond=int(f"{said.get('fraction') or 0:0<6}"[:6]),
    )
    if offset := said.get("zone"):
        return Moment(datetime.fromisoformat(f"{at.isoformat()}{offset.upper()}").astimezone(UTC))
    return _local(at, zone, date_only=False)


def _hour(hour: int, half: str | None) -> int:
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    if half in _MORNING and hour == 12:
        return 0
    return hour


def _numbered(number: float, zone: ZoneInfo) -> Moment:
    if int(number) in _EXCEL_DAYS:
        seconds = round(number % 1 * 86400)
        at = EXCEL_EPOCH + timedelta(days=int(number), seconds=seconds)
        return _local(at, zone, date_only=number.is_integer())
    for unit in (1, 1000):
        if int(number / unit) in _SECONDS:
            return Moment(datetime.fromtimestamp(number / unit, UTC))
    raise ValueError(f"not a date: {number}")


def _local(at: datetime, zone: ZoneInfo, *, date_only: bool) -> Moment:
    return Moment(at.replace(tzinfo=zone).astimezone(UTC), date_only)


# --- writing -------------------------------------------------------------------------------------

_RUNS = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would run as a formula."""


def _guarded(cell: Cell) -> str:
    raw = text(cell)
    return f"'{raw}" if raw.lstrip("'").startswith(_RUNS) else raw


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_RUNS) else cell


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file that spreadsheets open in the right encoding.

    What they would run as a formula stands behind a '; `read` takes it off again.
    """
    out = io.StringIO()
    csv.writer(out).writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")


def save_privately(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
