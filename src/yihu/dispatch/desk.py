"""An incident on the control room's desk: the direct desk, in this room's words."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from yihu.direct.inside import Inside
from yihu.direct.replies import Ready
from yihu.dispatch import words
from yihu.dispatch.models import Incident
from yihu.kernel.loop import Act, Move
from yihu.kernel.timeline import Happening


class Work(Inside):
    language: ClassVar[Any] = words
    do_page: ClassVar[str] = "dispatch:do"

    @cached_property
    def incident(self) -> Incident:
        return Incident.objects.select_related("site", "raised_by").get(pk=self.matter.pk)

    def _ready(self, declared: Move | Act) -> Ready | None:
        return words.TELL if declared.name == "tell" else None

    def _who(self, happening: Happening) -> str:
        if happening.by == "party":
            return str(self.incident.raised_by)
        return super()._who(happening)

    def _facts(self, happening: Happening) -> Iterable[str]:
        if "outcome" in happening.facts:
            yield str(words.OUTCOMES[happening.facts["outcome"]])
