"""Reading calls and messages: what is for somebody now, and how far a call has been answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor
from yihu.kernel.models import SealedPart
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import open_part
from yihu.people.directory import current
from yihu.people.queries import directed_by
from yihu.people.shifts import on_shift, shift_of
from yihu.places.models import Force, KeySite
from yihu.radio.loops import CALL, MESSAGE
from yihu.radio.models import Addressee, Call, CallKind, GroupKind, TalkGroup
from yihu.radio.queries import memberships

LATELY = timedelta(hours=2)
"""How long a message, or a call that was answered, stays on the set's page."""
MOST = 30


def sent_by_desk(actor: Actor) -> QuerySet[Call]:
    """The calls that are answered, of which whoever directs the net may know; the newest first."""
    known = Call.objects.filter(matter__in=visible_to(actor), matter__loop=CALL.name)
    return known.select_related("matter", "group", "sender").order_by("-sent_at")


# --- for whom it is ------------------------------------------------------------------------------


def units_of(actor: Actor) -> set[UUID]:
    """The units for which somebody on duty answers: their own, and that of their force."""
    if shift_of(actor.id) is None:
        return set()
    own = {post.organisation for post in actor.posts}
    return own | set(Force.objects.filter(organisation__in=own).values_list("unit", flat=True))


def addressed_to(actor: Actor) -> QuerySet[Addressee]:
    """The places in calls that are this person's to answer, for themselves or for their unit."""
    mine = Q(person=actor.id) | Q(unit__in=units_of(actor))
    return Addressee.objects.filter(mine, call__district=actor.district)


def messages_to(actor: Actor) -> QuerySet[Call]:
    """The messages of the groups that somebody on duty is on."""
    groups = memberships(actor).values("group")
    own = Call.objects.filter(district=actor.district, matter__loop=MESSAGE.name, group__in=groups)
    found = own if shift_of(actor.id) else own.none()
    return found.select_related("matter", "group", "sender").order_by("-sent_at")


def message_to(actor: Actor, reference: str) -> Call | None:
    """A message that the actor may read: one of their groups', or one that they may know of."""
    found = Call.objects.filter(matter__reference=reference.upper(), matter__loop=MESSAGE.name)
    mine = Q(pk__in=messages_to(actor).values("pk")) | Q(matter__in=visible_to(actor))
    return found.filter(mine).first()


def words_of(calls: Iterable[Call]) -> dict[UUID, dict[str, str]]:
    """What was said with each call, and to put it right: by what it is, in words. For a photo,
    the part's id stands for it. One statement."""
    found: dict[UUID, dict[str, str]] = {call.pk: {} for call in calls}
    parts = SealedPart.objects.filter(
        matter__in=list(found),
        audience="party",
        what__in=("words", "where", "photo", "position", "correction"),
    ).exclude(seq__gt=1, what="where")
    for part in parts.select_related("party").order_by("seq"):
        said = open_part(part)
        text = part.id.hex if said.is_picture and not said.erased else said.text or ""
        found[part.matter_id][part.what] = text
    return found


def given_where(call: Call) -> str:
    """The place in words, as it was given back."""
    given = SealedPart.objects.filter(matter=call.pk, what="where", seq__gt=1)
    part = given.select_related("party").order_by("seq").first()
    return (open_part(part).text or "") if part else ""


