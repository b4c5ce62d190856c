"""An incident on the control room's desk: the direct desk, in this room's words."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from yihu.direct.desk_matter import Desk
from yihu.direct.desk_views import Line
from yihu.direct.replies import Ready
from yihu.direct.words import owner
from yihu.dispatch import words
from yihu.dispatch.models import Incident
from yihu.kernel.loop import Act, Move
from yihu.kernel.timeline import Happening
from yihu.people.directory import role_title


class Work(Desk):
    language: ClassVar[Any] = words
    do_page: ClassVar[str] = "dispatch:do"

    @cached_property
    def incident(self) -> Incident:
        return Incident.objects.select_related("site", "raised_by").get(pk=self.matter.pk)

    @property
    def heading(self) -> dict[str, str]:
        """Where it stands, whose turn it is, and at which office."""
        place = self.matter.declared.places[self.matter.step]
        office = self.house(self.matter.office_id)
        return {"step": str(place.title), "owner": owner(self.matter), "office": office}

    @cached_property
    def lines(self) -> list[Line]:
        """Only police staff read it here, so nothing is marked as hidden from residents."""
        return [
            replace(
                line, internal=False, said=[replace(said, internal=False) for said in line.said]
            )
            for line in super().lines
        ]

    def _ready(self, declared: Move | Act) -> Ready | None:
        return words.TELL if declared.name == "tell" else None

    def _who(self, happening: Happening) -> str:
        if happening.by == "clock":
            return _("系统按时限自动")
        if happening.by == "party":
            return str(self.incident.raised_by)
        role = role_title(happening.role) if happening.role else ""
        return " · ".join(filter(None, [happening.person, role]))

    def _facts(self, happening: Happening) -> Iterable[str]:
        if "outcome" in happening.facts:
            yield str(words.OUTCOMES[happening.facts["outcome"]])
