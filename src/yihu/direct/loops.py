"""The two kinds of work behind the chief's code: what people bring, and what they complain of."""

from django.utils.translation import gettext_lazy as _

from yihu.direct import schemas as takes
from yihu.kernel.clock import days, escalate, hours, move, workdays
from yihu.kernel.loop import CLOCK, Act, Does, End, Loop, Move, Step, declare
from yihu.people.roles import (
    HANDLER,
    STATION_CHIEF,
    SUBDISTRICT_LEADER,
    SUPERVISOR,
    TELLER,
)

OPEN = ("received", "contacted", "handling", "answered", "reopened", "oversight", "decided")
STATION = ("received", "contacted", "handling", "reopened")
ENDED = ("closed", "rested", "concluded", "withdrawn", "merged", "misdirected")

STEPS = (
    Step(
        "received",
        _("已收到"),
        owner=STATION_CHIEF,
        within=hours(2),
        lapse=escalate(SUPERVISOR, SUBDISTRICT_LEADER),
    ),
    Step(
        "contacted",
        _("所长已联系"),
        owner=STATION_CHIEF,
        within=workdays(1),
        lapse=escalate(SUPERVISOR, SUBDISTRICT_LEADER),
    ),
    Step(
        "handling",
        _("办理中"),
        owner=HANDLER,
        within=workdays(5),
        lapse=escalate(STATION_CHIEF, SUPERVISOR),
    ),
    Step("answered", _("已答复"), owner=TELLER, within=days(7), lapse=move("rest")),
    Step(
        "reopened",
        _("重新办理"),
        owner=STATION_CHIEF,
        within=workdays(1),
        lapse=escalate(SUPERVISOR, SUBDISTRICT_LEADER),
    ),
    Step(
        "oversight",
        _("监督单位办理"),
        owner=SUPERVISOR,
        within=workdays(5),
        lapse=escalate(SUBDISTRICT_LEADER),
    ),
    Step("decided", _("监督单位已答复"), owner=TELLER, within=days(7), lapse=move("conclude")),
    End("closed", _("已解决")),
    End("rested", _("已办结，未评价")),
    End("concluded", _("监督办结")),
    End("withdrawn", _("已撤回"), because="the teller took it back"),
    End("merged", _("已并案"), because="the words that merge it say where the answer comes from"),
    End("misdirected", _("已转交")),
)

MOVES = (
    Move(
        "contact",
        _("联系来信人"),
        "received",
        "contacted",
        by=STATION_CHIEF,
        takes=takes.Contacted,
    ),
    Move(
        "assign",
        _("交办"),
        ("contacted", "reopened"),
        "handling",
        by=STATION_CHIEF,
        takes=takes.Assigned,
        does=Does.ASSIGNS,
    ),
    Move(
        "answer",
        _("答复"),
        STATION,
        "answered",
        by=(STATION_CHIEF, HANDLER),
        takes=takes.Answered,
        answers=TELLER,
    ),
    Move(
        "refer",
        _("转交其他单位"),
        STATION,
        "misdirected",
        by=STATION_CHIEF,
        takes=takes.Referred,
        answers=TELLER,
    ),
    Move(
        "merge",
        _("并入另一件"),
        STATION,
        "merged",
        by=STATION_CHIEF,
        takes=takes.Merged,
        answers=TELLER,
        does=Does.MERGES,
    ),
    Move(
        "close",
        _("办结（无法答复来信人）"),
        STATION,
        "rested",
        by=STATION_CHIEF,
        takes=takes.Noted,
        excusable=True,
    ),
    Move("confirm", _("解决了"), "answered", "closed", by=TELLER, takes=takes.Confirmed),
    Move(
        "dispute",
        _("没有解决"),
        ("answered", "rested", "closed", "merged", "misdirected"),
        "reopened",
        by=TELLER,
        takes=takes.Disputed,
        reopens=True,
        times=2,
        beyond="oversight",
    ),
    Move("rest", _("逾期未评价"), "answered", "rested", by=CLOCK),
    Move("withdraw", _("撤回"), OPEN, "withdrawn", by=TELLER, takes=takes.Withdrawn),
    Move(
        "take_over",
        _("由监督单位办理"),
        STATION,
        "oversight",
        by=SUPERVISOR,
        takes=takes.TakenOver,
        does=Does.TAKES_OVER,
    ),
    Move(
        "decide",
        _("答复"),
        "oversight",
        "decided",
        by=SUPERVISOR,
        takes=takes.Answered,
        answers=TELLER,
    ),
    Move(
        "conclude_unreached",
        _("办结（无法答复来信人）"),
        "oversight",
        "concluded",
        by=SUPERVISOR,
        takes=takes.Noted,
        excusable=True,
    ),
    Move("accept", _("解决了"), "decided", "concluded", by=TELLER, takes=takes.Confirmed),
    Move("disagree", _("没有解决"), "decided", "concluded", by=TELLER, takes=takes.Disputed),
    Move("conclude", _("逾期未评价"), "decided", "concluded", by=CLOCK),
)

OFFICE = (STATION_CHIEF, HANDLER, SUPERVISOR)
WORKING = (*STATION, "oversight")

ACTS = (
    Act("ask", _("向来信人提问"), WORKING, by=OFFICE, takes=takes.Asked, does=Does.ASKS),
    Act("note", _("内部备注"), by=OFFICE, takes=takes.Noted),
    Act(
        "reassign",
        _("改派"),
        "handling",
        by=STATION_CHIEF,
        takes=takes.Assigned,
        does=Does.ASSIGNS,
    ),
    Act(
        "excuse",
        _("说明为何无法答复"),
        WORKING,
        by=OFFICE,
        takes=takes.Excused,
        does=Does.EXCUSES,
    ),
    Act(
        "confirm_excuse",
        _("第二人确认"),
        WORKING,
        by=OFFICE,
        takes=takes.Noted,
        does=Does.CONFIRMS,
    ),
    Act("add", _("补充一句"), OPEN, by=TELLER, takes=takes.Added),
    Act("reply", _("回答提问"), WORKING, by=TELLER, takes=takes.Replied, does=Does.REPLIES),
    Act(
        "ask_erasure",
        _("请求抹除"),
        by=TELLER,
        takes=takes.ErasureAsked,
        does=Does.ASKS_ERASURE,
    ),
)

DIRECT = declare(
    Loop(
        "direct",
        _("所长直达"),
        opens="received",
        answers_to=TELLER,
        steps=STEPS,
        moves=MOVES,
        acts=ACTS,
        reads_identity=(STATION_CHIEF, HANDLER, SUPERVISOR),
        erases=(SUPERVISOR,),
    )
)

COMPLAINT = declare(
    Loop(
        "complaint",
        _("投诉"),
        opens=("received", "oversight"),
        answers_to=TELLER,
        steps=STEPS,
        moves=MOVES,
        acts=(
            *ACTS,
            Act(
                "name_subject",
                _("指明被投诉人"),
                WORKING,
                by=SUPERVISOR,
                takes=takes.Named,
                does=Does.NAMES_SUBJECT,
            ),
        ),
        reads_identity=(SUPERVISOR,),
        erases=(SUPERVISOR,),
    )
)
