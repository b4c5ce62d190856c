"""What goes over the net and is not speech: messages to a group, and calls that are answered.

Whoever is called owes the answer (`answers.py`). A call that all have answered is over by
itself; after five minutes the dispatcher is asked to follow up.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from yihu.dispatch.actions import Place
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.loop import Loop
from yihu.kernel.models import Matter
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.payload import Part, split
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.people.directory import current
from yihu.people.queries import directed_by
from yihu.people.roles import CALLED, DIRECTING, NO_POLICE_POWERS
from yihu.people.shifts import on_shift, shift_of
from yihu.radio.happenings import tell
from yihu.radio.loops import CALL, MESSAGE
from yihu.radio.models import Addressee, Call, CallKind, GroupMember, TalkGroup
from yihu.radio.queries import rights_now
from yihu.radio.schemas import Instruction, Order

LONGEST = 2000
"""Characters of a message."""

FOR_POLICE = frozenset({Order.CORDON})
"""What no guard or volunteer is told to do."""


@dataclass(frozen=True, slots=True)
class Called:
    """A person, or a unit whose people may all answer for it."""

    person: UUID | None = None
    unit: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call about to be sent. `asks`: codes only; whatever is said in words is in `parts`."""

    kind: CallKind
    office: UUID
    parts: Sequence[Part]
    loop: Loop = CALL
    group: str | None = None
    about: UUID | None = None
    asks: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    called: Sequence[Called] = ()


def send_message(
    *,
    actor: Actor,
    group: str,
    kind: str,
    client_key: bytes,
    words: str = "",
    picture: bytes | None = None,
    place: Place | None = None,
) -> Done:
    """Words, a photo (as `fit_to_keep` made it) or the sender's own position, to all of a group.

    Nothing is sent off duty. Raises Refused: `off_duty`, `not_yours` for a group on which the
    actor does not talk, `empty`, `too_long`.
    """
    rights = rights_now(actor)
    if not rights:
        raise Refused("off_duty", "nobody is on the net off duty")
    if not any(right.id == group and right.talks for right in rights):
        raise Refused("not_yours", "the actor does not talk on this group", field="group")
    words = words.strip()
    needed = {"text": words, "photo": picture, "position": place}
    if not needed.get(kind):
        raise Refused("empty", "there is nothing to send", field="words")
    if len(words) > LONGEST:
        raise Refused("too_long", "the message is too long", field="words")
    parts = [Part("words", words.encode())] if words else []
    if picture and kind == CallKind.PHOTO:
        parts.append(Part("photo", picture, media_type="image/jpeg"))
    if place and kind == CallKind.POSITION:
        parts.append(Part("position", json.dumps(asdict(place)).encode()))
    found = TalkGroup.objects.get(pk=group)
    with one_by_one():
        done = _send(
            actor,
            Outgoing(
                kind=CallKind(kind),
                office=found.organisation_id,
                parts=parts,
                loop=MESSAGE,
                group=group,
                about=found.about_id,
            ),
            client_key,
        )
        if not done.repeated:
            tell(actor.district, "message", done.matter.reference, groups=[group])
        return done


# --- calling -------------------------------------------------------------------------------------


def call_group(
    *,
    actor: Actor,
    group: str | None,
    words: str,
    client_key: bytes,
    about: UUID | None = None,
) -> Done:
    """Call everybody on duty on a group that the actor directs; None: on all of these groups.

    Raises Refused: `not_yours`, `empty`, `too_long`, `nobody_there` where nobody is on duty.
    """
    members = GroupMember.objects.filter(
        until=None,
        person__is_active=True,
        group__matter__closed_at=None,
        group__district=actor.district,
        group__organisation__in=directed_by(actor),
    ).exclude(person=actor.id)
    if group is not None:
        members = members.filter(group=group)
    everybody = set(members.values_list("person", flat=True))
    return _call_present(actor, everybody, words, client_key, group=group, about=about)


def call_people(
    *,
    actor: Actor,
    people: Iterable[UUID],
    words: str,
    client_key: bytes,
    about: UUID | None = None,
) -> Done:
    """Call those of these people who are on duty and of units that the actor directs.

    Raises Refused: `not_yours`, `empty`, `too_long`, `nobody_there` where none of them is.
    """
    posts = current(timezone.now()).filter(
        person__in=list(people), person__is_active=True, organisation__in=directed_by(actor)
    )
    everybody = set(posts.values_list("person", flat=True)) - {actor.id}
    return _call_present(actor, everybody, words, client_key, about=about)


def _call_present(
    actor: Actor,
    everybody: set[Any],
    words: str,
    client_key: bytes,
    *,
    group: str | None = None,
    about: UUID | None = None,
) -> Done:
    """Call those of them who are on duty; how many are not stands with the call."""
    words, office = _said(words), office_of(actor)
    here = set(on_shift().filter(person__in=everybody).values_list("person", flat=True))
    if not here:
        raise Refused("nobody_there", "nobody of these is on duty", field="group")
    return _call(
        actor,
        Outgoing(
            kind=CallKind.GROUP_CALL,
            office=office,
            parts=[Part("words", words.encode())],
            group=group,
            about=_known(actor, about),
            asks={"off_duty": len(everybody - here)},
            called=[Called(person=person) for person in sorted(here)],
        ),
        client_key,
    )


