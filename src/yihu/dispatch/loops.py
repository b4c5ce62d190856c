"""An incident: from the call to whoever raised it being told how it ended. And the control room's
change of shift."""

from django.utils.translation import gettext_lazy as _

from yihu.dispatch import schemas as takes
from yihu.kernel.clock import escalate, hours, minutes
from yihu.kernel.loop import CLOCK, Act, Does, End, Loop, Move, Nobody, Step, declare
from yihu.people.roles import (
    DEPUTY_CHIEF,
    DISPATCHER,
    OFFICER,
    REPORTER,
    RESPONDER,
    STATION_CHIEF,
    SUPERVISOR,
    TELLER,
)

CONTROL = (DISPATCHER, DEPUTY_CHIEF, STATION_CHIEF)
"""Who directs an incident from the control room."""
ON_DUTY = (*CONTROL, OFFICER)
"""Police staff, as against guards and volunteers, who report and contain."""
WORKING = ("received", "handling", "apart")
"""The steps at which somebody may still be sent."""
OPEN = (*WORKING, "resolved", "told")
RAISED = (REPORTER, TELLER)
"""Who is owed the end of it: a member of the net, or a resident."""

INCIDENT = declare(
    Loop(
        "incident",
        _("警情"),
        opens="received",
        answers_to=RAISED,
        round_the_clock=True,
        shown_to=(DISPATCHER, OFFICER),
        reads_identity=ON_DUTY,
        erases=(SUPERVISOR,),
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
                "apart",
                _("已拆开，单独处置"),
                owner=DISPATCHER,
                within=minutes(30),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=minutes(30)),
            ),
            Step(
                "joined",
                _("已并案，等随主案告知"),
                owner=DISPATCHER,
                within=hours(24),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=hours(24)),
            ),
            Step(
                "resolved",
                _("已处置，等告知报警人"),
                owner=DISPATCHER,
                within=hours(2),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=hours(2)),
            ),
            Step(
                "told",
                _("已告知，等复盘办结"),
                owner=DISPATCHER,
                within=hours(24),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=hours(24)),
            ),
            End("closed", _("已办结")),
            End("referred", _("已转有关单位")),
            End("merged", _("已随主案告知")),
        ),
        moves=(
            Move("answer", _("接警"), "received", "handling", by=ON_DUTY),
            Move("resolve", _("处置完毕"), WORKING, "resolved", by=ON_DUTY, takes=takes.Resolved),
            Move(
                "tell",
                _("告知报警人"),
                "resolved",
                "told",
                by=ON_DUTY,
                takes=takes.Told,
                answers=RAISED,
            ),
            Move("close", _("复盘并办结"), "told", "closed", by=ON_DUTY, takes=takes.Reviewed),
            Move(
                "close_untold",
                _("办结（无法告知报警人）"),
                "resolved",
                "closed",
                by=CONTROL,
                takes=takes.Reviewed,
                excusable=True,
            ),
            Move(
                "refer",
                _("转有关单位"),
                WORKING,
                "referred",
                by=ON_DUTY,
                takes=takes.Referred,
                answers=RAISED,
            ),
            Move(
                "merge",
                _("并入另一件"),
                ("received", "handling"),
                "joined",
                by=ON_DUTY,
                takes=takes.Merged,
                does=Does.MERGES,
            ),
            Move(
                "separate",
                _("拆开"),
                "joined",
                "apart",
                by=CONTROL,
                takes=takes.Noted,
                does=Does.SEPARATES,
            ),
            Move(
                "tell_along",
                _("随主案告知"),
                "joined",
                "merged",
                by=ON_DUTY,
                takes=takes.Told,
                answers=RAISED,
            ),
            Move(
                "close_along",
                _("随主案办结（无法告知报警人）"),
                "joined",
                "merged",
                by=CONTROL,
                takes=takes.Noted,
                excusable=True,
            ),
        ),
        acts=(
            Act("note", _("记一笔"), by=ON_DUTY, takes=takes.Noted),
            Act("report", _("补充情况"), OPEN, by=RAISED, takes=takes.Reported),
            Act("locate", _("补充位置"), OPEN, by=RAISED, takes=takes.Located),
            Act("place", _("改地点"), WORKING, by=ON_DUTY, takes=takes.Placed),
            Act(
                "reclassify",
                _("改类别"),
                OPEN,
                by=ON_DUTY,
                takes=takes.Reclassified,
                does=Does.RECLASSIFIES,
            ),
            Act("prioritise", _("改缓急"), WORKING, by=ON_DUTY, takes=takes.Prioritised),
            Act(
                "offer",
                _("请人去"),
                WORKING,
                by=(*ON_DUTY, CLOCK),
                takes=takes.Offered,
                does=Does.ENLISTS,
            ),
            Act("accept", _("接单"), WORKING, by=RESPONDER, takes=takes.Accepted),
            Act("decline", _("不能去"), WORKING, by=RESPONDER, takes=takes.Declined),
            Act("fall_silent", _("没有人回答"), by=CLOCK, takes=takes.Silent),
            Act(
                "assign",
                _("指派"),
                WORKING,
                by=(*ON_DUTY, CLOCK),
                takes=takes.Assigned,
                does=Does.ENLISTS,
            ),
            Act(
                "enlist",
                _("力量里加了人"),
                OPEN,
                by=CLOCK,
                takes=takes.Enlisted,
                does=Does.ENLISTS,
            ),
            Act("stand_down", _("不用去了"), OPEN, by=ON_DUTY, takes=takes.StoodDown),
            Act("unit_status", _("报状态"), by=(RESPONDER, *ON_DUTY), takes=takes.UnitMoved),
            Act("contain", _("控制住了"), WORKING, by=(RESPONDER, *ON_DUTY)),
            Act(
                "hand_over",
                _("交接给"),
                WORKING,
                by=(RESPONDER, *ON_DUTY),
                takes=takes.HandedOver,
                does=Does.ENLISTS,
            ),
            Act("need_help", _("请求增援"), WORKING, by=(RESPONDER, *ON_DUTY), takes=takes.Needed),
            Act("tick", _("做了一步"), OPEN, by=(RESPONDER, *ON_DUTY), takes=takes.Ticked),
            Act("send", _("发来现场情况"), OPEN, by=(RESPONDER, *ON_DUTY), takes=takes.Sent),
            Act("link", _("关联另一件"), by=ON_DUTY, takes=takes.Linked),
            Act("split", _("拆出一件"), OPEN, by=CONTROL, takes=takes.Linked),
            Act(
                "excuse",
                _("说明为何无法告知"),
                ("resolved", "joined"),
                by=ON_DUTY,
                takes=takes.Excused,
                does=Does.EXCUSES,
            ),
            Act(
                "confirm_excuse",
                _("第二人确认"),
                ("resolved", "joined"),
                by=ON_DUTY,
                takes=takes.Noted,
                does=Does.CONFIRMS,
            ),
        ),
        withdrawn="closed",
        merged="merged",
        misdirected="referred",
    )
)

