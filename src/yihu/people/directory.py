"""What the kernel asks about people: who someone is, and who answers for a role.

`Roster` is a district's staff as it stands now, read in two statements; everything
else about posts, commands and stand-ins is worked out from it in memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor, ActorKind, Address, HeldPost
from yihu.kernel.reading import text, uuid_of
from yihu.people.models import Leave, Organisation, Person, Post
from yihu.people.roles import COMMANDING, OVERSEEING, POSTS, ROLES

Tree = dict[UUID, UUID | None]


def current(now: datetime) -> QuerySet[Post]:
    """Posts held at a moment."""
    return Post.objects.filter(Q(until=None) | Q(until__gt=now), since__lte=now)


def absent(now: datetime) -> QuerySet[Leave]:
    """Leaves that cover a moment."""
    return Leave.objects.filter(since__lte=now, until__gt=now)


class StaffDirectory:
    """`kernel.access.Directory` over the tables of this room."""

    def actor(self, person: UUID) -> Actor | None:
        found = Person.objects.filter(pk=person, is_active=True).first()
        return actor_for(found) if found else None

    def actors(self, people: Iterable[UUID]) -> dict[UUID, Actor]:
        rosters: dict[str, Roster] = {}
        found = {}
        for person in Person.objects.filter(pk__in=list(people), is_active=True):
            if person.district not in rosters:
                rosters[person.district] = Roster.now(person.district)
            found[person.pk] = rosters[person.district].actor(person.pk, person.name)
        return found

    def holders(self, role: str, organisation: UUID) -> list[Address]:
        now = timezone.now()
        codes = ladder(role)
        posts = list(
            current(now)
            .filter(role__in=codes, organisation=organisation, person__is_active=True)
            .exclude(person__in=absent(now).values("person"))
            .select_related("person")
        )
        for code in codes:
            if found := [post for post in posts if post.role == code]:
                return [Address(post.person_id, post.person.email) for post in found]
        return []


def actor_for(person: Person) -> Actor:
    """A member of staff with the posts they hold now: two statements."""
    return Roster.now(person.district).actor(person.id, person.name)


def ladder(role: str) -> list[str]:
    """A role's code, its alternate's, the alternate's alternate's, …"""
    codes, step = [role], POSTS.get(role)
    while step is not None and step.alternate is not None:
        step = step.alternate
        codes.append(step.code)
    return codes


@dataclass(frozen=True, slots=True)
class Holding:
    """A post held now. `present`: its holder answers for it, being neither away nor inactive."""

    person: UUID
    name: str
    email: str
    role: str
    organisation: UUID
    acting: bool
    present: bool


@dataclass(frozen=True)
class Roster:
    """Who holds which post in a district now; a `kernel.access.Directory` that asks nobody."""

    district: str
    organisations: dict[UUID, Organisation]
    holdings: list[Holding]

    @classmethod
    def now(cls, district: str) -> "Roster":
        moment = timezone.now()
        away = Exists(absent(moment).filter(person=OuterRef("person")))
        rows = (
            current(moment)
            .filter(person__district=district)
            .order_by("organisation__code", "id")
            .values_list(
                text("person"),
                "person__name",
                "person__email",
                "role",
                text("organisation"),
                "acting",
                "person__is_active",
                away,
            )
        )
        return cls(
            district,
            {found.id: found for found in Organisation.objects.filter(district=district)},
            [
                Holding(
                    uuid_of(person),
                    name,
                    email,
                    role,
                    uuid_of(organisation),
                    acting,
                    present=active and not gone,
                )
                for person, name, email, role, organisation, acting, active, gone in rows
            ],
        )

    @cached_property
    def _tree(self) -> Tree:
        return {found.id: found.parent_id for found in self.organisations.values()}

    @cached_property
    def _by_person(self) -> dict[UUID, list[Holding]]:
        found: dict[UUID, list[Holding]] = defaultdict(list)
        for post in self.holdings:
            found[post.person].append(post)
        return found

    @cached_property
    def _by_office(self) -> dict[tuple[str, UUID], list[Holding]]:
        found: dict[tuple[str, UUID], list[Holding]] = defaultdict(list)
        for post in self.holdings:
            found[post.role, post.organisation].append(post)
        return found

    def held_by(self, person: UUID) -> list[Holding]:
        return self._by_person.get(person, [])

    def actor(self, person: UUID, name: str = "") -> Actor:
        """Somebody with their posts, and with the roles that they stand in for today."""
        own = self.held_by(person)
        posts = [
            HeldPost(
                post.role,
                post.organisation,
                frozenset(_downwards(self._tree, post.organisation)),
                post.role in OVERSEEING,
            )
            for post in own
        ]
        posts += [
            HeldPost(role, organisation, frozenset({organisation}), role in OVERSEEING)
            for role, organisation in self._stands_in(person, own)
        ]
        return Actor(
            kind=ActorKind.STAFF,
            id=person,
            district=self.district,
            name=name,
            posts=tuple(posts),
            superiors=frozenset(self.superiors(person)),
        )

    def actors(self, people: Iterable[UUID]) -> dict[UUID, Actor]:
        return {person: self.actor(person) for person in people if self.held_by(person)}

    def superiors(self, person: UUID) -> set[UUID]:
        """Everyone who commands this person."""
        own = self.held_by(person)
        above = {org for post in own for org in _upwards(self._tree, post.organisation)}
        return {
            post.person
            for post in self.holdings
            if post.person != person
            and post.role in COMMANDING
            and post.organisation in above
            and not _outranks(own, post.role, post.organisation)
        }

    def _stands_in(self, person: UUID, own: list[Holding]) -> Iterator[tuple[str, UUID]]:
        """Roles that nobody answers for now, of which this person is the next alternate."""
        mine = {(post.role, post.organisation) for post in own}
        for organisation in {post.organisation for post in own}:
            for code in POSTS:
                acting = {address.person for address in self.holders(code, organisation)}
                if (code, organisation) not in mine and person in acting:
                    yield code, organisation

    def holders(self, role: str, organisation: UUID) -> list[Address]:
        """Who answers for a role now, as `StaffDirectory` has it."""
        for code in ladder(role):
            found = [
                Address(post.person, post.email)
                for post in self._by_office.get((code, organisation), ())
                if post.present
            ]
            if found:
                return found
        return []

    def staff_of(self, organisations: Iterable[UUID]) -> dict[UUID, tuple[str, list[Holding]]]:
        """Everyone with a post in these organisations: name and posts there."""
        wanted = set(organisations)
        found: dict[UUID, tuple[str, list[Holding]]] = {}
        for post in self.holdings:
            if post.organisation in wanted:
                found.setdefault(post.person, (post.name, []))[1].append(post)
        return found

    def below(self, organisation: UUID) -> set[UUID]:
        """An organisation and everything under it."""
        return _downwards(self._tree, organisation)

    def title(self, post: Holding) -> str:
        """A post in words: 所长 · 良水派出所."""
        return f"{role_title(post.role)} · {self.organisations[post.organisation].title}"


def role_title(code: str) -> str:
    role = ROLES.get(code)
    return str(role.title) if role else code


def _outranks(own: Iterable[Holding], role: str, organisation: UUID) -> bool:
    """A chief is not commanded by the deputy of the same office."""
    return any(
        post.organisation == organisation
        and post.role != role
        and post.role in COMMANDING
        and POSTS[post.role].alternate == POSTS[role]
        for post in own
    )


def _upwards(tree: Tree, organisation: UUID | None) -> Iterable[UUID]:
    while organisation is not None:
        yield organisation
        organisation = tree.get(organisation)


def _downwards(tree: Tree, organisation: UUID) -> set[UUID]:
    reach = {organisation}
    while grown := {org for org, parent in tree.items() if parent in reach} - reach:
        reach |= grown
    return reach
