"""What a resident does with a code, and what the station does with its codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import models, transaction
from django.db.models import Max
from django.utils import timezone

from yihu.direct import likeness
from yihu.direct.kinds import About, Kind, PlacementKind, Reporter
from yihu.direct.loops import COMPLAINT, DIRECT, PRAISE
from yihu.direct.models import CodeReport, DirectCode, Inspection
from yihu.direct.posters import Judged
from yihu.kernel import actions as kernel
from yihu.kernel import proofs, sealed
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import NewParty
from yihu.kernel.payload import Part
from yihu.kernel.reference import new_code, receipt_secret, secret_hash
from yihu.kernel.writing import one_by_one
from yihu.people.models import Organisation
from yihu.people.roles import DEPUTY_CHIEF, STATION_CHIEF, SUPERVISOR, TELLER


class Safety(StrEnum):
    """How a contact may be used."""

    OPEN = ""
    BLANK = "blank"  # say nothing of the matter: someone else may see it
    NEVER = "never"  # do not contact; the receipt alone


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a resident sends. Everything but the words may be left out."""

    kind: Kind
    words: str
    about: About = About.OFFICE
    whom: str = ""
    name: str = ""
    contact: str = ""
    safety: Safety = Safety.OPEN
    pictures: Sequence[Picture] = ()
    reporter: Reporter = Reporter.RESIDENT

    @property
    def parts(self) -> list[Part]:
        said = [Part("words", self.words.encode())]
        if self.whom:
            said.append(Part("whom", self.whom.encode()))
        said += [Part("photo", p.content, media_type=p.media_type) for p in self.pictures]
        if self.name:
            said.append(Part("name", self.name.encode(), audience="identity"))
        if self.contact:
            said.append(Part("contact", self.contact.encode(), audience="identity"))
        return said


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is kept, and the secret of its receipt. `repeated`: it was sent before."""

    matter: Matter
    secret: str
    repeated: bool


LOOP_OF = {Kind.COMPLAINT: COMPLAINT, Kind.PRAISE: PRAISE}
"""The way each kind takes; the others take the plain one."""


def send(
    *,
    station: Organisation,
    message: Message,
    client_key: bytes,
    door: str = "code",
    occurred_at: datetime | None = None,
    flood: bool = False,
) -> Sent:
    """Take a resident's message. `flood`: it came while very many came.

    A complaint reaches the outside supervisor at once; one about the chief never
    reaches the station at all. Raises KeyReused (see `kernel.actions`).
    """
    secret = receipt_secret(proofs.pepper(), client_key)
    new = new_matter(station, message, secret_hash(proofs.pepper(), secret), door, flood=flood)
    resident = Actor(ActorKind.PARTY, None, station.district)
    done: Done = kernel.open_matter(
        actor=resident, new=new, client_key=client_key, occurred_at=occurred_at
    )
    return Sent(done.matter, secret, done.repeated)


def new_matter(
    station: Organisation,
    message: Message,
    hashed: bytes | None,
    door: str,
    origin: str = "",
    flood: bool = False,
) -> NewMatter:
    complaint = message.kind == Kind.COMPLAINT
    supervisor = station.supervisor_id
    past_the_chief = complaint and message.about == About.CHIEF and supervisor is not None
    teller = NewParty(
        role=TELLER.code,
        kind=message.reporter.value,
        parts=message.parts,
        secret_hash=hashed,
        contact_safety=message.safety.value,
    )

    alike = None
    if not origin:  # history is what it is
        alike = likeness.fingerprint(proofs.pepper(), station.id.bytes, message.words)

    def report(matter: Matter) -> list[models.Model]:
        return [
            CodeReport(
                matter=matter,
                about=message.about,
                characters=len(message.words),
                photos=len(message.pictures),
                flood=flood,
                alike=alike,
                compared=alike is None,
            )
        ]

    return NewMatter(
        loop=LOOP_OF.get(message.kind, DIRECT),
        kind=message.kind,
        door=door,
        office=supervisor if past_the_chief and supervisor else station.id,
        watch=supervisor,
        watched=complaint,
        concerns=station.id if complaint else None,
        step="oversight" if past_the_chief else "received",
        parties=[teller],
        facts={"about": message.about.value} if complaint else {},
        notices=_notices(complaint, past_the_chief),
        rows=report,
        origin=origin,
    )


def _notices(complaint: bool, past_the_chief: bool) -> list[Notice]:
    notices = []
    if complaint:
        notices.append(Notice("complaint_received", role=SUPERVISOR))
    if not past_the_chief:
        notices.append(Notice("message_received", role=STATION_CHIEF))
    return notices


def erase(*, actor: Actor, matter: Matter) -> None:
    """Erase what the tellers wrote, as they asked, and what could be compared with it."""
    with transaction.atomic():
        for party in sealed.asking(matter):
            sealed.erase_party(actor=actor, matter=matter.id, party=party)
        CodeReport.objects.filter(pk=matter.id).update(alike=None, compared=True)
    sealed.overwrite_freed_pages()


# --- the codes on the walls ----------------------------------------------------------------------


def keeps_codes(actor: Actor, station: UUID) -> bool:
    """Whether the actor decides where the station's codes hang."""
    return actor.holds(STATION_CHIEF, station) or actor.holds(DEPUTY_CHIEF, station)


def place_code(
    *, actor: Actor, station: Organisation, kind: PlacementKind, place: str
) -> DirectCode:
    """A new code for a place, with the station's next serial. Raises Refused."""
    _require_keeper(actor, station.id)
    with one_by_one():
        Organisation.objects.select_for_update().get(pk=station.pk)  # one serial at a time
        newest = DirectCode.objects.filter(station=station).aggregate(newest=Max("serial"))
        return DirectCode.objects.create(
            code=new_code(),
            district=station.district,
            station=station,
            kind=kind,
            place=place,
            serial=(newest["newest"] or 0) + 1,
        )


def retire_code(*, actor: Actor, code: DirectCode) -> None:
    """No longer inspected or printed; whoever scans it still reaches the chief. Raises Refused."""
    _require_keeper(actor, code.station_id)
    DirectCode.objects.filter(pk=code.pk, retired_at=None).update(retired_at=timezone.now())


def inspect_code(*, actor: Actor, code: DirectCode, judged: Judged, note: str = "") -> Inspection:
    """Record what somebody found who stood before the paper; whoever sees a code may."""
    return Inspection.objects.create(
        code=code,
        at=timezone.now(),
        by_id=_person(actor),
        finding=judged.condition.value,
        foreign=judged.foreign,
        note=note,
    )


def _person(actor: Actor) -> UUID:
    if actor.id is None:
        raise Refused("not_yours", "somebody has to stand before the paper")
    return actor.id


def _require_keeper(actor: Actor, station: UUID) -> None:
    if not keeps_codes(actor, station):
        raise Refused("not_yours", "the chief decides where the station's codes hang")
