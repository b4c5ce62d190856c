"""Tables for spreadsheets, as CSV and XLSX, written row by row. Pure.

A cell that a spreadsheet would run as a formula stands behind a ' in CSV; in XLSX every
text is typed as text, so that it is shown as it is.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

type Cell = str | int | float | datetime | None
type Rows = Iterable[Sequence[Cell]]

_RUNS = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
"""How a text begins that a spreadsheet would run, or might after trimming it."""
LONGEST = 32_767
"""Characters that a cell of a workbook holds."""
AT = "%Y-%m-%d %H:%M"


class _Echo:
    """Hands back what a CSV writer writes, so that rows go out one by one."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Rows) -> Iterator[bytes]:
    """The file in pieces; it begins with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff".encode()
    for row in rows:
        line: str = writer.writerow([_guarded(cell) for cell in row])
        yield line.encode("utf-8", "replace")


def _guarded(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime(AT)
    text = str(cell).replace("\0", "")
    return f"'{text}" if isinstance(cell, str) and _RUNS.match(text) else text


def write_xlsx(rows: Rows, title: str, into: IO[bytes]) -> None:
    """A workbook of one sheet; only one row at a time is held in memory."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])
    book.save(into)


def _typed(sheet: object, cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)  # local already: workbooks know no zones
    if not isinstance(cell, str):
        return cell
    typed = WriteOnlyCell(sheet)
    typed.value = ILLEGAL_CHARACTERS_RE.sub("", cell)[:LONGEST]
    typed.data_type = "s"
    return typed
