"""Sheets hold what they were given, and run none of it."""

import csv
import io
from datetime import datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yihu.reports.sheets import csv_lines, write_xlsx

NASTY = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "+49",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1",
]


def as_csv(*rows: list[object]) -> list[list[str]]:
    content = b"".join(csv_lines(rows))  # type: ignore[arg-type]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_xlsx(*rows: list[object]) -> openpyxl.worksheet.worksheet.Worksheet:
    file = io.BytesIO()
    write_xlsx(rows, "sheet", file)  # type: ignore[arg-type]
    return openpyxl.load_workbook(file).active


@pytest.mark.parametrize("cell", NASTY)
def test_a_formula_is_text_in_both(cell: str) -> None:
    assert as_csv([cell]) == [[f"'{cell}"]]
    shown = as_xlsx([cell]).cell(1, 1)
    assert shown.data_type == "s"
    assert shown.value.strip() == cell.strip()


def test_a_negative_number_stays_a_number() -> None:
    assert as_csv([-47.0, None, 3]) == [["-47.0", "", "3"]]
    shown = as_xlsx([-47.0])
    assert (shown.cell(1, 1).data_type, shown.cell(1, 1).value) == ("n", -47.0)


def test_a_time_is_one_in_a_workbook_and_readable_in_csv() -> None:
    at = datetime(2026, 3, 4, 5, 6)
    assert as_csv([at]) == [["2026-03-04 05:06"]]
    assert as_xlsx([at]).cell(1, 1).value == at


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=3))
def test_no_cell_begins_as_something_to_run(rows: list[list[str]]) -> None:
    for row in as_csv(*rows):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=12))
def test_whatever_people_type_makes_a_workbook_that_opens(text: str) -> None:
    assert as_xlsx(["first", text]).cell(1, 1).value == "first"
