"""One incident from its alarm to its end, with kill -9 for each process at each of its steps.

Whoever does a step keeps at it under its own key until it is acknowledged, as their pages do. In
the end every act stands in the incident's history once, one unit went, and the ledger verifies.
"""

import json
import os
import secrets
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Timer

from django.db import connections
from django.utils import timezone

from bench.figures import Figure
from bench.kill import Site, running, verify
from bench.place import Place
from bench.town import DISTRICT, House, build
from yihu.cli.live_demo.visitor import Answer, Forms, Unreachable, Visitor
from yihu.dispatch import run_cards
from yihu.dispatch.kinds import UnitKind
from yihu.dispatch.models import Assignment, Incident, Offer, Unit, UnitMember
from yihu.kernel.models import Entry
from yihu.people.models import Person, Post, Shift
from yihu.people.roles import GUARD
from yihu.radio.models import Whereabouts

HERE = 123.6, 30.5
PROCESSES = ("web", "relay", "clock")
SOON = 0.25
"""Seconds after a step was begun within which its process is killed."""
PATIENCE = 60.0
ONCE = (
    "opened", "answer", "accept", "en_route", "on_scene", "tick", "contain", "available",
    "resolve", "tell", "close",
)  # fmt: skip
"""What must stand in the history once."""
STEPS = (
    "alarm", "offered", "answer", "accept", "en_route", "on_scene", "tick", "contained",
    "available", "resolve", "tell", "close",
)  # fmt: skip


@dataclass
class Outcome:
    """`wrong`: what was found that must not be, and how often; all should be 0."""

    kills: int = 0
    attempts: int = 0
    wrong: Counter[str] = field(default_factory=Counter)


def measure(here: Place) -> list[Figure]:
    every = [(step, process) for process in PROCESSES for step in STEPS]
    outcome = rehearse(build().houses[0], here.url, every)
    what = f"{here.database}: an incident, {len(STEPS)} steps × {len(PROCESSES)} processes:"
    return [
        Figure("incident", f"{what} kills", outcome.kills, ""),
        Figure("incident", f"{what} attempts it took", outcome.attempts, ""),
        Figure("incident", f"{what} lost or twice", sum(outcome.wrong.values()), "", bar=0),
    ]


def rehearse(house: House, url: str, kills: Sequence[tuple[str, str]]) -> Outcome:
    """An incident for each process that is killed, at the steps that are named with it."""
    outcome, random = Outcome(), Random(5)
    guard, driver = _people(house)
    with running(url) as site:
        for process in dict.fromkeys(process for _step, process in kills):
            at = {step for step, killed in kills if killed == process}
            Rehearsal(site, random, outcome, house.chief, guard, driver).play(process, at)
    outcome.wrong.update({"faults that verify finds": verify(url)})
    outcome.wrong = +outcome.wrong
    return outcome


def _people(house: House) -> tuple[Person, Person]:
    """A guard, and an officer who is a unit of his own, both on shift."""
    now = timezone.now()
    guard = Person(district=DISTRICT, username="guard", name="guard")
    guard.set_unusable_password()
    guard.save()
    Post.objects.create(person=guard, role=GUARD.code, organisation=house.station, since=now)
    for person in (guard, house.officer, house.chief):
        Shift.objects.create(person=person, since=now, until=now + timedelta(hours=8))
    unit = Unit.objects.create(
        district=DISTRICT,
        organisation=house.station,
        code="car",
        name="car",
        kind=UnitKind.POLICE.value,
        travel="car",
    )
    UnitMember.objects.create(unit=unit, person=house.officer, since=now)
    Whereabouts.objects.create(
        person=house.officer, district=DISTRICT, at=now, longitude=HERE[0], latitude=HERE[1]
    )
    return guard, house.officer


