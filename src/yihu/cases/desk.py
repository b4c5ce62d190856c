"""A case study or a measure on somebody's desk: the direct desk, in this room's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from yihu.cases import queries, words
from yihu.cases.privacy import Found, traces
from yihu.cases.schemas import Written
from yihu.direct.desk_matter import Deed
from yihu.direct.desk_views import Line
from yihu.direct.inside import Inside
from yihu.kernel.loop import Act, Move
from yihu.kernel.timeline import Happening


@dataclass(frozen=True, slots=True)
class Passage:
    """A field of a version, with what in it may give somebody away."""

    title: str
    text: str
    found: list[tuple[Found, str]]


class Work(Inside):
    language: ClassVar[Any] = words
    do_page: ClassVar[str] = "cases:do"

    def deed(
        self, declared: Move | Act, data: Mapping[str, Any] | None = None, client_key: str = ""
    ) -> Deed:
        """The form of a new version begins with the newest one."""
        made = super().deed(declared, data, client_key)
        if declared.name == "submit" and data is None and self.version is not None:
            made.form.initial = self.version.model_dump()
        return made

    def _sensible(self, declared: Move | Act) -> bool:
        """Nobody is offered to check what they wrote or did themselves."""
        checks = declared.name in ("pass_first", "publish", "effective", "not_effective")
        own = self.matter.solution_owner_id == self.actor.id
        return not (checks and own) and super()._sensible(declared)

    @cached_property
    def version(self) -> Written | None:
        return queries.newest_version(self.matter)

    @cached_property
    def passages(self) -> list[Passage]:
        """The newest version as its checkers read it, with hints beside it."""
        if self.version is None:
            return []
        names = {holding.name for holding in self.sitting.roster.holdings}
        return [
            Passage(
                str(words.FIELDS[field]),
                text,
                [(found, str(words.TRACES[found.trace])) for found in traces(text, names)],
            )
            for field, text in self.version.model_dump().items()
        ]

    @cached_property
    def lines(self) -> list[Line]:
        """A version that was handed in stands above."""
        return [
            replace(line, said=[]) if happening.name == "submit" else line
            for line, happening in zip(super().lines, self.history, strict=True)
        ]

    def _facts(self, happening: Happening) -> Iterable[str]:
        facts = happening.facts
        if "before" in facts:
            yield _("此前 %(days)d 天 %(before)d 件，此后 %(days)d 天 %(after)d 件") % facts
        yield from super()._facts(happening)
