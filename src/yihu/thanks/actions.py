"""What is done with a praise once it is verified: an order, its end, and a photo by consent.

An order is about people, so two of them stand between a letter and the wall: whoever
verified it, who is not praised and not under the praised, and whoever issues it, who is
not praised either.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from yihu.direct.kinds import DECLARED, Kind
from yihu.direct.schemas import Commended, Revoked
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter, Party
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import BENEFICIARY, people_who_are
from yihu.kernel.queries import visible_to
from yihu.kernel.reference import key_hash
from yihu.kernel.schedule import working_calendar
from yihu.kernel.sealed import overwrite_freed_pages
from yihu.kernel.writing import one_by_one
from yihu.people.directory import Roster
from yihu.people.models import Organisation, Person
from yihu.people.roles import TELLER
from yihu.thanks.models import Commendation, Credit, PhotoConsent
from yihu.thanks.queries import in_force, verification
from yihu.thanks.verification import Verification

LONGEST = 150
"""Characters of an order: as much as the wall shows in letters one reads from six metres."""

# --- the order -----------------------------------------------------------------------------------


def issue(
    *,
    actor: Actor,
    matter: UUID,
    text: str,
    client_key: bytes,
    declaration: str = "",
    occurred_at: datetime | None = None,
) -> Commendation:
    """Publish an order for a verified praise. Its number follows the station's last one.

    Raises Refused unless the praise was confirmed in its present round, where the actor is
    among the praised, or where the teller is not a resident and `declaration` says nothing
    to it; Matter.DoesNotExist if the actor may not know of the praise.
    """
    if actor.id is None:
        raise Refused("not_yours", "an order is issued by a member of staff")
    now = occurred_at or timezone.now()
    with one_by_one():
        found = visible_to(actor).select_for_update(of=("self",)).get(pk=matter)
        key = key_hash(f"{matter.hex} order", client_key)
        if earlier := Commendation.objects.filter(key_hash=key).first():
            if (earlier.text, earlier.declaration) != (text, declaration):
                raise KeyReused(matter)
            return earlier
        parties = list(found.parties.all())
        verified = verification(found)
        declared = next((p.kind for p in _tellers(parties) if p.kind in DECLARED), "")
        _require_issuable(actor, found, parties, verified)
        if declared and not declaration:
            raise Refused("declared", "praise by such a teller is declared", field="declaration")
        station, year, number = _next_number(found, now)
        order = Commendation.objects.create(
            district=found.district,
            station=station,
            year=year,
            number=number,
            matter=found,
            text=text,
            declared=declared,
            declaration=declaration if declared else "",
            discreet=any(party.contact_safety for party in _tellers(parties)),
            issued_at=now,
            issued_by_id=actor.id,
            key_hash=key,
        )
        credits = Credit.objects.bulk_create(_credits(order, verified))
        kernel.act(
            actor=actor,
            matter=matter,
            name="commend",
            client_key=client_key,
            payload=Commended(year=year, number=number),
            remarks={"text": digest(text)},
            notices=_notices("commended", "credited", parties, credits),
            occurred_at=occurred_at,
        )
    return order


def digest(text: str) -> str:
    """What the entry holds of the public text: enough to prove it, now and for ever."""
    return hashlib.sha256(text.encode()).hexdigest()


def _tellers(parties: Sequence[Party]) -> list[Party]:
    return [party for party in parties if party.role == TELLER.code]


def _require_issuable(
    actor: Actor, matter: Matter, parties: Sequence[Party], verified: Verification
) -> None:
    if matter.kind != Kind.PRAISE:
        raise Refused("not_praise", "only a praise leads to an order")
    if not verified.finding:
        raise Refused("not_verified", "this praise was not verified in its present round")
    if not verified.holds:
        raise Refused("not_confirmed", "what was praised could not be confirmed")
    if actor.bound_by(people_who_are(BENEFICIARY, parties)):
        raise Refused("praised", "nobody commends themselves, or who commands them")
    if in_force(matter) is not None:
        raise Refused("already_commended", "an order for this praise is in force")


def _next_number(matter: Matter, now: datetime) -> tuple[Organisation, int, int]:
    """Without gaps or doubles: the station's row is held until the order is kept or given up."""
    office = matter.concerns_id or matter.office_id
    station = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=office)
    year = now.astimezone(working_calendar().zone).year
    orders = Commendation.objects.filter(station=station, year=year)
    return station, year, (orders.aggregate(last=Max("number"))["last"] or 0) + 1


