"""The recommendation as a dispatcher's page asks for it: over HTTP, with every unit on the move.

In the demo's town, by its roads. Units say where they are all the while, each as often as its set
does, over HTTP to the same server.
"""

import itertools
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Event, Thread
from urllib.parse import urlencode

from django.utils import timezone
from tests.support.site import Site

from bench.clients import Client
from bench.figures import Figure, quantile
from bench.place import Place as Here
from bench.sessions import headers
from bench.town import DISTRICT, House, build
from yihu.dispatch.actions import Place
from yihu.dispatch.intake import Spot, take
from yihu.dispatch.kinds import Door, Kind, Travel, UnitKind
from yihu.dispatch.models import Unit, UnitMember
from yihu.people.directory import actor_for
from yihu.people.models import Person, Post, Shift
from yihu.people.roles import GUARD
from yihu.places import demo_city, map_files
from yihu.places.models import District
from yihu.radio.models import Whereabouts

SIZES = (600, 2000)
EVERY = 20.0
"""Seconds between two positions of one set (`place.js`)."""
INCIDENTS, REQUESTS, WARM = 40, 400, 40
PAUSE = 0.25
"""Seconds between two requests."""
WITHIN = 50
"""Milliseconds that the recommendation may take inside a request, for 600 units at P99."""
TIMING = re.compile(rb"(?i)server-timing: advice;dur=([0-9.]+)")
FORCES = (
    *[(UnitKind.POLICE, Travel.CAR)] * 2,
    *[(UnitKind.AUXILIARY, Travel.EBIKE)] * 2,
    *[(UnitKind.GUARD, Travel.FOOT)] * 5,
    (UnitKind.VOLUNTEER, Travel.EBIKE),
)
KINDS = (Kind.THEFT, Kind.FIGHT, Kind.NOISE, Kind.MEDICAL)
ADVICE, POSITION = "/desk/incidents/{}/advice/", "/radio/position/"


@dataclass(frozen=True)
class Town:
    """The demo's town, in this measurement's own database. `spots`: where people are."""

    house: House
    spots: Sequence[tuple[float, float]]
    random: Random = field(default_factory=lambda: Random(1))

    def somewhere(self) -> tuple[float, float]:
        longitude, latitude = self.random.choice(self.spots)
        return longitude + self.random.uniform(-2e-3, 2e-3), latitude


def draw() -> Town:
    """The town with its roads."""
    house, city = build().houses[0], demo_city.draw()
    folder = map_files.folder(DISTRICT)
    folder.mkdir(parents=True)
    demo_city.write_osm(city, folder / "extract.osm.gz")
    map_files.draw(District.objects.get(pk=DISTRICT))
    return Town(house, [site.position for site in city.sites])


def over_http(here: Here, town: Town) -> list[Figure]:
    site, people, figures = Site(here.url), list[Person](), list[Figure]()
    references = [_incident(town) for _ in range(INCIDENTS)]
    site.start()
    try:
        for size in SIZES:
            people += _units(town, range(len(people), size))
            with _moving(town, site, people) as moves:
                took = _ask(town, site, references)
            what = f"{here.database}: over HTTP, {size:,} units that move"
            bar = WITHIN if size == SIZES[0] else None
            figures += [
                Figure("recommend", f"{what}: advice, P50", quantile(took.advice, 0.5), "ms"),
                Figure("recommend", "… P99", quantile(took.advice, 0.99), "ms", bar),
                Figure("recommend", "… the whole request, P50", quantile(took.whole, 0.5), "ms"),
                Figure("recommend", "… P99", quantile(took.whole, 0.99), "ms"),
                Figure("recommend", "… positions meanwhile", moves.rate, "a second"),
            ]
    finally:
        site.stop()
    return figures


def _incident(town: Town) -> str:
    """The reference of one that somebody has taken by telephone."""
    done = take(
        actor=actor_for(town.house.chief),
        kind=town.random.choice(KINDS),
        door=Door.PHONE,
        words="请快来",
        spot=Spot(place=Place(*town.random.choice(town.spots))),
        client_key=secrets.token_bytes(16),
    )
    return done.matter.reference


