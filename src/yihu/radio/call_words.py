"""What calls and hazards are called on their pages: fields, choices, refusals, what happened."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.kernel.loop import Act, Move
from yihu.radio.schemas import Order

KEYS: Final[Mapping[str, str]] = {}
HINTS: Final[Mapping[str, Words]] = {}
ORDERS: Final[Mapping[Order, Words]] = {
    Order.GO: _("前往"),
    Order.CORDON: _("封控"),
    Order.EVACUATE: _("疏散"),
    Order.RESCUE: _("救助"),
    Order.STAND_BY: _("守候"),
    Order.REPORT: _("回报"),
    Order.WITHDRAW: _("撤离"),
}
HAZARDS: Final[Mapping[str, Words]] = {
    "fire": _("消防"),
    "exit": _("疏散通道堵塞"),
    "electric": _("用电用气"),
    "structure": _("建筑设施破损"),
    "crowd": _("人员聚集"),
    "traffic": _("交通出入口"),
    "water": _("积水、井盖"),
    "other": _("其他"),
}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {Order: ORDERS}
LABELS: Final[Mapping[str, Words]] = {"words": _("说明")}
LABELS_OF: Final[Mapping[str, Mapping[str, Words]]] = {
    "follow_up": {"words": _("逐一联系的结果：谁、为什么没有应答、怎么办")},
    "put_right": {"words": _("怎样纠正的（对方看得到）")},
    "close": {"words": _("告诉发现人的结果")},
    "send_back": {"words": _("还差什么（整改人看得到）")},
}
DONE: Final[Mapping[str, Words]] = {
    "opened": _("开始"),
    "hear": _("已听到"),
    "answer": _("已应答"),
    "read_back": _("复诵"),
    "hear_back": _("听到口头复诵"),
    "complete": _("全部应答"),
    "misread": _("复诵不符"),
    "put_right": _("已纠正"),
    "time_out": _("五分钟到，有人没有应答"),
    "follow_up": _("逐一跟进过"),
    "end": _("结束"),
    "fade": _("已过"),
    "assign": _("指派整改"),
    "reassign": _("改派"),
    "mend": _("整改好了"),
    "send_back": _("没有改好，退回"),
    "close": _("核对过，已消除"),
    "note": _("写了备注"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这不归您办。请核对对象。"),
    "empty": _("请写一句。"),
    "too_long": _("太长了，请分成两次发。"),
    "nobody_there": _("现在没有人在岗，叫不到。请换一个组，或者先打电话。"),
    "off_duty": _("现在不在岗，叫不到。请换一个人，或者打电话。"),
    "police_only": _("封控由民警来做，不能交给保安或志愿者。请换一项，或者换一个人。"),
    "read_back": _("指令要复诵，不能只按收到。"),
    "no_station": _("您的单位上面没有派出所，请直接打电话。"),
    "no_such_person": _("这个人现在没有岗位，请重选。"),
    "elsewhere": _("这个人不在本单位，请重选。"),
    "too_early": _("整改期限要在今天或以后。"),
    "too_late": _("整改期限最长九十天。"),
}


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    return TITLES


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    return {**LABELS, **LABELS_OF.get(declared.name, {})}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
