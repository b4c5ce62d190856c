"""Reading orders. What is public is public to all; matters are reached through `visible_to`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from yihu.direct.kinds import Kind, Reporter
from yihu.direct.loops import PRAISE
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter, Party
from yihu.kernel.queries import visible_to
from yihu.people.roles import TELLER
from yihu.thanks.models import Commendation, Credit, PhotoConsent
from yihu.thanks.verification import Verification, present

ON_THE_WALL = timedelta(days=90)
"""How long an order is shown in the lobby."""


def verification(matter: Matter) -> Verification:
    """What a praise's entries say of its present round; one statement."""
    bodies = matter.entries.order_by("seq").values_list("body", flat=True)
    return present(matter.declared, map(json.loads, bodies))


def in_force(matter: Matter) -> Commendation | None:
    """The order that this praise led to, unless it was revoked."""
    found = Commendation.objects.filter(matter=matter, revoked_at=None)
    return found.select_related("station").first()


# --- for everybody -------------------------------------------------------------------------------


def public() -> QuerySet[Commendation]:
    """What anybody may read: nothing of a teller who asked to be contacted with care, and of
    nothing that has turned out to be something else than a praise."""
    return _whole(Commendation.objects.filter(discreet=False, matter__kind=Kind.PRAISE))


def on_the_wall(station: UUID, now: datetime | None = None) -> QuerySet[Commendation]:
    """What the lobby shows now, the newest first."""
    since = (now or timezone.now()) - ON_THE_WALL
    found = public().filter(station=station, revoked_at=None, issued_at__gte=since)
    return found.order_by("-issued_at", "-id")


def photo(consent: UUID) -> bytes | None:
    """A photo that its person lets everybody see, now; None for any other."""
    found = PhotoConsent.objects.filter(
        pk=consent, withdrawn_at=None, mention__commendation__in=public().filter(revoked_at=None)
    )
    content = found.values_list("photo", flat=True).first()
    return None if content is None else bytes(content)


def own_photo(actor: Actor, consent: UUID) -> bytes | None:
    """A photo that the actor gave themselves and has not taken back."""
    own = PhotoConsent.objects.filter(pk=consent, withdrawn_at=None, mention__in=credits_of(actor))
    content = own.values_list("photo", flat=True).first()
    return None if content is None else bytes(content)


def _whole(orders: QuerySet[Commendation]) -> QuerySet[Commendation]:
    """With whom they commend, and which photos may be shown: two statements more."""
    live = PhotoConsent.objects.filter(withdrawn_at=None).defer("photo")
    shown = Credit.objects.select_related("organisation").order_by("id")
    credits = shown.prefetch_related(Prefetch("consents", live))
    return orders.select_related("station").prefetch_related(Prefetch("credits", credits))


# --- at the desk ---------------------------------------------------------------------------------


def at_the_desk(actor: Actor) -> QuerySet[Commendation]:
    """Orders of the district: what is public, what the actor may know of, or is praised in."""
    own = Exists(Credit.objects.filter(commendation=OuterRef("pk"), person=actor.id))
    everybodys = Q(discreet=False, matter__kind=Kind.PRAISE)
    found = Commendation.objects.filter(district=actor.district)
    return _whole(found.filter(everybodys | Q(matter__in=visible_to(actor)) | Q(own)))


def knows_of(actor: Actor, orders: Sequence[Commendation]) -> dict[UUID, Matter]:
    """The praise behind these orders as far as it is the actor's to know of."""
    return visible_to(actor).in_bulk([order.matter_id for order in orders])


def credits_of(actor: Actor) -> QuerySet[Credit]:
    """What the actor was commended for: nobody sees this of somebody else."""
    live = PhotoConsent.objects.filter(withdrawn_at=None).defer("photo")
    own = Credit.objects.filter(person=actor.id).select_related("commendation__station")
    whole = own.prefetch_related(Prefetch("consents", live))
    return whole.order_by("-commendation__issued_at", "-id")


# --- counting ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Praised:
    """Praise by one kind of teller: how many, and how many of them led to an order in force."""

    reporter: Reporter
    praise: int
    commended: int


def commended(matters: QuerySet[Matter]) -> QuerySet[Matter]:
    """Of these matters the praise that led to an order in force, each once however many people
    of however many organisations it credits."""
    in_force = Commendation.objects.filter(matter=OuterRef("pk"), revoked_at=None)
    return _praise(matters).filter(Exists(in_force))


def by_reporter(matters: QuerySet[Matter]) -> Sequence[Praised]:
    """Praise by who writes, in the order of the declared kinds, so that property staff and
    declared praise stand apart from residents'; two statements, however many matters."""
    all_praise, with_order = _by_kind(_praise(matters)), _by_kind(commended(matters))
    return [Praised(kind, all_praise.get(kind, 0), with_order.get(kind, 0)) for kind in Reporter]


def _praise(matters: QuerySet[Matter]) -> QuerySet[Matter]:
    return matters.filter(loop=PRAISE.name, kind=Kind.PRAISE)


def _by_kind(matters: QuerySet[Matter]) -> dict[str, int]:
    tellers = Party.objects.filter(role=TELLER.code, matter__in=matters.order_by().values("pk"))
    counted: dict[str, int] = {}
    for kind, count in tellers.values_list("kind").annotate(Count("matter", distinct=True)):
        known = kind if kind in Reporter.values else Reporter.RESIDENT.value
        counted[known] = counted.get(known, 0) + count
    return counted
