"""An incident: from the alarm to whoever raised it being told how it ended."""

from django.utils.translation import gettext_lazy as _

from yihu.dispatch import schemas as takes
from yihu.kernel.clock import escalate, hours, minutes
from yihu.kernel.loop import Act, End, Loop, Move, Step, declare
from yihu.people.roles import DEPUTY_CHIEF, DISPATCHER, OFFICER, REPORTER, STATION_CHIEF

CONTROL = (DISPATCHER, DEPUTY_CHIEF, STATION_CHIEF)
"""Who directs an incident from the control room."""
ON_DUTY = (*CONTROL, OFFICER)
"""Police staff, as against guards and volunteers, who report and contain."""
OPEN = ("received", "handling", "resolved")

INCIDENT = declare(
    Loop(
        "incident",
        _("警情"),
        opens="received",
        answers_to=REPORTER,
        round_the_clock=True,
        shown_to=(DISPATCHER, OFFICER),
        steps=(
            Step(
                "received",
                _("已收到，等接警"),
                owner=DISPATCHER,
                within=minutes(1),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=minutes(2)),
            ),
            Step(
                "handling",
                _("处置中"),
                owner=DISPATCHER,
                within=minutes(30),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=minutes(30)),
            ),
            Step(
                "resolved",
                _("已处置，等告知报警人"),
                owner=DISPATCHER,
                within=hours(2),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=hours(2)),
            ),
            End("closed", _("已办结")),
        ),
        moves=(
            Move("answer", _("接警"), "received", "handling", by=ON_DUTY),
            Move(
                "resolve",
                _("处置完毕"),
                ("received", "handling"),
                "resolved",
                by=ON_DUTY,
                takes=takes.Resolved,
            ),
            Move(
                "tell",
                _("告知报警人"),
                "resolved",
                "closed",
                by=ON_DUTY,
                takes=takes.Told,
                answers=REPORTER,
            ),
        ),
        acts=(
            Act("note", _("记一笔"), by=ON_DUTY, takes=takes.Noted),
            Act("report", _("补充情况"), OPEN, by=REPORTER, takes=takes.Reported),
            Act("locate", _("补充位置"), OPEN, by=REPORTER, takes=takes.Located),
        ),
        withdrawn="closed",
        merged="closed",
        misdirected="closed",
    )
)
