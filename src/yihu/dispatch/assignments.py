"""Sending units to an incident, handing it from one to another, and taking them off it.

Whoever acts locks the incident before the unit, so that no two wait for one another.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from yihu.dispatch.crew import Crew
from yihu.dispatch.crews import crew
from yihu.dispatch.kinds import Kind, Milestone, Status, UnitKind, may_lead
from yihu.dispatch.milestones import Course, first, milestones, true_time
from yihu.dispatch.models import Assignment, Incident, Offer, Unit, UnitMember
from yihu.dispatch.schemas import Assigned, Enlisted, HandedOver, StoodDown
from yihu.dispatch.statuses import Standing
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused, clock_actor
from yihu.kernel.models import Matter, Party
from yihu.kernel.parties import RESPONDER
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.radio import incident_groups
from yihu.radio.happenings import tell
from yihu.radio.queries import directing

# --- sending --------------------------------------------------------------------------------------


def assign(
    *,
    actor: Actor,
    incident: UUID,
    unit: UUID,
    client_key: bytes,
    offer: Offer | None = None,
    alongside: bool = False,
) -> Assignment:
    """The unit is to go. One that is on its way to the same incident already is left so.

    With an `offer` that it has accepted, the entry of that acceptance says so, which the caller
    has made; without one it is the actor's word. A unit that is busy keeps its status.

    Raises Matter.DoesNotExist, Unit.DoesNotExist, and Refused: `off_duty`; `police_only` where a
    unit would be sent by itself to what is for the police; as the kernel does.
    """
    with one_by_one():
        matter = _locked(actor, incident, asked=offer is not None)
        if running := Assignment.objects.filter(
            incident=incident, unit=unit, ended_at=None
        ).first():
            return running
        sent, on_shift = _fit(matter, unit, alongside=alongside)
        if offer is None:
            done = kernel.act(
                actor=actor,
                matter=incident,
                name="assign",
                client_key=client_key,
                payload=Assigned(unit=unit, people=list(on_shift.people)),
            )
            if done.repeated:  # it was sent, and is off the incident again since
                return Assignment.objects.filter(incident=incident, unit=unit).latest("assigned_at")
        return _send(matter, sent, on_shift, offer=offer, alongside=alongside)


def _locked(actor: Actor, incident: UUID, *, asked: bool = False) -> Matter:
    """The incident's matter, if the actor may know of it or was `asked` to come."""
    own = Matter.objects.filter(district=actor.district) if asked else visible_to(actor)
    return own.select_for_update(of=("self",)).select_related("incident").get(pk=incident)


def _fit(matter: Matter, unit: UUID, *, alongside: bool) -> tuple[Unit, Crew]:
    """The unit, locked, if it may be sent there, with those of it who are on shift."""
    sent = Unit.objects.select_for_update().get(pk=unit, district=matter.district, retired_at=None)
    now = crew(sent)
    if not now.on_duty:
        raise Refused("off_duty", "nobody of this unit is on duty", field="unit")
    if not alongside and not may_lead(now.kind, Kind(matter.kind)):
        raise Refused("police_only", "this is for the police; others go beside them", field="unit")
    return sent, now


def _send(
    matter: Matter, unit: Unit, on_shift: Crew, *, alongside: bool, offer: Offer | None = None
) -> Assignment:
    made = Assignment.objects.create(
        incident=matter.incident,
        unit=unit,
        offer=offer,
        alongside=alongside,
        assigned_at=timezone.now(),
        acknowledged_at=offer.answered_at if offer else None,
    )
    if unit.status == Status.AVAILABLE:
        stand(unit, _standing(made))
    if offer:
        enlist(matter, unit.pk, on_shift.people)
        incident_groups.admit(matter, on_shift.people)
    else:
        incident_groups.open_group(matter)
    tell_of(matter, on_shift.people)
    return made


def enlist(matter: Matter, unit: UUID, people: Iterable[UUID]) -> None:
    """Those of a unit that was sent who are no party yet are one from now on. Whoever calls this
    holds the incident."""
    asked = matter.parties.filter(role=RESPONDER, person__in=people)
    if new := sorted(set(people).difference(asked.values_list("person", flat=True))):
        kernel.act(
            actor=clock_actor(matter.district),
            matter=matter.pk,
            name="enlist",
            client_key=b"".join(person.bytes for person in new),
            payload=Enlisted(unit=unit, people=new),
        )


