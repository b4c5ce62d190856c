"""The figures of dispatch: how long help took in two periods, who came when asked, hand-offs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.kernel.schedule import working_calendar
from yihu.people.desk import StaffRequest, staff_page
from yihu.reports import dispatch_queries as queries
from yihu.reports import dispatch_shown as shown
from yihu.reports import periods
from yihu.reports.asked import NAMED, Asked
from yihu.reports.dispatch_measures import INTERVALS, Interval, Timings
from yihu.reports.dispatch_measures import NAMED as KNOWN
from yihu.reports.dispatch_queries import Areas, Incidents
from yihu.reports.pages import sheet
from yihu.reports.sheets import Rows


@dataclass(frozen=True)
class Look(Asked):
    """What a reader asks of these figures. `against`: the days to compare with; a year before,
    unless two others are named. `interval`: which of them is broken down."""

    against: periods.Days | None = None
    interval: Interval = INTERVALS[0]

    @classmethod
    def of(cls, request: StaffRequest) -> Self:
        look = super().of(request)
        today = look.now.astimezone(working_calendar().zone).date()
        since, until = (request.GET.get(name, "") for name in ("before_since", "before_until"))
        named, days = periods.asked("", since, until, today)
        return cls(
            look.sitting,
            look.stations,
            look.chosen,
            look.named,
            look.days,
            look.now,
            against=None if named else days,
            interval=KNOWN.get(request.GET.get("interval", ""), INTERVALS[0]),
        )

    @property
    def before(self) -> periods.Days:
        return self.against or super().before

    @property
    def query(self) -> str:
        more = {"interval": self.interval.name}
        if self.against:
            more |= {
                "before_since": self.against.since.isoformat(),
                "before_until": self.against.until.isoformat(),
            }
        return f"{super().query}&{urlencode(more)}"

    # --- what is read -----------------------------------------------------------------------

    @cached_property
    def areas(self) -> Areas:
        return Areas.now(self.sitting.roster)

    @cached_property
    def all_incidents(self) -> Incidents:
        known = queries.incidents_for(self.sitting.actor, self.chosen)
        return queries.within(known, self.period)

    @cached_property
    def incidents(self) -> Incidents:
        return queries.counted(self.all_incidents)

    def _timings(self, incidents: Incidents) -> Timings:
        return queries.timings(incidents, self.areas, working_calendar().zone)

    @cached_property
    def timings(self) -> Timings:
        return self._timings(self.incidents)

    @cached_property
    def timings_before(self) -> Timings:
        known = queries.incidents_for(self.sitting.actor, self.chosen)
        then = queries.within(known, self.before.within(working_calendar().zone))
        return self._timings(queries.counted(then))

    @cached_property
    def lines(self) -> list[shown.Line]:
        return [shown.Line.of(each, self.timings, self.timings_before) for each in INTERVALS]


@staff_page
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    look = Look.of(request)
    if not look.stations:
        return render(request, "reports/nothing.html")
    groups = {by: shown.groups(look.timings, look.interval, by) for by in shown.KEYS}
    hand_offs = shown.hand_offs(queries.passed(look.incidents, look.areas))
    reminded = queries.reminded(look.incidents)
    context = {
        "look": look,
        "named": NAMED,
        "lines": look.lines,
        "chosen": next(line for line in look.lines if line.interval is look.interval),
        "groups": [(str(shown.KEYS[by][0]), groups[by]) for by in ("kind", "area")],
        "hours": groups["hour"],
        "by_hour": shown.by_hour(groups["hour"]),
        "waves": shown.waves(queries.offers(look.incidents)),
        "hand_offs": hand_offs[: shown.PAIRS],
        "more_pairs": max(0, len(hand_offs) - shown.PAIRS),
        "reminded": reminded,
        "reminded_of": (reminded.share.numerator, reminded.share.denominator),
        "left_out": queries.LeftOut.of(look.all_incidents),
    }
    return render(request, "reports/dispatch.html", context)


# --- sheets -------------------------------------------------------------------------------------


@staff_page
@require_safe
def export(request: StaffRequest, what: str, form: str) -> HttpResponseBase:
    """`figures` or `incidents`, as csv or xlsx."""
    look = Look.of(request)
    if not look.stations or what not in SHEETS or form not in ("csv", "xlsx"):
        raise Http404
    return sheet(SHEETS[what](look), f"dispatch-{what}", look, form)


def _figure_rows(look: Look) -> Rows:
    now, before = (_span(days) for days in (look.days, look.before))
    yield [*map(str, shown.EXPORT_HEAD)]
    for line in look.lines:
        yield shown.exported(line.interval, _("全部"), now, line.now)
        yield shown.exported(line.interval, _("全部"), before, line.before)
    for line in look.lines:
        for by in shown.KEYS:
            for name, each in shown.groups(look.timings, line.interval, by):
                yield shown.exported(line.interval, name, now, each)
    for one in shown.hand_offs(queries.passed(look.incidents, look.areas)):
        yield shown.exported_hand_off(one, now)


def _span(days: periods.Days) -> str:
    return f"{days.since} – {days.until}"


def _incident_rows(look: Look) -> Rows:
    """No words, no names, no places: those are read one by one, and that is recorded."""
    yield [
        _("编号"),
        _("类别"),
        _("建单"),
        _("来电"),
        _("接起"),
        _("处置完毕"),
        _("告知"),
        _("办结"),
    ]
    for one in queries.listed(look.sitting.actor, look.incidents).iterator(chunk_size=1000):
        matter = one.matter
        moments = (
            matter.opened_at,
            one.called_at,
            one.answered_at,
            one.resolved_at,
            one.told_at,
            matter.closed_at,
        )
        yield [matter.reference, shown.kind(one.kind), *_local(moments)]


def _local(moments: Iterable[datetime | None]) -> Iterable[datetime | None]:
    return (None if at is None else timezone.localtime(at) for at in moments)


SHEETS: dict[str, Any] = {"figures": _figure_rows, "incidents": _incident_rows}
