"""An incident on the control room's desk: the direct desk, in this room's words."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import get_language, gettext

from yihu.direct.desk_matter import Deed
from yihu.direct.inside import Inside
from yihu.direct.replies import Ready
from yihu.dispatch import review, unit_story, words
from yihu.dispatch.card_steps import Step
from yihu.dispatch.kinds import Kind, Urgency
from yihu.dispatch.loops import RAISED as WHO_RAISED
from yihu.dispatch.models import Incident
from yihu.dispatch.titles import KINDS, URGENCIES
from yihu.kernel.loop import Act, Move
from yihu.kernel.timeline import Happening, Said
from yihu.people.directory import role_title
from yihu.people.roles import REPORTER

RAISED = frozenset(role.code for role in WHO_RAISED)
REVIEWED = ("resolved", "told")
"""The steps at which an incident is looked over before it ends."""
PLACE = "place"
"""The act that says where it is, and the sealed part that holds it."""


PAGED = frozenset(
    {
        "accept",
        "assign",
        "decline",
        "enlist",
        "fall_silent",
        "hand_over",
        "link",
        "locate",
        "merge",
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
"""What comes from the control room's own panels, or from a responder's telephone."""


class Work(Inside):
    paged: ClassVar[frozenset[str]] = PAGED
    language: ClassVar[Any] = words
    do_page: ClassVar[str] = "dispatch:do"

    @cached_property
    def incident(self) -> Incident:
        return Incident.objects.select_related("matter", "site", "raised_by").get(pk=self.matter.pk)

    @property
    def said_at_first(self) -> list[Said]:
        """What whoever raised it said; where it is stands apart."""
        return [said for said in self.opening if said.what != PLACE and not said.is_picture]

    @property
    def address(self) -> str:
        """Where it is, in the newest words for it."""
        named = [h for h in self.history if h.kind == "opened" or h.name == PLACE]
        said = [one.text for h in named for one in h.said if one.what == PLACE and one.text]
        return said[-1] if said else ""

    @cached_property
    def missed(self) -> list[Step]:
        """What its run card asked for and nobody ticked, once the review is due."""
        return review.missed(self.incident) if self.matter.step in REVIEWED else []

    @property
    def under_review(self) -> bool:
        return self.matter.step in REVIEWED

    def deed(
        self, declared: Move | Act, data: Mapping[str, Any] | None = None, client_key: str = ""
    ) -> Deed:
        """Whoever is told is told the fixed sentence, too; nobody whom it could harm."""
        made = super().deed(declared, data, client_key)
        if (reminded := made.form.fields.get("reminded")) is not None:
            reminded.help_text = review.reminder(self.matter.office_id)
            if review.is_delicate(self.matter.pk):
                reminded.disabled, reminded.initial = True, False
                reminded.help_text = words.REFUSALS["safe_contact"]
        return made

    def _ready(self, declared: Move | Act) -> Ready | None:
        return words.PREPARED.get(declared.name)

    @cached_property
    def _units(self) -> dict[str, str]:
        return unit_story.names(self.history)

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return review.steps_by_code(self.incident)

    def _step(self, code: str) -> str:
        return self._steps[code].said(get_language() or "") if code in self._steps else code

    def _who(self, happening: Happening) -> str:
        if happening.by == "party" and happening.role in RAISED:
            return str(self.incident.raised_by or role_title(REPORTER.code))
        return super()._who(happening)

    def _facts(self, happening: Happening) -> Iterable[str]:
        facts = happening.facts
        if "outcome" in facts:
            yield str(words.OUTCOMES[facts["outcome"]])
        if happening.name == "refer":
            yield str(words.RECEIVERS[facts["to"]])
        if happening.name == "reclassify":
            was, now = KINDS[Kind(facts["was"])], KINDS[Kind(facts["kind"])]
            yield gettext("原来是%(was)s，改为%(now)s") % {"was": was, "now": now}
        if happening.name == "prioritise":
            yield str(URGENCIES[Urgency(facts["priority"])])
        if happening.name in ("link", "split"):
            yield facts["other"]
        if happening.name == "excuse":
            yield str(words.EXCUSES[facts["reason"]])
        if happening.name in review.TELLING:
            yield gettext("提醒过可以直接留言") if facts["reminded"] else gettext("没有提醒")
        if happening.name == "tick":
            yield self._step(facts["step"])
        yield from unit_story.facts(happening, self._units)
        if missed := facts.get("missed"):
            yield gettext("没有做的必做步骤：%(n)d") % {"n": len(missed)}
            yield from map(self._step, missed)