class Rehearsal:
    def __init__(
        self,
        site: Site,
        random: Random,
        outcome: Outcome,
        chief: Person,
        guard: Person,
        driver: Person,
    ) -> None:
        base = f"http://127.0.0.1:{site.port}"
        self.site, self.random, self.outcome = site, random, outcome
        self.chief, self.guard, self.driver = (
            Visitor.enter(base, one) for one in (chief, guard, driver)
        )
        self.process, self.at, self.reference = "", set[str](), ""

    def play(self, process: str, at: set[str]) -> None:
        self.process, self.at = process, at
        place = {"longitude": HERE[0], "latitude": HERE[1]}
        raised = self._do("alarm", self._posts(self.guard, "/radio/alarm/", **place))
        self.reference = json.loads(raised.text)["reference"]
        offer = self._offered()
        self._form("answer")
        self._do("accept", self._posts(self.driver, f"/respond/offers/{offer}/accept/", eta=3))
        for status in ("en_route", "on_scene"):
            self._do(status, self._respond("status", status=status))
        self._do("tick", self._respond("tick", step=self._step()))
        for status in ("contained", "available"):
            self._do(status, self._respond("status", status=status))
        self._form("resolve", outcome="settled", words="已处理")
        self._form("tell", words="已经处理完了")
        self._form("close", seen="on")
        self._judge()

    # --- a step, whatever dies meanwhile ----------------------------------------------------------

    def _do(self, step: str, ask: Callable[[], Answer]) -> Answer:
        """The same again and again until the site has acknowledged it."""
        if step in self.at:
            self.outcome.kills += 1
            Timer(self.random.uniform(0, SOON), self._kill).start()
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            self.outcome.attempts += 1
            try:
                answer = ask()
            except Unreachable:
                answer = Answer(0, "")
            if 200 <= answer.status < 400:
                return answer
            time.sleep(0.1)
        raise TimeoutError(f"{step} was never acknowledged: {answer.status} {answer.text[:300]}")

    def _kill(self) -> None:
        for pid in self.site.processes(f"yihu-{self.process}"):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def _posts(self, visitor: Visitor, path: str, **fields: object) -> Callable[[], Answer]:
        """Under one key, however often."""
        key = secrets.token_hex(16)
        return lambda: visitor.post(path, **({"key": key} | fields))

    def _respond(self, what: str, **fields: object) -> Callable[[], Answer]:
        return self._posts(self.driver, f"/respond/{self.reference}/{what}/", **fields)

    def _form(self, name: str, **fields: str) -> None:
        """A form of the incident's page, as it stood when it was read."""
        address = f"/desk/incidents/{self.reference}/"
        path = f"{address}do/{name}/"
        page = self._do("", lambda: self.chief.get(address))
        form = Forms(page.text).found[path] | fields
        self._do(name, lambda: self.chief.post(path, **form))

    def _offered(self) -> object:
        """The clock asks the only unit there is."""
        if "offered" in self.at:
            self.outcome.kills += 1
            self._kill()
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            found = Offer.objects.filter(incident__matter__reference=self.reference).first()
            if found is not None:
                return found.pk
            time.sleep(0.1)
        raise TimeoutError("nobody was asked")

    def _step(self) -> str:
        incident = Incident.objects.select_related("matter").get(matter__reference=self.reference)
        steps = run_cards.read(run_cards.card_of(incident)).steps
        return next(one.code for one in steps)

    # --- nothing lost, nothing twice --------------------------------------------------------------

    def _judge(self) -> None:
        connections.close_all()
        incident = Incident.objects.select_related("matter").get(matter__reference=self.reference)
        bodies = [
            json.loads(body)
            for body in Entry.objects.filter(matter=incident.pk).values_list("body", flat=True)
        ]
        found = Counter(
            body.get("move") or body["facts"].get("status") or body.get("act") or "opened"
            for body in bodies
        )
        for what in ONCE:
            self.outcome.wrong[f"{what}: {found[what]} times"] += found[what] != 1
        went = Assignment.objects.filter(incident=incident.pk)
        self.outcome.wrong["not closed"] += incident.matter.closed_at is None
        self.outcome.wrong["not one unit went"] += went.count() != 1
        self.outcome.wrong["a moment is missing"] += not all(
            (one.acknowledged_at and one.en_route_at and one.on_scene_at and one.cleared_at)
            for one in went
        )
