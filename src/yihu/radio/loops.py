"""The kinds of work of the radio: talk groups, sets in custody, calls, hazards."""

from django.utils.translation import gettext_lazy as _

from yihu.kernel.clock import days, escalate, hours, minutes, move, workdays
from yihu.kernel.loop import CLOCK, Act, Does, End, Loop, Move, Nobody, Step, declare
from yihu.people.roles import (
    CALLED,
    DEPUTY_CHIEF,
    DISPATCHER,
    HANDLER,
    REPORTER,
    STATION_CHIEF,
)
from yihu.radio import schemas as takes

CONTROL = (DISPATCHER, DEPUTY_CHIEF, STATION_CHIEF)
"""Who directs the net from the control room."""

# --- a talk group: who was put on it and taken off, and that somebody looks it over ---------------

TALKGROUP = declare(
    Loop(
        "talkgroup",
        _("对讲组"),
        opens=("open", "temporary"),
        answers_to=Nobody("a group is an arrangement; who talks on it is answered in its matters"),
        round_the_clock=True,
        shown_to=(DISPATCHER,),
        steps=(
            Step(
                "open",
                _("使用中"),
                owner=DISPATCHER,
                within=days(365),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=days(30)),
            ),
            Step(
                "worn",
                _("核对次数已满，请另建新组"),
                owner=STATION_CHIEF,
                within=days(30),
                lapse=escalate(DISPATCHER, every=days(30)),
            ),
            Step(
                "temporary",
                _("临时使用中"),
                owner=DISPATCHER,
                within=hours(24),
                lapse=move("expire"),
            ),
            End("closed", _("已关闭")),
        ),
        moves=(
            Move("review", _("核对过成员"), "open", "open", by=CONTROL, times=5, beyond="worn"),
            Move("keep", _("转为长期"), "temporary", "open", by=CONTROL),
            Move("close", _("关闭"), ("open", "worn", "temporary"), "closed", by=(*CONTROL, CLOCK)),
            Move("hang_up", _("挂断"), "temporary", "closed", by=CALLED),
            Move("expire", _("到时关闭"), "temporary", "closed", by=CLOCK),
        ),
        acts=(
            Act("put_on", _("加入成员"), by=(*CONTROL, CLOCK), takes=takes.Membership),
            Act("take_off", _("移出成员"), by=CONTROL, takes=takes.Member),
        ),
        withdrawn="closed",
        merged="closed",
        misdirected="closed",
    )
)

# --- a set in a unit's hands ----------------------------------------------------------------------

CUSTODY = declare(
    Loop(
        "custody",
        _("对讲机领用"),
        opens="issued",
        answers_to=Nobody("a set was lent; the receipt is in its holder's hands"),
        shown_to=(DISPATCHER,),
        steps=(
            Step(
                "issued",
                _("已领用"),
                owner=DISPATCHER,
                within=days(365),
                lapse=escalate(DEPUTY_CHIEF),
            ),
            Step(
                "lost",
                _("已报失"),
                owner=DISPATCHER,
                within=workdays(3),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF),
            ),
            Step(
                "worn",
                _("核对次数已满，请更换"),
                owner=STATION_CHIEF,
                within=workdays(20),
                lapse=escalate(DEPUTY_CHIEF),
            ),
            End("returned", _("已归还")),
            End("written_off", _("已核销")),
        ),
        moves=(
            Move("check", _("年度核对"), "issued", "issued", by=CONTROL, times=5, beyond="worn"),
            Move("take_back", _("收回"), ("issued", "worn"), "returned", by=CONTROL),
            Move("lose", _("报失"), ("issued", "worn"), "lost", by=CONTROL, takes=takes.Explained),
            Move("find", _("找回并收回"), "lost", "returned", by=CONTROL),
            Move(
                "write_off",
                _("核销"),
                "lost",
                "written_off",
                by=(DEPUTY_CHIEF, STATION_CHIEF, DISPATCHER),
                takes=takes.Explained,
            ),
        ),
        acts=(Act("note", _("记一笔"), by=CONTROL, takes=takes.Explained),),
        withdrawn="returned",
        merged="returned",
        misdirected="returned",
    )
)

# --- a call that is to be answered ----------------------------------------------------------------

