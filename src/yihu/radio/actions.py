"""Putting people on talk groups and taking them off. Rows are kept: a period ends, it stays."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from yihu.kernel.access import Actor, Refused, directory
from yihu.people.roles import COMMANDING
from yihu.radio.models import GroupMember, TalkGroup


def commanded_by(actor: Actor) -> frozenset[UUID]:
    """The organisations whose talk groups an actor arranges."""
    reaches = [post.reach for post in actor.posts if post.role in COMMANDING]
    return frozenset[UUID]().union(*reaches)


def _arranged(actor: Actor, group: str) -> TalkGroup:
    """The group, if it is the actor's to arrange; TalkGroup.DoesNotExist if not."""
    open_groups = TalkGroup.objects.filter(district=actor.district, closed_at=None)
    return open_groups.get(pk=group, organisation__in=commanded_by(actor))


@transaction.atomic
def put_on(*, actor: Actor, group: str, person: UUID, talks: bool = True) -> GroupMember:
    """Raises Refused for somebody who holds no post in the district.

    Someone who is on it already is given this right from now on.
    """
    found = _arranged(actor, group)
    who = directory().actor(person)
    if who is None or who.district != actor.district or not who.posts:
        raise Refused("no_such_person", "this person holds no post here", field="person")
    now = timezone.now()
    found.members.filter(person=person, until=None).exclude(talks=talks).update(until=now)
    member, _made = GroupMember.objects.get_or_create(
        group=found, person_id=person, until=None, defaults={"talks": talks, "since": now}
    )
    return member


@transaction.atomic
def take_off(*, actor: Actor, group: str, person: UUID) -> None:
    """Does nothing for somebody who is not on it."""
    found = _arranged(actor, group)
    found.members.filter(person=person, until=None).update(until=timezone.now())
