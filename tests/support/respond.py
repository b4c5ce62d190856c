"""Units that are asked to come, for tests of the responder's phone."""

from tests.support.matters import key
from tests.support.town import Town

from yihu.dispatch.actions import Place
from yihu.dispatch.models import Incident, Offer, Unit
from yihu.dispatch.offers import offer
from yihu.radio.actions import raise_alarm

MARKET = "东门市场"


def incident(town: Town, by: str = "colleague") -> Incident:
    """An alarm from the market that somebody raised."""
    place = Place(120.12345, 30.2, 8)
    raised = raise_alarm(actor=town.actor(by), client_key=key(), place=place)
    Incident.objects.filter(pk=raised.matter.pk).update(site=None, place=MARKET)
    return Incident.objects.select_related("matter").get(pk=raised.matter.pk)


def asked(town: Town, of: Incident, unit: Unit, seconds: int = 60) -> Offer:
    """The dispatcher asks a unit to go."""
    wave = offer(
        actor=town.actor("dispatcher"),
        incident=of.pk,
        units=[unit.pk],
        client_key=key(),
        seconds=seconds,
    )
    return Offer.objects.select_related("incident__matter").get(wave=wave, unit=unit)
