"""Four hours of a day with 2,000 incidents and 600 units, twenty times as quick.

The demo's day (`yihu demo --live`) through the whole running system; beside it a control room looks
at its queue every second, as the page does, and the memory of each process is read.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread

from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from tests.support.site import free_port

from bench.figures import Figure, quantile
from bench.kill import children
from bench.place import Place
from yihu.cli.live_demo.director import Director
from yihu.cli.live_demo.stage import Stage
from yihu.cli.live_demo.visitor import Unreachable, Visitor
from yihu.dispatch.kinds import UnitKind
from yihu.dispatch.models import Unit, UnitMember
from yihu.people.models import Organisation, Person, Post, Shift
from yihu.people.roles import GUARD
from yihu.places.models import Site
from yihu.places.road_network import roads
from yihu.radio.models import Whereabouts

DISTRICT = "liangshui"
UNITS, PER_DAY, SPEED, HOURS = 600, 2000.0, 20.0, 4.0
LIVE_WITHIN = 2.0
"""Seconds from a change to the row that shows it."""
GROWTH = 64.0
"""Megabytes that the web process may grow by from the first half to the end: what it caches."""
STARTS_WITHIN, SAMPLED = 120.0, 10.0


def measure(here: Place, minutes: float | None = None) -> list[Figure]:
    call_command("demo", verbosity=0)
    call_command("map", verbosity=0)
    random = Random(3)
    _more_units(random)
    process, base = _started()
    stage = Stage(DISTRICT, random)
    seen = Watch(base, stage)
    director = Director(
        base=base, stage=stage, random=random, speed=SPEED, per_day=PER_DAY, say=seen.opened
    )
    connections.close_all()
    try:
        watch = Thread(target=seen.run, args=(process,), daemon=True)
        watch.start()
        director.run(minutes * 60 * SPEED if minutes else HOURS * 3600)
        seen.stop.set()
        watch.join(10)
    finally:
        os.killpg(process, signal.SIGTERM)
    wrong = sum(count for status, count in director.statuses.items() if status >= 500)
    name = here.database
    figures = [
        Figure("day", f"{name}: incidents opened", director.opened, ""),
        Figure("day", f"{name}: … closed", director.closed, ""),
        Figure("day", f"{name}: requests", sum(director.statuses.values()), ""),
        Figure("day", f"{name}: … answered with 5xx", wrong, "", bar=0),
        Figure("day", f"{name}: … not answered", director.faults, "", bar=0),
        Figure("day", f"{name}: in the queue after, median", quantile(seen.delays, 0.5), "s"),
        Figure("day", f"{name}: … P99", quantile(seen.delays, 0.99), "s", bar=LIVE_WITHIN),
        Figure("day", f"{name}: … never seen", len(seen.waiting), "", bar=0),
    ]
    for program, sizes in sorted(seen.memory.items()):
        half = max(sizes[len(sizes) // 4 : len(sizes) // 2], default=0.0)
        figures += [
            Figure("day", f"{name}: memory of {program} at the end", sizes[-1], "MB"),
            Figure("day", f"{name}: … grown since the first half", max(0.0, sizes[-1] - half), "MB",
                   bar=GROWTH),
        ]  # fmt: skip
    return figures


def _more_units(random: Random) -> None:
    """Units of one guard each, until there are 600."""
    now = timezone.now()
    station = Organisation.objects.get(code=f"{DISTRICT}-station")
    places = list(Site.objects.filter(district=DISTRICT))
    lacking = UNITS - Unit.objects.filter(district=DISTRICT).count()
    people = [
        Person(district=DISTRICT, username=f"more{n}", name=f"更多{n}") for n in range(lacking)
    ]
    for one in people:
        one.set_unusable_password()
    Person.objects.bulk_create(people)
    Post.objects.bulk_create(
        Post(person=one, role=GUARD.code, organisation=station, since=now) for one in people
    )
    Shift.objects.bulk_create(
        Shift(person=one, since=now, until=now + timedelta(hours=12)) for one in people
    )
    units = [
        Unit(
            district=DISTRICT,
            organisation=station,
            code=f"more{n}",
            name=f"更多{n}",
            kind=UnitKind.GUARD.value,
            travel="foot",
        )
        for n in range(lacking)
    ]
    Unit.objects.bulk_create(units)
    UnitMember.objects.bulk_create(
        UnitMember(unit=unit, person=one, since=now)
        for unit, one in zip(units, people, strict=True)
    )
    spots = [random.choice(places) for _ in people]
    Whereabouts.objects.bulk_create(
        Whereabouts(
            person=one, district=DISTRICT, at=now, longitude=spot.longitude, latitude=spot.latitude
        )
        for one, spot in zip(people, spots, strict=True)
    )


def _started() -> tuple[int, str]:
    """Everything as `make run` starts it; its process group, and its address."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "YIHU_LIVE_DEMO": "0"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "yihu", "run"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    base = f"http://127.0.0.1:{port}"
    somebody = Person.objects.filter(district=DISTRICT, username="chief").get()
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        try:
            if Visitor.enter(base, somebody).get("/desk/room/").ok and roads(DISTRICT):
                return process.pid, base
        except Unreachable:
            time.sleep(0.5)
    raise TimeoutError("the system did not start")


class Watch:
    """The control room's page, as far as its queue goes; and how large the processes are."""

    def __init__(self, base: str, stage: Stage) -> None:
        self.waiting: dict[str, float] = {}
        self.delays: list[float] = []
        self.memory: dict[str, list[float]] = defaultdict(list)
        self.stop = Event()
        self._visitor = Visitor.enter(base, stage.dispatcher, Counter())

    def opened(self, line: str) -> None:
        """The director says which incident the site has just acknowledged."""
        self.waiting[line.rsplit(" ", 1)[1]] = time.monotonic()

    def run(self, supervisor: int) -> None:
        sampled = 0.0
        while not self.stop.is_set():
            began = time.monotonic()
            try:
                page = self._visitor.get("/desk/room/queue/").text
            except Unreachable:
                page = ""
            now = time.monotonic()
            for reference in [one for one in list(self.waiting) if one in page]:
                self.delays.append(now - self.waiting.pop(reference))
            if now - sampled > SAMPLED:
                sampled = now
                self._weigh(supervisor)
            self.stop.wait(max(0.0, 1.0 - (time.monotonic() - began)))

    def _weigh(self, supervisor: int) -> None:
        sizes: Counter[str] = Counter()
        for child in children(supervisor):
            for pid in (child, *children(child)):
                try:
                    name = Path(f"/proc/{child}/comm").read_text().strip()
                    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                except OSError:
                    continue
                sizes[name] += pages * os.sysconf("SC_PAGESIZE")
        for name, size in sizes.items():
            self.memory[name].append(size / 1e6)
