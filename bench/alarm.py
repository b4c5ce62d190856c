"""From an alarm's press to everybody on the group being told, to somebody being asked to come, and,
where nobody accepts, to the officer on duty being reached.

600 sets on one group are logged in to the real relay; each alarm is posted to the real web server
by a set of that group, and the clock sends the offers. The clients share the machine with them.
"""

import http.client
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from tests.support.site import free_port

from bench.figures import Figure, quantile
from bench.place import Place
from bench.sessions import headers
from bench.town import DISTRICT, House, build
from bench.wires import Wire, logged_in, masked, upgraded
from yihu.dispatch.kinds import Reach, UnitKind
from yihu.dispatch.models import Unit, UnitMember, Wave
from yihu.kernel.models import Matter
from yihu.people.directory import actor_for
from yihu.people.models import Person, Post, Shift
from yihu.people.roles import GUARD, OFFICER
from yihu.radio.groups import open_group
from yihu.radio.models import GroupKind, Whereabouts
from yihu.radio.queries import rights_of
from yihu.radio.tickets import Ticket

SETS, CARS, ALARMS = 600, 40, 30
BETWEEN = 2.0
"""Seconds between two alarms."""
HERE = 123.6, 30.5
GROUP_WITHIN, OFFER_WITHIN, DUTY_WITHIN = 300.0, 2.0, 90.0
"""Milliseconds, seconds, seconds."""
STARTS_WITHIN, PATIENCE = 60.0, 120.0
PING = b"\x89"


def measure(here: Place) -> list[Figure]:
    house = build().houses[0]
    guards = _hired(house, "guard", GUARD.code, SETS)
    _cars(house, _hired(house, "driver", OFFICER.code, CARS))
    open_group(
        actor=actor_for(house.chief),
        organisation=house.station,
        kind=GroupKind.SITES,
        name="all",
        code="bench-all",
        members={one.pk: True for one in guards},
    )
    with _running() as port:
        crowd = _logged_in(guards, port)
        acknowledged, told, missed = [], [], 0
        for number in range(ALARMS):
            began, answered, times = crowd.alarm(guards[number])
            acknowledged.append(1000 * (answered - began))
            told += [1000 * (at - began) for at in times]
            missed += SETS - len(times)
            crowd.wait(BETWEEN)
        _until_duty()
    figures = [
        Figure(
            "alarm",
            "from the press: durable and acknowledged, P99",
            quantile(acknowledged, 0.99),
            "ms",
        ),
        Figure("alarm", f"… each of {SETS} sets told, median", quantile(told, 0.5), "ms"),
        Figure("alarm", "… P99", quantile(told, 0.99), "ms", bar=GROUP_WITHIN),
        Figure("alarm", "… never told", missed, "", bar=0),
    ]
    for reach, what, bar in (
        (Reach.BEST, "… first offer out, slowest", OFFER_WITHIN),
        (Reach.DUTY_OFFICER, "… nobody accepts: officer on duty, slowest", DUTY_WITHIN),
    ):
        waves = Wave.objects.filter(reach=reach).select_related("incident__matter")
        spans = [(one.opened_at - one.incident.matter.opened_at).total_seconds() for one in waves]
        figures.append(Figure("alarm", what, max(spans), "s", bar=bar))
    return figures


def _hired(house: House, name: str, role: str, many: int) -> list[Person]:
    """People with a post who are on shift."""
    now = timezone.now()
    people = [Person(district=DISTRICT, username=f"{name}{n}", name=name) for n in range(many)]
    for one in people:
        one.set_unusable_password()
    Person.objects.bulk_create(people)
    Post.objects.bulk_create(
        Post(person=one, role=role, organisation=house.station, since=now) for one in people
    )
    Shift.objects.bulk_create(
        Shift(person=one, since=now, until=now + timedelta(hours=8)) for one in people
    )
    return people


