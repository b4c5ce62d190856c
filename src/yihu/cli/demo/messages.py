"""The demo's messages: 352 in the last year, 207 of them praise, and those of the year before."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from yihu.cli.demo.people import Cast
from yihu.cli.demo.words import LONG_PRAISE, Writer
from yihu.direct import schemas
from yihu.direct.actions import Message, new_matter, send
from yihu.direct.kinds import About, Kind, Reporter
from yihu.kernel import actions
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.history import PastMatter, PastMove
from yihu.kernel.models import Matter
from yihu.kernel.schedule import working_calendar
from yihu.people.directory import actor_for

ORIGIN = "demo"
COUNTS = {Kind.PRAISE: 207, Kind.COMPLAINT: 53, Kind.SUGGESTION: 40, Kind.HELP: 52}
"""A year of the demo: 352 messages, of which 58.8 % are praise."""
YEAR_BEFORE = {Kind.PRAISE: 121, Kind.COMPLAINT: 100, Kind.SUGGESTION: 34, Kind.HELP: 45}
"""And the one before it: 100 complaints, so that 53 are 47.0 % fewer."""
ABOUT_THE_CHIEF = 3
"""Complaints that went past the station. They are older than both years, so that the chief, who
never counts them, reads the same 352 as the supervisor."""
TURNED = (
    (Kind.COMPLAINT, Kind.HELP),
    (Kind.COMPLAINT, Kind.HELP),
    (Kind.SUGGESTION, Kind.COMPLAINT),
)
"""Messages of the last year that were given another kind: the one they came as, and the one
under which COUNTS has them."""
PAST = sum(COUNTS.values()) + sum(YEAR_BEFORE.values()) + ABOUT_THE_CHIEF
SETTLED_BEFORE = timedelta(days=16)
"""Everything older than this has come to its end."""
A_YEAR, A_DAY = timedelta(days=365), timedelta(days=1)
STEADY = timedelta(days=15)
"""Each year begins so late that the last twelve months hold the same for two weeks to come."""

LIVE = (
    (Kind.PRAISE, 1, "received"),
    (Kind.HELP, 3, "received"),
    (Kind.COMPLAINT, 9, "received"),
    (Kind.SUGGESTION, 20, "contacted"),
    (Kind.HELP, 26, "contacted"),
    (Kind.HELP, 30, "asked"),
    (Kind.PRAISE, 40, "verified"),
    (Kind.SUGGESTION, 50, "handling"),
    (Kind.COMPLAINT, 70, "handling"),
    (Kind.HELP, 90, "answered"),
    (Kind.PRAISE, 110, "answered"),
)
"""What is open on the day the demo is made: kind, hours ago, and how far it has come."""

FINDINGS = (
    *(schemas.Finding.CONFIRMED,) * 31,
    *(schemas.Finding.PARTLY,) * 4,
    *(schemas.Finding.NOT_CONFIRMED,) * 3,
)
"""What came out where a praise was verified; with the long one, 36 that an order can rest on."""

NOBODY_IN_PARTICULAR = None


@dataclass
class Year:
    """The years up to `now`, drawn with one generator; the same seed and cast draw the same."""

    cast: Cast
    now: datetime
    random: Random
    writer: Writer
    resident: Actor = field(init=False)
    chief: Actor = field(init=False)
    supervisor: Actor = field(init=False)
    officers: list[Actor] = field(init=False)
    mediators: list[Actor] = field(init=False)

    def __post_init__(self) -> None:
        people = self.cast.people
        district = self.cast.station.district
        self.resident = Actor(ActorKind.PARTY, NOBODY_IN_PARTICULAR, district)
        self.chief = actor_for(people["chief"])
        self.supervisor = actor_for(people["supervisor"])
        self.officers = self._named("officer")
        self.mediators = self._named("mediator")

    def _named(self, role: str) -> list[Actor]:
        people = self.cast.people.items()
        return [actor_for(person) for name, person in people if name.startswith(role)]

    # --- what is over ----------------------------------------------------------------------

    def past(self) -> Iterator[PastMatter]:
        """All but the live ones, oldest first, each with its whole history."""
        for number in range(ABOUT_THE_CHIEF):
            moment = self._daytime(2 * A_YEAR + (ABOUT_THE_CHIEF - number) * 9 * A_DAY)
            words = self.writer.message(Kind.COMPLAINT)
            yield self._past(Kind.COMPLAINT, words, moment, about=About.CHIEF)
        for kind, moment in self._spread(YEAR_BEFORE, 2 * A_YEAR, A_YEAR + A_DAY):
            yield self._past(kind, self.writer.message(kind), moment)
        counts = dict(COUNTS)
        for kind, _, _ in LIVE:
            counts[kind] -= 1
        yield from self._last_year(self._spread(counts, A_YEAR, SETTLED_BEFORE))

    def _last_year(self, messages: list[tuple[Kind, datetime]]) -> Iterator[PastMatter]:
        kinds = [kind for kind, _ in messages]
        *praise, long_one = [n for n, kind in enumerate(kinds) if kind == Kind.PRAISE]
        findings = dict(zip(self.random.sample(praise, len(FINDINGS)), FINDINGS, strict=True))
        findings[long_one] = schemas.Finding.CONFIRMED
        came_as: dict[int, Kind] = {}
        for was, kind in TURNED:
            came_as[next(n for n, k in enumerate(kinds) if k == kind and n not in came_as)] = was
        for number, (kind, moment) in enumerate(messages):
            was = came_as.get(number, kind)
            words = LONG_PRAISE if number == long_one else self.writer.message(was)
            turned = None if was == kind else kind
            yield self._past(was, words, moment, turned=turned, finding=findings.get(number))

    def _spread(
        self, counts: dict[Kind, int], begins: timedelta, ends: timedelta
    ) -> list[tuple[Kind, datetime]]:
        """Messages of these kinds in any order, between two moments so long ago."""
        kinds = [kind for kind, count in counts.items() for _ in range(count)]
        self.random.shuffle(kinds)
        length = begins - STEADY - ends
        ages = sorted((ends + self.random.random() * length for _ in kinds), reverse=True)
        return [(kind, self._daytime(age)) for kind, age in zip(kinds, ages, strict=True)]

    def _daytime(self, age: timedelta) -> datetime:
        """A moment on the day so long ago, between seven in the morning and eleven at night."""
        day = (self.now - age).astimezone(working_calendar().zone)
        hour = min(22, max(7, int(self.random.gauss(15, 4))))
        return day.replace(hour=hour, minute=self.random.randrange(60))

    def _past(
        self,
        kind: Kind,
        words: str,
        moment: datetime,
        about: About = About.OFFICE,
        turned: Kind | None = None,
        finding: schemas.Finding | None = None,
    ) -> PastMatter:
        if kind == Kind.COMPLAINT and about == About.OFFICE:
            about = self.random.choice([About.OFFICE, About.PERSON, About.PERSON])
        message = Message(kind=kind, words=words, about=about, reporter=self._reporter(kind))
        new = new_matter(self.cast.station, message, None, "code", ORIGIN)
        happened = list(
            self._by_the_supervisor(kind, moment)
            if about == About.CHIEF
            else self._by_the_station(kind, moment, finding, words == LONG_PRAISE)
        )
        if turned is not None:
            by = self.supervisor if kind == Kind.COMPLAINT else self.chief
            note = schemas.Reclassified(kind=turned, words="按来信说的事，归到这一类。")
            happened.insert(1, PastMove("reclassify", by, happened[0].occurred_at, note))
        return PastMatter(new=new, occurred_at=moment, happened=happened)

    def _reporter(self, kind: Kind) -> Reporter:
        """Most are residents; some who praise say that they work there, or are related."""
        known = [Reporter.RESIDENT, Reporter.PROPERTY]
        if kind == Kind.PRAISE:
            known += [Reporter.STAFF, Reporter.KIN]
        return self.random.choices(known, [86, 10, 2, 2][: len(known)])[0]

    def _by_the_supervisor(self, kind: Kind, opened: datetime) -> Iterator[PastMove]:
        decided = self._service(opened, 4, 40)
        yield PastMove("decide", self.supervisor, decided, self._answer(kind))
        if self.random.random() < 0.7:
            said = decided + self._days(0.2, 6)
            verdict = schemas.Confirmed(rating=self.random.choice([3, 4, 5]))
            yield PastMove("accept", self.resident, said, verdict)

    def _by_the_station(
        self, kind: Kind, opened: datetime, finding: schemas.Finding | None, for_two: bool
    ) -> Iterator[PastMove]:
        contacted = self._service(opened, 0.1, 1.9)
        words = schemas.Contacted(words=self.writer.contact())
        yield PastMove("contact", self.chief, contacted, words)
        handler, at = self.chief, contacted
        if kind != Kind.PRAISE:
            handler = self.random.choice(self.officers)
            at = self._service(contacted, 0.2, 6)
            yield PastMove("assign", self.chief, at, self._assigned(handler))
        if finding is not None:
            checked = self._verified(contacted, finding, for_two)
            yield from checked
            at = checked[-1].occurred_at
        answered = self._service(at, 1, 8 if kind == Kind.PRAISE else 36)
        yield PastMove("answer", handler, answered, self._answer(kind))
        yield from self._verdict(kind, answered)

    def _verified(
        self, contacted: datetime, finding: schemas.Finding, for_two: bool
    ) -> list[PastMove]:
        """Somebody else finds out whether it was so; the long praise is for two of two houses."""
        handler, praised = self.random.sample(self.officers, 2)
        people = [praised, self.mediators[0]] if for_two else [praised]
        sent = self._service(contacted, 0.2, 4)
        found = schemas.Attested(finding=finding, words=self.writer.finding(finding))
        return [
            PastMove("verify", self.chief, sent, self._verifying(handler, people)),
            PastMove("attest", handler, self._service(sent, 1, 10), found),
        ]

    def _verifying(self, handler: Actor, praised: list[Actor]) -> schemas.Verifying:
        if handler.id is None:
            raise ValueError("a handler is a member of staff")
        people = [person.id for person in praised if person.id is not None]
        return schemas.Verifying(handler=handler.id, praised=people)

    def _verdict(self, kind: Kind, answered: datetime) -> Iterator[PastMove]:
        drawn = self.random.random()
        said = answered + self._days(0.2, 6)
        if drawn < 0.08 and kind != Kind.PRAISE:
            unsolved = schemas.Disputed(rating=self.random.choice([1, 2]), words="还是老样子。")
            yield PastMove("dispute", self.resident, said, unsolved)
            again = self._service(said, 2, 8)
            yield PastMove("answer", self.chief, again, self._answer(kind))
            said = again + self._days(0.2, 3)
        elif drawn > 0.75:
            return  # no verdict: it comes to rest by itself
        verdict = schemas.Confirmed(rating=self.random.choices([5, 4, 3], [6, 3, 1])[0])
        yield PastMove("confirm", self.resident, said, verdict)

    def _service(self, start: datetime, least: float, most: float) -> datetime:
        """A moment so many service hours later."""
        amount = timedelta(hours=self.random.uniform(least, most))
        return working_calendar().add_service_time(start, amount)

    def _days(self, least: float, most: float) -> timedelta:
        return timedelta(days=self.random.uniform(least, most))

    def _assigned(self, handler: Actor) -> schemas.Assigned:
        if handler.id is None:
            raise ValueError("a handler is a member of staff")
        return schemas.Assigned(handler=handler.id)

    def _answer(self, kind: Kind) -> schemas.Answered:
        outcome = schemas.Outcome.SOLVED
        if kind == Kind.PRAISE:
            outcome = schemas.Outcome.COMMENDED
        elif kind == Kind.SUGGESTION:
            outcome = schemas.Outcome.EXPLAINED
        return schemas.Answered(outcome=outcome, words=self.writer.answer(kind))

    # --- what is open today -------------------------------------------------------------------

    def present(self) -> None:
        """The live ones, through the doors that everyone uses."""
        for number, (kind, hours_ago, reached) in enumerate(LIVE):
            opened = self.now - timedelta(hours=hours_ago)
            message = Message(kind=kind, words=self.writer.message(kind))
            key = f"demo {number}".encode()
            sent = send(
                station=self.cast.station, message=message, client_key=key, occurred_at=opened
            )
            if not sent.repeated and reached != "received":
                self._advance(sent.matter, kind, reached, opened, timedelta(hours=hours_ago))

    def _advance(
        self, matter: Matter, kind: Kind, reached: str, opened: datetime, span: timedelta
    ) -> None:
        def moved(actor: Actor, name: str, part: float, payload: schemas.Schema) -> None:
            matter.refresh_from_db()
            actions.move(
                actor=actor,
                matter=matter.id,
                name=name,
                seq=matter.seq,
                client_key=f"demo {matter.id} {name}".encode(),
                payload=payload,
                occurred_at=opened + span * part,
            )

        moved(self.chief, "contact", 0.2, schemas.Contacted(words=self.writer.contact()))
        if reached == "contacted":
            return
        if reached == "verified":
            handler, praised = self.random.sample(self.officers, 2)
            finding = schemas.Finding.CONFIRMED
            found = schemas.Attested(finding=finding, words=self.writer.finding(finding))
            moved(self.chief, "verify", 0.4, self._verifying(handler, [praised]))
            moved(handler, "attest", 0.8, found)
            return
        handler = self.random.choice(self.officers)
        moved(self.chief, "assign", 0.4, self._assigned(handler))
        if reached == "asked":
            actions.act(
                actor=handler,
                matter=matter.id,
                name="ask",
                client_key=f"demo {matter.id} ask".encode(),
                payload=schemas.Asked(words="请问是哪一栋、哪个单元？"),
                occurred_at=opened + span * 0.8,
            )
        elif reached == "answered":
            moved(handler, "answer", 0.7, self._answer(kind))