# --- handing over, standing down, the end ---------------------------------------------------------


def hand_over(
    *,
    actor: Actor,
    incident: UUID,
    unit: UUID,
    to: UUID,
    client_key: bytes,
    words: str = "",
) -> Assignment:
    """Another unit takes an incident over from the one that is with it; by somebody of that one,
    or whoever works on the incident. The new assignment, or the one that was made before.

    Raises Incident.DoesNotExist, and Refused: `not_assigned`, `same_unit`, as `assign` does.
    """
    with one_by_one():
        found = Incident.objects.get(pk=incident, district=actor.district)
        acting = speaking_for(actor, unit, found)
        matter = _locked(acting, incident)
        list(Unit.objects.select_for_update().filter(pk__in=[unit, to]).order_by("pk"))
        times = Assignment.objects.filter(incident=incident, unit=unit).select_related("handed_to")
        before = times.order_by("assigned_at").last()
        if before and before.handed_to and before.handed_to.unit_id == to:
            return before.handed_to
        given = _running(incident, unit)
        if to == unit:
            raise Refused("same_unit", "nobody hands over to themselves", field="to")
        taking, on_shift = _fit(matter, to, alongside=given.alongside)
        done = kernel.act(
            actor=acting,
            matter=incident,
            name="hand_over",
            client_key=client_key,
            payload=HandedOver(unit=unit, to=to, people=list(on_shift.people), words=words),
        )
        if done.repeated:  # it was handed over, and back again since
            return Assignment.objects.filter(handed_from__in=times, unit=to).latest("assigned_at")
        taken = Assignment.objects.filter(incident=incident, unit=to, ended_at=None).first()
        taken = taken or _send(matter, taking, on_shift, alongside=given.alongside)
        given.handed_to = taken
        _end(given, timezone.now())
        tell_of(matter, members_of(unit))
        return taken


def stand_down(*, actor: Actor, incident: UUID, unit: UUID, client_key: bytes) -> None:
    """The unit is not needed after all. Raises Matter.DoesNotExist, Refused `not_assigned`."""
    with one_by_one():
        matter = _locked(actor, incident)
        done = kernel.act(
            actor=actor,
            matter=incident,
            name="stand_down",
            client_key=client_key,
            payload=StoodDown(unit=unit),
        )
        if not done.repeated:
            _end(_running(incident, unit), timezone.now())
            tell_of(matter, members_of(unit))


def release(matter: Matter) -> None:
    """An incident is over: whoever was still with it is free, though nobody said so, and its talk
    group is closed. Called in the transaction that closes it."""
    for running in Assignment.objects.filter(incident=matter.pk, ended_at=None).order_by("unit"):
        _end(running, matter.closed_at or timezone.now())
        tell_of(matter, members_of(running.unit_id))
    incident_groups.close_groups(matter)


def _running(incident: UUID, unit: UUID) -> Assignment:
    """The assignment of a unit that is with an incident."""
    found = Assignment.objects.filter(incident=incident, unit=unit, ended_at=None).first()
    if found is None:
        raise Refused("not_assigned", "this unit is not with this incident", field="unit")
    return found


def _end(assignment: Assignment, at: datetime) -> None:
    """The unit is no longer with this incident; what it says of another one stands."""
    assignment.ended_at = at
    assignment.save(update_fields=["ended_at", "handed_to", "cleared_at"])
    unit = Unit.objects.select_for_update().get(pk=assignment.unit_id)
    if unit.incident_id == assignment.incident_id:
        stand(unit, what_is_left(unit, at))


# --- the status that follows ----------------------------------------------------------------------


def stand(unit: Unit, standing: Standing) -> None:
    """The unit's primary status from now on."""
    unit.status, unit.incident_id, unit.status_at = (
        standing.status,
        standing.incident,
        standing.at,
    )
    unit.save(update_fields=["status", "incident", "status_at", "secondary"])


def what_is_left(unit: Unit, at: datetime) -> Standing:
    """What a unit is busy with that has left an incident: the latest of those that it is still
    with; else it is free."""
    others = Assignment.objects.filter(unit=unit, ended_at=None).select_related("unit", "offer")
    left = [_standing(other) for other in others]
    return max(left, key=lambda one: one.at, default=Standing(Status.AVAILABLE, None, at))


def _standing(assignment: Assignment) -> Standing:
    status, at = course(assignment).furthest or (Status.DISPATCHED, assignment.assigned_at)
    return Standing(status, assignment.incident_id, at)