def _cars(house: House, drivers: list[Person]) -> None:
    now = timezone.now()
    for number, driver in enumerate(drivers):
        unit = Unit.objects.create(
            district=DISTRICT,
            organisation=house.station,
            code=f"car{number}",
            name=f"car {number}",
            kind=UnitKind.POLICE.value,
            travel="car",
        )
        UnitMember.objects.create(unit=unit, person=driver, since=now)
        Whereabouts.objects.create(
            person=driver,
            district=DISTRICT,
            at=now,
            longitude=HERE[0] + 0.001 * number,
            latitude=HERE[1],
        )


@contextmanager
def _running() -> Iterator[int]:
    """Web, relay and clock under one supervisor, as `make run` starts them."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "YIHU_DEMO": "0"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "yihu", "run"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not (_answers(port) and _answers(port + 1)):
            if time.monotonic() > deadline:
                raise TimeoutError("the system did not start")
            time.sleep(0.2)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    return True


class Crowd:
    """Sets that wait to be told, and the web server to which one of them posts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.epoll = select.epoll()
        self.wires: dict[int, Wire] = {}

    def add(self, wire: Wire) -> None:
        wire.socket.setblocking(False)
        self.wires[wire.socket.fileno()] = wire
        self.epoll.register(wire.socket.fileno(), select.EPOLLIN)

    def alarm(self, guard: Person) -> tuple[float, float, list[float]]:
        """When it was pressed, when it was acknowledged, and when each set was told."""
        self._drain()
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        said = headers(guard)
        place = f"&longitude={HERE[0]}&latitude={HERE[1]}"
        began = time.perf_counter()
        connection.request("POST", "/radio/alarm/", f"key={os.urandom(16).hex()}{place}", said)
        response = connection.getresponse()
        body = response.read()
        answered = time.perf_counter()
        if response.status != http.client.CREATED:
            raise AssertionError(f"the alarm was not taken: {response.status} {body[:200]!r}")
        return began, answered, self._told(began)

    def _told(self, began: float) -> list[float]:
        waiting, times = set(self.wires), []
        while waiting and time.perf_counter() < began + 5:
            for fd, _ in self.epoll.poll(0.05):
                said = self._read(fd)
                if fd in waiting and b'"alarm"' in said:
                    waiting.remove(fd)
                    times.append(time.perf_counter())
        return times

    def _read(self, fd: int) -> bytes:
        said = os.read(fd, 65536)
        if not said:
            raise ConnectionError("the relay closed a line")
        if (at := said.find(PING)) >= 0:  # as every browser answers by itself
            content = said[at + 2 : at + 2 + said[at + 1]]
            self.wires[fd].send(masked(0xA, content))
        return said

    def _drain(self) -> None:
        """What came meanwhile is nothing of the next alarm."""
        while ready := self.epoll.poll(0.05):
            for fd, _ in ready:
                self._read(fd)

    def wait(self, seconds: float) -> None:
        """Be there for so long."""
        ends = time.perf_counter() + seconds
        while (left := ends - time.perf_counter()) > 0:
            for fd, _ in self.epoll.poll(min(left, 0.2)):
                self._read(fd)


def _logged_in(people: list[Person], port: int) -> Crowd:
    crowd = Crowd(port)
    rights = rights_of([one.pk for one in people])
    for one in people:
        ticket = Ticket(
            device=f"{one.pk.hex}-{os.urandom(16).hex()}",
            person=one.pk.hex,
            name=one.name,
            district=DISTRICT,
            groups=rights[one.pk],
        )
        crowd.add(logged_in(upgraded(Wire(port + 1, None), f"http://127.0.0.1:{port}"), ticket))
    crowd.wait(3)
    return crowd


def _until_duty() -> None:
    """Nobody accepts: until the officer on duty was reached for every one."""
    deadline = time.monotonic() + PATIENCE
    wanted: set[UUID] = set(Matter.objects.filter(loop="incident").values_list("pk", flat=True))
    while time.monotonic() < deadline:
        reached = Wave.objects.filter(reach=Reach.DUTY_OFFICER).values_list("incident", flat=True)
        if wanted <= set(reached):
            return
        time.sleep(1)
    raise TimeoutError("the officer on duty was not reached for every incident")
