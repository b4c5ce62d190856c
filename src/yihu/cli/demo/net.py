"""The demo's net: key sites of the drawn town, who guards them, the sets in their hands."""

from random import Random
from uuid import UUID

from yihu.cli.demo.people import Cast
from yihu.cli.demo.words import names
from yihu.kernel.access import Actor
from yihu.people import actions as people
from yihu.people.directory import Roster, actor_for
from yihu.people.models import Organisation, Person
from yihu.people.roles import GUARD, VOLUNTEER
from yihu.people.shifts import begin_shift
from yihu.places import actions as places
from yihu.places.actions import ForceDetails, SiteDetails
from yihu.places.demo_city import City, Site
from yihu.places.models import Force, KeySite
from yihu.radio import custody
from yihu.radio.groups import open_group
from yihu.radio.models import GroupKind, TalkGroup

KINDS = {
    "school": ("school", 10, 2),
    "mall": ("mall", 4, 2),
    "compound": ("compound", 14, 1),
    "hospital": ("hospital", 2, 2),
    "market": ("market", 5, 1),
    "metro_station": ("station", 2, 2),
    "works": ("works", 4, 1),
}
"""Of each kind of place in the town: what it is on the register, how many, sets required."""
VOLUNTEERS = 3
"""With accounts `volunteer1` and so on; each site has one guard with one, `guard1` and so on."""
ON_DUTY = 0.75
ISSUED = 0.85
"""Of the sets that are required."""
SPARE = 6
DUTY = ("门卫室", "值班室", "保安队长", "物业值班", "安保部")
TABLET = "防摔平板 8 英寸"


def register(city: City, cast: Cast, random: Random) -> None:
    """Enter sites, forces, people and sets as a dispatcher would; most guards are on duty."""
    clerk = cast.people["dispatcher1"]
    houses = _houses(city, cast)
    actor = actor_for(clerk)
    sites = [
        places.add_site(
            actor=actor,
            parent=houses.get(site.community_code, cast.station).pk,
            details=_details(site, random),
            code=f"{cast.station.district}-{site.code}",
        )
        for site in _chosen(city, random)
    ]
    actor = actor_for(clerk)  # who directs the sites from now on
    volunteers = _forces(actor, cast, sites, random)
    actor = actor_for(clerk)
    taken = {person.name for person in cast.people.values()}
    wanted = len(sites) + VOLUNTEERS + len(taken)
    invented = [name for name in names(random, wanted) if name not in taken]
    guards = {
        site.pk: people.enrol(
            actor=actor, username=f"guard{n}", name=invented.pop(), role=GUARD.code, unit=site.pk
        )
        for n, site in enumerate(sites, start=1)
    }
    helpers = [
        people.enrol(
            actor=actor,
            username=f"volunteer{n}",
            name=invented.pop(),
            role=VOLUNTEER.code,
            unit=volunteers.pk,
        )
        for n in range(1, VOLUNTEERS + 1)
    ]
    crew = [*guards.values(), *helpers]
    group = _group(actor, cast, crew)
    roster = Roster.now(cast.station.district)
    for person in crew:
        if random.random() < ON_DUTY:
            begin_shift(actor=roster.actor(person.pk))
    _sets(actor, sites, guards, group, random)


def _houses(city: City, cast: Cast) -> dict[str, Organisation]:
    """The police room of each community that has one; the others are the station's own."""
    rooms = {room.code: room for room in cast.rooms}
    district = cast.station.district
    return {
        site.community_code: rooms[f"{district}-{site.code}"]
        for site in city.sites
        if site.kind == "police_room"
    }


def _chosen(city: City, random: Random) -> list[Site]:
    return [
        site
        for kind, (_, many, _) in KINDS.items()
        for site in random.sample([one for one in city.sites if one.kind == kind], many)
    ]


def _details(site: Site, random: Random) -> SiteDetails:
    kind, _, required = KINDS[site.kind]
    longitude, latitude = site.position
    return SiteDetails(
        name=site.name,
        name_en=site.name_en,
        kind=kind,
        address=f"良水街道{site.name}正门",
        duty_contact=random.choice(DUTY),
        duty_phone=f"000-{random.randint(0, 9999):04}",
        sets_required=required,
        longitude=round(longitude, 5),
        latitude=round(latitude, 5),
    )


def _forces(actor: Actor, cast: Cast, sites: list[KeySite], random: Random) -> Force:
    """A guard team or a mini fire station at most sites, and the station's volunteers."""

    def add(name: str, name_en: str, kind: str, unit: Organisation, strength: int) -> Force:
        return places.add_force(
            actor=actor,
            station=cast.station.pk,
            details=ForceDetails(name, kind, unit.pk, strength, name_en),
            code=f"{unit.code}-crew",
        )

    for n, site in enumerate(sites):
        unit = site.organisation
        if n % 4 == 3:
            named = f"{unit.name}微型消防站", f"{unit.name_en} Mini Fire Station"
            add(*named, "mini_fire", unit, random.randint(3, 8))
        elif n % 4:
            add(
                f"{unit.name}保安队", f"{unit.name_en} Guards", "guard", unit, random.randint(4, 24)
            )
    for room in cast.rooms[:4]:
        named = f"{room.name}网格员", f"{room.name_en} Grid Workers"
        add(*named, "grid_worker", room, random.randint(6, 14))
    return add("良水义警队", "Liangshui Volunteers", "volunteer", cast.station, 36)


def _group(actor: Actor, cast: Cast, members: list[Person]) -> TalkGroup:
    police = ("chief", "deputy", "dispatcher", "officer")
    return open_group(
        actor=actor,
        organisation=cast.station,
        kind=GroupKind.SITES,
        name="重点单位",
        name_en="Key premises",
        code=f"{cast.station.district}-sites",
        members={
            person.pk: True
            for person in (
                *members,
                *(one for name, one in cast.people.items() if name.startswith(police)),
            )
        },
    )


def _sets(
    actor: Actor,
    sites: list[KeySite],
    guards: dict[UUID, Person],
    group: TalkGroup,
    random: Random,
) -> None:
    """Most of the sets that are required are out; some sites lack one, and a few sets wait."""
    wanted = [site for site in sites for _ in range(site.sets_required)]
    out = random.sample(wanted, round(len(wanted) * ISSUED))
    out.sort(key=lambda site: site.organisation.code)
    for number in range(1, len(out) + SPARE + 1):
        radio = custody.add_radio(
            actor=actor, number=f"B-{number:04}", model=TABLET, channel=group.code
        )
        if number <= len(out):
            site = out[number - 1]
            custody.issue(
                actor=actor,
                radio=radio,
                holder=site.pk,
                received_by=guards[site.pk].pk,
                client_key=random.randbytes(16),
            )
