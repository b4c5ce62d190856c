"""Reading sheets that others made: headers, dates, stray white space, encodings."""

import io
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.direct import tables
from yihu.direct.headers import HEADERS
from yihu.direct.tables import BROKEN_QUOTES, Moment, Unreadable

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=SHANGHAI).astimezone(UTC)


def xlsx(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(content: bytes, **chosen: str) -> tables.Table | None:
    [sheet] = tables.read(content, "file", HEADERS)
    return tables.find_header(sheet.rows, HEADERS, chosen)


# --- moments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2019-12-30 14:05:33", local(2019, 12, 30, 14, 5, 33)),
        ("2020/1/5 9:03", local(2020, 1, 5, 9, 3)),
        ("2011年3月5日14时05分", local(2011, 3, 5, 14, 5)),
        ("2019年3月5日 星期二 下午3:20", local(2019, 3, 5, 15, 20)),
        ("2019/5/9 上午 9:49:14", local(2019, 5, 9, 9, 49, 14)),
        ("2019-01-01 12:05 AM", local(2019, 1, 1, 0, 5)),
        ("２０１９／１２／３０　１４：０５", local(2019, 12, 30, 14, 5)),
        (" 2019.1.2\t8:00 ", local(2019, 1, 2, 8)),
        ("20191230140533", local(2019, 12, 30, 14, 5, 33)),
        ("2019-12-30T14:05:33Z", datetime(2019, 12, 30, 14, 5, 33, tzinfo=UTC)),
        ("2019-12-30T14:05:33+0900", datetime(2019, 12, 30, 5, 5, 33, tzinfo=UTC)),
        (datetime(2019, 4, 8, 8, 37, 20), local(2019, 4, 8, 8, 37, 20)),
        (43586.5, local(2019, 5, 1, 12)),
        (1577685933, local(2019, 12, 30, 14, 5, 33)),
        (1577685933000, local(2019, 12, 30, 14, 5, 33)),
    ],
)
def test_a_moment_is_read_in_the_districts_zone(written: object, expected: datetime) -> None:
    assert tables.moment(written, SHANGHAI) == Moment(expected)


@pytest.mark.parametrize(
    "written",
    ["2018/4/24", "2018年4月24日", "20180424", date(2018, 4, 24), datetime(2018, 4, 24), 43214],
)
def test_a_date_alone_says_that_the_hour_is_not_known(written: object) -> None:
    assert tables.moment(written, SHANGHAI) == Moment(local(2018, 4, 24), date_only=True)


@pytest.mark.parametrize(
    "written",
    [
        *["", None, True, "昨天", "05/03/2011", "2019-13-01", "2019-2-30", "2019年", 2019, 7.5],
        *["2019-12-30 25:00", "2019-12-30 14:053", "#VALUE!", "NaN", "9" * 400],
    ],
)
def test_what_nobody_can_tell_for_sure_is_no_moment(written: object) -> None:
    with pytest.raises((ValueError, OverflowError)):
        tables.moment(written, SHANGHAI)


@given(st.datetimes(datetime(1980, 1, 1), datetime(2099, 12, 31)))
def test_every_way_of_writing_a_moment_means_the_same(at: datetime) -> None:
    at = at.replace(microsecond=0)
    expected = at.replace(tzinfo=SHANGHAI).astimezone(UTC)
    ways = [
        f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02}:{at.second:02}",
        f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒",
        at.isoformat(sep=" ", timespec="seconds"),
        f"{at:%Y%m%d%H%M%S}",
    ]
    assert {tables.moment(way, SHANGHAI).at for way in ways} == {expected}


# --- text ----------------------------------------------------------------------------------------


def test_stray_white_space_goes_and_paragraphs_stay() -> None:
    raw = "\n\t\t\t\n\t\t　　您好：\u200b\xa0\xa0请问　　第二段。\r\n\n\n\n尾 _x000D_\x00\t"
    assert tables.clean(raw) == "您好： 请问\n第二段。\n\n尾"


@given(st.text())
def test_cleaning_twice_changes_nothing_more_and_no_word_is_lost(raw: str) -> None:
    once = tables.clean(raw)
    assert tables.clean(once) == once
    assert once == once.strip()
    kept = {char for char in raw if char.isalnum()}
    assert kept - set(once) <= set("x000D")  # the letters of Excel's own line-end mark


def test_whole_numbers_have_no_decimal_point() -> None:
    assert [tables.text(cell) for cell in (2549, 2549.0, 1.5, None, "甲")] == [
        *("2549", "2549", "1.5", "", "甲")
    ]


# --- headers -------------------------------------------------------------------------------------


