"""What goes over the net and is not speech: messages to a group, and calls that are answered.

Whoever is called owes the answer: each is a party of the call's matter, acts as that party, and
every act is an entry. A call that all have answered is over by itself; after five minutes the
dispatcher is asked to follow up.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from yihu.dispatch.actions import Place
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.loop import Loop
from yihu.kernel.models import Matter
from yihu.kernel.parties import NewParty
from yihu.kernel.payload import Part
from yihu.kernel.writing import one_by_one
from yihu.people.roles import CALLED
from yihu.radio.groups import KEEPER
from yihu.radio.happenings import tell
from yihu.radio.loops import CALL, MESSAGE
from yihu.radio.models import Addressee, Call, CallKind, TalkGroup
from yihu.radio.queries import rights_now

LONGEST = 2000
"""Characters of a message."""


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
    needed = {CallKind.TEXT: words, CallKind.PHOTO: picture, CallKind.POSITION: place}
    if not needed[CallKind(kind)]:
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
