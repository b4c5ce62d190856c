"""The parties of a matter, and what is sealed under a key of each one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from yihu.kernel import vault
from yihu.kernel.models import Matter, Party, SealedPart
from yihu.kernel.payload import Part

SUBJECT = "subject"
"""The party whom a matter is about: blind to it, as is everyone they command."""
KEEPER = "keeper"
"""The party without a person whose key seals what staff write in a matter that no resident
is in."""
BENEFICIARY = "beneficiary"
"""The party whom a matter is for, such as whoever is praised: they may see it, never judge it."""

RESPONDER = "responder"
"""The party who is asked to come: a member of staff, a guard, a volunteer."""


def people_who_are(role: str, parties: Iterable[Party]) -> frozenset[UUID]:
    """The members of staff who are in a matter as such a party."""
    return frozenset(p.person_id for p in parties if p.role == role and p.person_id is not None)


@dataclass(frozen=True, slots=True)
class NewParty:
    """A party of a matter about to be opened, with what they say of themselves and the matter.

    `id`: known beforehand, for a room whose own rows name the party.
    """

    role: str
    kind: str = ""
    parts: Sequence[Part] = ()
    person: UUID | None = None
    secret_hash: bytes | None = None
    contact_safety: str = ""
    id: UUID = field(default_factory=uuid4)


def make_party(matter: Matter, newcomer: NewParty) -> tuple[Party, bytes]:
    """A party with a fresh key of their own, and that key."""
    key, wrapped, key_name = vault.new_key(newcomer.id)
    party = Party(
        id=newcomer.id,
        matter=matter,
        role=newcomer.role,
        kind=newcomer.kind,
        person_id=newcomer.person,
        wrapped_key=wrapped,
        key_name=key_name,
        secret_hash=newcomer.secret_hash,
        contact_safety=newcomer.contact_safety,
    )
    return party, key


def seal_parts(
    matter: Matter, party: Party, key: bytes, parts: Iterable[Part], *, seq: int
) -> tuple[list[SealedPart], list[dict[str, str]]]:
    """Seal parts under a party's key: the rows, and what the entry says of them."""
    rows, commitments = [], []
    for part in parts:
        identity = uuid4()
        sealed, commitment = vault.seal(key, identity, part.content)
        rows.append(
            SealedPart(
                id=identity,
                matter=matter,
                party=party,
                seq=seq,
                what=part.what,
                audience=part.audience,
                media_type=part.media_type,
                sealed=sealed,
            )
        )
        commitments.append(
            {"commitment": commitment.hex(), "part": identity.hex, "what": part.what}
        )
    return rows, commitments
