"""The kinds of work behind the chief's code: what people bring, complain of, and praise."""

from dataclasses import replace

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

STATION = ("received", "contacted", "handling", "reopened")
"""The steps at which the station has a matter in its hands."""
VERIFYING = ("verifying", "verified")
"""And where a praise is looked into."""
OFFICE = (STATION_CHIEF, HANDLER, SUPERVISOR)

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


def _moves(station: tuple[str, ...]) -> tuple[Move, ...]:
    """The ways from the steps at which the station has the matter, and from those of the others."""
    return (
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
            station,
            "answered",
            by=(STATION_CHIEF, HANDLER),
            takes=takes.Answered,
            answers=TELLER,
        ),
        Move(
            "refer",
            _("转交其他单位"),
            station,
            "misdirected",
            by=STATION_CHIEF,
            takes=takes.Referred,
            answers=TELLER,
        ),
        Move(
            "merge",
            _("并入另一件"),
            station,
            "merged",
            by=STATION_CHIEF,
            takes=takes.Merged,
            answers=TELLER,
            does=Does.MERGES,
        ),
        Move(
            "close",
            _("办结（无法答复来信人）"),
            station,
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
        Move(
            "withdraw",
            _("撤回"),
            (*station, "answered", "oversight", "decided"),
            "withdrawn",
            by=TELLER,
            takes=takes.Withdrawn,
        ),
        Move(
            "take_over",
            _("由监督单位办理"),
            station,
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


def _acts(station: tuple[str, ...]) -> tuple[Act, ...]:
    working = (*station, "oversight")
    still_open = (*working, "answered", "decided")
    return (
        Act("ask", _("向来信人提问"), working, by=OFFICE, takes=takes.Asked, does=Does.ASKS),
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
            working,
            by=OFFICE,
            takes=takes.Excused,
            does=Does.EXCUSES,
        ),
        Act(
            "confirm_excuse",
            _("第二人确认"),
            working,
            by=OFFICE,
            takes=takes.Noted,
            does=Does.CONFIRMS,
        ),
        Act(
            "reclassify",
            _("改类别"),
            still_open,
            by=(STATION_CHIEF, SUPERVISOR),
            takes=takes.Reclassified,
            does=Does.RECLASSIFIES,
        ),
        Act("add", _("补充一句"), still_open, by=TELLER, takes=takes.Added),
        Act("reply", _("回答提问"), working, by=TELLER, takes=takes.Replied, does=Does.REPLIES),
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
        moves=_moves(STATION),
        acts=_acts(STATION),
        reads_identity=OFFICE,
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
        moves=_moves(STATION),
        acts=(
            *(
                replace(act, by=(SUPERVISOR,)) if act.name == "reclassify" else act
                for act in _acts(STATION)
            ),
            Act(
                "name_subject",
                _("指明被投诉人"),
                (*STATION, "oversight"),
                by=SUPERVISOR,
                takes=takes.Named,
                does=Does.NAMES_SUBJECT,
            ),
        ),
        reads_identity=(SUPERVISOR,),
        erases=(SUPERVISOR,),
    )
)

# --- praise: verified by someone other than the praised before it is made public ----------------

PRAISE = declare(
    Loop(
        "praise",
        _("表扬"),
        opens="received",
        answers_to=TELLER,
        steps=(
            *STEPS,
            Step(
                "verifying",
                _("核实中"),
                owner=HANDLER,
                within=workdays(5),
                lapse=escalate(STATION_CHIEF, SUPERVISOR),
            ),
            Step(
                "verified",
                _("已核实"),
                owner=STATION_CHIEF,
                within=workdays(5),
                lapse=escalate(SUPERVISOR, SUBDISTRICT_LEADER),
            ),
        ),
        moves=(
            *_moves((*STATION, *VERIFYING)),
            Move(
                "verify",
                _("派人核实"),
                ("received", "contacted", "reopened"),
                "verifying",
                by=STATION_CHIEF,
                takes=takes.Verifying,
                does=Does.VERIFIES,
            ),
            Move(
                "attest",
                _("写核实结果"),
                "verifying",
                "verified",
                by=(HANDLER, SUPERVISOR),
                takes=takes.Attested,
                does=Does.ATTESTS,
            ),
        ),
        acts=(
            *_acts((*STATION, *VERIFYING)),
            Act(
                "commend",
                _("发布表扬令"),
                ("verified", "answered", "rested", "closed"),
                by=(STATION_CHIEF, SUPERVISOR),
                takes=takes.Commended,
            ),
            Act(
                "revoke",
                _("撤销表扬令"),
                by=(STATION_CHIEF, SUPERVISOR),
                takes=takes.Revoked,
            ),
        ),
        reads_identity=OFFICE,
        erases=(SUPERVISOR,),
    )
)

NAMES = (DIRECT.name, COMPLAINT.name, PRAISE.name)
"""The loops of this room."""
