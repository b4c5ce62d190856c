"""What a reader asks of figures: a period of some stations, as far as they may be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yihu.kernel.schedule import working_calendar
from yihu.people.desk import Sitting, StaffRequest
from yihu.people.models import Organisation
from yihu.reports import periods, queries
from yihu.reports.measures import Period

NAMED = (
    ("12-months", gettext_lazy("最近 12 个月")),
    ("year", gettext_lazy("今年")),
    ("quarter", gettext_lazy("本季度")),
    ("month", gettext_lazy("本月")),
)
"""`periods.NAMED`, as they are called."""


@dataclass(frozen=True)
class Asked:
    """A period of some stations. `named`: the period's name, "" for two days."""

    sitting: Sitting
    stations: list[Organisation]
    chosen: list[Organisation]
    named: str
    days: periods.Days
    now: datetime

    @classmethod
    def of(cls, request: StaffRequest) -> Self:
        """Anything unknown is not asked."""
        now = timezone.now()
        today = now.astimezone(working_calendar().zone).date()
        asked = {name: request.GET.get(name, "") for name in ("period", "since", "until")}
        named, days = periods.asked(asked["period"], asked["since"], asked["until"], today)
        stations = queries.overseen(request.sitting)
        one = [found for found in stations if found.code == request.GET.get("station")]
        return cls(request.sitting, stations, one or stations, named, days, now)

    @property
    def period(self) -> Period:
        return self.days.within(working_calendar().zone)

    @property
    def before(self) -> periods.Days:
        return self.days.a_year_before

    @property
    def query(self) -> str:
        """The address's part after `?` that asks for the same again."""
        asked = {"period": self.named} if self.named else {}
        if not self.named:
            asked = {"since": self.days.since.isoformat(), "until": self.days.until.isoformat()}
        if len(self.chosen) == 1 < len(self.stations):
            asked["station"] = self.chosen[0].code
        return urlencode(asked)

    @property
    def titles(self) -> str:
        return _("、").join(one.title for one in self.chosen)

    @property
    def counts_only_its_own(self) -> bool:
        """Whether something may have gone past a station to whoever supervises it."""
        actor = self.sitting.actor
        return not all(queries.supervises(actor, one) for one in self.chosen)
