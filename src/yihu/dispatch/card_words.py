"""What the pages of run cards and of the shift's handover call things."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch.card_steps import MOST, Became, Doer
from yihu.dispatch.handovers import Open
from yihu.dispatch.titles import UNIT_KINDS
from yihu.kernel.loop import Act, Move

DOERS: Final[Mapping[Doer, Words]] = {
    Doer.CONTROL: _("指挥室"),
    Doer.FIRST: _("先到的人"),
    **{Doer(kind.value): title for kind, title in UNIT_KINDS.items()},
}
BECAME: Final[Mapping[Became, Words]] = {
    Became.KEPT: "",
    Became.ADDED: _("新加"),
    Became.CHANGED: _("改了"),
    Became.REMOVED: _("去掉"),
}
OPEN: Final[Mapping[Open, Words]] = {
    Open.INCIDENT: _("在办的警情"),
    Open.WAVE: _("正在请人去"),
    Open.HAZARD: _("超期的隐患"),
    Open.CALL: _("没有应答的呼叫"),
}
CARD_REFUSALS: Final[Mapping[str, Words]] = {
    "no_steps": _("至少要有一步。"),
    "too_many": _("最多 %(most)d 步。请合并或分到别的卡上。"),
    "written_since": _(
        "您写的时候，有人改了这张卡。写下的都在；请先看现在的版本，再决定要不要交。"
    ),
    "no_change": _("和现行的版本一样，没有什么要发布的。"),
    "no_such_step": _("这张卡上没有这一步。"),
    "other_force": _("这一步不归您这支力量做。"),
    "not_sent": _("您没有被派到这件警情。"),
    "in_future": _("时间还没有到，请看看手机的时钟。"),
    "before_received": _("时间比报警还早，请看看手机的时钟。"),
    "no_such_act": _("警情已经结束，不能再勾。"),
}

# --- the handover, as `direct.desk_matter.Desk` asks for it ---------------------------------------

KEYS: Final[Mapping[str, str]] = {}
HINTS: Final[Mapping[str, Words]] = {}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {}
DONE: Final[Mapping[str, Words]] = {
    "opened": _("交班"),
    "sign": _("签收"),
    "void": _("作废"),
    "note": _("记了一笔"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这一步不归您办。"),
    "same_person": _("不能交给自己。"),
    "no_such_person": _("这个人不在这个指挥室，请重选。"),
    "not_signed_yet": _("上一次交班还没有签收。请先签收，或者作废。"),
    "not_named": _("这次交班不是交给您的，由写明的接班人签收。"),
    "no_such_move": _("此事已经走到别的环节，这一步现在办不了。"),
    "no_such_act": _("此事已经走到别的环节，现在不能这样做。"),
}


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    return TITLES


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    return {"words": _("备注")}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))


def card_refusal(code: str) -> str:
    said = CARD_REFUSALS.get(code) or _("现在办不了，请刷新后再试。")
    return str(said) % {"most": MOST} if code == "too_many" else str(said)