# --- how far it has been answered ----------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """A call's answers so far, as they stood at a moment.

    Shares are of all who were called. `within(share)` is the time from `sent_at` to the answer
    with which at least that share had answered; None where it was not reached.
    """

    call: Call
    seats: Sequence[Addressee]

    @cached_property
    def answered(self) -> list[datetime]:
        return sorted(seat.answered_at for seat in self.seats if seat.answered_at is not None)

    @property
    def called(self) -> int:
        return len(self.seats)

    @property
    def heard(self) -> int:
        return sum(seat.heard_at is not None for seat in self.seats)

    def within(self, share: float) -> timedelta | None:
        needed = max(1, -int(-self.called * share // 1))
        if len(self.answered) < needed:
            return None
        return self.answered[needed - 1] - self.call.sent_at

    def by(self, minutes: int) -> int:
        """How many had answered this long after it was sent."""
        limit = self.call.sent_at + timedelta(minutes=minutes)
        return sum(moment <= limit for moment in self.answered)

    @property
    def step_title(self) -> object:
        return self.call.matter.declared.places[self.call.matter.step].title

    @property
    def silent(self) -> list[Addressee]:
        return [seat for seat in self.seats if seat.answered_at is None]

    @property
    def states(self) -> list[str]:
        """For the ring of answers: who answered first stands first."""
        waits = "called" if self.call.matter.step == "calling" else "silent"
        heard = "heard" if self.call.matter.is_open else "silent"
        rest = [heard if seat.heard_at else waits for seat in self.silent]
        return ["answered"] * len(self.answered) + sorted(rest)


def answers_to(call: Call) -> Answers:
    """Everybody who was called, by name; one statement."""
    return answers_of([call])[call.pk]


def answers_of(calls: Sequence[Call]) -> dict[UUID, Answers]:
    """The same for several calls at once; one statement."""
    seats: dict[UUID, list[Addressee]] = {call.pk: [] for call in calls}
    rows = Addressee.objects.filter(call__in=list(seats)).select_related("person", "unit")
    for seat in rows.order_by("unit__code", "person__name", "id"):
        seats[seat.call_id].append(seat)
    return {call.pk: Answers(call, seats[call.pk]) for call in calls}


# --- what is for somebody now --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForMe:
    """A call or a message on somebody's set, with what was said, and their place in it."""

    call: Call
    said: dict[str, str]
    seat: Addressee | None = None

    @property
    def waits(self) -> bool:
        """Whether the reader owes an answer."""
        owed = self.seat is not None and self.seat.answered_at is None
        return owed and self.call.matter.is_open


def for_me(actor: Actor) -> list[ForMe]:
    """What a set shows: first what waits for an answer, then what came lately."""
    since = timezone.now() - LATELY
    seats = list(
        addressed_to(actor)
        .filter(Q(call__sent_at__gt=since) | Q(answered_at=None, call__matter__closed_at=None))
        .select_related("call__matter", "call__group", "call__sender", "unit")
        .order_by("-call__sent_at")[:MOST]
    )
    messages = list(messages_to(actor).filter(sent_at__gt=since)[:MOST])
    said = words_of([*(seat.call for seat in seats), *messages])
    found = [ForMe(seat.call, said[seat.call_id], seat) for seat in seats]
    found += [ForMe(call, said[call.pk]) for call in messages]
    return sorted(found, key=lambda one: (not one.waits, -one.call.sent_at.timestamp()))


def roll_calls(actor: Actor) -> QuerySet[Call]:
    """Roll-calls that the actor may know of, the newest first."""
    return sent_by_desk(actor).filter(kind=CallKind.ROLL_CALL)


# --- whom and where a call may say ---------------------------------------------------------------


def groups_directed(actor: Actor) -> list[TalkGroup]:
    """The talk groups that the actor may call; private ones are nobody's to call."""
    running = TalkGroup.objects.filter(
        district=actor.district, matter__closed_at=None, organisation__in=directed_by(actor)
    )
    return list(running.exclude(kind=GroupKind.PRIVATE).order_by("kind", "code"))


def people_directed(actor: Actor) -> list[tuple[UUID, str, list[str]]]:
    """Who is on duty and may be told what to do by the actor: id, name, roles; by name."""
    now = timezone.now()
    posts = current(now).filter(
        organisation__in=directed_by(actor),
        person__is_active=True,
        person__in=on_shift(now).values("person"),
    )
    found: dict[UUID, tuple[str, list[str]]] = {}
    rows = posts.exclude(person=actor.id).order_by("person__name", "id")
    for person, name, role in rows.values_list("person", "person__name", "role"):
        found.setdefault(person, (name, []))[1].append(role)
    return [(person, name, roles) for person, (name, roles) in found.items()]


def sites_of(district: str) -> dict[UUID, str]:
    """The key sites of a district by name: where everybody on its net may be sent."""
    found = KeySite.objects.filter(organisation__district=district, closed_at=None)
    sites = [site.organisation for site in found.select_related("organisation")]
    return {site.pk: site.title for site in sorted(sites, key=lambda one: one.title)}
