"""What the control room calls things: fields, outcomes, refusals, and what happened."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.replies import READY, Ready
from yihu.direct.words import Words
from yihu.dispatch.schemas import Outcome
from yihu.kernel.loop import Act, Move

KEYS: Final[Mapping[str, str]] = {}
OUTCOMES: Final[Mapping[str, Words]] = {
    Outcome.SETTLED: _("现场已平息"),
    Outcome.HELPED: _("已提供帮助"),
    Outcome.HANDED_OVER: _("已移交有关单位"),
    Outcome.NOTHING_FOUND: _("到场没有发现情况"),
    Outcome.FALSE_ALARM: _("误报"),
}
FIELDS: Final[Mapping[str, Words]] = {"outcome": _("结果")}
INTERNAL_WORDS: Final = _("内部说明（报警人看不到）")
TOLD: Final = _("告诉报警人")
HINTS: Final[Mapping[str, Words]] = {}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {
    Outcome: {outcome: OUTCOMES[outcome] for outcome in Outcome}
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
DONE: Final[Mapping[str, Words]] = {
    "opened": _("报警"),
    "answer": _("接警"),
    "resolve": _("处置完毕"),
    "tell": _("告知了报警人"),
    "note": _("写了备注"),
    "report": _("报警人补充了情况"),
    "locate": _("报警人补充了位置"),
    "withdraw": _("撤回了"),
    "merge": _("并入了另一件"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这一步不归您办。"),
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
