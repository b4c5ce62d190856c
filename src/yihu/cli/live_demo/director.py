"""The day's director: what is due next, and who does it, by the doors that everybody has.

One thread and one list of what is to be done; nothing of it is kept, since the site keeps all that
happened. Where somebody was quicker by hand, the form says so, and the director leaves it at that.
"""

import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random
from threading import Event
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connections

from yihu.cli.live_demo import script
from yihu.cli.live_demo.script import Happening
from yihu.cli.live_demo.stage import LonLat, Stage
from yihu.cli.live_demo.visitor import Forms, Unreachable, Visitor
from yihu.direct.actions import Message, send
from yihu.direct.kinds import Kind as Direct
from yihu.dispatch.crew import Crew
from yihu.dispatch.kinds import SENT, Urgency
from yihu.dispatch.models import Assignment
from yihu.kernel.models import EXERCISE
from yihu.people.models import Organisation, Person
from yihu.places.road_network import roads
from yihu.places.roads import Profile

log = logging.getLogger(__name__)

LOOKS = 1.0
"""Real seconds between two looks at who was asked and who was sent."""
FRESH = 240.0
"""Real seconds within which each unit that stands still says again where it is."""
STEP, SETS_SAY_EVERY = 10.0, 3.0
"""Seconds of the day between two positions of a unit that moves; and real seconds, at the least."""
PATROLS, PATROL_EVERY = 6, 90.0
PATIENCE = 1500.0
"""Seconds of the day after which an incident that nobody came to is ended."""
LEFT = 120.0
"""The same for one that was running before."""
TICKED = 4
CHOSEN = re.compile(r'name="units" value="([0-9a-f-]+)"[^>]*checked')
STEPS = re.compile(r'name="step" value="([^"]+)"')
REFERENCE = re.compile(r"/desk/incidents/([^/]+)/")


