"""Incidents on the map, units near them, and offers between the two, for tests."""

from datetime import timedelta
from typing import Any

from tests.support.matters import key
from tests.support.town import Town
from tests.support.units import unit

from yihu.dispatch.actions import Place
from yihu.dispatch.intake import Spot, take
from yihu.dispatch.kinds import Answer, Door, Kind
from yihu.dispatch.models import Incident, Offer, Unit, Wave
from yihu.radio.positions import report

HERE = Place(121.0, 30.0)


def near(metres: float) -> Place:
    """So far east of HERE."""
    return Place(121.0 + metres / 96_400, 30.0)


def posted(town: Town, name: str, metres: float = 300, **columns: Any) -> Unit:
    """A unit of one person on shift, so far from HERE."""
    made = unit(town, name)
    Unit.objects.filter(pk=made.pk).update(**columns)
    report(actor=town.actor(name), place=near(metres))
    made.refresh_from_db()
    return made


def incident(
    town: Town, kind: Kind = Kind.HARASSMENT, spot: Spot | None = None, **more: Any
) -> Incident:
    """One that the control room was told of by telephone, at HERE."""
    done = take(
        actor=town.actor("dispatcher"),
        kind=kind,
        door=more.pop("door", Door.PHONE),
        client_key=key(),
        words="请快来",
        spot=spot or Spot(place=HERE),
        **more,
    )
    return Incident.objects.select_related("matter").get(pk=done.matter.pk)


def later(seconds: float = 0) -> None:
    """So much time passes for what runs: waves and offers end that much earlier."""
    for wave in Wave.objects.filter(closed_at=None):
        Wave.objects.filter(pk=wave.pk).update(ends_at=wave.ends_at - timedelta(seconds=seconds))
    for offer in Offer.objects.filter(answer=Answer.WAITING):
        ends = offer.deadline - timedelta(seconds=seconds)
        Offer.objects.filter(pk=offer.pk).update(deadline=ends)


def codes(wave: Wave | None) -> list[str]:
    """The units of a wave."""
    assert wave is not None
    return sorted(offer.unit.code for offer in wave.offers.select_related("unit"))
