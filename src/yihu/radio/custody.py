"""Sets in custody: the stock, who holds which set, and a lost one cut off at once."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone
from pydantic import BaseModel

from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.writing import one_by_one
from yihu.people.directory import current
from yihu.people.models import Organisation
from yihu.people.queries import directed_by, reach_of, station_over
from yihu.places import actions as places
from yihu.places.models import Force, KeySite
from yihu.radio.loops import CUSTODY
from yihu.radio.models import Custody, Radio

DEVICE = re.compile(r"[0-9a-f]{32}")


def add_radio(*, actor: Actor, number: str, model: str = "", channel: str | None = None) -> Radio:
    """A set for the stock. Raises Refused: not_yours, number_taken."""
    if not directed_by(actor):
        raise Refused("not_yours", "whoever directs the net keeps the stock")
    with one_by_one():
        if Radio.objects.filter(district=actor.district, number=number).exists():
            raise Refused("number_taken", "there is a set with this number", field="number")
        return Radio.objects.create(
            district=actor.district, number=number, model=model, channel_id=channel
        )


def issue(
    *, actor: Actor, radio: Radio, holder: UUID, received_by: UUID, client_key: bytes
) -> Done:
    """Hand a set to a unit; `received_by`, who is of that unit, signs for it.

    A second holder is refused until it came back, here and by the database itself. Raises
    Refused: not_yours, not_of_the_unit, retired, held (with `by`, the holder's id).
    """
    if holder not in directed_by(actor):
        raise Refused("not_yours", "this unit's net is not this actor's", field="holder")
    unit = Organisation.objects.select_related("parent__parent").get(pk=holder)
    station = station_over(unit)
    if station is None:
        raise Refused("no_station", "no station answers for this unit", field="holder")
    if not _is_of(received_by, holder):
        raise Refused("not_of_the_unit", "the receiver is not of this unit", field="received_by")

    def rows(matter: Matter) -> Sequence[Any]:
        current = Radio.objects.select_for_update(of=("self",)).get(pk=radio.pk)
        if current.retired_at is not None:
            raise Refused("retired", "this set was written off", field="radio")
        if running := current.custodies.filter(ended_at=None).first():
            raise Refused("held", "somebody holds this set", field="radio", by=running.holder_id)
        return [
            Custody(
                matter=matter,
                radio=radio,
                holder=unit,
                received_by_id=received_by,
                issued_at=timezone.now(),
            )
        ]

    try:
        with one_by_one():
            return kernel.open_matter(
                actor=actor,
                client_key=client_key,
                new=NewMatter(
                    loop=CUSTODY,
                    kind="set",
                    door="radio",
                    office=station.pk,
                    watch=None,
                    parties=[NewParty(role=KEEPER)],
                    facts={"radio": radio.number, "holder": holder, "received_by": received_by},
                    rows=rows,
                ),
            )
    except IntegrityError as fault:
        raise Refused("held", "somebody was quicker", field="radio") from fault


def _is_of(person: UUID, unit: UUID) -> bool:
    """Whether somebody holds a post in a unit, or in a force of it."""
    posts = current(timezone.now()).filter(person=person, person__is_active=True)
    return posts.filter(Q(organisation=unit) | Q(organisation__parent=unit)).exists()


def move(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    seq: int,
    client_key: bytes,
    payload: BaseModel | None = None,
) -> Done:
    """Move a custody on. A lost set is stunned in the same transaction; one that came back is
    nobody's device any more, and may be issued again."""
    with one_by_one():
        done = kernel.move(
            actor=actor, matter=matter, name=name, seq=seq, client_key=client_key, payload=payload
        )
        if done.repeated:
            return done
        now = timezone.now()
        custody = Custody.objects.filter(pk=matter)
        radio = Radio.objects.filter(custodies=matter)
        if name == "lose":
            radio.update(stunned_at=now)
        elif done.matter.step == "returned":
            radio.update(stunned_at=None, device="")
        elif done.matter.step == "written_off":
            radio.update(retired_at=now)
        if not done.matter.is_open:
            custody.update(ended_at=now)
    return done


def bind_device(*, actor: Actor, number: str, device: str) -> Radio:
    """This browser is that set: `device` is the 32 hex digits it keeps for itself.

    For whoever is of the unit that holds the set, and whoever directs the net. Raises
    Radio.DoesNotExist, or Refused: no_device, not_issued, not_yours, stunned, another_set.
    """
    if not DEVICE.fullmatch(device):
        raise Refused("no_device", "a browser's own number has 32 hex digits", field="device")
    with one_by_one():
        radio = Radio.objects.select_for_update(of=("self",)).get(
            district=actor.district, number=number, retired_at=None
        )
        if radio.stunned_at is not None:
            raise Refused("stunned", "this set was reported lost")
        holder = radio.custodies.filter(ended_at=None).values_list("holder", flat=True).first()
        if holder is None:
            raise Refused("not_issued", "nobody holds this set")
        if holder not in reach_of(actor):
            raise Refused("not_yours", "this set is another unit's")
        if Radio.objects.filter(device=device).exclude(pk=radio.pk).exists():
            raise Refused("another_set", "this browser is another set")
        radio.device = device
        radio.save(update_fields=["device"])
    return radio


def close_site(*, actor: Actor, site: KeySite) -> None:
    """A site leaves the net; its sets come back first. Raises Refused: sets_out, not_yours."""
    with one_by_one():
        _require_no_sets(site.pk)
        places.close_site(actor=actor, site=site)


def close_force(*, actor: Actor, force: Force) -> None:
    """As `close_site`."""
    with one_by_one():
        _require_no_sets(force.pk)
        places.close_force(actor=actor, force=force)


def _require_no_sets(unit: UUID) -> None:
    if Custody.objects.filter(holder=unit, ended_at=None).exists():
        raise Refused("sets_out", "this unit still holds sets")
