"""Who is acting, and what the posts they hold let them do.

The kernel knows posts only as data: the room that keeps people registers a
`Directory`, so that the ground floor's rooms need not know each other's insides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from yihu.kernel.loop import Role, Seat


class ActorKind(StrEnum):
    STAFF = "staff"
    PARTY = "party"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A role that someone holds today. `reach` is the organisation and everything below it."""

    role: str
    organisation: UUID
    reach: frozenset[UUID]
    sees_office: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a member of staff with posts, a party to a matter, or the clock.

    `superiors` are the people who command this one; whoever is complained about
    binds those below, too.
    """

    kind: ActorKind
    id: UUID | None
    district: str
    name: str = ""
    posts: tuple[HeldPost, ...] = ()
    superiors: frozenset[UUID] = frozenset()

    def holds(self, role: Role, organisation: UUID | None) -> bool:
        return any(
            post.role == role.code and organisation is not None and organisation in post.reach
            for post in self.posts
        )

    def bound_by(self, subjects: Iterable[UUID]) -> bool:
        """Whether this person, or someone who commands them, is among the subjects."""
        return any(subject == self.id or subject in self.superiors for subject in subjects)

    @property
    def staff_id(self) -> UUID:
        """Whose deed it is, where only a member of staff may do it; Refused for anybody else."""
        if self.kind is not ActorKind.STAFF or self.id is None:
            raise Refused("not_staff", "only a member of staff does this")
        return self.id

    @property
    def signature(self) -> dict[str, str]:
        """How an entry names the actor: a kind and a random id, never a name."""
        if self.id is None:
            return {"kind": self.kind.value}
        return {"kind": self.kind.value, "id": self.id.hex}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be told: their own in-app list always, mail where they gave one."""

    person: UUID
    email: str


class Directory(Protocol):
    """What the kernel asks of the room that keeps people."""

    def actor(self, person: UUID) -> Actor | None:
        """The person with the posts they hold now; None for nobody, or someone inactive."""

    def actors(self, people: Iterable[UUID]) -> dict[UUID, Actor]:
        """The same for several at once; who is nobody, or inactive, is not in it."""

    def holders(self, role: str, organisation: UUID) -> list[Address]:
        """Who answers for a role now: its holders who are not on leave, those acting,
        else the holders of its alternates."""


_directory: Directory | None = None


def register_directory(directory: Directory) -> None:
    global _directory
    _directory = directory


def directory() -> Directory:
    if _directory is None:
        raise RuntimeError("no directory of people is registered")
    return _directory


def clock_actor(district: str) -> Actor:
    return Actor(ActorKind.CLOCK, None, district)


class Refused(Exception):
    """The actor may not do this, or not now. `code` names the reason for pages to translate."""

    def __init__(self, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Conflict(Exception):
    """Someone else has moved the matter since it was read. `seq` is where it stands now."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the matter has moved on to entry {seq}")
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Standing:
    """What a matter says about who may act on it."""

    office: UUID
    watch: UUID | None
    watched: bool
    solution_owner: UUID | None
    subjects: frozenset[UUID]


def fills(
    actor: Actor,
    role: Role,
    standing: Standing,
    party_role: str | None = None,
    people: Directory | None = None,
) -> bool:
    """Whether the actor fills a role on a matter, themselves or as its alternate."""
    if role.seat is Seat.CLOCK:
        return actor.kind is ActorKind.CLOCK
    if role.seat is Seat.PARTY:
        return actor.kind is ActorKind.PARTY and party_role == role.code
    if actor.kind is not ActorKind.STAFF or actor.bound_by(standing.subjects):
        return False
    if role.seat is Seat.PERSON:
        if standing.solution_owner is None and role.alternate is not None:
            return fills(actor, role.alternate, standing, people=people)
        return actor.id == standing.solution_owner
    organisation = standing.office if role.seat is Seat.OFFICE else standing.watch
    if organisation is None:
        return False
    if actor.holds(role, organisation):
        return True
    people = people or directory()
    holders = {address.person for address in people.holders(role.code, organisation)}
    if actor.id in holders:
        return True
    if (
        role.alternate is None
        or not standing.subjects
        or not actor.holds(role.alternate, organisation)
    ):
        return False
    # Where the matter is about all who answer for the role, its alternate does.
    acting = [people.actor(person) for person in holders]
    return all(one is None or one.bound_by(standing.subjects) for one in acting)
