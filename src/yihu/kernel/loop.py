"""A loop: one kind of work, declared as data, that cannot leave anyone unanswered.

Pure. A loop names its steps, its ends and the moves between them. `Loop.check()`
says in plain words what is wrong with it; `declare()` refuses to register a loop
that has anything wrong, so that such a loop does not load.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cached_property

from yihu.kernel.clock import LapseMove
from yihu.kernel.steps import CLOCK, Act, Does, End, Move, Nobody, Role, Seat, Step, several

__all__ = [
    "CLOCK",
    "LOOPS",
    "Act",
    "Does",
    "End",
    "Loop",
    "LoopError",
    "Move",
    "Nobody",
    "Role",
    "Seat",
    "Step",
    "declare",
]


@dataclass(frozen=True)
class Loop:
    """One kind of work: where it opens, the steps it takes, the ends it may come to.

    `shown_to`: roles whose holders see every matter of this loop in their organisation, beside
    those whose post shows the whole office.
    """

    name: str
    title: object
    _: KW_ONLY
    opens: str | tuple[str, ...]
    answers_to: Role | tuple[Role, ...] | Nobody
    steps: tuple[Step | End, ...]
    moves: tuple[Move, ...]
    acts: tuple[Act, ...] = ()
    reads_identity: tuple[Role, ...] = ()
    erases: tuple[Role, ...] = ()
    shown_to: tuple[Role, ...] = ()
    log: str = "public"
    round_the_clock: bool = False
    withdrawn: str = "withdrawn"
    merged: str = "merged"
    misdirected: str = "misdirected"

    # --- looking things up ---------------------------------------------------------------

    @cached_property
    def places(self) -> Mapping[str, Step | End]:
        return {place.name: place for place in self.steps}

    @property
    def openings(self) -> tuple[str, ...]:
        return self.opens if isinstance(self.opens, tuple) else (self.opens,)

    @cached_property
    def owed(self) -> frozenset[Role]:
        """The party roles that every path must answer."""
        if isinstance(self.answers_to, Nobody):
            return frozenset()
        return frozenset(several(self.answers_to))  # type: ignore[arg-type]

    def step(self, name: str) -> Step:
        place = self.places[name]
        if not isinstance(place, Step):
            raise KeyError(f"{self.name}: {name!r} is an end, not a step")
        return place

    def is_end(self, name: str) -> bool:
        return isinstance(self.places[name], End)

    @cached_property
    def _moves(self) -> Mapping[tuple[str, str], Move]:
        return {(move.name, start): move for move in self.moves for start in move.start}

    @cached_property
    def _acts(self) -> Mapping[str, Act]:
        return {act.name: act for act in self.acts}

    def moves_from(self, place: str) -> list[Move]:
        return [move for move in self.moves if place in move.start]

    def acts_at(self, place: str) -> list[Act]:
        return [act for act in self.acts if self.act(act.name, place)]

    def move(self, name: str, start: str) -> Move | None:
        return self._moves.get((name, start))

    def act(self, name: str, place: str) -> Act | None:
        act = self._acts.get(name)
        return act if act and (not act.at or place in act.at) else None

    # --- proving that nobody is left ------------------------------------------------------

    def check(self) -> list[str]:
        """What is wrong with this loop, each in words that say how to mend it; [] when sound."""
        problems = list(self._check_names())
        if problems:
            return problems  # the rest would only stumble over the wrong names
        return [
            *self._check_steps(),
            *self._check_moves(),
            *self._check_named_ends(),
            *self._check_reachable(),
            *self._check_cycles(),
            *self._check_answers(),
        ]

    def _check_names(self) -> Iterator[str]:
        names = [place.name for place in self.steps]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{self.name}: two steps are called {name!r}; give one another name"
        for name in self.openings:
            if not isinstance(self.places.get(name), Step):
                yield f"{self.name}: it opens at {name!r}, which is not one of its steps"
        for move in self.moves:
            ends = (move.to, *([move.beyond] if move.beyond else []))
            for name in (*move.start, *ends):
                if name not in self.places:
                    yield f"{self.name}: move {move.name!r} names {name!r}, which is no step or end"
        for act in self.acts:
            for name in act.at:
                if name not in self.places:
                    yield f"{self.name}: act {act.name!r} names {name!r}, which is no step or end"
        keys = [(move.name, start) for move in self.moves for start in move.start]
        for name, start in sorted({key for key in keys if keys.count(key) > 1}):
            yield f"{self.name}: two moves called {name!r} leave {start!r}; which one is meant?"

    def _check_steps(self) -> Iterator[str]:
        for step in self.steps:
            if isinstance(step, End):
                continue
            where = f"{self.name}: step {step.name!r}"
            if step.owner is None:
                yield f"{where} has no owner; name the one role whose turn it is (owner=CHIEF)"
            elif step.owner.alternate is None:
                yield (
                    f"{where}: its owner {step.owner} has no alternate; who acts when nobody "
                    f"holds the role? (Role({step.owner.code!r}, …, alternate=…))"
                )
            if step.within is None:
                yield f"{where} has no time limit; say how long it may wait (within=workdays(5))"
            if step.lapse is None:
                yield (
                    f"{where} has no lapse; say what happens when its time has passed "
                    f"(lapse=escalate(SUPERVISOR))"
                )
            elif isinstance(step.lapse, LapseMove):
                move = self.move(step.lapse.name, step.name)
                if move is None:
                    yield f"{where} lapses by the move {step.lapse.name!r}, which does not leave it"
                elif CLOCK not in move.by:
                    yield f"{where} lapses by {step.lapse.name!r}, which the clock may not make"
            elif step.owner in step.lapse.roles[:1]:
                yield f"{where} escalates to its own owner {step.owner}; name someone else"
            if step.owner is not None and not any(
                step.owner in move.by for move in self.moves_from(step.name)
            ):
                yield f"{where}: its owner {step.owner} has no move that leads on from it; add one"

    def _check_moves(self) -> Iterator[str]:
        for move in self.moves:
            where = f"{self.name}: move {move.name!r}"
            if move.answers and any(role.seat in (Seat.CLOCK, Seat.PARTY) for role in move.by):
                yield (
                    f"{where} counts as an answer, but silence and the party's own words are none; "
                    f"let staff make it"
                )
            if move.excusable:
                for does in (Does.EXCUSES, Does.CONFIRMS):
                    if not all(self._can_be(does, place) for place in move.start):
                        yield (
                            f"{where} needs an excuse that was confirmed, but no act {does} where "
                            f"it starts; add one (Act(…, does=Does.{does.name}))"
                        )
            ends = [name for name in move.start if self.is_end(name)]
            leads_back = any(not self.is_end(name) for name in (move.to, move.beyond) if name)
            if ends and leads_back and not move.reopens:
                yield (
                    f"{where} leads back from the end {ends[0]!r} without owing an answer again; "
                    f"say reopens=True"
                )

    def _can_be(self, does: Does, place: str) -> bool:
        return any(act.does is does for act in self.acts_at(place))

    def _check_named_ends(self) -> Iterator[str]:
        for kind in ("withdrawn", "merged", "misdirected"):
            name = getattr(self, kind)
            if not isinstance(self.places.get(name), End):
                yield f"{self.name}: no end for what is {kind}; add End({name!r}, …)"

    def _check_reachable(self) -> Iterator[str]:
        reached, queue = set(self.openings), deque(self.openings)
        while queue:
            for name in self._leads_to(queue.popleft()):
                if name not in reached:
                    reached.add(name)
                    queue.append(name)
        for place in self.steps:
            if place.name not in reached:
                yield (
                    f"{self.name}: {place.name!r} can never be reached; add a move to it or drop it"
                )
        ending = {place.name for place in self.steps if isinstance(place, End)}
        while grown := {
            place.name
            for place in self.steps
            if place.name not in ending and any(n in ending for n in self._leads_to(place.name))
        }:
            ending |= grown
        for place in self.steps:
            if place.name not in ending:
                yield f"{self.name}: from {place.name!r} no end can be reached; add a move to one"

    def _leads_to(self, place: str) -> list[str]:
        return [
            name
            for move in self.moves_from(place)
            for name in (move.to, move.beyond)
            if name is not None
        ]

    def _check_cycles(self) -> Iterator[str]:
        for move in self.moves:
            if move.times is None:
                continue
            if move.times < 1 or move.beyond is None:
                yield (
                    f"{self.name}: move {move.name!r} is bounded but its last turn leads nowhere; "
                    f"name a step with a higher owner (times=2, beyond='oversight')"
                )
                continue
            target, beyond = self.places[move.to], self.places[move.beyond]
            if isinstance(beyond, End):
                yield (
                    f"{self.name}: the last turn of {move.name!r} ends at {move.beyond!r}; "
                    f"it must escalate to a step that someone owns"
                )
            elif isinstance(target, Step) and target.owner == beyond.owner:
                yield (
                    f"{self.name}: the last turn of {move.name!r} goes to {beyond.owner} again; "
                    f"it must escalate to another role"
                )
        if cycle := self._endless_cycle():
            yield (
                f"{self.name}: {' → '.join(cycle)} can go round for ever; bound one of its moves "
                f"(times=2, beyond=…)"
            )

    def _endless_cycle(self) -> list[str]:
        """A cycle that no bounded move interrupts, or []."""
        onward: dict[str, list[str]] = {place.name: [] for place in self.steps}
        for move in self.moves:
            lasting = move.to if move.times is None else move.beyond
            for start in move.start:
                if lasting is not None:
                    onward[start].append(lasting)
        done: set[str] = set()
        path: list[str] = []

        def walk(name: str) -> list[str]:
            if name in path:
                return [*path[path.index(name) :], name]
            if name in done:
                return []
            path.append(name)
            for following in onward[name]:
                if cycle := walk(following):
                    return cycle
            path.pop()
            done.add(name)
            return []

        return next((cycle for place in self.steps if (cycle := walk(place.name))), [])

    def _check_answers(self) -> Iterator[str]:
        if isinstance(self.answers_to, Nobody):
            if not self.answers_to.because.strip():
                yield f"{self.name}: it answers to nobody; say why (Nobody('a roll-call …'))"
            return
        if not self.owed:
            yield f"{self.name}: whom does it answer? Name the roles, or Nobody('because …')"
        for path, place, missing in self._unanswered_paths():
            names = ", ".join(sorted(role.code for role in missing))
            yield (
                f"{self.name}: the path {' → '.join(path)} ends at {place!r} without an answer to "
                f"{names}; add answers=… to one of its moves, or say why that end owes nobody "
                f"(End({place!r}, …, because=…))"
            )

    def _unanswered_paths(self) -> Iterator[tuple[list[str], str, frozenset[Role]]]:
        """The shortest path to each end that leaves someone unanswered."""
        State = tuple[str, frozenset[Role]]
        nothing: frozenset[Role] = frozenset()
        paths: dict[State, list[str]] = {(name, nothing): [name] for name in self.openings}
        queue: deque[State] = deque(paths)
        told: set[str] = set()
        while queue:
            state = queue.popleft()
            place, answered = state
            for move in self.moves_from(place):
                after = nothing if move.reopens or self.is_end(place) else answered
                after |= frozenset(move.answers)
                for name in filter(None, (move.to, move.beyond)):
                    path = [*paths[state], f"{move.name} → {name}"]
                    end = self.places[name]
                    if isinstance(end, End):
                        missing = self.owed - after
                        if missing and not (end.because or move.excusable) and name not in told:
                            told.add(name)
                            yield path, name, missing
                    if (name, after) not in paths:
                        paths[name, after] = path
                        queue.append((name, after))


class LoopError(Exception):
    """A loop that could leave someone unanswered was declared."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


LOOPS: dict[str, Loop] = {}


def declare(loop: Loop) -> Loop:
    """Check a loop and make it known by its name; raises LoopError with every problem found."""
    problems = loop.check()
    if loop.name in LOOPS and LOOPS[loop.name] != loop:
        problems.append(f"{loop.name}: another loop already has this name")
    if problems:
        raise LoopError(problems)
    LOOPS[loop.name] = loop
    return loop
