"""Sheets of earlier messages become matters with their true past; what cannot be right is named."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from tests.support.desk import address, login
from tests.support.town import Town, build

from yihu.direct import imports
from yihu.direct.imports import BadSheet, Imported
from yihu.kernel import vault
from yihu.kernel.models import Answer, Entry, Escalation, Matter, OutboxMessage, Pending, SealedPart
from yihu.kernel.timeline import timeline
from yihu.people.models import Organisation

pytestmark = pytest.mark.django_db

HEADER = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
ANSWERED = [7, "网友甲", "路灯", "2019/4/25 9:32:09", "路灯坏了", "修好了", "2019/5/10 14:56:53"]
OPEN = [8, "网友乙", "楼道", "2019/4/26 8:00:00", "楼道灯不亮", "", ""]
REAL = Path(__file__).parents[3] / "shared/data/messages/messages-with-replies.xlsx"


@pytest.fixture
def town() -> Town:
    return build()


def sheet(*rows: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def take(town: Town, content: bytes, *, dry_run: bool = False, **chosen: str) -> Imported:
    source = imports.open_source(content, "file.csv", chosen)
    return imports.import_messages(station=town.station, source=source, dry_run=dry_run)


def reasons(done: Imported) -> list[tuple[int, str]]:
    return [(reject.row.number, reject.reason) for reject in done.rejects]


def said(matter: Matter, what: str) -> list[str]:
    parts = SealedPart.objects.filter(matter=matter, what=what).select_related("party")
    return [vault.unseal(part, vault.key_of(part.party)).text for part in parts]


def numbered(number: int) -> Matter:
    return next(m for m in Matter.objects.all() if said(m, "number") == [str(number)])


# --- what becomes of a row -----------------------------------------------------------------------


def test_an_answered_message_has_its_true_past_and_rests_without_a_verdict(town: Town) -> None:
    assert take(town, sheet(HEADER, ANSWERED)).imported == 1
    matter = Matter.objects.get()
    opened = datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC)
    answered = datetime(2019, 5, 10, 6, 56, 53, tzinfo=UTC)
    entries = list(matter.entries.order_by("seq"))
    rested = answered + timedelta(days=7)
    assert [entry.occurred_at for entry in entries] == [opened, answered, rested]
    assert all(datetime.now(UTC) - entry.recorded_at < timedelta(minutes=5) for entry in entries)
    assert (matter.step, matter.opened_at, matter.answered_at, matter.closed_at) == (
        *("rested", opened, answered, rested),
    )
    assert matter.origin.startswith("import:")
    assert matter.outcome == ""
    assert Answer.objects.get().verdict == ""
    [by] = {json.dumps(json.loads(entries[1].body)["by"])}
    assert by == '{"kind": "staff"}'


def test_a_message_without_a_reply_stays_open_and_is_due_but_escalates_nothing(town: Town) -> None:
    take(town, sheet(HEADER, OPEN))
    matter = Matter.objects.get()
    assert (matter.step, matter.closed_at, matter.lapses_at) == ("received", None, None)
    assert matter.due_at is not None


def test_nobody_is_told_and_nothing_is_escalated(town: Town) -> None:
    complaint = [*OPEN, "投诉"]
    take(town, sheet([*HEADER, "类型"], complaint))
    assert Matter.objects.get().loop == "complaint"
    assert not OutboxMessage.objects.exists()
    assert not Escalation.objects.exists()


def test_an_answer_of_this_week_still_comes_to_rest_by_the_clock(town: Town) -> None:
    now = datetime.now(UTC)
    opened, answered = (f"{now - timedelta(days=d):%Y-%m-%dT%H:%M:%SZ}" for d in (3, 1))
    take(town, sheet(HEADER, [1, "", "", opened, "一句话", "答复", answered]))
    matter = Matter.objects.get()
    assert matter.step == "answered"
    assert matter.lapses_at == matter.due_at is not None


def test_the_desk_says_that_the_resident_wrote_and_not_the_machine(town: Town) -> None:
    take(town, sheet(HEADER, [1, "", "", "2019-4-1 8:00", "路灯坏了", "修好了", "2019-4-2 8:00"]))
    page = login(town, "chief").get(address(Matter.objects.get())).text
    history = page[page.index("matter-history") :]
    opened = history[history.index("收到来信") : history.index("答复了来信人")]
    assert "来信人</p>" in opened
    assert "自动" not in opened


def test_words_are_cleaned_for_reading_and_the_original_is_kept(town: Town) -> None:
    raw = "\n\t\t\t\n\t\t路灯坏了\u200b\xa0 请修\n\t"
    take(town, sheet(HEADER, [1, " 网友\u3000甲", "", "2019-4-1 8:00", raw, "", ""]))
    matter = Matter.objects.get()
    assert said(matter, "words") == ["路灯坏了 请修"]
    assert said(matter, "original") == [raw]
    assert said(matter, "name") == ["网友 甲"]
    assert [one.what for one in timeline(matter, "party")[0].said] == ["words"]


def test_names_contacts_and_words_are_nowhere_in_the_clear(town: Town) -> None:
    row = ["000-1234", *ANSWERED[1:]]
    take(town, sheet(["联系电话", *HEADER[1:]], row))
    for secret in ("000-1234", "网友甲", "路灯坏了", "修好了"):
        assert not Entry.objects.filter(body__contains=secret).exists()
        assert not any(
            secret.encode() in bytes(p) for p in SealedPart.objects.values_list("sealed", flat=True)
        )
    identities = SealedPart.objects.filter(audience="identity")
    assert set(identities.values_list("what", flat=True)) == {"name", "contact"}


@pytest.mark.parametrize(
    ("written", "kind", "given"),
    [
        ("表扬", "praise", True),
        ("我要投诉", "complaint", True),
        ("意见建议", "suggestion", True),
        ("咨询", "help", True),
        ("投诉/建议", "help", False),
        ("城乡建设", "help", False),
        ("", "help", False),
    ],
)
def test_a_kind_is_taken_where_it_is_one_of_ours_and_never_guessed(
    town: Town, written: str, kind: str, given: bool
) -> None:
    take(town, sheet([*HEADER, "留言类型"], [*OPEN, written]))
    matter = Matter.objects.get()
    facts = json.loads(matter.entries.get().body)["facts"]
    assert (matter.kind, facts["kind_given"]) == (kind, given)


def test_a_day_without_an_hour_is_marked_and_comes_after_its_message(town: Town) -> None:
    same_day = [1, "", "", "2019-4-8 08:37:20", "一句话", "答复", "2019/4/8"]
    take(town, sheet(HEADER, same_day))
    opened, answered, _rested = Entry.objects.order_by("seq")
    assert answered.occurred_at == opened.occurred_at
    assert json.loads(answered.body)["facts"] == {"date_only": True}
    assert "date_only" not in json.loads(opened.body)["facts"]


# --- rows that cannot be right -------------------------------------------------------------------


def test_bad_rows_are_named_and_stop_nothing(town: Town) -> None:
    future = f"{datetime.now().year + 2}-01-01"
    done = take(
        town,
        sheet(
            ["留言登记表"],
            HEADER,
            ANSWERED,
            [1, "", "", "昨天", "一句话", "", ""],
            [2, "", "", "2019-4-1", " \t\u3000", "", ""],
            [3, "", "", "2019-4-2 9:00", "一句话", "答复", "2019-4-1 9:00"],
            [4, "", "", "2019-4-2", "一句话", "答复", "2019-4-1"],
            [5, "", "", future, "一句话", "", ""],
            [6, "", "", "1019-4-2", "一句话", "", ""],
            ["", "", "", "", "", "", ""],
            [9, "", "", "2019-4-2", "一句话", "答复", ""],
            [10, "", "", "2019-4-2", "一句话", "", "2019-4-3"],
            ANSWERED,
            OPEN,
        ),
    )
    assert reasons(done) == [
        (4, "留言时间读不出：昨天"),
        (5, "没有留言内容"),
        (6, "答复早于留言"),
        (7, "答复早于留言"),
        (8, f"留言时间不合理：{future}"),
        (9, "留言时间不合理：1019-04-02"),
        (11, "有答复，却没有答复时间"),
        (12, "有答复时间，却没有答复内容"),
        (13, "与第 3 行重复"),
    ]
    assert (done.rows, done.imported, done.already) == (11, 2, 0)
    assert done.rows == done.imported + done.already + len(done.rejects)


def test_a_quote_that_nobody_closed_costs_one_row(town: Town) -> None:
    content = sheet(HEADER, OPEN) + b'9,,,2019-4-1,"broken,,\n' + sheet(ANSWERED)
    done = take(town, content)
    assert reasons(done) == [(3, "引号没有成对，读不出各列")]
    assert done.imported == 2


def test_the_rejects_can_be_mended_and_imported(town: Town) -> None:
    bad = [1, "=1+1", "", "昨天", "一句话", "", ""]
    done = take(town, sheet(HEADER, bad, ANSWERED))
    mended = imports.rejects_csv(done.rejects).decode("utf-8-sig").replace("昨天", "2019-4-1")
    lines = list(csv.reader(io.StringIO(mended)))
    assert lines[0] == ["工作表", "行号", "原因", *HEADER]
    assert lines[1][:5] == ["", "2", "留言时间读不出：2019-4-1", "1", "'=1+1"]
    again = take(town, mended.encode())
    assert (again.imported, again.rejects) == (1, [])
    assert said(numbered(1), "name") == ["=1+1"]


# --- again ---------------------------------------------------------------------------------------


def test_a_second_run_imports_nothing(town: Town) -> None:
    content = sheet(HEADER, ANSWERED, OPEN)
    take(town, content)
    again = take(town, content)
    assert (again.imported, again.already, again.changed) == (0, 2, 0)
    assert Matter.objects.count() == 2


def test_a_grown_file_imports_only_what_is_new(town: Town) -> None:
    take(town, sheet(HEADER, ANSWERED))
    again = take(town, sheet(HEADER, OPEN, ANSWERED))
    assert (again.imported, again.already) == (1, 1)


def test_a_row_that_has_changed_since_is_counted_and_left(town: Town) -> None:
    take(town, sheet(HEADER, OPEN))
    again = take(town, sheet(HEADER, [*OPEN[:5], "修好了", "2019-5-1 8:00"]))
    assert (again.imported, again.already, again.changed) == (0, 1, 1)
    assert Matter.objects.get().step == "received"


def test_a_number_used_twice_loses_no_message(town: Town) -> None:
    done = take(town, sheet(HEADER, OPEN, [8, *ANSWERED[1:]]))
    assert (done.imported, done.rejects) == (2, [])


def test_a_dry_run_counts_and_writes_nothing(town: Town) -> None:
    take(town, sheet(HEADER, ANSWERED))
    bad = [1, "", "", "昨天", "一句话", "", ""]
    done = take(town, sheet(HEADER, ANSWERED, OPEN, bad), dry_run=True)
    assert (done.imported, done.already, len(done.rejects)) == (1, 1, 1)
    assert Matter.objects.count() == 1


# --- other files ---------------------------------------------------------------------------------


def test_other_columns_by_map_no_replies_no_numbers_and_gb18030(town: Town) -> None:
    content = "序号;群众诉求;何时\n1;路灯坏了;2019-4-1 8:00\n2;井盖没了;2019年4月2日\n"
    done = take(town, content.encode("gb18030"), words="群众诉求", time="何时")
    assert (done.imported, done.rejects) == (2, [])
    moved = "序号;群众诉求;何时\n1;井盖没了;2019年4月2日\n2;路灯坏了;2019-4-1 8:00\n"
    again = take(town, moved.encode(), words="群众诉求", time="何时")
    assert (again.imported, again.already) == (0, 2)


def test_a_message_of_only_a_subject_is_a_message(town: Town) -> None:
    take(town, sheet(HEADER, [1, "", "路灯坏了", "2019-4-1", "", "", ""]))
    assert said(Matter.objects.get(), "words") == ["路灯坏了"]


def test_all_sheets_that_hold_messages_are_read_and_the_others_named(town: Town) -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表由各所填写"])
    for title, row in (("一季度", ANSWERED), ("二季度", OPEN)):
        page = book.create_sheet(title)
        page.append(["来信登记"])
        page.append([])
        page.append(HEADER)
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    source = imports.open_source(out.getvalue(), "file.xlsx")
    done = imports.import_messages(station=town.station, source=source)
    assert (done.imported, source.skipped) == (2, ["说明"])


@pytest.mark.parametrize(
    ("header", "chosen", "message"),
    [
        (["编号", "时间", "诉求"], {}, "找不到留言内容这一列"),
        (["编号", "内容"], {}, "找不到留言时间这一列"),
        (["时间", "内容", "答复"], {}, "--map reply="),
        (["时间", "内容"], {"words": "诉求"}, "找不到指定的列：words=诉求"),
        (["时间", "内容"], {"colour": "时间"}, "没有这样的字段：colour"),
    ],
)
def test_what_is_missing_is_said_with_the_headers_seen(
    header: list[str], chosen: dict[str, str], message: str
) -> None:
    with pytest.raises(BadSheet, match=message) as fault:
        imports.open_source(sheet(header, ["1", "2019-1-1", "一"]), "file.csv", chosen)
    if "colour" not in chosen:
        assert " | ".join(header) in str(fault.value)


def test_replies_may_be_left_out(town: Town) -> None:
    content = sheet(["时间", "内容", "答复"], ["2019-1-1", "一", "好"])
    assert take(town, content, reply="").imported == 1
    assert Matter.objects.get().step == "received"


# --- the command ---------------------------------------------------------------------------------


def test_the_command_prints_counts_and_keeps_the_rejects_to_their_owner(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, rejects = tmp_path / "file.csv", tmp_path / "rejects.csv"
    file.write_bytes(sheet(HEADER, ANSWERED, [1, "", "", "昨天", "一句话", "", ""]))
    call_command(
        "import-messages", str(file), "--into", "station", "--json", "--rejects", str(rejects)
    )
    report = json.loads(capsys.readouterr().out)
    assert report.pop("seconds") >= 0
    assert report == {
        "rows": 2,
        "imported": 1,
        "already": 0,
        "changed": 0,
        "rejected": 1,
        "rejects_file": str(rejects),
        "sheets_skipped": [],
        "dry_run": False,
    }
    assert rejects.stat().st_mode & 0o777 == 0o600
    assert not Pending.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.csv", "--into", "station"],
        ["file.csv", "--into", "nowhere"],
        ["file.csv", "--into", "station", "--map", "words=诉求"],
        ["file.csv", "--into", "station", "--rejects", "file.csv"],
    ],
)
def test_what_cannot_be_used_ends_with_status_two(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.csv").write_bytes(sheet(HEADER, OPEN))
    with pytest.raises(CommandError) as fault:
        call_command("import-messages", *arguments)
    assert fault.value.returncode == 2
    assert not Matter.objects.exists()


# --- the real file -------------------------------------------------------------------------------

real = pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")


@real
def test_every_real_message_is_there_with_both_its_times(town: Town) -> None:
    done = take(town, REAL.read_bytes())
    assert (done.rows, done.imported, done.answered, done.rejects) == (2816, 2816, 2816, [])
    assert Matter.objects.filter(step="rested").count() == 2816
    only_date = Entry.objects.filter(kind="moved", body__contains='"date_only":true')
    assert [e.occurred_at for e in only_date] == [datetime(2018, 4, 23, 16, tzinfo=UTC)]
    again = take(town, REAL.read_bytes())
    assert (again.imported, again.already, again.changed) == (0, 2816, 0)


@real
def test_an_import_that_was_killed_is_simply_run_again(committed_db: Any, tmp_path: Path) -> None:
    build()
    command = [sys.executable, "-P", "-m", "yihu", "import-messages", str(REAL)]
    process = subprocess.Popen(
        [*command, "--into", "station", "--json"],
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "yihu.settings", "YIHU_DATABASE_URL": committed_db.url},
        cwd=tmp_path,
        text=True,
    )
    while process.poll() is None and not Matter.objects.exists():
        time.sleep(0.05)
    process.kill()
    process.wait()
    before = Matter.objects.count()
    assert 0 < before < 2816
    source = imports.open_source(REAL.read_bytes(), REAL.name)
    station = Organisation.objects.get(code="station")
    done = imports.import_messages(station=station, source=source)
    assert (done.imported, done.already) == (2816 - before, before)
    assert Matter.objects.count() == 2816
    assert Entry.objects.count() == 3 * 2816
