"""Talk groups: opened, filled, closed. Each act is an entry of the group's matter."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from pydantic import BaseModel

from yihu.dispatch.models import Incident
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused, directory
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.writing import one_by_one
from yihu.people import actions as people
from yihu.people.models import Organisation
from yihu.people.queries import directed_by, station_over, unit_of
from yihu.people.roles import CALLED
from yihu.people.shifts import on_shift
from yihu.radio.happenings import tell
from yihu.radio.loops import TALKGROUP
from yihu.radio.models import GroupKind, GroupMember, TalkGroup
from yihu.radio.queries import directing
from yihu.radio.schemas import Member, Membership


def open_group(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    name: str,
    members: Mapping[UUID, bool],
    code: str = "",
    name_en: str = "",
    about: UUID | None = None,
    client_key: bytes = b"",
) -> TalkGroup:
    """Open a group of `members`, each with whether they may talk; once for each key of a client's.

    A private group is anybody's to open, with themselves on it; every other is for whoever
    directs the net of the organisation, or for the clock to open. Raises Refused.
    """
    private = kind == GroupKind.PRIVATE
    ours = actor.kind is ActorKind.CLOCK or organisation.pk in directed_by(actor)
    if not private and not ours:
        raise Refused("not_yours", "this organisation's net is not this actor's to arrange")
    for person in members:
        _require_colleague(actor, person)
    temporary = private or kind == GroupKind.TEMPORARY
    client_key = client_key or secrets.token_bytes(16)
    code = code or f"{actor.district}-{client_key.hex()[:8]}"
    made: list[TalkGroup] = []

    def rows(matter: Matter) -> Sequence[Any]:
        made.append(
            TalkGroup(
                code=code,
                district=actor.district,
                matter=matter,
                about_id=about,
                organisation=organisation,
                kind=kind,
                name=name,
                name_en=name_en,
            )
        )
        return made

    with one_by_one():
        done = kernel.open_matter(
            actor=actor,
            client_key=client_key,
            new=NewMatter(
                loop=TALKGROUP,
                kind=kind,
                door="radio",
                office=(station_over(organisation) or organisation).pk,
                watch=None,
                step="temporary" if temporary else "open",
                parties=[NewParty(role=KEEPER), *_two(members if private else ())],
                facts={
                    "code": code,
                    "members": sorted(members),
                    "listens": sorted(person for person, talks in members.items() if not talks),
                },
                rows=rows,
            ),
        )
        if done.repeated:
            return TalkGroup.objects.get(matter=done.matter)
        now = timezone.now()
        GroupMember.objects.bulk_create(
            GroupMember(group=made[0], person_id=person, talks=talks, since=now)
            for person, talks in members.items()
        )
        tell(actor.district, "group", code, people=members)
    return made[0]


def open_for_incident(*, actor: Actor, incident: Incident) -> TalkGroup:
    """A temporary group for an incident, with whoever raised it and who directs its net; the one
    that runs already, where there is one. All that is said there is kept with the incident.

    Raises Refused where the incident is over, or its net is not the actor's to arrange.
    """
    with one_by_one():
        matter = Matter.objects.select_for_update().get(pk=incident.pk)
        if not matter.is_open:
            raise Refused("closed", "the incident is over")
        running = TalkGroup.objects.filter(about=matter, matter__closed_at=None).first()
        return running or open_group(
            actor=actor,
            organisation=Organisation.objects.get(pk=matter.office_id),
            kind=GroupKind.TEMPORARY,
            name=f"警情 {matter.reference}",
            name_en=f"Incident {matter.reference}",
            members={
                person: True
                for person in (incident.raised_by_id, *directing(matter.district, matter.office_id))
                if person is not None and _is_colleague(actor, person)
            },
            about=matter.pk,
        )


def call_privately(*, actor: Actor, person: UUID) -> TalkGroup:
    """A group of two, for a private call; the one that runs already, where there is one."""
    if person == actor.id or actor.id is None:
        raise Refused("yourself", "nobody calls themselves", field="person")
    unit = unit_of(actor)
    station = station_over(unit) if unit else None
    if station is None:
        raise Refused("no_station", "no station answers for this person's unit")
    with one_by_one():
        both = GroupMember.objects.filter(until=None, group__matter__closed_at=None)
        running = TalkGroup.objects.filter(
            kind=GroupKind.PRIVATE, members__in=both.filter(person=actor.id)
        ).filter(members__in=both.filter(person=person))
        return running.first() or open_group(
            actor=actor,
            organisation=station,
            kind=GroupKind.PRIVATE,
            name="单独通话",
            name_en="Private call",
            members={actor.id: True, person: True},
        )


def _two(members: Iterable[UUID]) -> list[NewParty]:
    """The people of a private call, each of whom may end it."""
    return [NewParty(role=CALLED.code, person=person) for person in members]


def hang_up(*, actor: Actor, group: str) -> None:
    """Whoever is on a private call ends it, for both.

    Raises TalkGroup.DoesNotExist for any other group.
    """
    with one_by_one():
        mine = TalkGroup.objects.filter(
            kind=GroupKind.PRIVATE, matter__closed_at=None, members__person=actor.id
        )
        found = mine.get(pk=group)
        party = found.matter.parties.get(role=CALLED.code, person=actor.id)
        kernel.move(
            actor=Actor(ActorKind.PARTY, party.id, actor.district),
            matter=found.matter_id,
            name="hang_up",
            seq=found.matter.seq,
            client_key=secrets.token_bytes(16),
        )
        tell(actor.district, "group", group, people=found.members.values_list("person", flat=True))


def _is_colleague(actor: Actor, person: UUID) -> bool:
    who = directory().actor(person)
    return who is not None and who.district == actor.district and bool(who.posts)


def _require_colleague(actor: Actor, person: UUID) -> None:
    if not _is_colleague(actor, person):
        raise Refused("no_such_person", "this person holds no post here", field="person")


def _arranged(actor: Actor, group: str) -> TalkGroup:
    """The group, locked, if it is the actor's to arrange; TalkGroup.DoesNotExist if not. A private
    call is its two people's alone."""
    clock = actor.kind is ActorKind.CLOCK
    return TalkGroup.objects.select_for_update(of=("self",)).get(
        ~Q(kind=GroupKind.PRIVATE),
        Q() if clock else Q(organisation__in=directed_by(actor)),
        pk=group,
        district=actor.district,
        matter__closed_at=None,
    )


