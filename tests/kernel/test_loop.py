"""No loop can leave anyone unanswered: bad ones do not load, and random walks find no way out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from tests.support.town import Town, build

import yihu.direct.loops  # noqa: F401 (declares its loops)
from yihu.kernel import actions, ledger
from yihu.kernel.access import Actor, ActorKind, Refused, clock_actor, directory, fills
from yihu.kernel.actions import NewMatter
from yihu.kernel.clock import days, escalate, hours, move
from yihu.kernel.entry import NO_PREVIOUS, entry_hash
from yihu.kernel.history import Remembered
from yihu.kernel.inspection import inspect
from yihu.kernel.lapses import fire_next
from yihu.kernel.loop import (
    CLOCK,
    LOOPS,
    Act,
    End,
    Loop,
    LoopError,
    Move,
    Nobody,
    Role,
    Seat,
    Step,
    declare,
)
from yihu.kernel.models import Answer, Matter, Party
from yihu.kernel.parties import NewParty
from yihu.kernel.payload import Part
from yihu.kernel.queries import standing

# --- loops that do not load ---------------------------------------------------------------------

LEADER = Role("leader", "leader", seat=Seat.WATCH)
BOSS = Role("boss", "boss", alternate=LEADER)
CLERK = Role("clerk", "clerk", alternate=BOSS)
TELLER = Role("teller", "teller", seat=Seat.PARTY, alternate=CLERK)


def step(name: str, **changes: Any) -> Step:
    return Step(
        name, name, **{"owner": CLERK, "within": hours(1), "lapse": escalate(BOSS)} | changes
    )


SOUND = Loop(
    "sound",
    "sound",
    opens="received",
    answers_to=TELLER,
    steps=(
        step("received"),
        step("answered", owner=TELLER, lapse=move("rest"), within=days(7)),
        step("reopened"),
        step("decided", owner=BOSS, lapse=escalate(LEADER)),
        End("closed", "closed"),
        End("withdrawn", "withdrawn", because="taken back"),
        End("merged", "merged", because="answered there"),
        End("misdirected", "misdirected"),
    ),
    moves=(
        Move("answer", "", ("received", "reopened"), "answered", by=CLERK, answers=TELLER),
        Move("refer", "", "received", "misdirected", by=CLERK, answers=TELLER),
        Move("merge", "", "received", "merged", by=CLERK),
        Move("withdraw", "", "received", "withdrawn", by=TELLER),
        Move("confirm", "", "answered", "closed", by=TELLER),
        Move("rest", "", "answered", "closed", by=CLOCK),
        Move(
            *("dispute", "", "answered", "reopened"),
            by=TELLER,
            reopens=True,
            times=2,
            beyond="decided",
        ),
        Move("decide", "", "decided", "closed", by=BOSS, answers=TELLER),
    ),
)


def test_the_sound_loop_is_sound() -> None:
    assert SOUND.check() == []


def without(name: str) -> dict[str, Any]:
    return {"steps": tuple(place for place in SOUND.steps if place.name != name)}


def other_step(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "steps": tuple(
            replace(place, **changes) if place.name == name else place for place in SOUND.steps
        )
    }


def other_move(name: str, **changes: Any) -> dict[str, Any]:
    def changed(old: Move) -> Move:
        if old.name != name:
            return old
        return Move(**{name: getattr(old, name) for name in Move.__slots__} | changes)

    return {"moves": tuple(map(changed, SOUND.moves))}


def more_moves(*moves: Move) -> dict[str, Any]:
    return {"moves": (*SOUND.moves, *moves)}


BAD = {
    "no owner": (other_step("received", owner=None), "no owner; name the one role"),
    "no alternate": (other_step("received", owner=LEADER), "has no alternate; who acts when"),
    "no limit": (other_step("received", within=None), "no time limit; say how long"),
    "no lapse": (other_step("received", lapse=None), "no lapse; say what happens"),
    "escalates to itself": (
        other_step("received", lapse=escalate(CLERK)),
        "escalates to its own owner clerk; name someone else",
    ),
    "lapses nowhere": (
        other_step("received", lapse=move("rest")),
        "lapses by the move 'rest', which does not leave it",
    ),
    "the clock may not": (
        other_step("answered", lapse=move("confirm")),
        "lapses by 'confirm', which the clock may not make",
    ),
    "two of one name": (
        {"steps": (*SOUND.steps, step("received"))},
        "two steps are called 'received'; give one another name",
    ),
    "opens at an end": ({"opens": "closed"}, "opens at 'closed', which is not one of its steps"),
    "move to nowhere": (other_move("answer", to="gone"), "names 'gone', which is no step or end"),
    "act nowhere": (
        {"acts": (Act("note", "", "gone", by=CLERK),)},
        "act 'note' names 'gone', which is no step or end",
    ),
    "two moves alike": (
        more_moves(Move("answer", "", "received", "decided", by=CLERK)),
        "two moves called 'answer' leave 'received'; which one is meant?",
    ),
    "no end for withdrawn": (
        {**without("withdrawn"), "moves": tuple(m for m in SOUND.moves if m.name != "withdraw")},
        "no end for what is withdrawn; add End('withdrawn', …)",
    ),
    "never reached": (
        {"steps": (*SOUND.steps, End("lost", "lost"))},
        "'lost' can never be reached; add a move to it or drop it",
    ),
    "no way out": (
        {
            "steps": (*SOUND.steps, step("stuck")),
            "moves": (*SOUND.moves, Move("stick", "", "received", "stuck", by=CLERK)),
        },
        "from 'stuck' no end can be reached; add a move to one",
    ),
    "round for ever": (
        other_move("dispute", times=None, beyond=None),
        "can go round for ever; bound one of its moves",
    ),
    "bounded to nowhere": (
        other_move("dispute", beyond=None),
        "is bounded but its last turn leads nowhere; name a step with a higher owner",
    ),
    "bounded to an end": (
        other_move("dispute", beyond="closed"),
        "the last turn of 'dispute' ends at 'closed'; it must escalate to a step",
    ),
    "bounded to the same": (
        other_move("dispute", to="received", beyond="reopened"),
        "the last turn of 'dispute' goes to clerk again; it must escalate to another role",
    ),
    "ends unanswered": (
        more_moves(Move("drop", "", "received", "closed", by=CLERK)),
        "the path received → drop → closed ends at 'closed' without an answer to teller",
    ),
    "an answer from before it was reopened": (
        more_moves(Move("shelve", "", "reopened", "closed", by=CLERK)),
        "shelve → closed ends at 'closed' without an answer to teller",
    ),
    "nobody without a reason": ({"answers_to": Nobody(" ")}, "answers to nobody; say why"),
    "answers to none": ({"answers_to": ()}, "whom does it answer? Name the roles"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_loop_does_not_load_and_says_how_to_mend_it(name: str) -> None:
    changes, lesson = BAD[name]
    bad = replace(SOUND, **changes)
    assert any(lesson in problem for problem in bad.check()), bad.check()
    assert all(problem.startswith("sound: ") for problem in bad.check())
    with pytest.raises(LoopError):
        declare(bad)
    assert "sound" not in LOOPS


def test_two_loops_cannot_share_a_name() -> None:
    with pytest.raises(LoopError, match="another loop already has this name"):
        declare(replace(SOUND, name="direct"))


def test_a_role_is_the_same_in_every_language() -> None:
    assert Role("clerk", "办事员", alternate=BOSS) == CLERK
    assert hash(Role("clerk", "办事员", alternate=BOSS)) == hash(CLERK)


# --- random walks ------------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    return build()


@dataclass(frozen=True)
class Staff:
    """The town's people as the kernel knows them, read once: no walk changes them."""

    people: Remembered
    actors: list[Actor]

    @classmethod
    def of(cls, town: Town) -> "Staff":
        people = Remembered(directory())
        found = (people.actor(town.people[name].id) for name in sorted(town.people))
        return cls(people, [actor for actor in found if actor])


