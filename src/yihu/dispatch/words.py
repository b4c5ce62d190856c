"""What the control room calls things: fields, outcomes, refusals, and what happened."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.replies import READY, Ready
from yihu.direct.words import Words
from yihu.dispatch.kinds import Kind, Urgency
from yihu.dispatch.schemas import Excuse, Outcome, Override, Receiver, Unable
from yihu.dispatch.titles import KINDS, URGENCIES
from yihu.kernel.loop import Act, Move

KEYS: Final[Mapping[str, str]] = {}
OUTCOMES: Final[Mapping[str, Words]] = {
    Outcome.SETTLED: _("现场已平息"),
    Outcome.HELPED: _("已提供帮助"),
    Outcome.HANDED_OVER: _("已移交有关单位"),
    Outcome.NOTHING_FOUND: _("到场没有发现情况"),
    Outcome.FALSE_ALARM: _("误报"),
}
FIELDS: Final[Mapping[str, Words]] = {
    "outcome": _("结果"),
    "kind": _("类别"),
    "priority": _("缓急"),
    "to": _("转给哪里"),
    "reason": _("为什么"),
    "into": _("并入哪一件（编号）"),
    "other": _("另一件的编号"),
    "reminded": _("同时按固定的话提醒了：可以直接给所长留言"),
    "seen": _("看过上面的复盘"),
}
RECEIVERS: Final[Mapping[str, Words]] = {
    Receiver.HOTLINE: _("12345 热线"),
    Receiver.COMMUNITY: _("村、社区"),
    Receiver.DEPARTMENT: _("主管部门"),
    Receiver.MEDIATION: _("调解工作室"),
    Receiver.OTHER_STATION: _("其他派出所"),
}
EXCUSES: Final[Mapping[str, Words]] = {
    Excuse.UNREACHABLE: _("联系不上"),
    Excuse.UNSAFE: _("联系会给报警人带来危险"),
    Excuse.UNKNOWN: _("不知道是谁报的"),
}
UNABLE: Final[Mapping[str, Words]] = {
    Unable.BUSY: _("手上有事"),
    Unable.TOO_FAR: _("太远"),
    Unable.NOT_FIT: _("不适合我去"),
    Unable.POST_EMPTY: _("岗位离不开人"),
    Unable.OTHER: _("其他原因"),
}
OVERRIDES: Final[Mapping[str, Words]] = {
    Override.KNOWS_PLACE: _("熟悉那里"),
    Override.LANGUAGE: _("会说对方的话"),
    Override.BETTER_EQUIPPED: _("装备更合适"),
    Override.KEEP_COVER: _("别处要留人"),
    Override.ASKED_BY_SCENE: _("现场点名要的"),
    Override.OTHER: _("其他原因"),
}
INTERNAL_WORDS: Final = _("内部说明（报警人看不到）")
TOLD: Final = _("告诉报警人")
HINTS: Final[Mapping[str, Words]] = {}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {
    Outcome: {outcome: OUTCOMES[outcome] for outcome in Outcome},
    Receiver: {receiver: RECEIVERS[receiver] for receiver in Receiver},
    Excuse: {excuse: EXCUSES[excuse] for excuse in Excuse},
    Unable: {reason: UNABLE[reason] for reason in Unable},
    Override: {reason: OVERRIDES[reason] for reason in Override},
    Kind: KINDS,
    Urgency: URGENCIES,
}
TELL: Final = Ready(
    READY,
    {
        "settled": _("您报的警情已经处理完毕，现场已经平息。谢谢您及时报警。"),
        "handed_over": _("您报的警情我们已经到场处理，后续由有关单位接着办，有事再找我们。"),
        "false_alarm": _("已经核实是误报，按错了没有关系。下次有情况照样按。"),
    },
)
"""What to tell whoever raised it, by how it ended."""
REFER: Final = Ready(
    "to",
    {
        "hotline_12345": _("这件事由 12345 热线转有关单位办理，他们会联系您；也可以打 12345 问。"),
        "community": _("这件事已经转给村、社区，由他们联系您。情况有变化，请马上拨打 110。"),
        "department": _("这件事已经转给主管部门，由他们联系您。情况有变化，请马上拨打 110。"),
        "mediation": _("已经请调解工作室联系您，约时间坐下来谈。情况有变化，请马上拨打 110。"),
        "other_station": _("这件事由事发地的派出所办理，我们已经转过去，他们会联系您。"),
    },
)
"""What whoever raised it is told where another body takes it: who, and what if it gets worse."""
PREPARED: Final[Mapping[str, Ready]] = {"tell": TELL, "tell_along": TELL, "refer": REFER}
REMINDER: Final = _(
    "任何时候都可以直接给所长留言，表扬、投诉、建议、求助都可以，不必留名：%(address)s"
)
"""The same for everybody, whatever it was about and however it ended: it asks for no praise."""
DONE: Final[Mapping[str, Words]] = {
    "opened": _("报警"),
    "answer": _("接警"),
    "resolve": _("处置完毕"),
    "tell": _("告知了报警人"),
    "close": _("复盘并办结"),
    "close_untold": _("办结，没有能告知报警人"),
    "refer": _("转给了有关单位"),
    "separate": _("拆开，单独处置"),
    "tell_along": _("随主案告知了报警人"),
    "close_along": _("随主案办结，没有能告知报警人"),
    "place": _("改了地点"),
    "reclassify": _("改了类别"),
    "prioritise": _("改了缓急"),
    "offer": _("请人去"),
    "accept": _("接单"),
    "decline": _("不能去"),
    "fall_silent": _("没有人回答"),
    "assign": _("指派"),
    "enlist": _("力量里加了人"),
    "stand_down": _("告诉不用去了"),
    "unit_status": _("报了状态"),
    "contain": _("现场控制住了"),
    "hand_over": _("交接"),
    "need_help": _("请求增援"),
    "tick": _("按处置卡做了一步"),
    "send": _("发来现场情况"),
    "link": _("关联了另一件"),
    "split": _("拆出了一件"),
    "excuse": _("说明了为何无法告知"),
    "confirm_excuse": _("第二人确认了"),
    "sign": _("签收"),
    "void": _("作废"),
    "note": _("写了备注"),
    "report": _("报警人补充了情况"),
    "locate": _("报警人补充了位置"),
    "withdraw": _("撤回了"),
    "merge": _("并入了另一件"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这一步不归您办。"),
    "safe_contact": _("联系可能给报警人带来危险，不作提醒。"),
    "not_reminded": _("这句提醒对谁都一样说。说过了，再勾选。"),
    "unanswered": _("还没有告知报警人。请先告知，或说明为何无法告知，再由另一人确认。"),
    "children_open": _("还有并入或拆出的警情没有办结。"),
    "nothing_to_confirm": _("没有要确认的理由。"),
    "second_person": _("要由另一个人确认，不能是写理由的人自己。"),
    "no_such_matter": _("没有找到这个编号的在办警情。"),
    "same_kind": _("已经是这个类别了。"),
    "no_such_person": _("这个人现在不能派。"),
    "conflict_of_interest": _("此事涉及这个人或其上级，不能派。"),
    "joined_wait": _(
        "并进来的警情里还有报警人没有告知。到那一件里告知，或说明为何无法告知、再由另一人确认。"
    ),
    "units_on_way": _("这一件已经派了人。请把没有派人的那一件并进来，或先告诉他们不用去了。"),
    "joined_here": _("别的警情已经并入这一件。请把另一件并进来。"),
    "look_first": _("这类警情可能起冲突。先派人到场，或确认已经控制住，再转出去。"),
    "for_police": _("这类警情归公安办，只能转给其他派出所；到场看过以后才能转给别的单位。"),
    "in_future": _("这个时间还没有到，请检查。"),
    "before_received": _("这个时间比来电还早，请检查。"),
    "nothing_said": _("至少写一项：在哪里，或者怎么回事。"),
    "no_such_site": _("没有找到这个单位，请重选地点。"),
    "no_such_reporter": _("名单里没有这个人，请重选。"),
    "no_station": _("您的单位没有对应的派出所，不能接警。"),
    "about_person": _("这里只写地方，不写人。请去掉姓名、电话、证件号和对人的说法。"),
    "too_long": _("最长一百八十天，到期再核对、再写。"),
    "too_early": _("这一天已经过了。"),
    "nobody_chosen": _("还没有选请谁去。请勾选一组，或按它的数字键。"),
    "too_many": _("一次最多请 40 组。要叫更多的人，请用“呼叫附近”。"),
    "off_duty": _("选的力量现在没有人在岗，不能派。"),
    "police_only": _("这类警情由公安去，别的力量只能一同到场协助。"),
    "not_assigned": _("没有派这支力量去这一件。"),
    "no_such_move": _("此事已经走到别的环节，这一步现在办不了。"),
    "no_such_act": _("此事已经走到别的环节，现在不能这样做。"),
}


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    return TITLES


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    internal = sealed_for.get("words") == "office"
    return {**FIELDS, "words": INTERNAL_WORDS if internal else TOLD}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