def put_on(*, actor: Actor, group: str, person: UUID, talks: bool = True) -> GroupMember:
    """Raises Refused for somebody who holds no post in the district.

    Someone who is on it already is given this right from now on.
    """
    with one_by_one():
        found = _arranged(actor, group)
        _require_colleague(actor, person)
        member = found.members.filter(person=person, until=None).first()
        if member is not None and member.talks == talks:
            return member
        now = timezone.now()
        if member is not None:
            found.members.filter(pk=member.pk).update(until=now)
        _enter(actor, found, "put_on", Membership(person=person, talks=talks))
        tell(actor.district, "group", found.code, people=[person])
        return found.members.create(person_id=person, talks=talks, since=now)


def take_off(*, actor: Actor, group: str, person: UUID) -> None:
    """Does nothing for somebody who is not on it."""
    with one_by_one():
        found = _arranged(actor, group)
        if found.members.filter(person=person, until=None).update(until=timezone.now()):
            _enter(actor, found, "take_off", Member(person=person))
            tell(actor.district, "group", found.code, people=[person])


def move(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    seq: int,
    client_key: bytes,
    payload: BaseModel | None = None,
) -> Done:
    """Move a group's matter on; where that closes it, whoever is on it is told. A private call
    is not kept. Raises Refused."""
    if name == "keep" and TalkGroup.objects.filter(matter=matter, kind=GroupKind.PRIVATE).exists():
        raise Refused("no_such_move", "a private call is not kept")
    with one_by_one():
        done = kernel.move(
            actor=actor, matter=matter, name=name, seq=seq, client_key=client_key, payload=payload
        )
        if not done.repeated and not done.matter.is_open:
            found = TalkGroup.objects.get(matter=matter)
            on_it = list(found.members.filter(until=None).values_list("person", flat=True))
            tell(actor.district, "group", found.code, people=on_it)
        return done


def dismiss(*, actor: Actor, person: UUID) -> None:
    """A guard or volunteer leaves: off every group, off duty, and the account is closed, at once.

    Raises Refused.
    """
    with one_by_one():
        people.dismiss(actor=actor, person=person)
        on_shift().filter(person=person).update(until=timezone.now())
        running = GroupMember.objects.filter(
            person=person,
            until=None,
            group__matter__closed_at=None,
            group__organisation__in=directed_by(actor),
        ).exclude(group__kind=GroupKind.PRIVATE)
        for code in list(running.values_list("group", flat=True)):
            take_off(actor=actor, group=code, person=person)
        GroupMember.objects.filter(person=person, until=None).update(until=timezone.now())


def _enter(actor: Actor, group: TalkGroup, name: str, payload: Member) -> None:
    kernel.act(
        actor=actor,
        matter=group.matter_id,
        name=name,
        client_key=secrets.token_bytes(16),
        payload=payload,
    )