# --- milestones -----------------------------------------------------------------------------------


def course(assignment: Assignment) -> Course:
    """What an assigned unit did, and when."""
    offer = assignment.offer
    return Course(
        kind=UnitKind(assignment.unit.kind),
        dispatched=offer.offered_at if offer else assignment.assigned_at,
        acknowledged=assignment.acknowledged_at,
        en_route=assignment.en_route_at,
        on_scene=assignment.on_scene_at,
    )


def courses(incident: Incident) -> list[Course]:
    """What each unit did that was asked to go, one line for each time that it was: two
    statements."""
    offers = Offer.objects.filter(incident=incident).values_list("unit__kind", "offered_at")
    asked = [Course(UnitKind(kind), dispatched=at) for kind, at in offers]
    went = Assignment.objects.filter(incident=incident).select_related("unit", "offer")
    return [*asked, *map(course, went)]


def moments(incident: Incident) -> dict[Milestone, datetime | None]:
    """The milestones of an incident, in their order; None for what nobody reported. Dispatched is
    when somebody was first asked to go."""
    matter = incident.matter
    own = {
        Milestone.RECEIVED: incident.called_at,
        Milestone.ANSWERED: incident.answered_at,
        Milestone.CREATED: matter.opened_at,
        Milestone.CONTAINED: incident.contained_at,
        Milestone.RESOLVED: incident.resolved_at,
        Milestone.TOLD: incident.told_at,
        Milestone.CLOSED: matter.closed_at,
    }
    return milestones(own, courses(incident))


def contain(
    *, actor: Actor, incident: UUID, client_key: bytes, occurred_at: datetime | None = None
) -> None:
    """What goes on at the scene is under control, by the word of somebody who is there.

    Raises Incident.DoesNotExist; Refused as `true_time` and the kernel do.
    """
    with one_by_one():
        found = Incident.objects.get(pk=incident, district=actor.district)
        at = true_time(occurred_at, timezone.now(), begun(found))
        kernel.act(
            actor=responder_or_staff(actor, found),
            matter=incident,
            name="contain",
            client_key=client_key,
            occurred_at=at,
        )
        found.refresh_from_db()
        found.contained_at = first([found.contained_at, at])
        found.save(update_fields=["contained_at"])
        tell_of(found.matter)


def begun(incident: Incident) -> datetime:
    """Before this nobody can have done anything about it."""
    return incident.called_at or incident.matter.opened_at


# --- who acts, and who is told --------------------------------------------------------------------


def responder(actor: Actor, incident: Incident) -> Actor:
    """The party that a member of staff is in an incident to which they were asked.

    Raises Incident.DoesNotExist for anybody else.
    """
    party = Party.objects.filter(matter=incident.pk, role=RESPONDER, person=actor.id).first()
    if party is None:
        raise Incident.DoesNotExist
    return Actor(ActorKind.PARTY, party.id, actor.district)


def responder_or_staff(actor: Actor, incident: Incident) -> Actor:
    """As whom somebody acts on an incident: as a responder who was asked, else by their post.

    Raises Incident.DoesNotExist where they may not know of it.
    """
    try:
        return responder(actor, incident)
    except Incident.DoesNotExist:
        return staff(actor, incident)


def speaking_for(actor: Actor, unit: UUID, incident: Incident) -> Actor:
    """As whom somebody acts for a unit: its members as the responders that they are, others by
    their post. Raises Incident.DoesNotExist."""
    mine = actor.id in members_of(unit)
    return responder_or_staff(actor, incident) if mine else staff(actor, incident)


def staff(actor: Actor, incident: Incident) -> Actor:
    """As whom somebody acts by their post. Raises Incident.DoesNotExist where that does not let
    them know of it."""
    if not visible_to(actor).filter(pk=incident.pk).exists():
        raise Incident.DoesNotExist
    return actor


def members_of(unit: UUID) -> list[UUID]:
    """Who is in a unit now, on shift or not."""
    return list(UnitMember.objects.filter(unit=unit, until=None).values_list("person", flat=True))


def tell_of(matter: Matter, people: Iterable[UUID] = ()) -> None:
    """Those who direct, and these people, see that something about the incident changed."""
    everybody = {*people, *directing(matter.district, matter.office_id)}
    tell(matter.district, "incident", matter.reference, people=everybody)
