"""What the case library calls things: fields, choices, refusals, and what happened."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.cases.privacy import Trace
from yihu.cases.schemas import Check, Effect
from yihu.direct.words import Words
from yihu.kernel.loop import Act, Move

KEYS: Final[Mapping[str, str]] = {}
FIELDS: Final[Mapping[str, Words]] = {
    "title": _("题目"),
    "situation": _("事情是怎样的"),
    "method": _("怎么做的"),
    "result": _("结果"),
    "lessons": _("可以学的"),
    "tags": _("标签（用空格分开）"),
    "checks": _("逐项核对过，文中没有："),
    "handler": _("负责人"),
    "words": _("说明"),
}
HINTS: Final[Mapping[str, Words]] = {
    "situation": _("不写姓名、门牌、电话、具体日期，也不写只有一家才有的细节。"),
    "handler": _("由这个人整改；看效果的是另一个人。"),
}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {
    Check: {
        Check.NO_NAMES: _("姓名、绰号、网名"),
        Check.NO_ADDRESSES: _("住址、门牌、店名"),
        Check.NO_NUMBERS: _("电话、证件号、车牌"),
        Check.NO_TRACES: _("能让熟人认出来的日期、地点和细节"),
        Check.WISH: _("来信人不愿意写出来的内容"),
    },
    Effect: {Effect.FEWER: _("少了"), Effect.NOT_FEWER: _("没有少")},
}
TRACES: Final[Mapping[Trace, Words]] = {
    Trace.PHONE: _("电话号码，删去才能发布"),
    Trace.IDENTITY: _("证件号码，删去才能发布"),
    Trace.HOUSE: _("像门牌"),
    Trace.DATE: _("具体日期"),
    Trace.NAME: _("与本单位人员同名"),
}
DONE: Final[Mapping[str, Words]] = {
    "opened": _("开始"),
    "submit": _("交去核对"),
    "pass_first": _("第一人核对过"),
    "publish": _("第二人核对过，已发布"),
    "send_back": _("退回修改"),
    "drop": _("撤销了"),
    "retire": _("下架了"),
    "carried_out": _("做完了，等看效果"),
    "effective": _("看过，见效了"),
    "not_effective": _("看过，没有见效"),
    "conclude": _("督办后办结"),
    "assign": _("交给负责人"),
    "note": _("写了备注"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这一步不归您办，或您与此事有关。"),
    "still_open": _("办结以后才能拿来学习。"),
    "safe_contact": _("来信人要求谨慎联系，这件事不进案例库。"),
    "about_somebody": _("这件事指明了被反映的人，不进案例库。"),
    "erased": _("来信人的内容已经抹除，不能再写成案例。"),
    "not_marked": _("请先写明这件事为什么值得学。"),
    "no_such_person": _("名单里有人现在没有岗位，请重选。"),
    "elsewhere": _("这个人不在本单位，请重选。"),
    "number_in_it": _("文中有电话或证件号码。请删去再交。"),
    "own_text": _("要由另一个人来：自己写的、自己做的，不能自己核对或评价。"),
    "second_person": _("第一次核对就是您做的，第二次要由另一个人来。"),
    "no_such_matter": _("没有这个编号，或者不归您看。请核对。"),
    "own_matter": _("案例就是从这一件写出来的，请填另一件。"),
    "running": _("这个问题已有一项整改在办，不必再开。"),
    "too_early": _("时间还太短，看不出效果。请过了观察期再看。"),
}


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    return TITLES


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    return dict(FIELDS)


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
