"""Reading who is on which talk group, and what was said there."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yihu.kernel import vault
from yihu.kernel.access import Actor
from yihu.kernel.models import SealedPart
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import open_part
from yihu.people.directory import Roster, current
from yihu.people.roles import DIRECTING
from yihu.people.shifts import on_shift, shift_of
from yihu.radio.models import Burst, GroupKind, GroupMember, Radio, TalkGroup
from yihu.radio.tickets import GroupRight, Ticket

KEPT = timedelta(days=30)
"""How long a burst is kept that belongs to no incident."""


def memberships(actor: Actor) -> QuerySet[GroupMember]:
    """The groups that somebody is on now."""
    return (
        GroupMember.objects.filter(
            person=actor.id,
            until=None,
            group__matter__closed_at=None,
            group__district=actor.district,
        )
        .select_related("group")
        .order_by("group__code")
    )


def rank(actor: Actor) -> int:
    """Who takes the floor from whom at the same level: whoever commands, from the others."""
    return int(any(post.role in DIRECTING for post in actor.posts))


def rights_now(actor: Actor) -> tuple[GroupRight, ...]:
    """The groups that are open to somebody at this moment: all of theirs on duty, none off it."""
    return rights(memberships(actor)).get(actor.staff_id, ())


def ticket(actor: Actor, device: str) -> Ticket:
    """A ticket for one device in somebody's hands, to all the groups that they are on.

    `device` is 32 hex digits that the browser keeps; nobody can take another's place by them.
    """
    if actor.id is None:
        raise ValueError("a ticket is for a member of staff")
    return Ticket(
        device=f"{actor.id.hex}-{device}",
        person=actor.id.hex,
        name=actor.name,
        district=actor.district,
        groups=rights_now(actor),
        rank=rank(actor),
    )


def is_broadcast(member: GroupMember) -> bool:
    return bool(member.group.kind == GroupKind.BROADCAST)


def rights(members: QuerySet[GroupMember]) -> dict[UUID, tuple[GroupRight, ...]]:
    """What these memberships open to each person who is on duty: one statement."""
    now = timezone.now()
    directs = current(now).filter(person=OuterRef("person"), role__in=DIRECTING)
    on_duty = members.filter(person__in=on_shift(now).values("person"))
    found: dict[UUID, tuple[GroupRight, ...]] = {}
    for m in on_duty.annotate(commands=Exists(directs)):
        right = GroupRight(m.group_id, m.group.title, m.talks, m.commands)
        found[m.person_id] = (*found.get(m.person_id, ()), right)
    return found


def rights_of(people: Iterable[UUID]) -> dict[UUID, tuple[GroupRight, ...]]:
    """The groups that are open to each of these people at this moment; () for who has none."""
    found = list(people)
    members = GroupMember.objects.filter(
        person__in=found, person__is_active=True, until=None, group__matter__closed_at=None
    )
    open_now = rights(members.select_related("group").order_by("group__code"))
    return {person: open_now.get(person, ()) for person in found}


def heard_by(actor: Actor) -> QuerySet[TalkGroup]:
    """The groups that somebody hears now, and whose stored voice is theirs: none off duty."""
    on = TalkGroup.objects.filter(pk__in=memberships(actor).values("group"))
    return on if shift_of(actor.id) else on.none()


def said_on(actor: Actor, group: TalkGroup, limit: int = 50) -> list[Burst]:
    """The newest bursts of a group that the actor hears."""
    found = Burst.objects.filter(group=group, group__in=heard_by(actor)).select_related("person")
    since = timezone.now() - KEPT
    return list(found.filter(started_at__gte=since).order_by("-started_at")[:limit])


def burst(actor: Actor, pk: UUID) -> Burst | None:
    """A burst that the actor may hear: of a group that they hear, or of an incident that they know
    of; None where there is none, or it is not theirs."""
    theirs = Q(group__in=heard_by(actor)) | Q(about__in=visible_to(actor))
    return Burst.objects.filter(theirs, pk=pk).first()


def partners(actor: Actor, members: Iterable[GroupMember]) -> dict[str, str]:
    """With whom each private call of the actor's is: the other's name, by the group's code."""
    private = [m.group_id for m in members if m.group.kind == GroupKind.PRIVATE]
    others = GroupMember.objects.filter(group__in=private, until=None).exclude(person=actor.id)
    return dict(others.values_list("group", "person__name"))


def stunned(devices: Iterable[str]) -> set[str]:
    """Those of these browsers that are a lost set: nothing of the net may reach them.

    A device of a ticket is somebody's id and the browser's own 32 digits.
    """
    own = {device: device.rpartition("-")[2] for device in devices}
    lost = Radio.objects.filter(device__in=set(own.values()), stunned_at__isnull=False)
    digits = set(lost.exclude(device="").values_list("device", flat=True))
    return {device for device in own if own[device] in digits}


def answers_of(matters: Iterable[UUID]) -> dict[UUID, str]:
    """What whoever reported these was told of their end: one statement."""
    parts = SealedPart.objects.filter(matter__in=list(matters), what="answer", audience="party")
    found = parts.select_related("party").order_by("seq")
    return {part.matter_id: open_part(part).text or "" for part in found}


def photo_of(matter: UUID, part: UUID) -> bytes | None:
    """A photo in a matter, as JPEG; None where there is none, or it was erased."""
    photos = SealedPart.objects.filter(matter=matter, media_type="image/jpeg", erased_at=None)
    kept = photos.select_related("party").filter(pk=part).first()
    return vault.unseal(kept, vault.key_of(kept.party)).content if kept else None


def directing(district: str, office: UUID) -> set[UUID]:
    """The people who direct an office's net now."""
    roster = Roster.now(district)
    return {who.person for role in DIRECTING for who in roster.holders(role, office)}