def call_units(
    *,
    actor: Actor,
    office: UUID,
    units: Mapping[UUID, Sequence[UUID]],
    asks: dict[str, Any],
    client_key: bytes,
) -> Done:
    """A roll-call of units, each with the people who may answer for it."""
    new = Outgoing(
        kind=CallKind.ROLL_CALL,
        office=office,
        parts=(),
        asks=asks,
        facts=asks,
        called=[Called(unit=unit) for unit in units],
    )
    people = {person for answering in units.values() for person in answering}
    return _call(actor, new, client_key, people)


def instruct(
    *,
    actor: Actor,
    person: UUID,
    instruction: Instruction,
    client_key: bytes,
    spoken: bool = False,
    about: UUID | None = None,
) -> Done:
    """Tell one person on duty what to do; they owe the same back. `spoken`: it was said by voice,
    and whoever said it will mark whether it came back the same.

    Raises Refused: `not_yours`, `off_duty`, `police_only` where a guard or a volunteer is told to
    do what is the police's.
    """
    reach = directed_by(actor)
    posts = list(
        current(timezone.now()).filter(
            person=person, person__is_active=True, organisation__in=reach
        )
    )
    if not posts or person == actor.id:
        raise Refused("not_yours", "the actor does not direct this person", field="person")
    if shift_of(person) is None:
        raise Refused("off_duty", "this person is off duty", field="person")
    if instruction.do in FOR_POLICE and all(post.role in NO_POLICE_POWERS for post in posts):
        raise Refused("police_only", "this is for the police to do", field="do")
    codes, parts = split(instruction)
    asks = codes | ({"spoken": True} if spoken else {})
    new = Outgoing(
        kind=CallKind.INSTRUCTION,
        office=office_of(actor),
        parts=parts,
        about=_known(actor, about),
        asks=asks,
        facts=asks,
        called=[Called(person=person)],
    )
    return _call(actor, new, client_key)


def _call(
    actor: Actor, new: Outgoing, client_key: bytes, people: Iterable[UUID] | None = None
) -> Done:
    with one_by_one():
        done = _send(actor, new, client_key)
        if not done.repeated:
            called = [one.person for one in new.called if one.person]
            tell(actor.district, "call", done.matter.reference, people=people or called)
        return done


def move(*, actor: Actor, matter: UUID, name: str, **how: Any) -> Done:
    """Move a call on; the sets of those called show at once that it is over, or put right.
    `how`: as the kernel takes it."""
    with one_by_one():
        done = kernel.move(actor=actor, matter=matter, name=name, **how)
        called = Addressee.objects.filter(call=matter, person__isnull=False)
        people = called.values_list("person", flat=True)
        tell(done.matter.district, "call", done.matter.reference, people=people)
        return done


def office_of(actor: Actor) -> UUID:
    """The office for which the actor directs the net."""
    found = next((post for post in actor.posts if post.role in DIRECTING), None)
    if found is None:
        raise Refused("not_yours", "the actor does not direct the net")
    return found.organisation


def _said(words: str) -> str:
    words = words.strip()
    if not words:
        raise Refused("empty", "there is nothing to send", field="words")
    if len(words) > LONGEST:
        raise Refused("too_long", "this is too long", field="words")
    return words


def _known(actor: Actor, about: UUID | None) -> UUID | None:
    """What a call is about, if the actor may know of that; Matter.DoesNotExist if not."""
    return visible_to(actor).only("pk").get(pk=about).pk if about else None


def _send(actor: Actor, new: Outgoing, client_key: bytes) -> Done:
    """Open the call's matter, with a party for each of those called."""
    parties = {one: NewParty(role=CALLED.code, person=one.person) for one in new.called}

    def rows(matter: Matter) -> Sequence[Any]:
        call = Call(
            matter=matter,
            district=matter.district,
            kind=new.kind,
            group_id=new.group,
            sender_id=actor.id,
            about_id=new.about,
            asks=new.asks,
            sent_at=matter.opened_at,
        )
        return [call, *(_addressee(call, one, party) for one, party in parties.items())]

    facts = {"group": new.group} if new.group else {}
    return kernel.open_matter(
        actor=actor,
        client_key=client_key,
        new=NewMatter(
            loop=new.loop,
            kind=new.kind.value,
            door="radio",
            office=new.office,
            watch=None,
            parties=[NewParty(role=KEEPER, parts=new.parts), *parties.values()],
            facts=facts | new.facts,
            rows=rows,
        ),
    )


def _addressee(call: Call, one: Called, party: NewParty) -> Addressee:
    return Addressee(call=call, party=party.id, person_id=one.person, unit_id=one.unit)