CALL = declare(
    Loop(
        "call",
        _("呼叫"),
        opens="calling",
        answers_to=Nobody("the control room asks; whoever is called owes it the answer"),
        round_the_clock=True,
        shown_to=(DISPATCHER,),
        steps=(
            Step(
                "calling",
                _("等应答"),
                owner=CALLED,
                within=minutes(5),
                lapse=move("time_out"),
            ),
            Step(
                "silent",
                _("有人没有应答"),
                owner=DISPATCHER,
                within=days(1),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=days(1)),
            ),
            Step(
                "mismatch",
                _("复诵不符"),
                owner=DISPATCHER,
                within=minutes(2),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=minutes(5)),
            ),
            End("answered", _("全部应答")),
            End("followed_up", _("已跟进")),
            End("ended", _("已结束")),
        ),
        moves=(
            Move(
                "complete", _("全部应答"), ("calling", "silent"), "answered", by=(CALLED, *CONTROL)
            ),
            Move(
                "misread", _("复诵不符"), ("calling", "silent"), "mismatch", by=(CALLED, *CONTROL)
            ),
            Move(
                "put_right",
                _("已当面纠正"),
                "mismatch",
                "answered",
                by=CONTROL,
                takes=takes.Corrected,
            ),
            Move("time_out", _("五分钟到"), "calling", "silent", by=CLOCK),
            Move(
                "follow_up",
                _("逐一跟进过"),
                "silent",
                "followed_up",
                by=CONTROL,
                takes=takes.Explained,
            ),
            Move("end", _("结束"), "calling", "ended", by=CONTROL),
        ),
        acts=(
            Act("hear", _("已收到"), by=CALLED),
            Act("answer", _("应答"), by=CALLED),
            Act("read_back", _("复诵"), by=CALLED, takes=takes.ReadBack),
            Act("hear_back", _("听到口头复诵"), by=CONTROL, takes=takes.HeardBack),
        ),
        withdrawn="ended",
        merged="ended",
        misdirected="ended",
    )
)

MESSAGE = declare(
    Loop(
        "net_message",
        _("组内消息"),
        opens="sent",
        answers_to=Nobody("words between colleagues on a group; nobody is asked for an answer"),
        round_the_clock=True,
        shown_to=(DISPATCHER,),
        steps=(
            Step("sent", _("已发出"), owner=DISPATCHER, within=minutes(5), lapse=move("fade")),
            End("over", _("已过")),
        ),
        moves=(
            Move("fade", _("五分钟到"), "sent", "over", by=CLOCK),
            Move("end", _("结束"), "sent", "over", by=CONTROL),
        ),
        acts=(Act("note", _("记一笔"), by=CONTROL, takes=takes.Explained),),
        withdrawn="over",
        merged="over",
        misdirected="over",
    )
)

# --- a hazard: found, given to somebody by a day, mended, and seen to be -------------------------

HAZARD = declare(
    Loop(
        "hazard",
        _("隐患"),
        opens="found",
        answers_to=REPORTER,
        shown_to=(DISPATCHER,),
        steps=(
            Step(
                "found",
                _("已发现，等指派"),
                owner=DISPATCHER,
                within=workdays(1),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF),
            ),
            Step(
                "mending",
                _("整改中"),
                owner=HANDLER,
                within=workdays(5),
                lapse=escalate(STATION_CHIEF),
            ),
            Step(
                "mended",
                _("已整改，等核对"),
                owner=DISPATCHER,
                within=workdays(2),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF),
            ),
            Step(
                "stubborn",
                _("多次整改不成，由所长定"),
                owner=STATION_CHIEF,
                within=workdays(5),
                lapse=escalate(DEPUTY_CHIEF),
            ),
            End("closed", _("已消除")),
        ),
        moves=(
            Move(
                "assign",
                _("指派整改"),
                "found",
                "mending",
                by=CONTROL,
                takes=takes.Assigned,
                does=Does.ASSIGNS,
            ),
            Move("mend", _("整改好了"), "mending", "mended", by=HANDLER, takes=takes.Mended),
            Move(
                "send_back",
                _("没有改好"),
                "mended",
                "mending",
                by=CONTROL,
                takes=takes.Explained,
                times=2,
                beyond="stubborn",
            ),
            Move(
                "close",
                _("核对过，已消除"),
                ("mended", "stubborn"),
                "closed",
                by=CONTROL,
                takes=takes.Cleared,
                answers=REPORTER,
            ),
        ),
        acts=(
            Act("note", _("记一笔"), by=(HANDLER, *CONTROL), takes=takes.Explained),
            Act(
                "reassign",
                _("改派"),
                "mending",
                by=CONTROL,
                takes=takes.Assigned,
                does=Does.ASSIGNS,
            ),
        ),
        withdrawn="closed",
        merged="closed",
        misdirected="closed",
    )
)
