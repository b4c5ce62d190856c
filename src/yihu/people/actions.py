"""Leave, and who acts meanwhile. Rows are kept: a leave that ends early says who ended it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor, Refused
from yihu.people.directory import current
from yihu.people.models import Leave, Post
from yihu.people.roles import ARRANGING


def arranged_by(actor: Actor) -> frozenset[UUID]:
    """The organisations in which an actor records leave: their own and everything below."""
    reaches = [post.reach for post in actor.posts if post.role in ARRANGING]
    return frozenset[UUID]().union(*reaches)


@transaction.atomic
def grant_leave(
    *, actor: Actor, person: UUID, since: datetime, until: datetime, acting: UUID | None = None
) -> Leave:
    """Record a leave; `acting` holds the person's posts for as long as it lasts.

    Raises Refused where neither of them is in the actor's hands, someone would appoint
    themselves, the stand-in is away too, or the period is not one.
    """
    now = timezone.now()
    if until <= since or until <= now:
        raise Refused("not_a_period", "a leave ends after it begins, in the future", field="until")
    reach = arranged_by(actor)
    own = list(_posts(person, now).filter(organisation__in=reach, acting=False))
    if not own:
        raise Refused("elsewhere", "this person holds no post here", field="person")
    if _leaves(person, since, until).exists():
        raise Refused("already_away", "a leave in this period is recorded already", field="since")
    leave = Leave.objects.create(
        person_id=person, since=since, until=until, recorded_by_id=actor.id, recorded_at=now
    )
    if acting is not None:
        _require_stand_in(actor, person, acting, since, until)
        Post.objects.bulk_create(
            Post(
                person_id=acting,
                role=post.role,
                organisation_id=post.organisation_id,
                since=since,
                until=until,
                acting=True,
                covers=leave,
            )
            for post in own
        )
    return leave


def _require_stand_in(
    actor: Actor, person: UUID, acting: UUID, since: datetime, until: datetime
) -> None:
    reach = arranged_by(actor)
    if acting == person:
        raise Refused("same_person", "nobody stands in for themselves", field="acting")
    if acting == actor.id:
        raise Refused("appoints_self", "nobody appoints themselves", field="acting")
    if not _posts(acting, timezone.now()).filter(organisation__in=reach).exists():
        raise Refused("elsewhere", "the stand-in holds no post here", field="acting")
    if _leaves(acting, since, until).exists():
        raise Refused("stand_in_away", "the stand-in is away in this period", field="acting")


@transaction.atomic
def end_leave(*, actor: Actor, leave: int) -> Leave:
    """End a leave now; whoever acted stops acting. Does nothing to one that is over.

    Raises Leave.DoesNotExist for a leave that is not in the actor's hands.
    """
    now = timezone.now()
    found = Leave.objects.select_for_update(of=("self",)).get(pk=leave)
    reach = arranged_by(actor)
    if not _posts(found.person_id, now).filter(organisation__in=reach, acting=False).exists():
        raise Leave.DoesNotExist
    if found.until > now:
        found.since = min(found.since, now)
        found.until, found.ended_by_id = now, actor.id
        found.save(update_fields=["since", "until", "ended_by"])
        found.stand_ins.filter(since__gt=now).update(since=now)
        found.stand_ins.update(until=now)
    return found


def _posts(person: UUID, now: datetime) -> QuerySet[Post]:
    return current(now).filter(person=person, person__is_active=True)


def _leaves(person: UUID, since: datetime, until: datetime) -> QuerySet[Leave]:
    return Leave.objects.filter(person=person, since__lt=until, until__gt=since)
