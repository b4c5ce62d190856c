"""What a run card says: steps, who does each, and what each force may not do. Pure.

A step of the control room (CONTROL) is asked of every incident, one of whoever is there first
(FIRST) of any unit; the others of the force they name, where a unit of it went.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from yihu.dispatch.kinds import UnitKind
from yihu.dispatch.schemas import Outcome

type Row = Mapping[str, Any]
"""A step, or a limit, as it is stored and as a form gives it."""
LONGEST = 200
"""Characters of a step or a limit: what is read at a glance."""
MOST = 60
"""Steps of a card."""


class Doer(StrEnum):
    """Who does a step: the control room, whoever comes first, or a force as `UnitKind` has it."""

    CONTROL = "control"
    FIRST = "first"
    POLICE = "police"
    AUXILIARY = "auxiliary"
    GUARD = "guard"
    GRID_WORKER = "grid_worker"
    MINI_FIRE = "mini_fire"
    VOLUNTEER = "volunteer"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in the language of the house, and in English where somebody wrote it."""

    text: str
    text_en: str = ""

    def said(self, language: str) -> str:
        return (self.text_en if language.startswith("en") else "") or self.text


@dataclass(frozen=True, slots=True)
class Step(Line):
    """Something to be done. `code` stays when its text is put better; `required`: where it was
    not done, the review says so."""

    code: str = ""
    role: Doer = Doer.FIRST
    required: bool = False

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            text=row["text"],
            text_en=row["text_en"],
            code=row["code"],
            role=Doer(row["role"]),
            required=row["required"],
        )

    @property
    def row(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "role": self.role.value,
            "text": self.text,
            "text_en": self.text_en,
            "required": self.required,
        }


@dataclass(frozen=True, slots=True)
class Card:
    """A version of a card as it is read: steps in the order of who does them."""

    steps: Sequence[Step]
    limits: Mapping[UnitKind, Sequence[Line]]

    def __post_init__(self) -> None:
        doers = list(Doer)
        in_order = sorted(self.steps, key=lambda step: doers.index(step.role))
        object.__setattr__(self, "steps", in_order)

    @classmethod
    def of(cls, steps: Iterable[Row], limits: Mapping[str, Iterable[Row]]) -> Self:
        return cls(
            [Step.of(row) for row in steps],
            {UnitKind(role): [Line(**row) for row in rows] for role, rows in limits.items()},
        )

    @property
    def limit_rows(self) -> dict[str, list[dict[str, str]]]:
        return {
            role.value: [{"text": line.text, "text_en": line.text_en} for line in lines]
            for role, lines in self.limits.items()
        }

    def step(self, code: str) -> Step | None:
        return next((step for step in self.steps if step.code == code), None)

    def by_doer(self) -> list[tuple[Doer, list[Step]]]:
        """The steps of each who has any, the control room first."""
        found = [(doer, [step for step in self.steps if step.role is doer]) for doer in Doer]
        return [(doer, steps) for doer, steps in found if steps]

    def steps_for(self, unit: UnitKind | None) -> list[Step]:
        """What a member of a unit of this kind does; None: all, for the police and the control
        room, who see the whole."""
        return [step for step in self.steps if is_for(step, unit)]

    def missed(
        self, done: Collection[str], went: Collection[UnitKind], outcome: str = ""
    ) -> list[Step]:
        """The required steps that nobody ticked, of those who were in it.

        Where no unit is on record, the police answer for what is done there; but nobody has to
        have gone to what proved a false alarm.
        """
        owed = {Doer.CONTROL}
        if went or outcome != Outcome.FALSE_ALARM:
            owed |= {Doer.FIRST, *(Doer(kind) for kind in went or {UnitKind.POLICE})}
        return [
            step
            for step in self.steps
            if step.required and step.role in owed and step.code not in done
        ]


def is_for(step: Step, unit: UnitKind | None) -> bool:
    """Whether a member of such a unit does this step, and may say that it is done."""
    return unit is None or step.role in (Doer.FIRST, Doer(unit))


# --- two versions --------------------------------------------------------------------------------


class Became(StrEnum):
    KEPT = "kept"
    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change[L: Line]:
    """What became of a step or a limit from one version to the next. `line`: as it is now, or
    was; `before`: what it said, where that is something else."""

    became: Became
    line: L
    before: L | None = None


def step_changes(before: Iterable[Step], after: Iterable[Step]) -> list[Change[Step]]:
    """Each step of the new version in its order, then those that it leaves out."""
    was, now = {step.code: step for step in before}, list(after)
    found = [
        Change(Became.ADDED, step)
        if step.code not in was
        else Change(Became.KEPT, step)
        if was[step.code] == step
        else Change(Became.CHANGED, step, was[step.code])
        for step in now
    ]
    codes = {step.code for step in now}
    return found + [Change(Became.REMOVED, step) for code, step in was.items() if code not in codes]


def limit_changes(before: Iterable[Line], after: Iterable[Line]) -> list[Change[Line]]:
    """The same for limits, which have no codes: one that says something else is another."""
    was, now = list(before), list(after)
    found = [Change(Became.KEPT if line in was else Became.ADDED, line) for line in now]
    return found + [Change(Became.REMOVED, line) for line in was if line not in now]