def _credits(order: Commendation, verified: Verification) -> Iterator[Credit]:
    """One for each who is praised, under the organisation of the first post they hold."""
    roster = Roster.now(order.district)
    people = Person.objects.in_bulk(verified.people)
    for person in verified.people:
        posts = sorted(roster.held_by(person), key=lambda post: post.acting)
        house = roster.organisations[posts[0].organisation] if posts else None
        yield Credit(
            commendation=order,
            person_id=person,
            name=people[person].name,
            organisation=house,
            organisation_name=house.name if house else "",
        )
    houses = {
        name: house
        for house in roster.organisations.values()
        for name in (house.name, house.name_en)
    }
    for other in verified.others:
        yield Credit(
            commendation=order,
            name=other.name,
            organisation=houses.get(other.organisation) if other.organisation else None,
            organisation_name=other.organisation,
        )


def _notices(
    to_teller: str, to_credited: str, parties: Sequence[Party], credits: Sequence[Credit]
) -> list[Notice]:
    people = (credit.person_id for credit in credits if credit.person_id)
    return [
        *(Notice(to_teller, party=party.id) for party in _tellers(parties)),
        *(Notice(to_credited, person=person) for person in people),
    ]


def revoke(
    *,
    actor: Actor,
    commendation: int,
    reason: str,
    client_key: bytes,
    occurred_at: datetime | None = None,
) -> Commendation:
    """End an order, for a reason that everybody can read. Its number stays, its photos go.

    Raises Refused where it has ended already, Commendation.DoesNotExist where the praise
    behind it is not the actor's to know of.
    """
    now = occurred_at or timezone.now()
    with one_by_one():
        known = Commendation.objects.filter(matter__in=visible_to(actor))
        order = known.select_for_update(of=("self",)).get(pk=commendation)
        if order.revoked_at is not None:
            if (order.revoked_by_id, order.revoke_reason) == (actor.id, reason):
                return order  # a retry
            raise Refused("already_revoked", "this order was revoked before")
        parties = list(Party.objects.filter(matter=order.matter_id))
        order.revoked_at, order.revoked_by_id, order.revoke_reason = now, actor.id, reason
        order.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
        kernel.act(
            actor=actor,
            matter=order.matter_id,
            name="revoke",
            client_key=client_key,
            payload=Revoked(
                year=order.year,
                number=order.number,
                words=reason if any(p.erased_at is None for p in _tellers(parties)) else "",
            ),
            notices=_notices(
                "commendation_revoked", "credit_revoked", parties, list(order.credits.all())
            ),
            occurred_at=occurred_at,
        )
        _forget(PhotoConsent.objects.filter(mention__commendation=order), now)
    overwrite_freed_pages()
    return order


# --- a photo, by consent -------------------------------------------------------------------------


def consent(*, actor: Actor, credit: int, photo: bytes, wording: str) -> PhotoConsent:
    """Let one's own photo be shown with an order; another photo takes the place of the first.

    Raises Credit.DoesNotExist for a credit that is not the actor's own, Refused where the
    order has ended.
    """
    now = timezone.now()
    with transaction.atomic():
        own = _own(actor, credit)
        order = Commendation.objects.select_for_update(of=("self",)).get(pk=own.commendation_id)
        if order.revoked_at is not None:
            raise Refused("already_revoked", "this order was revoked")
        live = PhotoConsent.objects.filter(mention=own, withdrawn_at=None)
        same = live.first()
        if same is not None and bytes(same.photo) == photo and same.wording == wording:
            return same
        _forget(live, now)
        given = PhotoConsent.objects.create(mention=own, wording=wording, photo=photo, given_at=now)
    overwrite_freed_pages()
    return given


def withdraw(*, actor: Actor, credit: int) -> None:
    """Take one's photo back: its bytes are gone when this returns. Twice is as good as once."""
    with transaction.atomic():
        _forget(PhotoConsent.objects.filter(mention=_own(actor, credit)), timezone.now())
    overwrite_freed_pages()


def _own(actor: Actor, credit: int) -> Credit:
    return Credit.objects.get(pk=credit, person=actor.id, person__isnull=False)


def _forget(consents: QuerySet[PhotoConsent], now: datetime) -> None:
    consents.filter(withdrawn_at=None).update(photo=b"", withdrawn_at=now)
