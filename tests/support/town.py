"""A small town for tests: one station under one supervisor, and the people in it."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from yihu.kernel.access import Actor
from yihu.people.directory import actor_for
from yihu.people.models import Organisation, OrganisationKind, Person, Post
from yihu.people.roles import (
    DEPUTY_CHIEF,
    DISPATCHER,
    GUARD,
    OFFICER,
    STATION_CHIEF,
    SUBDISTRICT_LEADER,
    SUPERVISOR,
    VILLAGE_AUXILIARY,
)
from yihu.places.models import District

DISTRICT = "test"


@dataclass
class Town:
    subdistrict: Organisation
    supervisor_office: Organisation
    station: Organisation
    room: Organisation
    other_station: Organisation
    people: dict[str, Person]

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name])


def build() -> Town:
    """Everyone's user name is their role; `stranger` is the chief of another station."""
    District.objects.create(code=DISTRICT, name="测试街道")

    def organisation(code: str, kind: str, **more: object) -> Organisation:
        return Organisation.objects.create(
            district=DISTRICT, code=code, kind=kind, name=code, **more
        )

    subdistrict = organisation("subdistrict", OrganisationKind.SUBDISTRICT)
    oversight = organisation("oversight", OrganisationKind.SUPERVISOR)
    station = organisation("station", OrganisationKind.STATION, supervisor=oversight)
    other = organisation("other-station", OrganisationKind.STATION, supervisor=oversight)
    room = organisation("room", OrganisationKind.POLICE_ROOM, parent=station)
    mall = organisation("mall", OrganisationKind.KEY_SITE, parent=station)
    posts = {
        "chief": (STATION_CHIEF, station),
        "deputy": (DEPUTY_CHIEF, station),
        "officer": (OFFICER, station),
        "colleague": (OFFICER, station),
        "auxiliary": (VILLAGE_AUXILIARY, room),
        "dispatcher": (DISPATCHER, station),
        "guard": (GUARD, mall),
        "supervisor": (SUPERVISOR, oversight),
        "leader": (SUBDISTRICT_LEADER, oversight),
        "stranger": (STATION_CHIEF, other),
    }
    people = {}
    for name, (role, where) in posts.items():
        person = Person(district=DISTRICT, username=name, name=name, email=f"{name}@example.org")
        person.set_unusable_password()
        person.save()
        Post.objects.create(
            person=person,
            role=role.code,
            organisation=where,
            since=timezone.now() - timedelta(days=400),
        )
        people[name] = person
    return Town(subdistrict, oversight, station, room, other, people)
