"""Who is on shift where: police and all other forces, by the area of each police room."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from yihu.dispatch.kinds import SENT, UnitKind
from yihu.dispatch.models import UnitMember
from yihu.dispatch.queries import POLICE
from yihu.kernel.access import Actor
from yihu.people.directory import current
from yihu.people.models import Organisation, OrganisationKind
from yihu.people.roles import GUARD, VILLAGE_AUXILIARY, VOLUNTEER
from yihu.people.shifts import on_shift
from yihu.places.models import Force

FORCES: Mapping[str, UnitKind] = {
    **dict.fromkeys(POLICE, UnitKind.POLICE),
    VILLAGE_AUXILIARY.code: UnitKind.AUXILIARY,
    GUARD.code: UnitKind.GUARD,
    VOLUNTEER.code: UnitKind.VOLUNTEER,
}
"""Of what kind of force somebody is who is in no unit, by their post."""
AREAS = (OrganisationKind.STATION, OrganisationKind.POLICE_ROOM)
"""Organisations that stand for an area; whatever is below one belongs to it."""


@dataclass(frozen=True, slots=True)
class Strength:
    """People by kind of force: `here` of `all` are on shift. `registered`: how many the community
    forces have by the register, with or without an account."""

    here: Counter[UnitKind] = field(default_factory=Counter)
    all: Counter[UnitKind] = field(default_factory=Counter)
    registered: int = 0

    def __add__(self, other: "Strength") -> "Strength":
        return Strength(
            self.here + other.here, self.all + other.all, self.registered + other.registered
        )

    def of(self, *kinds: UnitKind) -> tuple[int, int]:
        """On shift, and all, of these kinds."""
        return sum(self.here[kind] for kind in kinds), sum(self.all[kind] for kind in kinds)

    @property
    def police(self) -> tuple[int, int]:
        return self.of(UnitKind.POLICE)

    @property
    def auxiliaries(self) -> tuple[int, int]:
        return self.of(UnitKind.AUXILIARY)

    @property
    def others(self) -> tuple[int, int]:
        return self.of(*(kind for kind in UnitKind if kind not in SENT))


def roster(actor: Actor, at: datetime) -> list[tuple[Organisation, Strength]]:
    """Each area for which the actor is on duty, as it was at a moment, the station's own first:
    five statements. Whoever holds posts in two is of the first."""
    reaches = [post.reach for post in actor.posts if post.role in POLICE]
    tree = {found.pk: found for found in Organisation.objects.filter(district=actor.district)}
    mine = {tree[pk] for pk in frozenset[UUID]().union(*reaches) if tree[pk].kind in AREAS}
    on_duty = on_shift(at).filter(person__district=actor.district)
    here = set(on_duty.values_list("person", flat=True))
    seen: dict[UUID | None, list[tuple[UnitKind, bool]]] = defaultdict(list)
    for person, (organisation, kind) in _people(actor.district, at).items():
        seen[_area_of(tree, organisation)].append((kind, person in here))
    registered = _registered(actor.district, tree)
    return [
        (
            area,
            Strength(
                Counter(kind for kind, is_here in seen[area.pk] if is_here),
                Counter(kind for kind, _ in seen[area.pk]),
                registered[area.pk],
            ),
        )
        for area in sorted(mine, key=lambda one: (AREAS.index(one.kind), one.code))
    ]


def _people(district: str, at: datetime) -> dict[UUID, tuple[UUID, UnitKind]]:
    """Where each member of a force belonged at a moment, and to what kind: as their unit says,
    else as their post does."""
    posts = current(at).filter(person__district=district, person__is_active=True, role__in=FORCES)
    found = {
        person: (organisation, FORCES[role])
        for person, organisation, role in posts.order_by("-organisation__code", "-pk").values_list(
            "person", "organisation", "role"
        )
    }
    units = UnitMember.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at)
    of = units.filter(person__in=list(found)).values_list(
        "person", "unit__organisation", "unit__kind"
    )
    return found | {person: (where, UnitKind(kind)) for person, where, kind in of}


def _registered(district: str, tree: dict[UUID, Organisation]) -> Counter[UUID | None]:
    """How many people the registered community forces of each area have now."""
    found: Counter[UUID | None] = Counter()
    forces = Force.objects.filter(organisation__district=district, closed_at=None)
    for unit, strength in forces.values_list("unit", "strength"):
        found[_area_of(tree, unit)] += strength
    return found


def _area_of(tree: dict[UUID, Organisation], organisation: UUID | None) -> UUID | None:
    """The police room that an organisation is or answers to, else the station."""
    while organisation is not None and tree[organisation].kind not in AREAS:
        organisation = tree[organisation].parent_id
    return organisation
