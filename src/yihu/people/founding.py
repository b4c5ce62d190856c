"""Founding a district: the organisations that must be there before the first message comes."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yihu.kernel.loop import Role
from yihu.people.models import Organisation, OrganisationKind, Person, Post


@dataclass(frozen=True, slots=True)
class Founded:
    office: Organisation
    oversight: Organisation
    station: Organisation


@transaction.atomic
def found(*, district: str, office: str, oversight: str, station: str) -> Founded:
    """The subdistrict's office, its outside supervisor, and a station under that supervisor.

    The three are names; codes follow from the district's. The station answers to
    nobody here in the line of command: whoever supervises it stands outside.
    """

    def organisation(kind: str, part: str, name: str, **more: Organisation) -> Organisation:
        return Organisation.objects.create(
            district=district, kind=kind, code=f"{district}-{part}", name=name, **more
        )

    kinds = OrganisationKind
    top = organisation(kinds.SUBDISTRICT, "office", office)
    watch = organisation(kinds.SUPERVISOR, "oversight", oversight, parent=top)
    return Founded(top, watch, organisation(kinds.STATION, "station", station, supervisor=watch))


@transaction.atomic
def hire(
    *, username: str, name: str, password: str, role: Role, at: Organisation, since: datetime
) -> Person:
    """A member of staff with an account and a first post."""
    person = Person.objects.create_user(username, password, name=name, district=at.district)
    Post.objects.create(person=person, role=role.code, organisation=at, since=since)
    return person
