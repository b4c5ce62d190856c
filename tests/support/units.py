"""Units and the people in them, for tests."""

from tests.support.town import Town

from yihu.dispatch.kinds import Travel, UnitKind
from yihu.dispatch.models import Incident, Unit
from yihu.dispatch.units import UnitDetails, form_unit, join
from yihu.people.models import Person
from yihu.people.shifts import begin_shift
from yihu.radio.actions import raise_alarm

KINDS = {"guard": UnitKind.GUARD, "auxiliary": UnitKind.AUXILIARY}


def unit(town: Town, *names: str, on_shift: bool = True) -> Unit:
    """A unit of these people, named after the first, of the kind of force that they are."""
    chief, lead = town.actor("chief"), town.people[names[0]]
    made = form_unit(
        actor=chief,
        organisation=Person.objects.get(pk=lead.pk).posts.get().organisation_id,
        details=UnitDetails(
            code=names[0],
            name=f"{names[0]}组",
            kind=KINDS.get(names[0], UnitKind.POLICE),
            travel=Travel.FOOT,
        ),
    )
    for name in names:
        join(actor=chief, unit=made.pk, person=town.people[name].pk)
        if on_shift:
            begin_shift(actor=town.actor(name))
    return made


def incident(town: Town, by: str = "guard", key: bytes = b"held") -> Incident:
    """An alarm that somebody raised."""
    raised = raise_alarm(actor=town.actor(by), client_key=key)
    return Incident.objects.select_related("matter").get(pk=raised.matter.pk)
