"""Units: formed, changed and retired; who is in them; and what they say of themselves.

Whoever directs the net of an organisation arranges its units. A status is the unit's own word,
said by one of its members, or by the control room that heard it over the radio.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from yihu.dispatch.assignments import (
    begun,
    course,
    enlist,
    members_of,
    speaking_for,
    stand,
    tell_of,
    what_is_left,
)
from yihu.dispatch.crews import unit_of_person
from yihu.dispatch.kinds import Secondary, Status, Travel, UnitKind
from yihu.dispatch.loops import OPEN
from yihu.dispatch.milestones import AHEAD, first, true_time
from yihu.dispatch.models import Assignment, Incident, Unit, UnitMember, UnitReport
from yihu.dispatch.schemas import UnitMoved
from yihu.dispatch.statuses import ENDS, Standing, replaces
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused, directory
from yihu.kernel.models import Matter
from yihu.kernel.reference import key_hash
from yihu.kernel.writing import one_by_one
from yihu.people.models import Shift
from yihu.people.queries import directed_by, station_over
from yihu.people.shifts import begin_shift, on_shift, shift_of
from yihu.radio import incident_groups
from yihu.radio.happenings import tell
from yihu.radio.queries import directing

# --- the register ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitDetails:
    """What a unit is. `equipment`: codes, as the run cards ask for them."""

    code: str
    name: str
    kind: UnitKind
    travel: Travel
    name_en: str = ""
    equipment: Sequence[str] = ()


def form_unit(*, actor: Actor, organisation: UUID, details: UnitDetails) -> Unit:
    """Raises Refused: `not_yours`, `code_taken`."""
    _require_directed(actor, organisation)
    with one_by_one():
        _require_free_code(actor, details.code)
        unit = Unit(district=actor.district, organisation_id=organisation)
        return _written(unit, details)


def change(*, actor: Actor, unit: UUID, details: UnitDetails) -> Unit:
    """Raises Unit.DoesNotExist, Refused `code_taken`."""
    with one_by_one():
        found = _arranged(actor, unit)
        if details.code != found.code:
            _require_free_code(actor, details.code)
        return _written(found, details)


def _written(unit: Unit, details: UnitDetails) -> Unit:
    unit.code, unit.name, unit.name_en = details.code, details.name, details.name_en
    unit.kind, unit.travel = details.kind, details.travel
    unit.equipment = sorted(details.equipment)
    unit.save()
    return unit


def retire_unit(*, actor: Actor, unit: UUID) -> None:
    """It is sent no more, and nobody is in it. Raises Unit.DoesNotExist, Refused `still_sent`."""
    with one_by_one():
        found = _arranged(actor, unit)
        if found.assignments.filter(ended_at=None).exists():
            raise Refused("still_sent", "the unit is with an incident")
        now = timezone.now()
        found.members.filter(until=None).update(until=now)
        found.retired_at = now
        found.save(update_fields=["retired_at"])


def join(*, actor: Actor, unit: UUID, person: UUID) -> UnitMember:
    """Somebody is of a unit from now on, and of what it was sent to; whoever is of it already
    stays so.

    Raises Unit.DoesNotExist, and Refused: `no_such_person`; `in_a_unit` for who is of another.
    """
    with one_by_one():
        busy_with = _held(unit)
        found = _arranged(actor, unit)
        who = directory().actor(person)
        if who is None or who.district != actor.district or not who.posts:
            raise Refused("no_such_person", "this person holds no post here", field="person")
        running = UnitMember.objects.filter(person=person, until=None).first()
        if running is not None and running.unit_id != unit:
            raise Refused("in_a_unit", "this person is of another unit", field="person")
        made = running or found.members.create(person_id=person, since=timezone.now())
        if shift_of(person) is not None:
            _catch_up(unit, person, busy_with)
        return made


def leave(*, actor: Actor, unit: UUID, person: UUID) -> None:
    """Does nothing for somebody who is not of it. Raises Unit.DoesNotExist."""
    with one_by_one():
        found = _arranged(actor, unit)
        found.members.filter(person=person, until=None).update(until=timezone.now())


def come_on_duty(*, actor: Actor) -> Shift:
    """The actor comes on duty, and goes along with what their unit was sent to; whoever is on duty
    already stays on that shift."""
    with one_by_one():
        unit = unit_of_person(actor.staff_id)
        busy_with = _held(unit.pk) if unit else []
        shift = begin_shift(actor=actor)
        if unit is not None:
            _catch_up(unit.pk, actor.staff_id, busy_with)
        return shift


def _held(unit: UUID) -> list[Matter]:
    """The incidents that a unit is with, held."""
    running = Assignment.objects.filter(unit=unit, ended_at=None).values("incident")
    found = Matter.objects.filter(pk__in=running, step__in=OPEN).select_related("incident")
    return list(found.select_for_update(of=("self",)).order_by("pk"))


def _catch_up(unit: UUID, person: UUID, busy_with: Sequence[Matter]) -> None:
    """Somebody who was not there when their unit was sent acts for it, too, and hears what is said
    about it once the unit has answered."""
    for matter in busy_with:
        enlist(matter, unit, [person])
        running = Assignment.objects.filter(incident=matter.pk, unit=unit, ended_at=None)
        answered = running.exclude(acknowledged_at=None, en_route_at=None, on_scene_at=None)
        if answered.exists():
            incident_groups.admit(matter, [person])
        tell_of(matter, [person])


def _require_directed(actor: Actor, organisation: UUID) -> None:
    if organisation not in directed_by(actor):
        raise Refused(
            "not_yours", "this organisation's units are not the actor's", field="organisation"
        )


def _require_free_code(actor: Actor, code: str) -> None:
    if Unit.objects.filter(district=actor.district, code=code).exists():
        raise Refused("code_taken", "another unit has this call sign", field="code")


def _arranged(actor: Actor, unit: UUID) -> Unit:
    """A unit that the actor arranges, locked."""
    return Unit.objects.select_for_update().get(
        pk=unit,
        district=actor.district,
        retired_at=None,
        organisation__in=directed_by(actor),
    )


# --- what a unit says of itself -------------------------------------------------------------------


def report_status(
    *,
    actor: Actor,
    unit: UUID,
    status: Status,
    client_key: bytes,
    incident: UUID | None = None,
    secondary: Sequence[Secondary] = (),
    occurred_at: datetime | None = None,
) -> UnitReport:
    """A unit's primary status, all that holds beside it, and since when by its own clock.

    About an incident it is an entry there, too, and fills the moment that it is; `AVAILABLE` and
    `UNAVAILABLE` say that the unit has left it. Whatever comes late is kept and leaves the status
    that is newer. A retry with the same key is one report.

    Raises Unit.DoesNotExist; Incident.DoesNotExist; Refused: `about_what` where such a status
    needs an incident, `not_assigned`, `still_sent` for a unit that is free while it is with one,
    `no_such_status`, as `true_time` and the kernel do.
    """
    if status is Status.DISPATCHED:
        raise Refused("no_such_status", "a unit is sent, it does not say so", field="status")
    if incident is None and status not in ENDS:
        raise Refused("about_what", "this is said of an incident", field="incident")
    with one_by_one():
        of = Unit.objects.get(pk=unit, district=actor.district)
        said = UnitMoved(unit=unit, status=status, secondary=list(secondary))
        if incident is None:
            _require_its_word(actor, of)
            about, at = None, true_time(occurred_at, timezone.now())
        else:
            about = Incident.objects.select_related("matter").get(
                pk=incident, district=actor.district
            )
            at = true_time(occurred_at, timezone.now(), begun(about))
            _enter(actor, of, about, said, client_key, at)
        of = Unit.objects.select_for_update().get(pk=unit)
        key = key_hash(f"status of {unit.hex}", client_key)
        earlier = UnitReport.objects.filter(client_key=key).first()
        return earlier or _taken(actor, of, about, said, key, at)


def _require_its_word(actor: Actor, unit: Unit) -> None:
    """Members speak for their unit, and whoever directs it."""
    if actor.id not in members_of(unit.pk) and unit.organisation_id not in directed_by(actor):
        raise Unit.DoesNotExist


def _enter(
    actor: Actor, unit: Unit, about: Incident, said: UnitMoved, client_key: bytes, at: datetime
) -> None:
    """The entry, by a member of the unit as the responder that they are, or by the police."""
    kernel.act(
        actor=speaking_for(actor, unit.pk, about),
        matter=about.pk,
        name="unit_status",
        client_key=client_key,
        payload=said,
        occurred_at=at,
    )


def _taken(
    actor: Actor, unit: Unit, about: Incident | None, said: UnitMoved, key: bytes, at: datetime
) -> UnitReport:
    reported = Standing(said.status, about.pk if about else None, at)
    stands = _stands(unit)
    applied = replaces(reported, stands)
    if about is None:
        _require_free(unit, said.status)
    else:
        applied = _noted(unit, about, reported) and applied
        if not applied and _has_left(unit, reported):
            applied, reported = True, replace(reported, at=stands.at)
    if applied:
        unit.secondary = said.secondary
        stand(unit, _follows(unit, reported))
    report = UnitReport.objects.create(
        unit=unit,
        status=said.status,
        secondary=said.secondary,
        incident=about,
        by_id=actor.staff_id,
        occurred_at=at,
        recorded_at=timezone.now(),
        applied=applied,
        client_key=key,
    )
    if about is not None:
        if applied and said.status not in ENDS:
            incident_groups.admit(about.matter, _on_shift(unit))
        tell_of(about.matter, members_of(unit.pk))
    house = station_over(unit.organisation) or unit.organisation
    people = directing(unit.district, house.pk).union(members_of(unit.pk))
    tell(unit.district, "unit", unit.code, people=people)
    return report


def _on_shift(unit: Unit) -> list[UUID]:
    here = on_shift().filter(person__units__unit=unit, person__units__until=None)
    return list(here.values_list("person", flat=True))


def _stands(unit: Unit) -> Standing:
    """What stands, and whether the unit itself said it."""
    since = unit.status_at or datetime.min.replace(tzinfo=UTC)
    own = unit.reports.filter(applied=True, status=unit.status, occurred_at=since)
    return Standing(Status(unit.status), unit.incident_id, since, ours=not own.exists())


def _require_free(unit: Unit, status: Status) -> None:
    if status is Status.AVAILABLE and unit.assignments.filter(ended_at=None).exists():
        raise Refused("still_sent", "the unit is with an incident", field="status")


def _follows(unit: Unit, reported: Standing) -> Standing:
    """The status that a report leads to: who leaves an incident may be with another one."""
    if reported.incident is None or reported.status not in ENDS:
        return reported
    if reported.status is Status.AVAILABLE:
        return what_is_left(unit, reported.at)
    return replace(reported, incident=None)


def _has_left(unit: Unit, reported: Standing) -> bool:
    """Whether nothing is left of what the unit's status is about, by a report that a slow clock
    puts before it."""
    ends = reported.status in ENDS and reported.incident == unit.incident_id
    return ends and not unit.assignments.filter(incident=unit.incident, ended_at=None).exists()


def _noted(unit: Unit, about: Incident, reported: Standing) -> bool:
    """Write the moment into the assignment that it belongs to; whether the report still says
    something of the unit, and not only of what is over."""
    assignment = _assignment_at(unit, about, reported)
    if reported.status in ENDS:
        assignment.cleared_at = first([assignment.cleared_at, reported.at])
        assignment.ended_at = first([assignment.ended_at, reported.at])
        assignment.save(update_fields=["cleared_at", "ended_at"])
        return True
    reached = course(assignment).reached(reported.status, reported.at)
    assignment.acknowledged_at = reached.acknowledged
    assignment.en_route_at = reached.en_route
    assignment.on_scene_at = reached.on_scene
    assignment.save(update_fields=["acknowledged_at", "en_route_at", "on_scene_at"])
    return assignment.ended_at is None


def _assignment_at(unit: Unit, about: Incident, reported: Standing) -> Assignment:
    """The time that a unit was with an incident of which it speaks, since it may have been sent
    there twice. What it did before it was sent belongs to the first; only an end does not."""
    ends = reported.status in ENDS
    times = unit.assignments.filter(incident=about).select_related("offer", "unit")
    began = times.filter(assigned_at__lte=reported.at + (timedelta() if ends else AHEAD))
    found = began.order_by("-assigned_at").first() or times.order_by("assigned_at").first()
    if found is None or (ends and reported.at < found.assigned_at - AHEAD):
        raise Refused("not_assigned", "the unit was not sent to this incident", field="incident")
    return found