@dataclass
class Walk:
    """A matter of one loop, led about by chance, with a clock of its own."""

    town: Town
    staff: Staff
    loop: Loop
    data: st.DataObject
    now: datetime = datetime(2026, 3, 2, 1, tzinfo=UTC)
    matter: UUID = field(init=False)

    def begin(self, opening: str) -> None:
        self.matter = self.open(opening)

    def open(self, opening: str) -> UUID:
        parts = (Part("words", "一句话".encode()),)
        roles = sorted(role.code for role in self.loop.owed)
        new = NewMatter(
            loop=self.loop,
            kind="help",
            door="code",
            office=self.town.station.id,
            watch=self.town.supervisor_office.id,
            parties=[NewParty(role=role, parts=parts) for role in roles],
            step=opening,
        )
        resident = Actor(ActorKind.PARTY, None, self.town.station.district)
        return actions.open_matter(
            actor=resident, new=new, client_key=secrets.token_bytes(16)
        ).matter.id

    def read(self) -> Matter:
        return Matter.objects.get(pk=self.matter)

    def actors(self) -> list[Actor]:
        parties = Party.objects.filter(matter=self.matter, person=None)
        district = self.town.station.district
        residents = [Actor(ActorKind.PARTY, party.id, district) for party in parties]
        return [*self.staff.actors, *residents, clock_actor(district)]

    def entitled(self, declared: Move | Act, actors: list[Actor]) -> list[Actor]:
        matter, people = self.read(), self.staff.people
        stands, roles = standing(matter), {p.id: p.role for p in matter.parties.all()}
        return [
            actor
            for actor in actors
            if any(
                fills(actor, role, stands, roles.get(actor.id) if actor.id else None, people)
                for role in declared.by
            )
        ]

    def go_on(self) -> None:
        if self.data.draw(st.integers(0, 5), label="time passes if 0") == 0:
            self.now += timedelta(hours=self.data.draw(st.integers(1, 300), label="hours"))
            while fire_next(self.matter, self.now):
                event("a rung fired")
            return
        self.now += timedelta(minutes=1)
        before = self.read()
        moves = self.loop.moves_from(before.step)
        ways = [*moves, *moves, *self.loop.acts_at(before.step)]
        declared = self.data.draw(st.sampled_from(ways), label="what")
        anyone = self.data.draw(st.integers(0, 9), label="anyone if 0") == 0
        actors = self.actors()
        if not anyone:
            actors = self.entitled(declared, actors) or actors
        common: dict[str, Any] = {
            "actor": self.data.draw(st.sampled_from(actors), label="who"),
            "matter": self.matter,
            "name": declared.name,
            "client_key": secrets.token_bytes(16),
            "payload": self.payload(declared.takes),
        }
        try:
            if isinstance(declared, Move):
                actions.move(seq=before.seq, **common)
            else:
                actions.act(**common)
            event(f"{declared.name}")
        except (Refused, Matter.DoesNotExist):
            assert self.read().seq == before.seq
            event("refused")

    def payload(self, schema: type[BaseModel] | None) -> BaseModel | None:
        if schema is None:
            return None
        return schema(**{n: self.value(n, f) for n, f in schema.model_fields.items()})

    def value(self, name: str, declared: Any) -> Any:
        if name == "into":
            return Matter.objects.get(pk=self.open(self.loop.openings[0])).reference
        kind = declared.annotation
        if get_origin(kind) in (Union, UnionType):
            kind = get_args(kind)[0]
        if get_origin(kind) is Literal:
            return get_args(kind)[0]
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self.data.draw(st.sampled_from(list(kind)), label=name)
        people = st.sampled_from([self.town.people[n].id for n in sorted(self.town.people)])
        if kind is UUID:
            return self.data.draw(people, label=name)
        if kind == list[UUID]:
            return self.data.draw(st.lists(people, min_size=1, max_size=3), label=name)
        if kind is int:
            return 1
        if kind is bool:
            return True
        if kind is datetime:
            return self.now + timedelta(days=1)
        if declared.default is not PydanticUndefined:
            return declared.default
        return "一句话"

    # --- what must hold after every move --------------------------------------------------------

    def check(self) -> None:
        matter = self.read()
        place = self.loop.places[matter.step]
        if isinstance(place, End):
            assert matter.closed_at is not None
            assert (matter.due_at, matter.lapses_at, matter.paused_until) == (None, None, None)
            assert place.because or self.everyone_is_answered(matter)
        else:
            assert matter.closed_at is None
            assert place.owner is not None
            assert matter.due_at is not None
            assert matter.lapses_at is not None or matter.rungs_fired > 0
        self.check_chain(matter)

    def everyone_is_answered(self, matter: Matter) -> bool:
        owed = {role.code for role in self.loop.owed}
        rows = Answer.objects.filter(party__matter=matter, round=matter.round)
        told = {
            row.party_id
            for row in rows
            if row.answered_at is not None
            or (row.excuse and row.confirmed_by not in (None, row.excused_by))
        }
        return all(party.id in told for party in matter.parties.filter(role__in=owed))

    def check_chain(self, matter: Matter) -> None:
        previous = NO_PREVIOUS
        for number, entry in enumerate(matter.entries.order_by("seq"), 1):
            assert (entry.seq, bytes(entry.prev)) == (number, previous)
            previous = entry_hash(ledger.bytes_of(entry))
        assert (matter.seq, bytes(matter.head)) == (number, previous)


