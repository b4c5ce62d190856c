"""`yihu report direct`: what the chief's code shows, with every figure's counts."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.direct.kinds import Kind, Reporter
from yihu.people.queries import stations
from yihu.reports import figures, queries
from yihu.reports.measures import Period, Report, Unit, Value

USAGE = 2


class Command(BaseCommand):
    help = _("统计数字：每个都带分子、分母和件数")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["direct"], help=_("direct：所长直达"))
        parser.add_argument("--year", type=int, metavar="YYYY", help=_("收到的年份，默认全部"))
        parser.add_argument("--station", metavar="CODE", help=_("只看一个派出所"))
        parser.add_argument(
            "--from-ledger",
            action="store_true",
            help=_("直接从台账条目算（慢），用来核对平时读的汇总"),
        )
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出"))

    def handle(self, *, year: int | None, station: str | None, **options: Any) -> None:
        if year is not None and not 1900 <= year <= 9998:
            raise CommandError(_("年份写成四位数字。"), returncode=USAGE)
        chosen = list(stations())
        if station is not None:
            chosen = [one for one in chosen if one.code == station]
            if not chosen:
                raise CommandError(
                    _("没有代码为 {code} 的派出所。").format(code=station), returncode=USAGE
                )
        now = timezone.now()
        period = queries.year(year) if year is not None else Period()
        found = queries.direct(chosen, period, now, from_ledger=options["from_ledger"])
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "report": "direct",
                        "year": year,
                        "as_of": now.isoformat(timespec="seconds"),
                        "definitions": _definitions(),
                        "stations": [
                            {
                                "code": one.station.code,
                                "name": one.station.name,
                                "lived": _plain(one.lived),
                                "imported": _plain(one.imported),
                            }
                            for one in found
                        ],
                    },
                    ensure_ascii=False,
                    indent=1,
                )
            )
            return
        when = str(year) if year is not None else _("全部时间")
        for one in found:
            self.stdout.write(
                _("{name}（{note}）").format(name=one.station.name, note=one.station.code)
                + f" {when}"
            )
            for title, report in ((_("本系统"), one.lived), (_("导入的往来"), one.imported)):
                if report is not None:
                    self.stdout.write("\n".join(_lines(title, report)))
            if one.lived is None and one.imported is None:
                self.stdout.write("  " + _("没有留言。"))


def _definitions() -> dict[str, dict[str, str]]:
    return {
        name: {"title": _(one.title), "unit": one.unit.value, "formula": _(one.formula)}
        for name, one in figures.DEFINITIONS.items()
    }


def _plain(report: Report | None) -> dict[str, Any] | None:
    if report is None:
        return None
    kinds = {kind or "not_given": count for kind, count in report.by_kind.items()}
    return {
        "figures": {name: asdict(value) for name, value in report.values.items()},
        "by_kind": kinds,
        "by_first_kind": {kind or "not_given": n for kind, n in report.by_first_kind.items()},
        "by_reporter": [
            {"reporter": who or "not_given", "kind": kind or "not_given", "count": n}
            for (who, kind), n in report.by_reporter.items()
        ],
    }


def _lines(title: str, report: Report) -> list[str]:
    labels = dict(Kind.choices) | {"": _("未分类")}
    kinds = _("、").join(f"{labels.get(kind, kind)} {n}" for kind, n in report.by_kind.items())
    lines = ["  " + _("{title}：{value}").format(title=title, value=kinds)]
    if any(who for who, _kind in report.by_reporter):
        lines.append("    " + _("{title}：{value}").format(title=_("谁写来的"), value=_who(report)))
    for name, value in report.values.items():
        figure = figures.DEFINITIONS[name]
        shown = _shown(figure.unit, value)
        lines.append("    " + _("{title}：{value}").format(title=_(figure.title), value=shown))
    return lines


def _who(report: Report) -> str:
    """How many wrote as what they said they are: residents apart from all others."""
    labels = dict(Reporter.choices) | {"": _("没有说明")}
    counts: Counter[str] = Counter()
    for (who, _kind), n in report.by_reporter.items():
        counts[who] += n
    return _("、").join(f"{labels.get(who, who)} {n}" for who, n in counts.items())


def _shown(unit: Unit, value: Value) -> str:
    counts = f"{value.numerator}/{value.denominator}"
    if value.too_few:
        return _("件数太少，不作统计（{counts}）").format(counts=counts)
    match unit:
        case Unit.PERCENT:
            said = _("{name}（{note}）").format(name=f"{value.value} %", note=counts)
            if value.invited is None:
                return said
            return said + _("，请过 {n} 件").format(n=value.invited)
        case Unit.DAYS:
            return _("{value} 天（{n} 件）").format(value=value.value, n=counts)
        case Unit.HOURS:
            return _("{value} 小时（{n} 件）").format(value=value.value, n=counts)
        case _other:
            return f"{value.value}/{value.denominator}"
