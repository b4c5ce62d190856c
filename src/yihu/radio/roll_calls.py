"""The roll-call of key sites: every month by the clock, at other times by hand, or as an exercise.

A unit is called if it has people or sets; whoever of its people is on duty answers for it. What
counts is how many have answered after one, three and five minutes.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from yihu.kernel.access import Actor, Refused, clock_actor
from yihu.kernel.actions import Done, KeyReused
from yihu.kernel.schedule import working_calendar
from yihu.people.directory import Roster
from yihu.people.queries import directed_by, stations
from yihu.places.models import KeySite
from yihu.places.queries import forces_at
from yihu.radio.calls import call_units
from yihu.radio.models import Call, CallKind
from yihu.radio.net_queries import crew, issued

COUNTED_AT = (1, 3, 5)
"""Minutes after which the answers are counted."""


def begin(*, actor: Actor, office: UUID, client_key: bytes, exercise: bool = False) -> Done:
    """Call every unit of an office's. Raises Refused: `not_yours`, `nobody_there`."""
    if actor.id is not None and office not in directed_by(actor):
        raise Refused("not_yours", "the actor does not direct this office's net")
    units = units_to_call(actor.district, office)
    if not units:
        raise Refused("nobody_there", "no unit has people or sets")
    asks = {"month": f"{timezone.localdate():%Y-%m}", "exercise": exercise}
    return call_units(actor=actor, office=office, units=units, asks=asks, client_key=client_key)


def units_to_call(district: str, office: UUID) -> dict[UUID, list[UUID]]:
    """The key sites below an office that have people, of their own or in a force of theirs, or
    sets; each with these people."""
    below = Roster.now(district).below(office)
    sites = list(
        KeySite.objects.filter(organisation__in=below, closed_at=None)
        .order_by("organisation__code")
        .values_list("organisation", flat=True)
    )
    home = {site: site for site in sites}
    home |= {force.organisation_id: force.unit_id for force in forces_at(sites)}
    people: dict[UUID, list[UUID]] = {site: [] for site in sites}
    for unit, found in crew(home).items():
        people[home[unit]] += [person.id for person in found]
    sets = issued(sites)
    return {site: found for site, found in people.items() if found or sets[site]}


def call_due(now: datetime | None = None) -> int:
    """A job of the clock: this month's roll-call of each station, on the first working day from
    ROLL_CALL_AT on; where no clock ran then, in the service hours after. How many were begun."""
    local = timezone.localtime(now)
    calendar, starts = working_calendar(), settings.ROLL_CALL_AT
    if starts is None or not calendar.is_workday(local.date()):
        return 0
    if not starts <= local.time() < calendar.closes:
        return 0
    month = f"{local:%Y-%m}"
    called = Call.objects.filter(kind=CallKind.ROLL_CALL, asks__month=month, asks__exercise=False)
    begun = 0
    for station in stations().exclude(pk__in=called.values("matter__office")):
        try:
            begin(
                actor=clock_actor(station.district),
                office=station.pk,
                client_key=f"roll-call {station.pk.hex} {month}".encode(),
            )
        except (Refused, KeyReused):  # nobody to call, or another clock was quicker
            continue
        begun += 1
    return begun
