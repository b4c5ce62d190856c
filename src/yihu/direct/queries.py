"""Reading what came through the codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from yihu.direct.models import CodeReport, DirectCode, Inspection, ScanDay
from yihu.direct.posters import Condition
from yihu.kernel import proofs, vault
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter, Party
from yihu.kernel.queries import visible_to
from yihu.kernel.reference import tidy
from yihu.kernel.timeline import Happening, timeline
from yihu.people.models import Organisation, OrganisationKind

SCANS_OF = 30
"""Days of scans that the list of codes adds up."""


def code(value: str) -> DirectCode | None:
    """The code on a poster, with its station; None where no such poster is known.

    What is typed off a wall may hold an O for a 0.
    """
    wanted = {value.lower(), tidy(value).lower()}
    return DirectCode.objects.select_related("station").filter(code__in=wanted).first()


# --- codes on walls ------------------------------------------------------------------------------


def stations_of(actor: Actor) -> QuerySet[Organisation]:
    """The stations that somebody works at, in a room of, or above: whose codes they see."""
    own = [post.organisation for post in actor.posts]
    reach = set[UUID]().union(*(post.reach for post in actor.posts))
    near = Q(pk__in=reach) | Q(children__in=own) | Q(supervisor__in=own)
    found = Organisation.objects.filter(near, district=actor.district)
    return found.filter(kind=OrganisationKind.STATION).distinct()


def placements(actor: Actor, today: date | None = None) -> QuerySet[DirectCode]:
    """The codes that somebody may see, with their scans and what was found last.

    `scans_today`; of SCANS_OF days `scans`, `repeated`, `bulk`; `found`, `foreign`,
    `inspected_at`: of the last inspection.
    """
    today = today or timezone.localdate()
    days = ScanDay.objects.filter(code=OuterRef("pk"), day__lte=today)
    recent = days.filter(day__gt=today - timedelta(days=SCANS_OF)).values("code")
    last = Inspection.objects.filter(code=OuterRef("pk"))
    sums = {
        name: Coalesce(Subquery(recent.annotate(sum=Sum(name)).values("sum")), 0)
        for name in ("scans", "repeated", "bulk")
    }
    seen = DirectCode.objects.filter(
        district=actor.district, station__in=stations_of(actor).values("pk")
    )
    return (
        seen.select_related("station")
        .annotate(
            scans_today=Coalesce(Subquery(days.filter(day=today).values("scans")), 0),
            found=Subquery(last.values("finding")[:1]),
            foreign=Subquery(last.values("foreign")[:1]),
            inspected_at=Subquery(last.values("at")[:1]),
            **sums,
        )
        .order_by("station__code", F("retired_at").asc(nulls_first=True), "serial")
    )


def wants_inspection(placement: DirectCode) -> bool:
    """Whether nobody looked at it for longer than the house allows. Takes one of `placements`."""
    last = getattr(placement, "inspected_at", None) or placement.posted_at
    allowed = timedelta(days=settings.INSPECT_WITHIN_DAYS)
    return placement.retired_at is None and timezone.now() - last > allowed


def wants_mending(placement: DirectCode) -> bool:
    """Whether it was not found well the last time. Takes one of `placements`."""
    found = getattr(placement, "found", None)
    return placement.retired_at is None and found not in (None, Condition.IN_PLACE.value)


# --- flags ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flags:
    """What makes a message one to look at twice. It counts all the same."""

    flood: bool = False
    duplicate_of: str = ""


def flags(actor: Actor, matters: Iterable[Matter]) -> dict[UUID, Flags]:
    """The flags of those that have any: one statement, and one more where there are duplicates.

    A duplicate of what the reader may not know of is not one to them.
    """
    flagged = Q(flood=True) | Q(duplicate_of__isnull=False)
    reports = list(CodeReport.objects.filter(flagged, matter__in=[m.pk for m in matters]))
    firsts = {r.duplicate_of_id for r in reports if r.duplicate_of_id is not None}
    references: dict[UUID | None, str] = {}
    if firsts:
        known = visible_to(actor).filter(pk__in=firsts)
        references.update(known.values_list("pk", "reference"))
    found = {r.matter_id: Flags(r.flood, references.get(r.duplicate_of_id, "")) for r in reports}
    return {matter: flag for matter, flag in found.items() if flag != Flags()}


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
