"""Who answers for a station when nobody else does: the roster of duty officers and of leaders.

Rows, so that whoever is reached at three in the morning was told beforehand. Where the roster says
nothing the officers on shift are meant, then whoever stands in for the chief.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from yihu.dispatch.loops import ON_DUTY
from yihu.dispatch.models import Duty
from yihu.kernel.access import Actor, Refused
from yihu.kernel.writing import one_by_one
from yihu.people.directory import Roster, current
from yihu.people.queries import directed_by
from yihu.people.roles import DEPUTY_CHIEF, OFFICER, STATION_CHIEF
from yihu.people.shifts import on_shift

LONGEST = timedelta(days=14)
"""A duty longer than this is a slip of the pen."""
ANSWERING = frozenset(role.code for role in ON_DUTY)
"""Whose turn it may be."""


def duty_officers(office: UUID, district: str, now: datetime | None = None) -> list[UUID]:
    """Who is reached when offers meet with silence."""
    now = now or timezone.now()
    if found := _rostered(office, now, leads=False):
        return found
    officers = current(now).filter(organisation=office, role=OFFICER.code, person__is_active=True)
    here = on_shift(now).filter(person__in=officers.values("person"))
    if found := list(dict.fromkeys(here.values_list("person", flat=True))):
        return found
    return _holders(district, DEPUTY_CHIEF.code, office)


def leaders(office: UUID, district: str, now: datetime | None = None) -> list[UUID]:
    """Who is reached last: the leader on duty, and the chief or whoever stands in."""
    rostered = _rostered(office, now or timezone.now(), leads=True)
    return list(dict.fromkeys([*rostered, *_holders(district, STATION_CHIEF.code, office)]))


def _rostered(office: UUID, now: datetime, *, leads: bool) -> list[UUID]:
    running = Duty.objects.filter(
        office=office, leads=leads, since__lte=now, until__gt=now, person__is_active=True
    )
    return list(running.order_by("since", "pk").values_list("person", flat=True))


def _holders(district: str, role: str, office: UUID) -> list[UUID]:
    return [one.person for one in Roster.now(district).holders(role, office)]


# --- the roster -----------------------------------------------------------------------------------


def roster(actor: Actor, now: datetime | None = None) -> QuerySet[Duty]:
    """The duties of the actor's offices that run or are to come."""
    offices = {org for post in actor.posts if post.role in ANSWERING for org in post.reach}
    ahead = Duty.objects.filter(office__in=offices, until__gt=now or timezone.now())
    return ahead.select_related("person", "office").order_by("since", "leads", "pk")


def put_on_duty(
    *,
    actor: Actor,
    office: UUID,
    person: UUID,
    since: datetime,
    until: datetime,
    leads: bool = False,
) -> Duty:
    """Raises Refused: `not_yours`, `not_a_period`, `too_long`, `elsewhere` for somebody who is
    not of the office's police, `taken` where the same person is on duty then already."""
    if office not in directed_by(actor):
        raise Refused("not_yours", "this office's roster is not the actor's")
    now = timezone.now()
    if until <= since or until <= now:
        raise Refused("not_a_period", "a duty ends after it begins", field="until")
    if until - since > LONGEST:
        raise Refused("too_long", "this is too long for one duty", field="until")
    with one_by_one():
        posts = current(now).filter(
            person=person, organisation=office, role__in=ANSWERING, person__is_active=True
        )
        if not posts.exists():
            raise Refused("elsewhere", "this person holds no such post there", field="person")
        if Duty.objects.filter(
            office=office, person=person, leads=leads, since__lt=until, until__gt=since
        ).exists():
            raise Refused("taken", "this person is on duty then already", field="person")
        return Duty.objects.create(
            office_id=office, person_id=person, since=since, until=until, leads=leads
        )


def take_off_duty(*, actor: Actor, duty: int) -> None:
    """A duty that runs ends now; one that has not begun is struck out. Raises Duty.DoesNotExist."""
    now = timezone.now()
    with one_by_one():
        found = Duty.objects.get(pk=duty, office__in=directed_by(actor), until__gt=now)
        if found.since >= now:
            found.delete()
        else:
            found.until = now
            found.save(update_fields=["until"])
