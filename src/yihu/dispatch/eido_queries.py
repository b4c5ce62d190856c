"""Reading an incident for other dispatch systems, as it stands now."""

from datetime import timedelta
from uuid import UUID

from yihu.dispatch.assignments import moments
from yihu.dispatch.eido import AGENCIES, OTHER, Agency, Direction, Resource, Snapshot
from yihu.dispatch.kinds import Door, Secondary, Status, UnitKind
from yihu.dispatch.models import Assignment, Incident, IncidentLink


def snapshot(incident: Incident, issuer: str) -> Snapshot:
    """What another system may know: no words of anybody, and no person. `issuer`: our host."""
    matter = incident.matter
    went = list(
        Assignment.objects.filter(incident=incident)
        .select_related("unit__organisation", "offer")
        .order_by("assigned_at", "pk")
    )
    office = matter.office
    agencies = {office.code: Agency(office.code, "police", owns=True)}
    for trip in went:
        house = trip.unit.organisation.code
        kind = AGENCIES.get(UnitKind(trip.unit.kind), OTHER)
        agencies.setdefault(house, Agency(house, kind))
    where = None
    if incident.longitude is not None and incident.latitude is not None:
        where = incident.longitude, incident.latitude, incident.accuracy
    links = [*incident.links.all(), *incident.linked_from.all()]
    others = {link: _other(link, incident) for link in links}
    absorbed = matter.absorbed.values_list("pk", flat=True)
    return Snapshot(
        issuer=issuer,
        id=matter.pk,
        reference=matter.reference,
        kind=incident.rule_kind,
        kind_title=incident.get_kind_display(),
        urgency=incident.urgency,
        urgency_title=incident.get_priority_display(),
        step=matter.step,
        is_open=matter.is_open,
        updated_at=matter.entries.latest("seq").recorded_at,
        agencies=list(agencies.values()),
        moments=moments(incident),
        resources=[_resource(trip) for trip in {trip.unit_id: trip for trip in went}.values()],
        place=incident.place or (incident.site.title if incident.site else ""),
        point=where,
        joined=[
            *((other, Direction.REPLACING) for other in absorbed),
            *([(matter.merged_into_id, Direction.REPLACED)] if matter.merged_into_id else []),
            *((other, Direction.SPLIT) for link, other in others.items() if link.split),
        ],
        related=[other for link, other in others.items() if not link.split],
        is_exercise=matter.door == Door.TRAINING,
    )


def _other(link: IncidentLink, incident: Incident) -> UUID:
    here: UUID = link.incident_id
    there: UUID = link.other_id
    return there if here == incident.pk else here


def _resource(trip: Assignment) -> Resource:
    unit, offer = trip.unit, trip.offer
    eta = None
    if offer and offer.eta is not None and offer.answered_at and trip.on_scene_at is None:
        eta = offer.answered_at + timedelta(seconds=offer.eta)
    running = trip.ended_at is None
    here = running and unit.incident_id == trip.incident_id
    return Resource(
        id=unit.pk,
        code=unit.code,
        kind=UnitKind(unit.kind),
        agency=unit.organisation.code,
        status=Status(unit.status),
        status_at=unit.status_at,
        secondary=[Secondary(one) for one in unit.secondary],
        sent_at=trip.assigned_at,
        eta=eta,
        active=here,
        stacked=running and not here,
    )
