"""`yihu import-messages FILE --into STATION`: an office's earlier messages, with their replies."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from yihu.direct import imports, tables
from yihu.direct.headers import HEADERS
from yihu.kernel import ledger
from yihu.people.models import Organisation
from yihu.people.queries import stations

USAGE = 2
"""The exit status for a file or an option that cannot be used."""


class Command(BaseCommand):
    help = _("导入以往的留言和答复（XLSX、CSV），连同真实的时间")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("XLSX 或 CSV 文件，列由表头识别"))
        parser.add_argument(
            "--into", required=True, metavar="CODE", help=_("单位代码，见 yihu stations")
        )
        parser.add_argument(
            "--map",
            nargs="+",
            action="extend",
            default=[],
            type=_pair,
            metavar="FIELD=HEADER",
            help=_("指明某个字段的表头；留空表示没有。字段：{fields}").format(
                fields=", ".join(HEADERS)
            ),
        )
        parser.add_argument("--rejects", type=Path, metavar="CSV", help=_("未导入的行写到哪里"))
        parser.add_argument("--dry-run", action="store_true", help=_("只检查，不写入任何东西"))
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))

    def handle(
        self,
        *,
        file: Path,
        into: str,
        map: list[tuple[str, str]],
        rejects: Path | None,
        dry_run: bool,
        **options: Any,
    ) -> None:
        began = time.monotonic()
        if rejects is not None and rejects.resolve() == file.resolve():
            raise CommandError(_("--rejects 不能是要导入的文件。"), returncode=USAGE)
        station = _station(into)
        try:
            source = imports.open_source(file.read_bytes(), file.name, dict(map))
        except FileNotFoundError:
            gone = _("没有这个文件：{file}").format(file=file)
            raise CommandError(gone, returncode=USAGE) from None
        except tables.Unreadable as fault:
            raise CommandError(_explain(fault, file.name), returncode=USAGE) from None
        except imports.BadSheet as fault:
            raise CommandError(str(fault), returncode=USAGE) from None
        with tqdm(total=source.rows, unit=_("行"), disable=not sys.stderr.isatty()) as bar:
            done = imports.import_messages(
                station=station, source=source, dry_run=dry_run, progress=bar.update
            )
            bar.update(bar.total - bar.n)
        if not dry_run:
            ledger.sequence()
        written = None
        if done.rejects and (rejects is not None or not dry_run):
            written = rejects or Path(f"{file.stem}-rejects.csv")
            tables.save_privately(written, imports.rejects_csv(done.rejects))
        report = {
            "rows": done.rows,
            "imported": done.imported,
            "already": done.already,
            "changed": done.changed,
            "rejected": len(done.rejects),
            "rejects_file": str(written) if written else None,
            "sheets_skipped": source.skipped,
            "dry_run": dry_run,
            "seconds": round(time.monotonic() - began, 1),
        }
        self.stdout.write(
            json.dumps(report, ensure_ascii=False) if options["json"] else _in_words(report)
        )


def _pair(written: str) -> tuple[str, str]:
    name, equals, header = written.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(_("写成 字段=表头：{written}").format(written=written))
    return name.strip(), header.strip()


def _station(code: str) -> Organisation:
    known = list(stations())
    for station in known:
        if station.code == code:
            return station
    named = (_("{name}（{note}）").format(name=one.code, note=one.name) for one in known)
    codes = _("、").join(named) or _("（还没有）")
    raise CommandError(
        _("没有代码为 {code} 的派出所。已有：{codes}").format(code=code, codes=codes),
        returncode=USAGE,
    )


def _explain(fault: tables.Unreadable, name: str) -> str:
    sentences = {
        "old_excel": _("{name} 是旧版或加密的 Excel 文件，请另存为 .xlsx（不加密）再导入。"),
        "not_a_sheet": _("{name} 不是完整的 XLSX 工作簿。"),
        "encoding": _("{name} 不是文本：CSV 请用 UTF-8 或 GB 18030 编码。"),
    }
    return sentences[fault.code].format(name=name)


def _in_words(report: dict[str, Any]) -> str:
    lines = [_("试运行，什么都没有写入：")] if report["dry_run"] else []
    lines.append(
        _("共 {rows} 行：导入 {imported}，早已导入 {already}，未导入 {rejected}；{seconds} 秒。")
    )
    if report["changed"]:
        lines.append(_("其中 {changed} 行以前导入过、现在内容不同：已有的记录没有改动。"))
    if report["rejects_file"]:
        lines.append(_("未导入的行和原因：{rejects_file}（改好后可以直接再导入这个文件）"))
    if report["sheets_skipped"]:
        lines.append(_("没有认出表头、没有读的工作表：{sheets}"))
    sheets = _("、").join(report["sheets_skipped"])
    return "\n".join(line.format(sheets=sheets, **report) for line in lines)
