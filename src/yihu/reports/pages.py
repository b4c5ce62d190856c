"""The figures of the direct code: the dashboard, how each figure is made, paper and sheets."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from tempfile import TemporaryFile
from typing import Any, Self

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.direct.loops import PRAISE
from yihu.kernel.schedule import working_calendar
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.directory import role_title
from yihu.reports import figures, projection, queries, shown
from yihu.reports.asked import NAMED, Asked
from yihu.reports.measures import Pile, Report
from yihu.reports.models import DirectCase
from yihu.reports.queries import Cases
from yihu.reports.sheets import Rows, csv_lines, write_xlsx


@dataclass(frozen=True)
class Look(Asked):
    """What a reader asks of the direct code's figures, and may be told.

    `behind`: something has happened that is not counted yet.
    """

    behind: bool = False

    @classmethod
    def of(cls, request: StaffRequest) -> Self:
        """Takes what has happened since the rows were read."""
        behind = not projection.keep_up()
        return replace(super().of(request), behind=behind)

    # --- what is read -----------------------------------------------------------------------

    @cached_property
    def cases(self) -> Cases:
        return queries.cases_for(self.sitting.actor, self.chosen)

    @property
    def lived(self) -> Cases:
        return self.cases.filter(imported=False)

    @cached_property
    def months(self) -> dict[int, Pile]:
        return queries.by_month(self.lived, self.period, self.now)

    @cached_property
    def report(self) -> Report:
        before = self.before.within(working_calendar().zone)
        return Report.of(
            figures.LIVED,
            Pile.joined(self.months.values()),
            self.period,
            queries.pile(self.lived, before, self.now),
        )

    @cached_property
    def imported(self) -> Report | None:
        cases = queries.pile(self.cases.filter(imported=True), self.period, self.now)
        return Report.of(figures.IMPORTED, cases, self.period) if cases.total else None


def _context(look: Look) -> dict[str, Any]:
    report, months = look.report, look.days.months
    issued, revoked = queries.orders(look.sitting.actor, look.chosen, look.period)
    return {
        "look": look,
        "report": report,
        "first": shown.several(report, shown.FIRST),
        "clocks": shown.clocks(report),
        "residents": shown.several(report, shown.RESIDENTS),
        "answers": shown.several(report, shown.ANSWERS),
        "both_ways": shown.several(report, shown.BOTH_WAYS),
        "imported": shown.several(look.imported, figures.IMPORTED) if look.imported else [],
        "by_kind": shown.by_kind(report),
        "by_reporter": shown.by_reporter(report),
        "issued": issued,
        "revoked": revoked,
        "by_month": shown.by_month(look.months, months),
        "clocks_by_month": shown.clocks_by_month(look.months, months),
        "reclassified": [
            {
                "reference": one.case.matter.reference,
                "was": shown.kind(one.was),
                "kind": shown.kind(one.kind),
                "at": one.at,
                "role": role_title(one.role),
            }
            for one in queries.reclassified(look.sitting.actor, look.lived, look.period)
        ],
    }


@staff_page
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    look = Look.of(request)
    if not look.stations:
        return render(request, "reports/nothing.html")
    context = _context(look) | {"named": NAMED}
    return render(request, "reports/home.html", context)


@staff_page
@require_safe
def paper(request: StaffRequest) -> HttpResponse:
    """The same on A4, with every formula."""
    look = Look.of(request)
    if not look.stations:
        raise Http404
    every = shown.several(look.report, figures.LIVED)
    return render(request, "reports/print.html", _context(look) | {"every": every})


# --- how a figure is made ------------------------------------------------------------------------


@staff_page
@require_safe
def figure(request: StaffRequest, name: str) -> HttpResponse:
    """A figure's formula, its counts, and the matters behind it that the reader may open."""
    look = Look.of(request)
    found = figures.DEFINITIONS.get(name)
    if found is None or not look.stations:
        raise Http404
    rows = queries.listed(look.sitting.actor, look.lived, look.period)
    context = {
        "look": look,
        "shown": shown.Shown(found, look.report.values[name]),
        "behind": queries.behind(found, rows, look.now),
        "most": queries.MOST,
        "searched": queries.SEARCHED,
    }
    return render(request, "reports/figure.html", context)


# --- sheets --------------------------------------------------------------------------------------


@staff_page
@require_safe
def export(request: StaffRequest, what: str, form: str) -> HttpResponseBase:
    """`figures` or `matters`, as csv or xlsx, written while it is read."""
    look = Look.of(request)
    if not look.stations or what not in SHEETS or form not in ("csv", "xlsx"):
        raise Http404
    return sheet(SHEETS[what](look), what, look, form)


def sheet(rows: Rows, what: str, look: Asked, form: str) -> HttpResponseBase:
    """Rows as a file to keep: csv or xlsx."""
    name = f"yihu-{what}-{look.days.since}-{look.days.until}.{form}"
    if form == "csv":
        return StreamingHttpResponse(
            csv_lines(rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    file = TemporaryFile()  # noqa: SIM115 -- closed by the response
    write_xlsx(rows, what, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _figure_rows(look: Look) -> Rows:
    period = [look.days.since.isoformat(), look.days.until.isoformat(), look.titles]
    yield [*map(str, shown.EXPORT_HEAD), _("从"), _("到（含）"), _("派出所")]
    for row in shown.exported(look.report, figures.LIVED):
        yield [*row, *period]


def _matter_rows(look: Look) -> Rows:
    """No words and no names: those are read matter by matter, and that is recorded."""
    yield [
        _("编号"),
        _("类别"),
        _("来信时的类别"),
        _("收到"),
        _("单位第一次处理"),
        _("第一次写给来信人"),
        _("第一次答复"),
        _("现在"),
        _("来源"),
    ]
    places = {place.name: str(place.title) for place in PRAISE.steps}
    rows = queries.listed(look.sitting.actor, look.cases, look.period)
    for row in rows.iterator(chunk_size=1000):
        case = row.case(look.now)
        yield [
            row.matter.reference,
            shown.kind(case.kind),
            shown.kind(case.came_as),
            *_moments(row),
            places[row.matter.step],
            _("历史导入") if row.imported else "",
        ]


def _moments(row: DirectCase) -> Iterator[datetime | None]:
    opened = timezone.localtime(row.opened_at)
    yield opened
    for seconds in row.took:
        yield None if seconds is None else opened + timedelta(seconds=seconds)


SHEETS = {"figures": _figure_rows, "matters": _matter_rows}
