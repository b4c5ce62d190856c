"""Reading what came through the codes."""

from dataclasses import dataclass
from uuid import UUID

from yihu.direct.models import DirectCode
from yihu.kernel import proofs, vault
from yihu.kernel.models import Matter, Party
from yihu.kernel.timeline import Happening, timeline
from yihu.people.models import Organisation


def code(value: str) -> DirectCode | None:
    """The code on a poster, with its station; None where no such poster is known."""
    return DirectCode.objects.select_related("station").filter(code=value.lower()).first()


# --- what a resident's receipt opens -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """A receipt's matter as its holder may see it. `houses`: the organisations it names, by id."""

    party: Party
    matter: Matter
    history: list[Happening]
    houses: dict[UUID, Organisation]


def held_with(secret: str) -> Held | None:
    """What this secret opens: four statements; None for nobody's."""
    party = proofs.party_with(secret)
    if party is None:
        return None
    matter = party.matter
    named = [matter.office_id, matter.concerns_id, matter.watch_id]
    houses = Organisation.objects.in_bulk([house for house in named if house])
    return Held(party, matter, timeline(matter, "party"), houses)


def photo_of(party: Party, part: UUID) -> bytes | None:
    """A photo that this party sent; None where it is not theirs, or was erased."""
    found = party.own_parts.filter(pk=part, what="photo").first()
    return vault.unseal(found, vault.key_of(party)).content if found else None
