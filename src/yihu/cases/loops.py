"""Two kinds of work that grow out of others: a case study, and a corrective measure."""

from django.utils.translation import gettext_lazy as _

from yihu.cases import schemas as takes
from yihu.kernel.clock import days, escalate, workdays
from yihu.kernel.loop import Act, Does, End, Loop, Move, Nobody, Step, declare
from yihu.people.roles import (
    DEPUTY_CHIEF,
    HANDLER,
    STATION_CHIEF,
    SUBDISTRICT_LEADER,
    SUPERVISOR,
)

CHECKERS = (STATION_CHIEF, DEPUTY_CHIEF, SUPERVISOR)
"""Whoever sees the whole office, and so may look over what others wrote or did."""
CHECKING = ("first_check", "second_check")

# --- a case study: two people who did not write it look for what would give somebody away --------

CASE_STUDY = declare(
    Loop(
        "case_study",
        _("经典案例"),
        opens="drafted",
        answers_to=Nobody(
            "staff write it for staff; the teller was answered before, in a matter of their own"
        ),
        steps=(
            Step(
                "drafted",
                _("撰写中"),
                owner=HANDLER,
                within=workdays(10),
                lapse=escalate(STATION_CHIEF),
            ),
            Step(
                "first_check",
                _("等第一人核对隐私"),
                owner=STATION_CHIEF,
                within=workdays(5),
                lapse=escalate(SUPERVISOR),
            ),
            Step(
                "second_check",
                _("等第二人核对隐私"),
                owner=SUPERVISOR,
                within=workdays(5),
                lapse=escalate(SUBDISTRICT_LEADER),
            ),
            Step(
                "disputed",
                _("多次退回，由监督员定"),
                owner=SUPERVISOR,
                within=workdays(10),
                lapse=escalate(SUBDISTRICT_LEADER),
            ),
            End("published", _("已发布")),
            End("retired", _("已下架")),
            End("dropped", _("不写了")),
        ),
        moves=(
            Move(
                "submit",
                _("交去核对"),
                "drafted",
                "first_check",
                by=HANDLER,
                takes=takes.Written,
            ),
            Move(
                "pass_first",
                _("核对过，没有泄露"),
                "first_check",
                "second_check",
                by=CHECKERS,
                takes=takes.Checked,
            ),
            Move(
                "publish",
                _("核对过，发布"),
                "second_check",
                "published",
                by=CHECKERS,
                takes=takes.Checked,
            ),
            Move(
                "send_back",
                _("退回修改"),
                CHECKING,
                "drafted",
                by=CHECKERS,
                takes=takes.Explained,
                times=3,
                beyond="disputed",
            ),
            Move(
                "drop",
                _("不再写了"),
                ("drafted", *CHECKING, "disputed"),
                "dropped",
                by=(HANDLER, STATION_CHIEF, SUPERVISOR),
                takes=takes.Explained,
            ),
            Move(
                "retire",
                _("下架"),
                "published",
                "retired",
                by=(STATION_CHIEF, SUPERVISOR),
                takes=takes.Explained,
            ),
        ),
        withdrawn="dropped",
        merged="dropped",
        misdirected="dropped",
    )
)

# --- a corrective measure: one owner, and a check by someone else once time has passed -----------

MEASURE = declare(
    Loop(
        "measure",
        _("整改措施"),
        opens="planned",
        answers_to=Nobody("those who wrote are each answered in a matter of their own"),
        steps=(
            Step(
                "planned",
                _("整改中"),
                owner=HANDLER,
                within=workdays(20),
                lapse=escalate(STATION_CHIEF, SUPERVISOR),
            ),
            Step(
                "checking",
                _("看是否见效"),
                owner=STATION_CHIEF,
                within=days(45),
                lapse=escalate(SUPERVISOR, SUBDISTRICT_LEADER),
            ),
            Step(
                "oversight",
                _("监督单位督办"),
                owner=SUPERVISOR,
                within=workdays(10),
                lapse=escalate(SUBDISTRICT_LEADER),
            ),
            End("done", _("已见效")),
            End("concluded", _("监督办结")),
            End("dropped", _("已撤销")),
        ),
        moves=(
            Move(
                "carried_out",
                _("做完了，去看效果"),
                "planned",
                "checking",
                by=HANDLER,
                takes=takes.Explained,
            ),
            Move(
                "effective",
                _("见效了"),
                "checking",
                "done",
                by=CHECKERS,
                takes=takes.Effective,
            ),
            Move(
                "not_effective",
                _("没有见效，再整改"),
                "checking",
                "planned",
                by=CHECKERS,
                takes=takes.NotEffective,
                times=1,
                beyond="oversight",
            ),
            Move(
                "conclude",
                _("督办后办结"),
                "oversight",
                "concluded",
                by=SUPERVISOR,
                takes=takes.Explained,
            ),
            Move(
                "drop",
                _("撤销"),
                ("planned", "checking", "oversight"),
                "dropped",
                by=SUPERVISOR,
                takes=takes.Explained,
            ),
        ),
        acts=(
            Act(
                "assign",
                _("交给负责人"),
                "planned",
                by=(STATION_CHIEF, SUPERVISOR),
                takes=takes.Given,
                does=Does.ASSIGNS,
            ),
            Act("note", _("内部备注"), by=(HANDLER, *CHECKERS), takes=takes.Explained),
        ),
        withdrawn="dropped",
        merged="dropped",
        misdirected="dropped",
    )
)

NAMES = (CASE_STUDY.name, MEASURE.name)
"""The loops of this room."""