@pytest.fixture
def staff(town: Town) -> Staff:
    return Staff.of(town)


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Walk], None]:
    def turn(walk: Walk) -> None:
        monkeypatch.setattr(timezone, "now", lambda: walk.now)

    return turn


@pytest.mark.parametrize("name", sorted(LOOPS))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_random_walk_leaves_anyone_behind(
    town: Town, staff: Staff, turn: Callable[[Walk], None], name: str, data: st.DataObject
) -> None:
    walk = Walk(town, staff, LOOPS[name], data)
    turn(walk)
    walk.begin(data.draw(st.sampled_from(LOOPS[name].openings)))
    walk.check()
    for _ in range(data.draw(st.integers(1, 20), label="steps")):
        walk.go_on()
        walk.check()


@pytest.mark.usefixtures("committed_db")
def test_the_ledger_of_random_walks_verifies(turn: Callable[[Walk], None]) -> None:
    town = build()
    staff = Staff.of(town)

    @settings(max_examples=10, deadline=None, database=None)
    @given(data=st.data())
    def wander(data: st.DataObject) -> None:
        walk = Walk(town, staff, LOOPS[data.draw(st.sampled_from(sorted(LOOPS)))], data)
        turn(walk)
        walk.begin(walk.loop.openings[0])
        for _ in range(8):
            walk.go_on()

    wander()
    ledger.sequence()
    reports = inspect(ledger.public_key())
    assert all(report.ok for report in reports.values())
    assert reports[ledger.PUBLIC].entries > 20
