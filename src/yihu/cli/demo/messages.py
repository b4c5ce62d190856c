"""A year of the demo's messages: 352 of them, 207 praise, most of them settled."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from yihu.cli.demo.people import Cast
from yihu.cli.demo.words import LONG_PRAISE, Writer
from yihu.direct import schemas
from yihu.direct.actions import Message, new_matter, send
from yihu.direct.kinds import About, Kind
from yihu.kernel import actions
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.history import PastMatter, PastMove
from yihu.kernel.models import Matter
from yihu.kernel.schedule import working_calendar
from yihu.people.directory import actor_for

ORIGIN = "demo"
COUNTS = {Kind.PRAISE: 207, Kind.COMPLAINT: 53, Kind.SUGGESTION: 40, Kind.HELP: 52}
"""A year of the demo: 352 messages, of which 58.8 % are praise."""
SETTLED_BEFORE = timedelta(days=16)
"""Everything older than this has come to its end."""

LIVE = (
    (Kind.PRAISE, 1, "received"),
    (Kind.HELP, 3, "received"),
    (Kind.COMPLAINT, 9, "received"),
    (Kind.SUGGESTION, 20, "contacted"),
    (Kind.HELP, 26, "contacted"),
    (Kind.HELP, 30, "asked"),
    (Kind.SUGGESTION, 50, "handling"),
    (Kind.COMPLAINT, 70, "handling"),
    (Kind.HELP, 90, "answered"),
    (Kind.PRAISE, 110, "answered"),
)
"""What is open on the day the demo is made: kind, hours ago, and how far it has come."""

NOBODY_IN_PARTICULAR = None


@dataclass
class Year:
    """The year up to `now`, drawn with one generator; the same seed and cast draw the same."""

    cast: Cast
    now: datetime
    random: Random
    writer: Writer
    resident: Actor = field(init=False)
    chief: Actor = field(init=False)
    supervisor: Actor = field(init=False)
    officers: list[Actor] = field(init=False)

    def __post_init__(self) -> None:
        people = self.cast.people
        district = self.cast.station.district
        self.resident = Actor(ActorKind.PARTY, NOBODY_IN_PARTICULAR, district)
        self.chief = actor_for(people["chief"])
        self.supervisor = actor_for(people["supervisor"])
        self.officers = [
            actor_for(person) for name, person in people.items() if name.startswith("officer")
        ]

    # --- what is over ----------------------------------------------------------------------

    def past(self) -> Iterator[PastMatter]:
        """All but the live ones, oldest first, each with its whole history."""
        counts = dict(COUNTS)
        for kind, _, _ in LIVE:
            counts[kind] -= 1
        kinds = [kind for kind, count in counts.items() for _ in range(count)]
        self.random.shuffle(kinds)
        length = timedelta(days=365) - SETTLED_BEFORE
        moments = sorted(self._daytime(self.random.random() * length) for _ in kinds)
        long_one = kinds.index(Kind.PRAISE)
        for number, (kind, moment) in enumerate(zip(kinds, moments, strict=True)):
            words = LONG_PRAISE if number == long_one else self.writer.message(kind)
            yield self._past(kind, words, moment)

    def _daytime(self, after_start: timedelta) -> datetime:
        """A moment in the year, between seven in the morning and eleven at night."""
        day = (self.now - timedelta(days=365) + after_start).astimezone(working_calendar().zone)
        hour = min(22, max(7, int(self.random.gauss(15, 4))))
        return day.replace(hour=hour, minute=self.random.randrange(60))

    def _past(self, kind: Kind, words: str, moment: datetime) -> PastMatter:
        about = About.OFFICE
        if kind == Kind.COMPLAINT:
            about = self.random.choice([About.OFFICE, About.PERSON, About.PERSON, About.CHIEF])
        message = Message(kind=kind, words=words, about=about)
        new = new_matter(self.cast.station, message, None, "code", ORIGIN)
        happened = (
            self._by_the_supervisor(kind, moment)
            if about == About.CHIEF
            else self._by_the_station(kind, moment)
        )
        return PastMatter(new=new, occurred_at=moment, happened=list(happened))

    def _by_the_supervisor(self, kind: Kind, opened: datetime) -> Iterator[PastMove]:
        decided = self._service(opened, 4, 40)
        yield PastMove("decide", self.supervisor, decided, self._answer(kind))
        if self.random.random() < 0.7:
            said = decided + self._days(0.2, 6)
            verdict = schemas.Confirmed(rating=self.random.choice([3, 4, 5]))
            yield PastMove("accept", self.resident, said, verdict)

    def _by_the_station(self, kind: Kind, opened: datetime) -> Iterator[PastMove]:
        contacted = self._service(opened, 0.1, 1.9)
        words = schemas.Contacted(words=self.writer.contact())
        yield PastMove("contact", self.chief, contacted, words)
        handler, at = self.chief, contacted
        if kind != Kind.PRAISE:
            handler = self.random.choice(self.officers)
            at = self._service(contacted, 0.2, 6)
            yield PastMove("assign", self.chief, at, self._assigned(handler))
        answered = self._service(at, 1, 8 if kind == Kind.PRAISE else 36)
        yield PastMove("answer", handler, answered, self._answer(kind))
        yield from self._verdict(kind, answered)

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
