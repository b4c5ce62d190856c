"""Leave and who acts meanwhile; units of the net and the people in them.

Rows are kept: a leave that ends early says who ended it, and a post that ends stays.
"""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor, Refused
from yihu.people.directory import current
from yihu.people.models import Leave, Organisation, Person, Post
from yihu.people.queries import directed_by
from yihu.people.roles import ARRANGING, NO_POLICE_POWERS


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


# --- units of the net, and who is in them --------------------------------------------------------


@transaction.atomic
def add_unit(
    *, actor: Actor, kind: str, name: str, parent: UUID, name_en: str = "", code: str = ""
) -> Organisation:
    """A site or force under a unit whose net the actor directs. Raises Refused."""
    _require_directed(actor, parent, "parent")
    _require_free_name(actor.district, name, kind)
    return Organisation.objects.create(
        district=actor.district,
        kind=kind,
        code=code or f"{actor.district}-{secrets.token_hex(4)}",
        name=name,
        name_en=name_en,
        parent_id=parent,
    )


@transaction.atomic
def change_unit(*, actor: Actor, unit: UUID, name: str, name_en: str, parent: UUID) -> Organisation:
    """Rename it, or put it under another unit. Raises Refused."""
    _require_directed(actor, unit, "")
    _require_directed(actor, parent, "parent")
    found = Organisation.objects.select_for_update(of=("self",)).get(pk=unit)
    if found.name != name:
        _require_free_name(actor.district, name, found.kind)
    found.name, found.name_en, found.parent_id = name, name_en, parent
    found.save(update_fields=["name", "name_en", "parent"])
    return found


def _require_directed(actor: Actor, unit: UUID, field: str) -> None:
    if unit not in directed_by(actor):
        raise Refused("not_yours", "this unit is not this actor's to arrange", field=field)


def _require_free_name(district: str, name: str, kind: str) -> None:
    if Organisation.objects.filter(district=district, kind=kind, name=name).exists():
        raise Refused("name_taken", "a unit of this kind has this name already", field="name")


@transaction.atomic
def enrol(*, actor: Actor, username: str, name: str, role: str, unit: UUID) -> Person:
    """A guard or a volunteer with an account, which has no password until one is given.

    Whoever directs the net makes no police of anybody. Raises Refused.
    """
    _require_directed(actor, unit, "unit")
    if role not in NO_POLICE_POWERS:
        raise Refused("police_role", "only guards and volunteers are enrolled here", field="role")
    if Person.objects.filter(username=username).exists():
        raise Refused("username_taken", "this user name belongs to somebody", field="username")
    person = Person(district=actor.district, username=username, name=name)
    person.set_unusable_password()
    person.save(force_insert=True)
    Post.objects.create(person=person, role=role, organisation_id=unit, since=timezone.now())
    return person


@transaction.atomic
def give_password(*, actor: Actor, person: UUID) -> str:
    """A new password for a guard or volunteer of the actor's net, to be handed over in person;
    the one before opens nothing any more. Raises Refused."""
    found = _crew_member(actor, person)
    password = secrets.token_urlsafe(9)
    found.set_password(password)
    found.save(update_fields=["password"])
    return password


@transaction.atomic
def dismiss(*, actor: Actor, person: UUID) -> Person:
    """End the posts of a guard or volunteer, and close the account. Raises Refused."""
    found = _crew_member(actor, person)
    current(timezone.now()).filter(person=found).update(until=timezone.now())
    found.is_active = False
    found.save(update_fields=["is_active"])
    return found


def _crew_member(actor: Actor, person: UUID) -> Person:
    """Somebody whose every post is a guard's or volunteer's, in units that the actor directs."""
    posts = list(_posts(person, timezone.now()).select_related("person"))
    reach = directed_by(actor)
    if not posts or any(
        post.role not in NO_POLICE_POWERS or post.organisation_id not in reach for post in posts
    ):
        raise Refused("not_yours", "this account is not this actor's to arrange")
    return posts[0].person
