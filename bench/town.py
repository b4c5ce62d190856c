"""Who is there in a measurement: stations under one supervisor, each with a chief and officers."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from yihu.direct.models import DirectCode
from yihu.kernel.loop import Role
from yihu.people.founding import found
from yihu.people.models import Organisation, OrganisationKind, Person, Post
from yihu.people.roles import OFFICER, STATION_CHIEF, SUPERVISOR
from yihu.places.models import District

DISTRICT = "bench"


@dataclass(frozen=True, slots=True)
class House:
    """A station and its people; residents reach it at /d/`code`/."""

    station: Organisation
    code: str
    chief: Person
    officer: Person


@dataclass(frozen=True, slots=True)
class Town:
    houses: list[House]
    supervisor: Person


def build(stations: int = 1) -> Town:
    District.objects.create(code=DISTRICT, name="测试街道")
    made = found(district=DISTRICT, office="测试街道", oversight="监督办", station="一所")
    others = [
        Organisation.objects.create(
            district=DISTRICT,
            kind=OrganisationKind.STATION,
            code=f"{DISTRICT}-station{n}",
            name=f"{n}所",
            supervisor=made.oversight,
        )
        for n in range(2, stations + 1)
    ]
    houses = []
    for n, station in enumerate([made.station, *others], 1):
        code = f"{DISTRICT}{n}"
        DirectCode.objects.create(code=code, district=DISTRICT, station=station)
        chief = _hire(f"chief{n}", STATION_CHIEF, station)
        houses.append(House(station, code, chief, _hire(f"officer{n}", OFFICER, station)))
    return Town(houses, _hire("supervisor", SUPERVISOR, made.oversight))


def _hire(name: str, role: Role, at: Organisation) -> Person:
    person = Person(district=DISTRICT, username=name, name=name)
    person.set_unusable_password()
    person.save()
    since = timezone.now() - timedelta(days=800)
    Post.objects.create(person=person, role=role.code, organisation=at, since=since)
    return person
