"""Incidents that went in a known way, for the figures."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.support.town import Town

from yihu.dispatch.kinds import Travel, UnitKind
from yihu.dispatch.models import Assignment, Incident, Unit
from yihu.kernel.models import Matter
from yihu.people.models import Organisation
from yihu.radio.actions import raise_alarm

MINUTE = timedelta(minutes=1)


def unit(town: Town, code: str, kind: UnitKind, organisation: Organisation) -> Unit:
    return Unit.objects.create(
        district=town.station.district,
        organisation=organisation,
        code=code,
        name=code,
        kind=kind,
        travel=Travel.CAR,
    )


def gone(
    town: Town,
    called: datetime,
    went: Mapping[Unit, float | None],
    by: str = "guard",
    **columns: Any,
) -> Incident:
    """An incident called at a moment and answered ten seconds later, to which units went: assigned
    after a minute, on the road after two, there after so many minutes; None: nobody knows."""
    key = secrets.token_bytes(16)
    matter = raise_alarm(actor=town.actor(by), client_key=key, occurred_at=called).matter
    Matter.objects.filter(pk=matter.pk).update(**columns)
    incident = Incident.objects.get(pk=matter.pk)
    incident.answered_at = called + timedelta(seconds=10)
    incident.save()
    for one, minutes in went.items():
        Assignment.objects.create(
            incident=incident,
            unit=one,
            assigned_at=called + MINUTE,
            acknowledged_at=called + 1.5 * MINUTE,
            en_route_at=None if minutes is None else called + 2 * MINUTE,
            on_scene_at=None if minutes is None else called + minutes * MINUTE,
        )
    return incident