@dataclass
class Director:
    """`speed`: how many seconds of the day pass in one; `per_day`: incidents in 24 hours.
    `statuses`: how the site answered, counted."""

    base: str
    stage: Stage
    random: Random
    speed: float = 1.0
    per_day: float = 480.0
    say: Callable[[str], None] = print
    stop: Event = field(default_factory=Event)
    opened: int = 0
    closed: int = 0
    faults: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    _tasks: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _visitors: dict[UUID, Visitor] = field(default_factory=dict)
    _asked: set[UUID] = field(default_factory=set)
    _sent: set[int] = field(default_factory=set)
    _moving: set[UUID] = field(default_factory=set)
    _running: dict[str, Happening] = field(default_factory=dict)

    # --- time -------------------------------------------------------------------------------------

    def run(self, seconds: float | None = None) -> None:
        """Until it is stopped, or so many seconds of the day have passed."""
        end = time.monotonic() + seconds / self.speed if seconds else float("inf")
        happenings = script.day(self.random, self.per_day)
        self._after(2 * self.speed, lambda: self._next(happenings))
        self._after(0, self._look)
        self._after(0, self._keep_fresh)
        self._after(5, self._patrol)
        self._after(0, self._come_on_shift)
        self._after(0, self._take_up)
        try:
            while not self.stop.is_set() and time.monotonic() < end:
                due = self._tasks[0][0] - time.monotonic()
                if due > 0:
                    self.stop.wait(min(due, 0.5))
                    continue
                self._do(heappop(self._tasks)[2])
        finally:
            for visitor in self._visitors.values():
                visitor.leave()
            connections.close_all()

    def _do(self, task: Callable[[], None]) -> None:
        """A site that does not answer, or is being restarted, stops nothing."""
        try:
            close_old_connections()
            task()
        except (Unreachable, DatabaseError) as fault:
            self.faults += 1
            log.info("%s: %s", getattr(task, "__name__", "task"), type(fault).__name__)

    def _after(self, seconds: float, task: Callable[[], None]) -> None:
        heappush(self._tasks, (time.monotonic() + seconds / self.speed, next(self._order), task))

    def _as(self, person: Person) -> Visitor:
        if person.pk not in self._visitors:
            self._visitors[person.pk] = Visitor.enter(self.base, person, self.statuses)
        return self._visitors[person.pk]

    @property
    def _desk(self) -> Visitor:
        return self._as(self.stage.dispatcher)

    # --- an incident ------------------------------------------------------------------------------

    def _take_up(self) -> None:
        """What a director before this one left running comes to its end, too."""
        for reference in self.stage.left_running():
            self._play(reference, next(script.day(self.random, self.per_day)), LEFT)

    def _next(self, happenings: Iterator[Happening]) -> None:
        coming = next(happenings)
        self._after(coming.after, lambda: self._next(happenings))
        reference = self._alarm() if coming.by_alarm else self._call(coming)
        if reference is None:
            return
        self.opened += 1
        self.say(f"{coming.kind} {reference}")
        self._play(reference, coming, PATIENCE)

    def _play(self, reference: str, coming: Happening, patience: float) -> None:
        self._running[reference] = coming
        self._after(coming.answers, lambda: self._answer(reference))
        self._after(patience, lambda: self._resolve(reference))

    def _alarm(self) -> str | None:
        found = self.stage.guard()
        if found is None:
            return None
        guard, at = found
        where = {"longitude": at[0], "latitude": at[1], "accuracy": 15} if at else {}
        answer = self._as(guard).post("/radio/alarm/", exercise="1", **where)
        return str(json.loads(answer.text)["reference"]) if answer.ok else None

    def _call(self, coming: Happening) -> str | None:
        place = self.stage.somewhere()
        answer = self._desk.post(
            "/desk/incidents/new/",
            kind=coming.kind.value,
            words=coming.words,
            door=EXERCISE,
            place=place.name,
            longitude=place.at[0],
            latitude=place.at[1],
            safety="",
        )
        found = REFERENCE.search(answer.location)
        return found[1] if found else None

    def _answer(self, reference: str) -> None:
        """The dispatcher answers it, and asks those who are recommended where nobody was yet."""
        self._move(reference, "answer")
        incident = self.stage.incident(reference)
        if incident is None or incident.waves.exists() or incident.urgency is Urgency.NOW:
            return
        page = self._desk.get(f"/desk/incidents/{reference}/advice/")
        if units := CHOSEN.findall(page.text):
            self._desk.post(f"/desk/incidents/{reference}/offer/", units=units)

    def _move(self, reference: str, name: str, **fields: str) -> bool:
        """A form of the incident's page, sent as it stands there; whether it was there."""
        address = f"/desk/incidents/{reference}/"
        form = Forms(self._desk.get(address).text).found.get(f"{address}do/{name}/")
        if form is None:
            return False
        return self._desk.post(f"{address}do/{name}/", **(form | fields)).ok

    def _resolve(self, reference: str) -> None:
        coming = self._running.pop(reference, None)
        if coming is None:
            return
        words = "演练：已到场处理。"
        self._move(reference, "resolve", outcome=coming.outcome, words=words)
        self._after(20, lambda: self._tell(reference, coming))

    def _tell(self, reference: str, coming: Happening) -> None:
        self._move(reference, "tell", words="演练：您报的事情已经处理完了，谢谢。")
        self._after(15, lambda: self._close(reference, coming))

    def _close(self, reference: str, coming: Happening) -> None:
        if self._move(reference, "close", seen="on"):
            self.closed += 1
        if coming.scans:
            self._after(60, lambda: self._scan(coming.scans))

    def _scan(self, words: str) -> None:
        """A resident writes to the station. Through the action that the public form calls, since
        nothing on that form may ever mark a message as an exercise."""
        station = Organisation.objects.filter(district=self.stage.district, kind="station").first()
        if station is not None:
            kind = Direct.PRAISE if words in script.PRAISE else Direct.COMPLAINT
            key = self.random.randbytes(16)
            send(station=station, message=Message(kind, words), client_key=key, door=EXERCISE)

    # --- who is asked, and who goes ---------------------------------------------------------------

    def _look(self) -> None:
        self._after(LOOKS * self.speed, self._look)
        for offer in self.stage.offers():
            if offer.pk not in self._asked:
                self._asked.add(offer.pk)
                self._hear(offer.pk, offer.unit_id)
        for one in self.stage.sent():
            if one.pk not in self._sent:
                self._sent.add(one.pk)
                self._after(self.random.uniform(4, 20), partial(self._set_out, one))

    def _hear(self, offer: UUID, unit: UUID) -> None:
        crew = self.stage.crew(unit)
        person = self.stage.person_of(crew) if crew else None
        if crew is None or person is None:
            return
        self._post(person, f"/respond/offers/{offer}/heard/")
        says, seconds = script.reply(self.random, crew.kind)
        if says:
            path = f"/respond/offers/{offer}/{says}/"
            self._after(seconds, lambda: self._post(person, path, eta=4, reason="busy"))

    def _set_out(self, sent: Assignment) -> None:
        crew, incident = self.stage.crew(sent.unit_id), sent.incident
        person = self.stage.person_of(crew) if crew else None
        if crew is None or person is None:
            return
        self._status(person, incident.matter.reference, "en_route")
        to = (incident.longitude, incident.latitude)
        line = self._line(crew, (to[0], to[1])) if to[0] is not None and to[1] is not None else []
        self._drive(person, crew.unit, line, lambda: self._arrive(person, sent))

    def _arrive(self, person: Person, sent: Assignment) -> None:
        reference = sent.incident.matter.reference
        self._status(person, reference, "on_scene")
        page, ticking = (
            self._as(person).get(f"/respond/{reference}/scene/"),
            f"/respond/{reference}/tick/",
        )
        for number, step in enumerate(STEPS.findall(page.text)[:TICKED]):
            self._after(10 + 12 * number, partial(self._post, person, ticking, step=step))
        coming = self._running.get(reference)
        stays = coming.stays if coming else 60.0
        if sent.unit.kind in {kind.value for kind in SENT}:
            self._after(stays / 2, lambda: self._status(person, reference, "contained"))
        self._after(stays, lambda: self._leave(person, reference))

    def _leave(self, person: Person, reference: str) -> None:
        self._status(person, reference, "available")
        self._after(10, lambda: self._resolve(reference))

    def _status(self, person: Person, reference: str, status: str) -> None:
        self._post(person, f"/respond/{reference}/status/", status=status)

    def _post(self, person: Person, path: str, **fields: object) -> None:
        self._as(person).post(path, **fields)

    # --- moving -----------------------------------------------------------------------------------

    @property
    def _step(self) -> float:
        return max(STEP, SETS_SAY_EVERY * self.speed)

    def _line(self, crew: Crew, to: LonLat) -> list[LonLat]:
        """Where it is again and again on its way; straight there where there is no map."""
        if crew.fix is None:
            return [to]
        start, known = (crew.fix.longitude, crew.fix.latitude), roads(self.stage.district)
        way = known.route(start, to, Profile(crew.travel.value)) if known else None
        if way is None or len(way.line) < 2:
            return [start, to]
        many = max(1, round(way.seconds / self._step))
        return [way.line[round(n * (len(way.line) - 1) / many)] for n in range(1, many + 1)]

    def _drive(
        self, person: Person, unit: UUID, line: list[LonLat], then: Callable[[], None]
    ) -> None:
        self._moving.add(unit)

        def go(number: int) -> None:
            if number >= len(line):
                self._moving.discard(unit)
                then()
                return
            self._after(self._step, lambda: go(number + 1))
            self._report(person, line[number])

        go(0)

    def _report(self, person: Person, at: LonLat) -> None:
        self._post(person, "/radio/position/", longitude=at[0], latitude=at[1], accuracy=8)

    def _patrol(self) -> None:
        """A few that are free drive from one place to another."""
        self._after(PATROL_EVERY / PATROLS, self._patrol)
        free = [
            one for one in self.stage.crews() if one.can_be_sent and one.unit not in self._moving
        ]
        cars = [one for one in free if one.kind in SENT and one.fix]
        if not cars or len(self._moving) >= PATROLS:
            return
        crew = self.random.choice(cars)
        if person := self.stage.person_of(crew):
            line = self._line(crew, self.stage.somewhere().at)[:30]
            self._drive(person, crew.unit, line, lambda: None)

    def _keep_fresh(self) -> None:
        """Who stands still says so: a position that is old is not asked to come."""
        whole = FRESH * self.speed
        self._after(whole, self._keep_fresh)
        still = [one for one in self.stage.crews() if one.fix and one.unit not in self._moving]
        for number, crew in enumerate(still):
            person = self.stage.person_of(crew)
            if person is None or crew.fix is None:
                continue
            at = (crew.fix.longitude, crew.fix.latitude)
            self._after(whole * number / len(still), partial(self._stand, person, crew.unit, at))

    def _stand(self, person: Person, unit: UUID, at: LonLat) -> None:
        if unit not in self._moving:
            self._report(person, at)

    def _come_on_shift(self) -> None:
        """Most of those whose shift is over begin another."""
        self._after(600, self._come_on_shift)
        for person in self.stage.off_shift():
            if self.random.random() < 0.75:
                self._post(person, "/respond/shift/", duty="begin")
