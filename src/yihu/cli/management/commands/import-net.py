"""`yihu import-net FILE --by USERNAME`: sites, people and sets from a station's own lists."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from yihu.direct import tables
from yihu.kernel.access import Actor, Refused
from yihu.people.directory import actor_for
from yihu.people.models import Person
from yihu.people.queries import directed_by
from yihu.radio import net_import
from yihu.radio.net_words import UNREADABLE

USAGE = 2
"""The exit status for a file or an option that cannot be used; 1 where rows are wrong."""


class Command(BaseCommand):
    help = _("导入重点单位、人员和对讲机（XLSX、CSV）：全部写入，或者什么都不写")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("XLSX 或 CSV 文件，列由表头识别"))
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help=_("以谁的名义：所长、副所长或指挥调度")
        )
        parser.add_argument("--dry-run", action="store_true", help=_("只检查，不写入任何东西"))
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))

    def handle(self, *, file: Path, by: str, dry_run: bool, **options: Any) -> None:
        plan = _plan(_actor(by), file)
        report = {
            "faults": [
                {"sheet": one.sheet, "row": one.row, "column": one.column, "says": one.sentence}
                for one in plan.faults
            ],
            **{what: plan.count(what) for what in net_import.OUTCOMES},
            "sheets_skipped": plan.skipped,
            "columns_unread": plan.unread,
            "dry_run": dry_run,
        }
        if not dry_run and not plan.faults:
            try:
                net_import.carry_out(plan)
            except Refused as refused:
                raise CommandError(_("登记刚刚有人改过，请再运行一次。")) from refused
        words = json.dumps(report, ensure_ascii=False) if options["json"] else _in_words(report)
        self.stdout.write(words)
        if plan.faults:
            raise CommandError(_("有问题的行没有改好，什么都没有写入。"))


def _actor(username: str) -> Actor:
    found = Person.objects.filter(username=username, is_active=True).first()
    actor = actor_for(found) if found else None
    if actor is None or not directed_by(actor):
        raise CommandError(
            _("{name}不是所长、副所长或指挥调度。").format(name=username), returncode=USAGE
        )
    return actor


def _plan(actor: Actor, file: Path) -> net_import.Plan:
    try:
        return net_import.plan(actor=actor, content=file.read_bytes(), name=file.name)
    except FileNotFoundError:
        gone = _("没有这个文件：{file}").format(file=file)
        raise CommandError(gone, returncode=USAGE) from None
    except tables.Unreadable as fault:
        raise CommandError(str(UNREADABLE[fault.code]), returncode=USAGE) from None
    except net_import.BadSheet as fault:
        raise CommandError(str(fault), returncode=USAGE) from None


def _in_words(report: dict[str, Any]) -> str:
    lines = [_("试运行，什么都没有写入：")] if report["dry_run"] else []
    for fault in report["faults"]:
        place = " ".join(filter(None, [fault["sheet"], str(fault["row"]), fault["column"]]))
        lines.append(f"{place}  {fault['says']}")
    lines.append(_("新增 {add}，改动 {change}，领用 {issue}，不变 {same}。").format(**report))
    if report["columns_unread"]:
        unread = _("、").join(report["columns_unread"])
        lines.append(_("不认识、没有读的列：{columns}").format(columns=unread))
    if report["sheets_skipped"]:
        skipped = _("、").join(report["sheets_skipped"])
        lines.append(_("没有认出表头、没有读的工作表：{sheets}").format(sheets=skipped))
    return "\n".join(lines)
