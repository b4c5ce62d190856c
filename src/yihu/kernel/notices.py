"""The in-app list: what was told to somebody's roles, or to themselves."""

from functools import reduce
from operator import or_

from django.db.models import OuterRef, Q, QuerySet, Subquery

from yihu.kernel.access import Actor
from yihu.kernel.models import Channel, OutboxMessage
from yihu.kernel.queries import visible_to

MOST_COUNTED = 99


def for_actor(actor: Actor) -> QuerySet[OutboxMessage]:
    """Notices for this person and the roles they hold or stand in for, the newest first.

    Only of matters they may know of: whoever a complaint turns out to be about loses
    its notices with it. Those that name no matter are the person's own.
    """
    return _told(actor, Q(channel=Channel.IN_APP)).order_by("-id")


def unread(actor: Actor) -> int:
    """How many are unread, counted to one more than MOST_COUNTED and no further."""
    return _told(actor, Q(channel=Channel.IN_APP, read_at=None))[: MOST_COUNTED + 1].count()


def _told(actor: Actor, which: Q) -> QuerySet[OutboxMessage]:
    """`which` stands in every term: only so is each seat looked up in the index made for it.

    Whether a notice's matter is visible is asked of that one matter: as EXISTS, PostgreSQL
    would rather read all the matters that are.
    """
    seats = [Q(role=post.role, organisation=post.organisation) for post in actor.posts]
    mine = reduce(or_, (seat & which for seat in [Q(person=actor.id), *seats]))
    known = visible_to(actor).filter(pk=OuterRef("matter")).values("pk")[:1]
    return OutboxMessage.objects.filter(mine, Q(matter=Subquery(known)) | Q(matter=None))
