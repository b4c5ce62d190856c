"""What the desk calls things: fields, choices, refusals, and what happened."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.actions import Safety
from yihu.direct.kinds import About, Kind
from yihu.direct.schemas import Excuse, Finding, Outcome, Reach
from yihu.kernel.loop import Act, Move, Seat, Step
from yihu.kernel.models import Matter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise

FIELDS: Final[Mapping[str, Words]] = {
    "how": _("怎么联系的"),
    "handler": _("承办人"),
    "person": _("被投诉的是"),
    "praised": _("被表扬的是（可多选）"),
    "others": _("名单上没有的（一行一位：姓名 · 单位）"),
    "finding": _("核实结果"),
    "kind": _("改为"),
    "outcome": _("结果"),
    "reason": _("为什么无法答复"),
    "to": _("转到哪个单位"),
    "into": _("并入哪一件（编号）"),
    "words": _("写给来信人"),
}
INTERNAL_WORDS: Final = _("内部说明（来信人看不到）")
KEYS: Final = {
    "contact": "c",
    "assign": "g",
    "reassign": "g",
    "ask": "q",
    "answer": "a",
    "decide": "a",
}
"""The single key that opens each move's form while the matter has focus."""
HINTS: Final[Mapping[str, Words]] = {
    "into": _("例如 7F3K-9Q2M。"),
    "handler": _("与此事有关的人不在名单里。"),
}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {
    Outcome: {
        Outcome.SOLVED: _("已解决"),
        Outcome.EXPLAINED: _("作了说明"),
        Outcome.PARTLY: _("解决了一部分"),
        Outcome.NOT_POSSIBLE: _("办不到，说明原因"),
        Outcome.COMMENDED: _("已表扬"),
    },
    Excuse: {
        Excuse.UNREACHABLE: _("联系不上"),
        Excuse.UNSAFE: _("联系会给来信人带来危险"),
        Excuse.UNKNOWN: _("没有留下联系方式，也没有再来看"),
    },
    Finding: {
        Finding.CONFIRMED: _("属实"),
        Finding.PARTLY: _("部分属实"),
        Finding.NOT_CONFIRMED: _("没有核实到"),
    },
    Kind: {kind: kind.label for kind in Kind},
    Reach: {
        Reach.RECEIPT: _("在回执页回复"),
        Reach.PHONE: _("打电话"),
        Reach.VISIT: _("上门"),
        Reach.MAIL: _("邮件"),
    },
}
SAFETY: Final[Mapping[str, Words]] = {
    Safety.OPEN: _("可以正常联系"),
    Safety.BLANK: _("只能发空白提醒，不提内容"),
    Safety.NEVER: _("不要联系，对方凭回执来看"),
}
VERDICTS: Final[Mapping[str, Words]] = {"solved": _("解决了"), "unsolved": _("没有解决")}
DONE: Final[Mapping[str, Words]] = {
    "contact": _("联系了来信人"),
    "assign": _("交给承办人"),
    "reassign": _("改派承办人"),
    "answer": _("答复了来信人"),
    "decide": _("监督单位答复了来信人"),
    "refer": _("转交了其他单位"),
    "merge": _("并入了另一件"),
    "close": _("办结，没能答复到来信人"),
    "conclude_unreached": _("办结，没能答复到来信人"),
    "confirm": _("来信人说：解决了"),
    "accept": _("来信人说：解决了"),
    "dispute": _("来信人说：没有解决"),
    "disagree": _("来信人说：没有解决"),
    "rest": _("到期没有评价，先办结"),
    "conclude": _("到期没有评价，先办结"),
    "withdraw": _("来信人撤回了"),
    "take_over": _("监督单位接手办理"),
    "name_subject": _("指明了被投诉人"),
    "verify": _("派了人核实"),
    "attest": _("写了核实结果"),
    "commend": _("发布了表扬令"),
    "revoke": _("撤销了表扬令"),
    "reclassify": _("改了类别"),
    "ask": _("向来信人提了问"),
    "reply": _("来信人回答了"),
    "add": _("来信人补充了"),
    "note": _("写了内部备注"),
    "excuse": _("说明了为何无法答复"),
    "confirm_excuse": _("第二人确认了无法答复"),
    "ask_erasure": _("来信人请求抹除"),
    "opened": _("收到来信"),
    "read": _("查看了姓名和联系方式，来信人看得到"),
    "erased": _("抹除了来信人写下的内容"),
}
SHORT: Final[Mapping[str, Words]] = {
    "received": _("等联系"),
    "contacted": _("等交办"),
    "handling": _("办理中"),
    "answered": _("等评价"),
    "reopened": _("重新办理"),
    "oversight": _("监督办理"),
    "decided": _("等评价（监督）"),
    "verifying": _("核实中"),
    "verified": _("已核实，等答复"),
}
"""What each step waits for, short enough for a list."""
DUE: Final[Mapping[str, Words]] = {
    "late": _("已超时"),
    "today": _("今天到期"),
    "week": _("本周到期"),
}
WHOSE: Final[Mapping[str, Words]] = {"turn": _("轮到我"), "solve": _("我承办")}
ABOUT: Final[Mapping[str, Words]] = dict(About.choices)

REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这一步不归您办，或您与此事有关。"),
    "not_staff": _("这一步只有工作人员能办。"),
    "no_such_move": _("此事已经走到别的环节，这一步现在办不了。"),
    "no_such_act": _("此事已经走到别的环节，现在不能这样做。"),
    "no_such_person": _("这个人现在没有岗位，请重选。"),
    "conflict_of_interest": _("不能交给这个人：此事就是反映他，或他的上级。"),
    "elsewhere": _("这个人不在本单位，请重选。"),
    "praised": _("被表扬的人，和他领导的人，都不能核实这件表扬。"),
    "same_kind": _("现在就是这一类，请选另一类。"),
    "take_over_first": _("这个人领导着正在办理的单位。请先由监督单位接手，再指明。"),
    "no_watch": _("没有单位监督此事，无法接手。"),
    "no_such_matter": _("没有这个编号的未办结来信，请核对。"),
    "other_subject": _("另一件没有指明同一个被投诉人，并过去就失去回避。请先在那一件里指明。"),
    "second_person": _("要由写说明以外的另一个人来确认。"),
    "nothing_to_confirm": _("还没有人说明为何无法答复，没有可确认的。"),
    "unanswered": _("来信人还没有得到答复。请先答复；确实无法答复，就说明原因，由第二人确认。"),
    "children_open": _("由此事派生的事项还没有办结，先办那些。"),
    "erased": _("来信人的内容已经抹除，不能再往里写。"),
    "reason_needed": _("请写明为什么需要看。来信人会看到这个理由。"),
    "no_identity": _("来信人没有留下姓名或联系方式。"),
    "not_asked": _("来信人没有请求抹除，不能抹除。"),
    "still_open": _("办结以后才能抹除，不然就无法答复了。"),
}


def kind(matter: Matter) -> str:
    return str(Kind(matter.kind).label)


def step(matter: Matter) -> str:
    """Where a matter stands, in a word or two."""
    return str(SHORT.get(matter.step) or matter.declared.places[matter.step].title)


def owner(matter: Matter) -> str:
    """Whose turn it is: a role, or the one person who solves it."""
    place = matter.declared.places[matter.step]
    if not isinstance(place, Step) or place.owner is None:
        return ""
    if place.owner.seat is Seat.PERSON and matter.solution_owner is not None:
        return matter.solution_owner.name
    role = place.owner
    if role.seat is Seat.PERSON and role.alternate is not None:
        role = role.alternate
    return str(role.title)


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    """What may be chosen for a matter of this kind: only a praise ends in a commendation."""
    if kind == Kind.PRAISE:
        return TITLES
    fitting = {one: name for one, name in TITLES[Outcome].items() if one != Outcome.COMMENDED}
    return {**TITLES, Outcome: fitting}


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    """A label for each field of what a move takes; words that the teller never sees say so."""
    found = dict(FIELDS)
    if sealed_for.get("words") == "office":
        found["words"] = INTERNAL_WORDS
    if declared.name == "ask":
        found["words"] = _("问来信人什么")
    return found


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