def _units(town: Town, numbers: range) -> list[Person]:
    """Units of one person each, on shift, whose sets have said where they are."""
    now = timezone.now()
    people = [Person(district=DISTRICT, username=f"u{n}", name=f"u{n}") for n in numbers]
    for one in people:
        one.set_unusable_password()
    forces = [town.random.choice(FORCES) for _ in numbers]
    units = [
        Unit(
            district=DISTRICT,
            organisation=town.house.station,
            code=f"u{n}",
            name=f"u{n}",
            kind=kind,
            travel=travel,
        )
        for n, (kind, travel) in zip(numbers, forces, strict=True)
    ]
    Person.objects.bulk_create(people)
    Unit.objects.bulk_create(units)
    Post.objects.bulk_create(
        Post(person=one, role=GUARD.code, organisation=town.house.station, since=now)
        for one in people
    )
    Shift.objects.bulk_create(
        Shift(person=one, since=now - timedelta(minutes=1), until=now + timedelta(hours=8))
        for one in people
    )
    UnitMember.objects.bulk_create(
        UnitMember(unit=unit, person=one, since=now)
        for unit, one in zip(units, people, strict=True)
    )
    spots = [town.somewhere() for _ in people]
    Whereabouts.objects.bulk_create(
        Whereabouts(person=one, district=DISTRICT, at=now, longitude=longitude, latitude=latitude)
        for one, (longitude, latitude) in zip(people, spots, strict=True)
    )
    return people


# --- asking, while they move ----------------------------------------------------------------------


@dataclass
class Took:
    """Milliseconds: the whole request, and of it the recommendation."""

    whole: list[float] = field(default_factory=list)
    advice: list[float] = field(default_factory=list)


def _ask(town: Town, site: Site, references: Sequence[str]) -> Took:
    """One every PAUSE, as twenty consoles do that each look again after five seconds."""
    said, took = headers(town.house.chief), Took()
    client = Client(("127.0.0.1", site.port))
    due = time.perf_counter()
    for number, reference in zip(range(WARM + REQUESTS), itertools.cycle(references), strict=False):
        due += PAUSE
        time.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        client.ask(_request(site, ADVICE.format(reference), said))
        status = _answer(client)
        whole = 1000 * (time.perf_counter() - began)
        if status != 200:
            raise AssertionError(f"advice was answered {status}")
        if number >= WARM:
            took.whole.append(whole)
            took.advice.append(float(TIMING.findall(client.received)[0]))
    return took


def _answer(client: Client) -> int:
    while (status := client.status()) is None:
        pass
    return status


@dataclass
class Moves:
    """How many positions were taken."""

    taken: int = 0
    began: float = field(default_factory=time.perf_counter)
    rate: float = 0.0

    def end(self) -> None:
        self.rate = self.taken / (time.perf_counter() - self.began)


@contextmanager
def _moving(town: Town, site: Site, people: Sequence[Person]) -> Iterator[Moves]:
    moves, stop = Moves(), Event()
    said = [headers(one) for one in people]
    thread = Thread(target=_move, args=(town, site, said, moves, stop))
    thread.start()
    try:
        yield moves
    finally:
        stop.set()
        thread.join()
        moves.end()


def _move(
    town: Town, site: Site, said: Sequence[Mapping[str, str]], moves: Moves, stop: Event
) -> None:
    """Each set in its turn, all of them within EVERY."""
    client, pause = Client(("127.0.0.1", site.port)), EVERY / len(said)
    due = moves.began = time.perf_counter()
    for one in itertools.cycle(said):
        due += pause
        if stop.wait(max(0.0, due - time.perf_counter())):
            return
        longitude, latitude = town.somewhere()
        form = urlencode({"longitude": longitude, "latitude": latitude, "accuracy": 10})
        client.ask(_request(site, POSITION, one, form))
        if (status := _answer(client)) != 204:
            raise AssertionError(f"a position was answered {status}")
        moves.taken += 1


def _request(site: Site, path: str, said: Mapping[str, str], form: str = "") -> bytes:
    """A form where there is one, else a question."""
    lines = [
        f"{'POST' if form else 'GET'} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{site.port}",
        *(f"{name}: {value}" for name, value in said.items()),
        *([f"Content-Length: {len(form)}"] if form else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + form).encode()