HANDOVER = declare(
    Loop(
        "handover",
        _("交接班"),
        opens="handed",
        answers_to=Nobody("two colleagues sign what one leaves and the other takes"),
        round_the_clock=True,
        shown_to=(DISPATCHER,),
        steps=(
            Step(
                "handed",
                _("等接班人签收"),
                owner=DISPATCHER,
                within=minutes(30),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=minutes(30)),
            ),
            End("signed", _("双方已签")),
            End("void", _("已作废")),
        ),
        moves=(
            Move("sign", _("签收"), "handed", "signed", by=CONTROL, takes=takes.Signed),
            Move("void", _("作废"), "handed", "void", by=CONTROL, takes=takes.Noted),
        ),
        acts=(Act("note", _("记一笔"), by=CONTROL, takes=takes.Noted),),
        withdrawn="void",
        merged="void",
        misdirected="void",
    )
)

WARNING = declare(
    Loop(
        "warning",
        _("预警"),
        opens="in_force",
        answers_to=Nobody("a warning is public: whoever reads it is owed nothing more"),
        round_the_clock=True,
        shown_to=(DISPATCHER, OFFICER),
        steps=(
            Step(
                "in_force",
                _("发布中"),
                owner=DISPATCHER,
                within=hours(24),
                lapse=escalate(DEPUTY_CHIEF, STATION_CHIEF, every=hours(12)),
            ),
            End("lifted", _("已解除")),
        ),
        moves=(Move("lift", _("解除"), "in_force", "lifted", by=CONTROL, takes=takes.Lifted),),
        acts=(Act("note", _("记一笔"), by=CONTROL, takes=takes.Noted),),
        withdrawn="lifted",
        merged="lifted",
        misdirected="lifted",
    )
)
