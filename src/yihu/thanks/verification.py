"""What a praise's own entries say of its verification: whom it is for, and what came out. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from yihu.kernel.loop import Loop

CONFIRMED = frozenset({"confirmed", "partly"})
"""Findings on which an order may rest."""
APART = ("·", "・", "•")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is praised and is not on the house's list."""

    name: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The verification of the present round. `finding` is empty while it is not attested."""

    people: tuple[UUID, ...] = ()
    others: tuple[Named, ...] = ()
    finding: str = ""

    @property
    def holds(self) -> bool:
        return self.finding in CONFIRMED


def present(loop: Loop, bodies: Iterable[Mapping[str, Any]]) -> Verification:
    """Read the entries in their order; a new round, or a new verification, begins anew."""
    found = Verification()
    for body in bodies:
        name, facts = body.get("move", ""), body.get("facts", {})
        move = loop.move(name, body["from"]) if name else None
        if move is not None and move.reopens:
            found = Verification()
        elif name == "verify":
            people = tuple(dict.fromkeys(UUID(person) for person in facts["praised"]))
            found = Verification(people, named(facts["others"]))
        elif name == "attest":
            found = Verification(found.people, found.others, facts["finding"])
    return found


def named(lines: str) -> tuple[Named, ...]:
    """Each line "name · organisation" once; a line without the dot is a name."""
    return tuple(dict.fromkeys(_named(line) for line in lines.splitlines() if line.strip(" ·・•")))


def _named(line: str) -> Named:
    for dot in APART[1:]:
        line = line.replace(dot, APART[0])
    first, _, rest = line.strip(f" {APART[0]}").partition(APART[0])
    return Named(first.strip()[:80], rest.strip()[:80])
