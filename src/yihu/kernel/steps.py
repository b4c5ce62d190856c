"""What loops are made of: roles, steps and ends, moves and acts. Pure."""

from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum

from pydantic import BaseModel

from yihu.kernel.clock import Escalate, LapseMove, Span


class Seat(StrEnum):
    """Where the holder of a role sits, seen from a matter."""

    OFFICE = "office"  # a post in the organisation that runs the procedure
    WATCH = "watch"  # a post in the organisation that supervises it
    PERSON = "person"  # the one person who owns the solution
    PARTY = "party"  # someone the matter is about, not staff
    CLOCK = "clock"  # the machine itself, when time has passed


@dataclass(frozen=True, slots=True)
class Role:
    """Who may own a step or make a move. `alternate` steps in when nobody holds the role."""

    code: str
    title: object = field(compare=False)  # its text is another one in each language
    _: KW_ONLY
    seat: Seat = Seat.OFFICE
    alternate: "Role | None" = None

    def __str__(self) -> str:
        return self.code


CLOCK = Role("clock", "clock", seat=Seat.CLOCK)


@dataclass(frozen=True, slots=True)
class Nobody:
    """What a loop `answers_to` where nobody waits for an answer, with the reason why."""

    because: str


@dataclass(frozen=True, slots=True)
class Step:
    """A place where a matter waits for its owner, no longer than `within`; then `lapse` happens."""

    name: str
    title: object
    _: KW_ONLY
    owner: Role | None = None
    within: Span | None = None
    lapse: Escalate | LapseMove | None = None


@dataclass(frozen=True, slots=True)
class End:
    """A place where a matter rests. `because` says why an end may owe nobody an answer."""

    name: str
    title: object
    _: KW_ONLY
    because: str = ""


class Does(StrEnum):
    """What a move or an act does beside being recorded."""

    NOTHING = ""
    ASKS = "asks"  # a question to a party: pauses the clock
    REPLIES = "replies"  # the party's reply: the clock runs again
    ASSIGNS = "assigns"  # names the owner of the solution
    NAMES_SUBJECT = "names_subject"  # says whom the matter is about
    VERIFIES = "verifies"  # says whom a praise is for, and who is to find out whether it holds
    ATTESTS = "attests"  # what was found, by nobody whom it is for
    RECLASSIFIES = "reclassifies"  # another kind; the entry keeps both
    EXCUSES = "excuses"  # records why a party cannot be answered
    CONFIRMS = "confirms"  # a second person agrees with that
    TAKES_OVER = "takes_over"  # the supervising organisation runs the procedure from now on
    MERGES = "merges"  # the matter goes on in another one
    SEPARATES = "separates"  # it does not, after all
    ENLISTS = "enlists"  # asks people of the staff to help: each becomes a responder
    ASKS_ERASURE = "asks_erasure"  # the party wants what they wrote to be erased


@dataclass(frozen=True, slots=True, init=False)
class Move:
    """A way from some steps to another step or end.

    `answers`   the parties who have been told once this move is made
    `reopens`   makes those answers void: everyone is owed an answer again
    `excusable` may also be made where an answer is excused (unreachable, unsafe, unknown)
                and a second person has confirmed it
    `times`     how often a matter may make this move; after that it leads `beyond`,
                to someone higher
    """

    name: str
    title: object
    start: tuple[str, ...]
    to: str
    by: tuple[Role, ...]
    takes: type[BaseModel] | None
    answers: tuple[Role, ...]
    reopens: bool
    excusable: bool
    times: int | None
    beyond: str | None
    does: Does

    def __init__(
        self,
        name: str,
        title: object,
        start: str | tuple[str, ...],
        to: str,
        *,
        by: Role | tuple[Role, ...],
        takes: type[BaseModel] | None = None,
        answers: Role | tuple[Role, ...] = (),
        reopens: bool = False,
        excusable: bool = False,
        times: int | None = None,
        beyond: str | None = None,
        does: Does = Does.NOTHING,
    ) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "title", title)
        put(self, "start", several(start))
        put(self, "to", to)
        put(self, "by", several(by))
        put(self, "takes", takes)
        put(self, "answers", several(answers))
        put(self, "reopens", reopens)
        put(self, "excusable", excusable)
        put(self, "times", times)
        put(self, "beyond", beyond)
        put(self, "does", does)

    def destination(self, made: int) -> str:
        """Where the move leads for a matter that has made it `made` times before."""
        if self.times is not None and self.beyond is not None and made >= self.times:
            return self.beyond
        return self.to


@dataclass(frozen=True, slots=True, init=False)
class Act:
    """Something done to a matter that does not change its step. `at` empty means everywhere."""

    name: str
    title: object
    at: tuple[str, ...]
    by: tuple[Role, ...]
    takes: type[BaseModel] | None
    does: Does

    def __init__(
        self,
        name: str,
        title: object,
        at: str | tuple[str, ...] = (),
        *,
        by: Role | tuple[Role, ...],
        takes: type[BaseModel] | None = None,
        does: Does = Does.NOTHING,
    ) -> None:
        put = object.__setattr__
        put(self, "name", name)
        put(self, "title", title)
        put(self, "at", several(at))
        put(self, "by", several(by))
        put(self, "takes", takes)
        put(self, "does", does)


def several(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
