"""Sentences ready to be sent: what a chief writes again and again, one touch away.

Each is true whenever it is sent, and can be changed before. A reason is never prepared: why
something cannot be done has to be written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from yihu.direct.kinds import Kind
from yihu.direct.schemas import Outcome

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise
type Sentences = Mapping[str, Words]

READY: Final = "ready"


@dataclass(frozen=True, slots=True)
class Ready:
    """Sentences by the choice that brings each. `by`: the field that chooses; READY is one of
    its own, beside what the move takes."""

    by: str
    sentences: Sentences


CONTACTS: Final[Mapping[Kind, Sentences]] = {
    Kind.PRAISE: {
        "thanks": _("谢谢您的表扬，我看到了。我们会核实，并转告当事人，结果写在这里。"),
        "which": _("谢谢您的表扬。方便的话，请补充是哪一位、什么时候、在哪里。"),
    },
    Kind.COMPLAINT: {
        "heard": _("您的投诉我看到了，监督单位也看得到。我们先查清楚，再在这里答复您。"),
        "which": _("您的投诉我看到了。方便的话，请补充时间、地点和经过，好查清楚。"),
    },
    Kind.SUGGESTION: {
        "thanks": _("您的建议我看到了，谢谢。我们先看怎么做得到，再在这里答复您。"),
        "which": _("谢谢您的建议。方便的话，请补充具体在哪里、什么时段最需要。"),
    },
    Kind.HELP: {
        "heard": _("您的求助我看到了，正在安排人办，进度在这里看得到。"),
        "which": _("您的求助我看到了。方便的话，请补充在哪里、怎样联系您最方便。"),
        "urgent": _("如果现在有危险，请马上拨打110，不要等这里的回复。"),
    },
}
"""What to say first, by what was brought."""

ANSWERS: Final[Mapping[Kind, Sentences]] = {
    Kind.PRAISE: {
        Outcome.COMMENDED: _("您的表扬已经核实，也转告了当事人，并在所里作了表扬。谢谢您。"),
    },
    Kind.COMPLAINT: {
        Outcome.SOLVED: _(
            "您投诉的问题已经改正。如果您觉得还没有解决，请选“没有解决”，我们重新办。"
        ),
    },
    Kind.SUGGESTION: {
        Outcome.SOLVED: _("您的建议已经做到了，谢谢您。如果还有不合适的，请选“没有解决”。"),
    },
    Kind.HELP: {
        Outcome.SOLVED: _("您求助的事办好了。如果还没有解决，请选“没有解决”，我们重新办。"),
    },
}
"""What to say at the end, by outcome; an outcome that owes its reason has none."""


def ready(deed: str, kind: str) -> Ready | None:
    """What is ready for a move or act; None where it has to be written."""
    if deed == "contact":
        return Ready(READY, CONTACTS[Kind(kind)])
    if deed in ("answer", "decide"):
        return Ready("outcome", ANSWERS[Kind(kind)])
    return None
