"""The organisations of the demo, and the invented people who hold its posts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from yihu.cli.demo.words import names
from yihu.kernel.loop import Role
from yihu.people.models import Organisation, OrganisationKind, Person, Post
from yihu.people.roles import (
    DEPUTY_CHIEF,
    DISPATCHER,
    MEDIATOR,
    OFFICER,
    OPERATOR,
    STATION_CHIEF,
    SUBDISTRICT_LEADER,
    SUPERVISOR,
    VILLAGE_AUXILIARY,
)

OFFICERS = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A community or police room to be made an organisation."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what the demo has."""

    station: Organisation
    oversight: Organisation
    rooms: list[Organisation]
    people: dict[str, Person]


def settle(
    district: str, communities: Iterable[Place], rooms: Iterable[Place], now: datetime, seed: int
) -> Cast:
    """Make the organisations and fill their posts; everyone's user name says what they are."""

    def organisation(kind: str, code: str, name: str, name_en: str, **more: object) -> Organisation:
        return Organisation(
            district=district, kind=kind, code=code, name=name, name_en=name_en, **more
        )

    kinds = OrganisationKind
    office = organisation(
        kinds.SUBDISTRICT, f"{district}-office", "良水街道办事处", "Liangshui Subdistrict Office"
    )
    oversight = organisation(
        kinds.SUPERVISOR,
        f"{district}-oversight",
        "良水街道监督办公室",
        "Liangshui Oversight Office",
        parent=office,
    )
    station = organisation(
        kinds.STATION,
        f"{district}-station",
        "良水派出所",
        "Liangshui Police Station",
        supervisor=oversight,
    )
    studio = organisation(
        kinds.MEDIATION_STUDIO,
        f"{district}-mediation",
        "良水和事调解工作室",
        "Liangshui Heshi Mediation Studio",
        parent=office,
    )
    for one in (office, oversight, station, studio):
        one.save(force_insert=True)
    Organisation.objects.bulk_create(
        organisation(kinds.COMMUNITY, place.code, place.name, place.name_en, parent=office)
        for place in communities
    )
    made = Organisation.objects.bulk_create(
        organisation(kinds.POLICE_ROOM, place.code, place.name, place.name_en, parent=station)
        for place in rooms
    )
    jobs: list[tuple[str, Role, Organisation]] = [
        ("chief", STATION_CHIEF, station),
        ("deputy", DEPUTY_CHIEF, station),
        *((f"officer{n}", OFFICER, station) for n in range(1, OFFICERS + 1)),
        *((f"auxiliary{n}", VILLAGE_AUXILIARY, room) for n, room in enumerate(made, start=1)),
        ("supervisor", SUPERVISOR, oversight),
        ("supervisor2", SUPERVISOR, oversight),
        ("leader", SUBDISTRICT_LEADER, oversight),
        ("operator", OPERATOR, office),
        *((f"mediator{n}", MEDIATOR, studio) for n in (1, 2)),
        *((f"dispatcher{n}", DISPATCHER, station) for n in (1, 2)),
    ]
    return Cast(station, oversight, made, _hire(district, jobs, now, seed))


def _hire(
    district: str, jobs: list[tuple[str, Role, Organisation]], now: datetime, seed: int
) -> dict[str, Person]:
    invented = names(Random(seed), len(jobs))
    people = {}
    for (username, _, _), name in zip(jobs, invented, strict=True):
        person = Person(
            district=district, username=username, name=name, email=f"{username}@example.org"
        )
        person.set_unusable_password()
        people[username] = person
    Person.objects.bulk_create(people.values())
    Post.objects.bulk_create(
        Post(
            person=people[username],
            role=role.code,
            organisation=where,
            since=now - timedelta(days=800),
        )
        for username, role, where in jobs
    )
    return people
