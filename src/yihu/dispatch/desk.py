"""An incident on the control room's desk: the direct desk, in this room's words."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from yihu.direct.inside import Inside
from yihu.direct.replies import Ready
from yihu.dispatch import words
from yihu.dispatch.loops import RAISED as WHO_RAISED
from yihu.dispatch.models import Incident
from yihu.kernel.loop import Act, Move
from yihu.kernel.timeline import Happening
from yihu.people.directory import role_title

RAISED = frozenset(role.code for role in WHO_RAISED)


PAGED = frozenset(
    {
        "accept",
        "assign",
        "decline",
        "fall_silent",
        "hand_over",
        "link",
        "locate",
        "need_help",
        "offer",
        "place",
        "report",
        "send",
        "split",
        "stand_down",
        "tick",
        "unit_status",
    }
)
"""Acts that come from the control room's own panels, or from a responder's telephone."""


class Work(Inside):
    paged: ClassVar[frozenset[str]] = PAGED
    language: ClassVar[Any] = words
    do_page: ClassVar[str] = "dispatch:do"

    @cached_property
    def incident(self) -> Incident:
        return Incident.objects.select_related("site", "raised_by").get(pk=self.matter.pk)

    def _ready(self, declared: Move | Act) -> Ready | None:
        return words.TELL if declared.name == "tell" else None

    def _who(self, happening: Happening) -> str:
        if happening.by == "party" and happening.role in RAISED:
            raised_by = self.incident.raised_by
            return str(raised_by) if raised_by else role_title(happening.role)
        return super()._who(happening)

    def _facts(self, happening: Happening) -> Iterable[str]:
        if "outcome" in happening.facts:
            yield str(words.OUTCOMES[happening.facts["outcome"]])
