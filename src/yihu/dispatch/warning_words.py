"""What the pages of warnings call things."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch.cap import Certainty, Event, Response, Severity, Urgency
from yihu.kernel.loop import Act, Move

EVENTS: Final[Mapping[Event, Words]] = {
    Event.FIRE: _("火灾"),
    Event.GAS_LEAK: _("燃气泄漏"),
    Event.FLOOD: _("积水内涝"),
    Event.STORM: _("大风暴雨"),
    Event.ROAD_CLOSED: _("道路封闭"),
    Event.CROWD: _("人群拥挤"),
    Event.DANGEROUS_PERSON: _("有危险的人"),
    Event.MISSING_PERSON: _("寻找走失的人"),
    Event.POWER_CUT: _("停电停水"),
    Event.FRAUD_WAVE: _("诈骗高发"),
    Event.OTHER: _("其他预警"),
}
SEVERITIES: Final[Mapping[Severity, Words]] = {
    Severity.EXTREME: _("特别严重"),
    Severity.SEVERE: _("严重"),
    Severity.MODERATE: _("较重"),
    Severity.MINOR: _("一般"),
}
URGENCIES: Final[Mapping[Urgency, Words]] = {
    Urgency.IMMEDIATE: _("马上要做"),
    Urgency.EXPECTED: _("一小时内"),
    Urgency.FUTURE: _("稍后"),
}
CERTAINTIES: Final[Mapping[Certainty, Words]] = {
    Certainty.OBSERVED: _("正在发生"),
    Certainty.LIKELY: _("很可能"),
    Certainty.POSSIBLE: _("有可能"),
}
RESPONSES: Final[Mapping[Response, Words]] = {
    Response.EVACUATE: _("离开那里"),
    Response.SHELTER: _("待在室内"),
    Response.AVOID: _("不要去那里"),
    Response.PREPARE: _("做好准备"),
    Response.MONITOR: _("留意后续消息"),
}

# --- as `direct.desk_matter.Desk` asks for it -----------------------------------------------------

KEYS: Final[Mapping[str, str]] = {}
HINTS: Final[Mapping[str, Words]] = {}
DONE: Final[Mapping[str, Words]] = {
    "opened": _("发布"),
    "lift": _("解除"),
    "note": _("记了一笔"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这一步不归您办。"),
    "nothing_said": _("请写清是什么事，在哪里。"),
    "too_long": _("一次最多发布 24 小时。"),
    "no_such_move": _("已经解除了，不用再解除。"),
    "no_such_act": _("此事已经走到别的环节，现在不能这样做。"),
}


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    return {}


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    return {"words": _("内部说明（不对外）")}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
