"""Lists of a station's own: read by headers, checked row by row, taken whole or not at all."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from tests.support import register
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.direct import tables
from yihu.kernel.models import Matter
from yihu.people.models import Organisation, Person, Post
from yihu.places.models import KeySite
from yihu.radio import net_import
from yihu.radio.models import Custody, Radio
from yihu.radio.net_headers import HEADERS

SITES = [
    ["单位名称", "种类", "地址", "值班联系人", "值班电话", "应配对讲机数", "经度", "纬度"],
    ["万和商场", "商场", "人民路 1 号", "值班经理", "000-0001", 2, 120.1, 30.2],
    ["新城小学", "学校", "书院路 3 号", "门卫室", "000-0002", "", "", ""],
]
PEOPLE = [
    ["姓名", "登录名", "所在单位", "岗位"],
    ["甲一", "wanhe1", "万和商场", "保安"],
    ["乙二", "xincheng1", "新城小学", "志愿者"],
]
SETS = [
    ["对讲机编号", "型号", "领用单位", "领用人"],
    ["B-0001", "平板", "万和商场", "甲一"],
    ["B-0002", "平板", "新城小学", "xincheng1"],
    ["B-0003", "平板", "", ""],
]
WHOLE = {"重点单位": SITES, "人员": PEOPLE, "对讲机": SETS}


@pytest.fixture
def town(db: None) -> Town:
    return build()


def book(sheets: Mapping[str, list[list[object]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def plan(town: Town, content: bytes, name: str = "list.xlsx") -> net_import.Plan:
    return net_import.plan(actor=town.actor("dispatcher"), content=content, name=name)


def changed(rows: list[list[object]], row: int, column: int, value: object) -> list[list[object]]:
    return [
        [value if (n, m) == (row, column) else cell for m, cell in enumerate(line)]
        for n, line in enumerate(rows)
    ]


def upload(client: Client, content: bytes, name: str = "list.xlsx") -> object:
    return client.post("/net/import/", {"file": SimpleUploadedFile(name, content)})


def yes(client: Client, page: object) -> object:
    """Press 全部导入 on a page that offers it."""
    fields = dict(re.findall(r'name="(name|content)" value="([^"]*)"', page.text))  # type: ignore[attr-defined]
    return client.post("/net/import/", fields)


# --- what is taken -------------------------------------------------------------------------------


def test_a_plan_writes_nothing_and_carried_out_it_is_all_there(town: Town) -> None:
    before = Organisation.objects.count(), Person.objects.count(), Matter.objects.count()
    made = plan(town, book(WHOLE))
    assert made.faults == []
    assert before == (
        Organisation.objects.count(),
        Person.objects.count(),
        Matter.objects.count(),
    )
    net_import.carry_out(made)
    plaza = KeySite.objects.get(organisation__name="万和商场")
    assert (plaza.kind.code, plaza.sets_required, plaza.longitude) == ("mall", 2, 120.1)
    school = KeySite.objects.get(organisation__name="新城小学")
    assert school.sets_required == 2  # what a school is to have
    assert school.organisation.parent == town.station
    held = Custody.objects.select_related("holder", "received_by")
    assert {(one.holder.name, one.received_by.username) for one in held} == {
        ("万和商场", "wanhe1"),
        ("新城小学", "xincheng1"),
    }
    assert Radio.objects.count() == 3
    assert not Person.objects.get(username="wanhe1").has_usable_password()
    assert Post.objects.get(person__username="xincheng1").role == "volunteer"


def test_brought_again_a_list_changes_nothing(town: Town) -> None:
    net_import.carry_out(plan(town, book(WHOLE)))
    counted = Matter.objects.count(), Post.objects.count(), KeySite.objects.count()
    again = plan(town, book(WHOLE))
    assert (again.faults, {one.what for one in again.planned}) == ([], {"same"})
    net_import.carry_out(again)
    assert counted == (Matter.objects.count(), Post.objects.count(), KeySite.objects.count())


def test_a_changed_cell_changes_that_and_an_empty_one_nothing(town: Town) -> None:
    net_import.carry_out(plan(town, book(WHOLE)))
    moved = changed(changed(SITES, 1, 4, "000-0009"), 1, 6, "")
    made = plan(town, book({"s": moved}))
    assert [one.what for one in made.planned] == ["change", "same"]
    net_import.carry_out(made)
    plaza = KeySite.objects.get(organisation__name="万和商场")
    assert (plaza.duty_phone, plaza.longitude) == ("000-0009", 120.1)


def test_lists_may_come_as_separate_csv_files_in_any_order_of_sheets(town: Town) -> None:
    turned = book(dict(reversed(WHOLE.items())))
    assert plan(town, turned).faults == []
    for rows in (SITES, PEOPLE, SETS):
        net_import.carry_out(plan(town, tables.write_csv(rows), "list.csv"))
    assert Custody.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_that_spreadsheets_write(town: Town, encoding: str) -> None:
    content = tables.write_csv(SITES).decode("utf-8-sig").encode(encoding)
    made = plan(town, content, "list.csv")
    assert [one.title for one in made.planned] == ["万和商场", "新城小学"]


def test_english_headers_are_known(town: Town) -> None:
    rows = [
        ["Name", "Kind", "Address", "Contact", "Phone", "Required"],
        ["Plaza", "Mall", "1 Road", "Desk", "000-0001", 1],
    ]
    made = plan(town, tables.write_csv(rows), "list.csv")
    assert (made.faults, [one.what for one in made.planned]) == ([], ["add"])


def test_a_column_that_nobody_knows_is_named(town: Town) -> None:
    made = plan(town, tables.write_csv(changed(SITES, 0, 5, "对讲机要几台")), "list.csv")
    assert made.unread == ["对讲机要几台"]


def test_a_formula_is_text_here_and_guarded_where_it_leaves(town: Town) -> None:
    rows = changed(SITES, 1, 0, "=HYPERLINK(1)")
    net_import.carry_out(plan(town, tables.write_csv(rows), "list.csv"))
    assert Organisation.objects.filter(name="=HYPERLINK(1)").exists()


@pytest.mark.parametrize("lists", HEADERS)
def test_the_empty_list_that_is_offered_is_one_that_is_read(town: Town, lists: str) -> None:
    sample = login(town, "dispatcher").get(f"/net/import/?sample={lists}").content
    [(found, table)], skipped = net_import.open_tables(sample, "sample.csv")
    assert (found, skipped) == (lists, [])
    assert set(table.columns) == set(HEADERS[lists])


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "says"),
    [
        ("重点单位", 1, 1, "影院", "没有这个种类"),
        ("重点单位", 1, 4, "打听", "电话只写数字"),
        ("重点单位", 1, 5, "两台", "请写一个整数"),
        ("重点单位", 1, 6, "", "要么都写"),
        ("重点单位", 1, 7, "300", "90"),
        ("重点单位", 2, 0, "万和商场", "前面已经有同样的一行"),
        ("重点单位", 2, 2, "", "请填写"),
        ("人员", 1, 1, "甲一", "登录名用小写字母"),
        ("人员", 1, 1, "chief", "已经有人用"),
        ("人员", 1, 2, "没有的商场", "没有这个单位"),
        ("人员", 1, 3, "民警", "只能写保安或志愿者"),
        ("对讲机", 1, 0, "一号机", "编号只用字母"),
        ("对讲机", 1, 2, "没有的商场", "没有这个单位"),
        ("对讲机", 1, 3, "乙二", "没有这个人"),
    ],
)
def test_each_fault_names_row_column_and_what_to_do(
    town: Town, sheet: str, row: int, column: int, value: object, says: str
) -> None:
    made = plan(town, book({**WHOLE, sheet: changed(WHOLE[sheet], row, column, value)}))
    where = [(one.sheet, one.row, one.column) for one in made.faults]
    header = str(WHOLE[sheet][0][column])
    if says == "要么都写":
        header = "经度"
    assert (sheet, row + 1, header) in where
    assert any(says in one.sentence for one in made.faults)
    with pytest.raises(ValueError, match="faults"):
        net_import.carry_out(made)


def test_a_set_that_another_unit_holds_is_refused_at_its_row(town: Town) -> None:
    site = register.site(town, "别的商场")
    register.issue(town, register.radio(town), site, register.guard(town, site))
    made = plan(town, book(WHOLE))
    assert [(one.row, one.column) for one in made.faults] == [(2, "领用单位")]
    assert "收回以后才能再发" in made.faults[0].sentence


def test_nobody_else_imports(town: Town) -> None:
    for name in ("officer", "guard", "supervisor"):
        assert login(town, name).get("/net/import/").status_code == 404
        assert upload(login(town, name), book(WHOLE)).status_code == 404  # type: ignore[attr-defined]
    stranger = upload(login(town, "stranger"), book({"s": changed(SITES, 1, 0, "甲店")}))
    assert yes(login(town, "stranger"), stranger).status_code == 302  # type: ignore[attr-defined]
    assert Organisation.objects.get(name="甲店").parent == town.other_station


# --- the page ------------------------------------------------------------------------------------


def test_the_page_shows_first_and_writes_on_yes(town: Town) -> None:
    client = login(town, "dispatcher")
    page = upload(client, book(WHOLE))
    assert "检查过，可以导入" in page.text  # type: ignore[attr-defined]
    assert not KeySite.objects.exists()
    assert yes(client, page).status_code == 302  # type: ignore[attr-defined]
    assert KeySite.objects.count() == 2


def test_the_page_with_faults_offers_no_yes(town: Town) -> None:
    client = login(town, "dispatcher")
    page = upload(client, book({**WHOLE, "重点单位": changed(SITES, 1, 1, "影院")})).text  # type: ignore[attr-defined]
    assert "没有这个种类" in page
    assert 'name="content"' not in page


def test_what_changed_meanwhile_is_not_written_over(town: Town) -> None:
    client = login(town, "dispatcher")
    page = upload(client, book(WHOLE))
    register.site(town, "新城小学")
    site = register.site(town, "别的商场")
    register.issue(town, register.radio(town), site, register.guard(town, site))
    answer = yes(client, page)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert not KeySite.objects.filter(organisation__name="万和商场").exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"\x00\x01\x02\xff" * 20, "noise.csv"),
        (b"PK\x03\x04broken", "broken.xlsx"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old.xls"),
        ("你好,世界\n一,二\n".encode(), "other.csv"),
        (tables.write_csv([SITES[0], *[SITES[1]] * (net_import.MOST_ROWS + 1)]), "long.csv"),
        (b"x" * (1024 * 1024 + 1), "large.csv"),
    ],
)
def test_a_file_that_is_no_list_is_said_at_the_field(town: Town, content: bytes, name: str) -> None:
    answer = upload(login(town, "dispatcher"), content, name)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'id="id_file_error"' in answer.text  # type: ignore[attr-defined]


def test_a_yes_that_was_tampered_with_writes_nothing(town: Town) -> None:
    client = login(town, "dispatcher")
    for content in ("", "%%%", "UEsDBA==", "eA=="):
        answer = client.post("/net/import/", {"content": content, "name": "x.csv"})
        assert answer.status_code == 409
    assert not KeySite.objects.exists()


# --- the command ---------------------------------------------------------------------------------


def command(file: Path, *options: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("import-net", str(file), "--json", *options, stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def test_the_command_checks_then_imports(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(book(WHOLE))
    tried = command(file, "--by", "dispatcher", "--dry-run")
    assert (tried["faults"], tried["add"], KeySite.objects.count()) == ([], 7, 0)
    command(file, "--by", "dispatcher")
    assert command(file, "--by", "chief")["same"] == 7


def test_the_command_refuses_whoever_does_not_direct_the_net_and_wrong_rows(
    town: Town, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(tables.write_csv(changed(SITES, 1, 1, "影院")))
    for name in ("officer", "nobody"):
        with pytest.raises(CommandError) as refused:
            command(file, "--by", name)
        assert refused.value.returncode == 2
    with pytest.raises(CommandError) as refused:
        command(file, "--by", "chief")
    assert refused.value.returncode == 1
    assert not KeySite.objects.exists()
