"""A matter's history as its readers see it: what the party may know, or what the office may."""

import json
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext

from yihu.kernel import vault
from yihu.kernel.access import ActorKind
from yihu.kernel.models import Matter, Party, SealedPart
from yihu.kernel.parties import RESPONDER
from yihu.kernel.payload import ORIGINAL
from yihu.kernel.queries import parts

log = logging.getLogger(__name__)

Reader = Literal["party", "office"]

FOR_THE_OFFICE = frozenset({"note", "reassign", "excuse", "confirm_excuse", "name_subject"})
"""Acts that a party's timeline leaves out; the receipt still proves that they are entries."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sealed part, opened for reading. `text` is None once erased, and for pictures."""

    part: UUID
    what: str
    text: str | None
    media_type: str
    internal: bool
    erased: bool

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry, for reading. `name` is the move's or act's; `role` is what its maker acted as."""

    seq: int
    kind: str
    name: str
    occurred_at: datetime
    recorded_at: datetime
    by: str
    role: str
    person: str
    start: str
    to: str
    facts: dict[str, Any] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    internal: bool = False


def timeline(matter: Matter, reader: Reader) -> list[Happening]:
    """What happened, in order: three statements, however long the history."""
    audiences = ("party",) if reader == "party" else ("party", "office")
    said: dict[int, list[Said]] = defaultdict(list)
    for part in parts(matter, audiences=audiences).exclude(what=ORIGINAL):
        said[part.seq].append(open_part(part))
    found = []
    for entry in matter.entries.order_by("seq"):
        body = json.loads(entry.body)
        name = body.get("move") or body.get("act") or entry.kind
        internal = name in FOR_THE_OFFICE
        if internal and reader == "party":
            continue
        found.append((entry, body, name, internal))
    names = _names([body for _, body, _, _ in found]) if reader == "office" else {}
    return [
        Happening(
            seq=entry.seq,
            kind=entry.kind,
            name=name,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            by=body["by"]["kind"],
            role=body.get("as", "") or body.get("role", ""),
            person=names.get(body["by"].get("id", ""), ""),
            start=body.get("from", ""),
            to=body.get("to", ""),
            facts=body.get("facts", {}),
            said=said[entry.seq],
            internal=internal,
        )
        for entry, body, name, internal in found
    ]


def open_part(part: SealedPart) -> Said:
    """A part for reading. One that is damaged says so, and hides nothing beside it."""
    text = None
    erased = part.erased_at is not None
    if not erased and part.media_type == "text/plain":
        text = _opened(part)
    return Said(part.id, part.what, text, part.media_type, part.audience == "office", erased)


def _opened(part: SealedPart) -> str:
    try:
        return vault.unseal(part, vault.key_of(part.party)).text
    except vault.Damaged:
        log.error("sealed part %s does not open", part.id)
        return gettext("（打不开：内容损坏或密钥不对，请告诉系统管理员）")


def _names(bodies: list[dict[str, Any]]) -> dict[str, str]:
    staff = {
        b["by"]["id"] for b in bodies if b["by"]["kind"] == ActorKind.STAFF and "id" in b["by"]
    }
    names = {person.pk.hex: person.name for person in get_user_model().objects.filter(pk__in=staff)}
    if called_in := {b["by"]["id"] for b in bodies if b.get("as") == RESPONDER and "id" in b["by"]}:
        rows = Party.objects.filter(pk__in=called_in, person__isnull=False)
        names |= {party.hex: name for party, name in rows.values_list("pk", "person__name")}
    return names


def excerpts(matters: list[Matter], length: int = 120) -> dict[UUID, str]:
    """The beginning of what each matter's teller wrote, for lists: one statement."""
    rows = SealedPart.objects.filter(
        matter__in=matters, seq=1, what="words", erased_at=None
    ).select_related("party")
    found = {}
    for part in rows:
        text = " ".join(_opened(part).split())
        found[part.matter_id] = text if len(text) <= length else text[: length - 1] + "…"
    return found
