"""The desk's list: what is open, ordered by what is due, at the same cost however much there is.

Each list a person works from (what their office runs, what it watches, what they solve
themselves) is one walk along an index; the lists are merged here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from yihu.direct.kinds import Kind
from yihu.direct.loops import NAMES, PRAISE
from yihu.kernel.access import Actor
from yihu.kernel.loop import Seat, Step
from yihu.kernel.models import Matter
from yihu.kernel.queries import inbox, visible_to
from yihu.kernel.reference import ALPHABET, grouped, tidy
from yihu.kernel.timeline import excerpts
from yihu.people.desk import Sitting
from yihu.people.roles import HANDLER

PAGE = 100
SEARCHED = 500
"""How many open matters, the most urgent first, a search in words opens."""
MOST_COUNTED = 1000
EVER = datetime(9999, 1, 1, tzinfo=UTC)
OPEN_STEPS = tuple(step for step in PRAISE.steps if isinstance(step, Step))
DUE = ("late", "today", "week")
WHOSE = ("turn", "solve")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks the list for; anything unknown counts as not asked."""

    due: str = ""
    kind: str = ""
    step: str = ""
    whose: str = ""
    words: str = ""
    past: bool = False
    after: str = ""

    @classmethod
    def of(cls, query: dict[str, str]) -> "Asked":
        def one(name: str, known: Iterable[str]) -> str:
            value = query.get(name, "")
            return value if value in known else ""

        return cls(
            due=one("due", DUE),
            kind=one("kind", Kind.values),
            step=one("step", [step.name for step in OPEN_STEPS]),
            whose=one("whose", WHOSE),
            words=query.get("q", "").replace("\0", "").strip()[:100],
            past=query.get("list") == "all",
            after=query.get("after", ""),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Matters to show. `more`: the place after the last of them, "" at the end of the list.

    `count` is at most MOST_COUNTED + 1, which says "more than that".
    """

    matters: Sequence[Matter]
    more: str = ""
    count: int | None = None
    searched: int | None = None


# --- the lists -----------------------------------------------------------------------------------


def lists_of(sitting: Sitting) -> list[QuerySet[Matter]]:
    """The lists a person works from; no matter is on two of them."""
    actor = sitting.actor
    offices = sorted({p.organisation for p in actor.posts if p.sees_office}, key=str)
    supervising = {o.supervisor_id for o in sitting.roster.organisations.values()}
    lists = []
    for office in offices:
        lists.append(inbox(actor, office))
        if office in supervising:
            lists.append(inbox(actor, office, watching=True).exclude(office__in=offices))
    solving = visible_to(actor).filter(solution_owner=actor.id, closed_at=None)
    lists.append(
        solving.exclude(Q(office__in=offices) | Q(watched=True, watch__in=offices)).order_by(
            "due_at", "id"
        )
    )
    return [found.filter(loop__in=NAMES) for found in lists]


def _wanted(asked: Asked, sitting: Sitting) -> Q:
    wanted = Q()
    if asked.kind:
        wanted &= Q(kind=asked.kind)
    if asked.step:
        wanted &= Q(step=asked.step)
    if asked.due:
        wanted &= due(asked.due)
    if asked.whose == "solve":
        wanted &= Q(solution_owner=sitting.actor.id)
    if asked.whose == "turn":
        wanted &= _my_turn(sitting)
    return wanted


def due(when: str) -> Q:
    """Late, or still due today, or still due this week: nothing is late and due at once."""
    now = timezone.localtime()
    if when == "late":
        return Q(due_at__lt=now)
    ahead = 1 if when == "today" else 7 - now.weekday()
    return Q(due_at__gte=now, due_at__lt=_midnight(ahead))


def _midnight(ahead: int) -> datetime:
    """The end of the day after so many days less one: of today for 1."""
    now = timezone.localtime()
    day = datetime.combine(now.date() + timedelta(days=ahead), time.min)
    return timezone.make_aware(day, now.tzinfo)


def _my_turn(sitting: Sitting) -> Q:
    """Matters at a step whose owner this person is; on leave, none waits for them."""
    actor = sitting.actor
    if sitting.away:
        return Q(pk__in=())
    mine = {post.role for post in actor.posts}
    steps = {s.name for s in OPEN_STEPS if s.owner is not None and s.owner.code in mine}
    solving = [s.name for s in OPEN_STEPS if s.owner is not None and s.owner.seat is Seat.PERSON]
    turn = Q(step__in=steps) | Q(step__in=solving, solution_owner=actor.id)
    if HANDLER.alternate is not None and HANDLER.alternate.code in mine:
        turn |= Q(step__in=solving, solution_owner=None)
    return turn


def read(sitting: Sitting, asked: Asked) -> Page:
    """One page of the list: a statement for each list, and one to count where it goes on."""
    if asked.words:
        return _search(sitting, asked)
    if asked.past:
        return _past(sitting, asked)
    lists = [found.filter(_wanted(asked, sitting)) for found in lists_of(sitting)]
    after = _place(asked.after)
    rest = [found.filter(_beyond("due_at", "gt", after)) if after else found for found in lists]
    matters = _merged(rest, PAGE + 1)
    if len(matters) <= PAGE:
        count = None if after else len(matters)
        return Page(matters, count=count)
    last = matters[PAGE - 1]
    return Page(matters[:PAGE], _mark(last.due_at, last.id), _together(lists).count())


@dataclass(frozen=True, slots=True)
class Today:
    """How much is late and how much is still due today. `more`: there is more of both than
    was counted."""

    late: int
    due: int
    more: bool


def today(sitting: Sitting) -> Today:
    """What presses, in one statement: the numbers are what the two filters find."""
    moments = list(_together(lists_of(sitting), before=_midnight(1)))
    now = timezone.now()
    late = sum(moment is not None and moment < now for moment in moments)
    return Today(late, len(moments) - late, len(moments) > MOST_COUNTED)


def _together(
    lists: Iterable[QuerySet[Matter]], before: datetime = EVER
) -> QuerySet[Matter, datetime | None]:
    """What the lists hold in one, in no order and no further than is counted: when each is due.

    One bound on the time, since by it a database finds the index of what is open.
    """
    first, *others = (
        found.order_by().filter(due_at__lt=before).values_list("due_at", flat=True)
        for found in lists
    )
    return first.union(*others, all=True)[: MOST_COUNTED + 1]


def _merged(lists: Iterable[QuerySet[Matter]], length: int) -> list[Matter]:
    found = [m for matters in lists for m in matters.select_related("solution_owner")[:length]]
    found.sort(key=lambda matter: (matter.due_at or matter.opened_at, str(matter.id)))
    return found[:length]


def _past(sitting: Sitting, asked: Asked) -> Page:
    """Everything the person's offices ever ran, the newest first."""
    actor = sitting.actor
    offices = {p.organisation for p in actor.posts if p.sees_office}
    mine = Q(office__in=offices) if offices else Q(solution_owner=actor.id)
    found = visible_to(actor).filter(mine, loop__in=NAMES)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if after := _place(asked.after):
        found = found.filter(_beyond("opened_at", "lt", after))
    rows = found.order_by(F("opened_at").desc(), F("id").desc())
    matters = list(rows.select_related("solution_owner")[: PAGE + 1])
    if len(matters) <= PAGE:
        return Page(matters)
    return Page(matters[:PAGE], _mark(matters[PAGE - 1].opened_at, matters[PAGE - 1].id))


# --- pages by key --------------------------------------------------------------------------------


def _mark(moment: datetime | None, matter: UUID) -> str:
    return f"{moment.isoformat()}_{matter.hex}" if moment else ""


def _place(mark: str) -> tuple[datetime, UUID] | None:
    moment, _, matter = mark.partition("_")
    try:
        found = datetime.fromisoformat(moment), UUID(matter)
    except ValueError:
        return None
    return found if found[0].tzinfo else None


def _beyond(column: str, way: str, place: tuple[datetime, UUID]) -> Q:
    """Rows after a place; the first condition lets the index be entered there."""
    moment, matter = place
    return Q(**{f"{column}__{way}e": moment}) & (
        Q(**{f"{column}__{way}": moment}) | Q(**{f"id__{way}": matter})
    )


# --- searching -----------------------------------------------------------------------------------


def _search(sitting: Sitting, asked: Asked) -> Page:
    """By the beginning of a reference among all that is visible; else in the words of the most
    urgent SEARCHED open matters, which is as many as are opened."""
    if named := _by_reference(sitting.actor, asked.words):
        return Page(named)
    wanted = _wanted(asked, sitting)
    window = _merged([found.filter(wanted) for found in lists_of(sitting)], SEARCHED)
    texts = excerpts(window, length=1_000_000)
    needle = asked.words.casefold()
    found = [m for m in window if needle in texts.get(m.id, "").casefold()]
    return Page(found[:PAGE], count=len(found), searched=len(window))


def _by_reference(actor: Actor, words: str) -> list[Matter]:
    spoken = tidy(words)
    if not 4 <= len(spoken) <= 8 or set(spoken) - set(ALPHABET):
        return []
    first = grouped(spoken)
    found = visible_to(actor).filter(
        reference__gte=first, reference__lte=first + "Z" * 8, loop__in=NAMES
    )
    return list(found.select_related("solution_owner").order_by("reference")[:20])
