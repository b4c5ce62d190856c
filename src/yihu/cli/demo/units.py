"""The demo's units: patrol cars, auxiliaries on e-bikes, guards on foot, and where each is now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from yihu.cli.demo.people import Cast
from yihu.cli.demo.words import names
from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import Secondary, Status, Travel, UnitKind
from yihu.dispatch.units import UnitDetails, form_unit, join, report_status
from yihu.kernel.access import Actor
from yihu.people import actions as people
from yihu.people.directory import Roster, actor_for
from yihu.people.models import Organisation, Person
from yihu.people.roles import VOLUNTEER
from yihu.people.shifts import begin_shift, on_shift
from yihu.places.demo_city import City, Position
from yihu.places.models import Force, KeySite
from yihu.radio import positions

SEATS = 2
"""Officers in a patrol car."""
NEAR = 0.0005
"""Degrees, some 50 metres: how far off its place a unit may be."""
ABROAD = ("bus_stop", "market", "metro_station", "park")
"""Places by which a patrol car stands."""
ROUNDS = ((UnitKind.POLICE, Travel.CAR), (UnitKind.AUXILIARY, Travel.EBIKE))
"""Forces that go their rounds; all others keep a post."""


@dataclass(frozen=True, slots=True)
class Crew:
    """A unit to be formed of these people, and the place that it is near."""

    details: UnitDetails
    organisation: UUID
    people: Sequence[Person]
    near: Position


def form(city: City, cast: Cast, random: Random) -> None:
    """Form them as a dispatcher would; whoever of them is on shift has said where they are."""
    clerk = actor_for(cast.people["dispatcher1"])
    grid = _enrolled(cast, clerk, random)
    roster, here = (
        Roster.now(cast.station.district),
        set(on_shift().values_list("person", flat=True)),
    )
    for crew in (
        *_cars(city, cast, random),
        *_auxiliaries(city, cast),
        *_at_sites(city, cast),
        *_volunteers(city, cast, random),
        *_grid_workers(city, cast, grid),
    ):
        unit = form_unit(actor=clerk, organisation=crew.organisation, details=crew.details)
        for person in crew.people:
            join(actor=clerk, unit=unit.pk, person=person.pk)
            if person.pk in here:
                place = _beside(crew.near, random)
                positions.report(actor=roster.actor(person.pk), place=place)
        rounds = (unit.kind, unit.travel) in ROUNDS
        report_status(
            actor=clerk,
            unit=unit.pk,
            status=Status.AVAILABLE,
            secondary=[Secondary.PATROLLING if rounds else Secondary.AT_POST],
            client_key=random.randbytes(16),
        )


def _beside(place: Position, random: Random) -> Place:
    longitude, latitude = (round(one + random.uniform(-NEAR, NEAR), 6) for one in place)
    return Place(longitude, latitude, random.choice((5.0, 8.0, 12.0, 20.0)))


def _cars(city: City, cast: Cast, random: Random) -> Iterator[Crew]:
    """The station's officers, two in a car, about the town; every second with a shield."""
    officers = [one for name, one in cast.people.items() if name.startswith("officer")]
    abroad = random.sample([site for site in city.sites if site.kind in ABROAD], len(officers))
    for n in range(1, len(officers) // SEATS + 1):
        yield Crew(
            UnitDetails(
                code=f"P{n}",
                name=f"{n} 号巡逻车",
                name_en=f"Patrol car {n}",
                kind=UnitKind.POLICE,
                travel=Travel.CAR,
                equipment=["cones", "shield"] if n % 2 else ["aed", "cones", "extinguisher"],
            ),
            cast.station.pk,
            officers[SEATS * (n - 1) : SEATS * n],
            abroad[n].position,
        )


def _auxiliaries(city: City, cast: Cast) -> Iterator[Crew]:
    """One on an e-bike from each police room."""
    where = _places(city, cast)
    for n, room in enumerate(cast.rooms, start=1):
        yield Crew(
            UnitDetails(
                code=f"A{n}",
                name=f"{room.name}协警",
                name_en=f"{room.name_en} Auxiliary",
                kind=UnitKind.AUXILIARY,
                travel=Travel.EBIKE,
                equipment=["extinguisher"],
            ),
            room.pk,
            [cast.people[f"auxiliary{n}"]],
            where[room.code],
        )


def _places(city: City, cast: Cast) -> dict[str, Position]:
    """Where each police room and key site is, by the code of its organisation."""
    return {f"{cast.station.district}-{site.code}": site.position for site in city.sites}


def _at_sites(city: City, cast: Cast) -> Iterator[Crew]:
    """The guard of each key site, or its mini fire station where it has one."""
    where = _places(city, cast)
    fire = set(Force.objects.filter(kind__code="mini_fire").values_list("unit", flat=True))
    sites = KeySite.objects.select_related("organisation").order_by("organisation__code")
    for n, site in enumerate(sites, start=1):
        house, fights_fire = site.organisation, site.pk in fire
        what, what_en = ("微型消防站", "Mini Fire") if fights_fire else ("保安", "Guard")
        carries = "extinguisher" if fights_fire else "aed"
        yield Crew(
            UnitDetails(
                code=f"{'F' if fights_fire else 'G'}{n}",
                name=f"{house.name}{what}",
                name_en=f"{house.name_en} {what_en}",
                kind=UnitKind.MINI_FIRE if fights_fire else UnitKind.GUARD,
                travel=Travel.EBIKE if fights_fire else Travel.FOOT,
                equipment=[carries] if fights_fire or n % 5 == 0 else [],
            ),
            house.pk,
            list(Person.objects.filter(posts__organisation=house, posts__role="guard")),
            where[house.code],
        )


def _volunteers(city: City, cast: Cast, random: Random) -> Iterator[Crew]:
    """Each volunteer by themselves, at a place where they help."""
    helpers = Person.objects.filter(username__startswith="volunteer").order_by("username")
    parks = [site for site in city.sites if site.kind in ABROAD]
    for n, person in enumerate(helpers, start=1):
        yield Crew(
            UnitDetails(
                code=f"V{n}",
                name=f"义警 {n} 组",
                name_en=f"Volunteers {n}",
                kind=UnitKind.VOLUNTEER,
                travel=Travel.FOOT,
            ),
            person.posts.get().organisation_id,
            [person],
            random.choice(parks).position,
        )


def _enrolled(cast: Cast, clerk: Actor, random: Random) -> list[tuple[Organisation, Person]]:
    """A grid worker with an account for each force of them, on duty."""
    forces = Force.objects.filter(kind__code="grid_worker").select_related("organisation", "unit")
    taken = set(Person.objects.values_list("name", flat=True))
    invented = [name for name in names(random, len(taken) + forces.count()) if name not in taken]
    workers = []
    for n, force in enumerate(forces.order_by("organisation__code"), start=1):
        person = people.enrol(
            actor=clerk,
            username=f"grid{n}",
            name=invented.pop(),
            role=VOLUNTEER.code,
            unit=force.pk,
        )
        workers.append((force.unit, person))
    roster = Roster.now(cast.station.district)
    for _unit, person in workers:
        begin_shift(actor=roster.actor(person.pk))
    return workers


def _grid_workers(
    city: City, cast: Cast, workers: list[tuple[Organisation, Person]]
) -> Iterator[Crew]:
    where = _places(city, cast)
    for n, (room, person) in enumerate(workers, start=1):
        yield Crew(
            UnitDetails(
                code=f"W{n}",
                name=f"{room.name}网格员",
                name_en=f"{room.name_en} Grid Worker",
                kind=UnitKind.GRID_WORKER,
                travel=Travel.EBIKE,
            ),
            person.posts.get().organisation_id,
            [person],
            where[room.code],
        )
