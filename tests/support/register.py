"""The net's register, for tests: a site, somebody of it, a set in its hands."""

import secrets
from dataclasses import replace

from tests.support.town import Town

from yihu.kernel.models import Matter
from yihu.people.actions import enrol
from yihu.people.models import Person
from yihu.places import actions as places
from yihu.places.actions import ForceDetails, SiteDetails
from yihu.places.models import Force, KeySite
from yihu.radio import custody
from yihu.radio.models import Radio

PLAZA = SiteDetails(
    name="万和商场",
    kind="mall",
    address="人民路 1 号",
    duty_contact="值班经理",
    duty_phone="0570-000 0001",
    sets_required=2,
    longitude=120.1,
    latitude=30.2,
)


def site(town: Town, name: str = PLAZA.name, **more: object) -> KeySite:
    details = replace(PLAZA, name=name, **more)  # type: ignore[arg-type]
    return places.add_site(actor=town.actor("dispatcher"), parent=town.station.pk, details=details)


def force(town: Town, at: KeySite, kind: str = "guard", name: str = "保安队") -> Force:
    details = ForceDetails(name=name, kind=kind, unit=at.pk, strength=12)
    return places.add_force(
        actor=town.actor("dispatcher"), station=town.station.pk, details=details
    )


def guard(town: Town, at: KeySite, username: str = "plaza1", name: str = "甲") -> Person:
    person = enrol(
        actor=town.actor("dispatcher"), username=username, name=name, role="guard", unit=at.pk
    )
    town.people[username] = person
    return person


def radio(town: Town, number: str = "B-0001", **more: str) -> Radio:
    return custody.add_radio(actor=town.actor("dispatcher"), number=number, **more)


def issue(town: Town, radio: Radio, to: KeySite, by: Person) -> Matter:
    """Hand a set to a site; its custody matter."""
    return custody.issue(
        actor=town.actor("dispatcher"),
        radio=radio,
        holder=to.pk,
        received_by=by.pk,
        client_key=secrets.token_bytes(16),
    ).matter