def test_a_header_is_found_below_titles_and_merged_cells() -> None:
    found = table(
        xlsx(
            ["2019年群众来信登记表", None, None, None],
            ["填表单位：某所", None, None, None],
            ["留言编号*", " 留言 时间（北京时间）", "留言详情", "备注"],
            [1, "2019-1-1", "路灯坏了", ""],
        )
    )
    assert found is not None
    assert found.columns == {"number": 0, "time": 1, "words": 2}
    assert [row.number for row in found.rows] == [4]


def test_a_header_of_two_rows_is_read_as_one() -> None:
    found = table(
        xlsx(
            ["编号", "来信", None, "办理", None],
            [None, "来信时间", "来信内容", "答复内容", "答复时间"],
            [1, "2019-1-1", "路灯坏了", "修好了", "2019-1-2"],
        )
    )
    assert found is not None
    assert found.columns == {"number": 0, "time": 1, "words": 2, "reply": 3, "reply_time": 4}
    assert len(found.rows) == 1


def test_english_headers_and_chosen_ones() -> None:
    content = b"Case-ID,Created At,Their story,Description\n7,2019-01-01,lamp,street\n"
    found = table(content, words="their STORY")
    assert found is not None
    assert found.columns == {"number": 0, "time": 1, "words": 2}
    left_out = table(content, number="")
    assert left_out is not None
    assert "number" not in left_out.columns


def test_an_answered_yes_or_no_column_is_no_reply() -> None:
    found = table("留言内容,留言时间,是否回复,回复单位\n一,2019-1-1,是,某所\n".encode())
    assert found is not None
    assert set(found.columns) == {"words", "time"}


# --- files ---------------------------------------------------------------------------------------

WORDS = "留言时间{0}留言内容\n2019-1-1{0}路灯坏了，请修\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_is_read_in_any_usual_encoding_and_form(encoding: str, delimiter: str) -> None:
    found = table(WORDS.format(delimiter).encode(encoding))
    assert found is not None
    assert list(found.rows[0].cells) == ["2019-1-1", "路灯坏了，请修"]


def test_rows_are_numbered_by_the_line_they_begin_at() -> None:
    found = table('时间,内容\r\n2019-1-1,"一\r\n二"\r\n\r\n2019-1-2,三\r\n'.encode())
    assert found is not None
    assert [(row.number, row.is_blank) for row in found.rows] == [(2, False), (4, True), (5, False)]


def test_a_quote_that_nobody_closed_costs_its_own_line_only() -> None:
    found = table('时间,内容\n2019-1-1,"没有关上\n2019-1-2,第二行\n2019-1-3,"三"\n'.encode())
    assert found is not None
    assert [row.fault for row in found.rows] == [BROKEN_QUOTES, "", ""]
    assert found.rows[0].number == 2
    assert list(found.rows[1].cells) == ["2019-1-2", "第二行"]


def test_a_formula_counts_as_what_it_last_came_to() -> None:
    content = io.BytesIO(xlsx(["时间", "内容"], ["2019-1-1", "=CONCAT(1,2)"]))
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                assert b"<f>CONCAT(1,2)</f><v" in data
                data = data.replace(b"<v></v>", b"<v>12</v>").replace(b"<v />", b"<v>12</v>")
            new.writestr(name, data)
    found = table(changed.getvalue())
    assert found is not None
    assert tables.text(found.rows[0].cells[1]) == "12"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0 old", "old_excel"),
        (b"PK not a workbook", "not_a_sheet"),
        (xlsx(["时间"])[:-300], "not_a_sheet"),
        (b"\x00\x01\x02\xff" * 9, "encoding"),
    ],
)
def test_what_is_no_sheet_says_so(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as fault:
        tables.read(content, "file", HEADERS)
    assert fault.value.code == code


@given(st.binary(max_size=200))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    try:
        sheets = tables.read(content, "file", HEADERS)
    except Unreadable:
        return
    for sheet in sheets:
        tables.find_header(sheet.rows, HEADERS, {})


CELLS = st.text(st.characters(codec="utf-8"), min_size=1) | st.from_regex("'{0,2}=.{1,3}")


@given(st.lists(st.lists(CELLS, min_size=1)))
def test_what_is_written_is_read_again_and_runs_nothing(rows: list[list[str]]) -> None:
    content = tables.write_csv([["时间", "内容"], *rows])
    assert not any(
        cell.startswith(("=", "+", "-", "@"))
        for line in content.decode("utf-8-sig").split("\r\n")
        for cell in line.split(",")[:1]
        if '"' not in line
    )
    if any("\0" in cell for row in rows for cell in row):
        return
    [sheet] = tables.read(content, "file", HEADERS)
    assert [list(row.cells) for row in sheet.rows[1:]] == rows
