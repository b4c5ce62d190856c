"""Units: who arranges them, who is in them, and what they say of themselves."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.utils import timezone
from tests.support.matters import key
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch.assignments import assign, stand_down
from yihu.dispatch.crews import crews, unit_of_person
from yihu.dispatch.kinds import Secondary, Status, Travel, UnitKind
from yihu.dispatch.models import Assignment, Incident, Unit, UnitReport
from yihu.dispatch.queries import units_of
from yihu.dispatch.units import (
    UnitDetails,
    change,
    come_on_duty,
    form_unit,
    join,
    leave,
    report_status,
    retire_unit,
)
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry
from yihu.people.shifts import begin_shift, end_shift
from yihu.radio.models import GroupMember, Whereabouts

pytestmark = pytest.mark.django_db
CAR = UnitDetails("A1", "一号车", UnitKind.POLICE, Travel.CAR, "Car 1", ("shield", "aed"))


@pytest.fixture
def town() -> Town:
    return build()


def refused(do: object, **how: object) -> str:
    with pytest.raises(Refused) as why:
        do(**how)
    return why.value.code


def on_its_way(town: Town, *names: str) -> tuple[Unit, Incident]:
    """A unit that was sent to an incident which began ten minutes ago."""
    of, case = unit(town, *(names or ("officer",))), incident(town)
    began = case.matter.opened_at - timedelta(minutes=10)
    Incident.objects.filter(pk=case.pk).update(called_at=began)
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    Assignment.objects.update(assigned_at=began)
    Unit.objects.filter(pk=of.pk).update(status_at=began)
    return of, Incident.objects.select_related("matter").get(pk=case.pk)


def said(town: Town, of: Unit, status: Status, by: str = "officer", **more: object) -> UnitReport:
    more = {"client_key": key()} | more
    return report_status(actor=town.actor(by), unit=of.pk, status=status, **more)


def stands(of: Unit) -> str:
    of.refresh_from_db()
    return of.status


# --- the register ---------------------------------------------------------------------------------


def test_whoever_directs_the_net_forms_changes_and_retires(town: Town) -> None:
    made = form_unit(actor=town.actor("dispatcher"), organisation=town.station.pk, details=CAR)
    assert made.equipment == ["aed", "shield"]
    changed = change(
        actor=town.actor("deputy"),
        unit=made.pk,
        details=UnitDetails("A1", "二号车", UnitKind.POLICE, Travel.CAR),
    )
    assert (changed.name, changed.equipment) == ("二号车", [])
    join(actor=town.actor("chief"), unit=made.pk, person=town.people["officer"].pk)
    retire_unit(actor=town.actor("chief"), unit=made.pk)
    assert crews(town.station.district) == []
    assert unit_of_person(town.people["officer"].pk) is None


@pytest.mark.parametrize("name", ["officer", "guard", "stranger", "supervisor"])
def test_nobody_else_does(town: Town, name: str) -> None:
    actor = town.actor(name)
    assert refused(form_unit, actor=actor, organisation=town.station.pk, details=CAR) == "not_yours"
    made = form_unit(actor=town.actor("chief"), organisation=town.station.pk, details=CAR)
    for act in (
        lambda: change(actor=actor, unit=made.pk, details=CAR),
        lambda: retire_unit(actor=actor, unit=made.pk),
        lambda: join(actor=actor, unit=made.pk, person=town.people["officer"].pk),
        lambda: leave(actor=actor, unit=made.pk, person=town.people["officer"].pk),
    ):
        with pytest.raises(Unit.DoesNotExist):
            act()


@pytest.mark.parametrize(
    ("name", "sees"),
    [("officer", True), ("dispatcher", True), ("guard", False), ("stranger", False)],
)
def test_the_register_is_read_by_the_police_of_the_station(
    town: Town, name: str, sees: bool
) -> None:
    made = unit(town, "guard")
    assert (made in units_of(town.actor(name))) is sees


def test_a_call_sign_is_one_units(town: Town) -> None:
    how = {"actor": town.actor("chief"), "organisation": town.station.pk}
    form_unit(**how, details=CAR)
    assert refused(form_unit, **how, details=CAR) == "code_taken"


@pytest.mark.both_databases
def test_somebody_is_of_one_unit_at_a_time(town: Town) -> None:
    first, second = unit(town, "officer"), unit(town, "colleague")
    how = {"actor": town.actor("chief"), "person": town.people["officer"].pk}
    assert join(**how, unit=first.pk) == first.members.get()
    assert refused(join, **how, unit=second.pk) == "in_a_unit"
    leave(**how, unit=first.pk)
    join(**how, unit=second.pk)
    assert unit_of_person(town.people["officer"].pk) == second


def test_who_is_with_an_incident_is_not_retired(town: Town) -> None:
    of, _case = on_its_way(town)
    assert refused(retire_unit, actor=town.actor("chief"), unit=of.pk) == "still_sent"


def test_off_shift_a_unit_has_nobody_and_no_place(town: Town) -> None:
    of = unit(town, "officer", on_shift=False)
    person = town.people["officer"]
    seen = {"district": of.district, "longitude": 120.1, "latitude": 30.2}
    Whereabouts.objects.create(person=person, at=timezone.now(), **seen)
    [off] = crews(of.district)
    assert (off.people, off.fix, off.can_be_sent) == ((), None, False)
    begin_shift(actor=town.actor("officer"))
    assert crews(of.district)[0].fix is None  # where they were before it is nobody's to know
    Whereabouts.objects.update(at=timezone.now())
    assert crews(of.district)[0].fix is not None
    end_shift(actor=town.actor("officer"))
    assert crews(of.district)[0].fix is None


@pytest.mark.both_databases
@pytest.mark.parametrize("joins_first", [True, False])
def test_who_comes_to_a_unit_that_was_sent_goes_along_with_it(
    town: Town, joins_first: bool
) -> None:
    of, case = on_its_way(town)
    said(town, of, Status.EN_ROUTE, incident=case.pk)
    late = town.people["auxiliary"]
    coming = [
        lambda: join(actor=town.actor("chief"), unit=of.pk, person=late.pk),
        lambda: come_on_duty(actor=town.actor("auxiliary")),
    ]
    for come in (coming if joins_first else coming[::-1]) * 2:
        come()
    assert GroupMember.objects.filter(group__about=case.pk, person=late, until=None).exists()
    said(town, of, Status.ON_SCENE, "auxiliary", incident=case.pk)
    assert stands(of) == Status.ON_SCENE
    enlisted = Entry.objects.get(matter=case.pk, body__contains='"act":"enlist"')
    assert '"by":{"kind":"clock"}' in enlisted.body


# --- statuses -------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_report_is_an_entry_a_moment_and_the_status(town: Town) -> None:
    of, case = on_its_way(town)
    true = case.called_at + timedelta(minutes=4)
    made = said(
        town,
        of,
        Status.ON_SCENE,
        incident=case.pk,
        secondary=[Secondary.WITH_RESIDENT],
        occurred_at=true,
    )
    assert made.applied
    assert made.occurred_at == true
    assert stands(of) == Status.ON_SCENE
    assert (of.secondary, of.status_at, of.incident_id) == (["with_resident"], true, case.pk)
    assert Assignment.objects.get().on_scene_at == true
    entry = Entry.objects.filter(matter=case.pk).latest("seq")
    assert '"act":"unit_status"' in entry.body
    assert '"as":"responder"' in entry.body
    assert entry.occurred_at == true


@pytest.mark.both_databases
def test_a_retry_is_one_report(town: Town) -> None:
    of, case = on_its_way(town)
    about, once = {"incident": case.pk, "client_key": key()}, {"client_key": key()}
    assert said(town, of, Status.EN_ROUTE, **about) == said(town, of, Status.EN_ROUTE, **about)
    assert said(town, of, Status.UNAVAILABLE, **once) == said(town, of, Status.UNAVAILABLE, **once)
    other = unit(town, "colleague")  # whose telephone may have made the same key
    said(town, other, Status.UNAVAILABLE, by="colleague", **once)
    assert UnitReport.objects.filter(unit=of).count() == 2
    assert UnitReport.objects.filter(unit=other).count() == 1
    assert Entry.objects.filter(body__contains='"act":"unit_status"').count() == 1


def test_a_unit_that_left_is_free_though_a_slow_clock_says_so(town: Town) -> None:
    of, case = on_its_way(town, "officer", "colleague")
    began = case.called_at
    said(town, of, Status.ON_SCENE, incident=case.pk, occurred_at=began + timedelta(minutes=6))
    said(
        town,
        of,
        Status.AVAILABLE,
        "colleague",
        incident=case.pk,
        occurred_at=began + timedelta(minutes=5),
    )
    assert Assignment.objects.get().ended_at is not None
    assert (stands(of), of.incident_id) == (Status.AVAILABLE, None)


ORDERS = list(permutations(range(4)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "".join(map(str, order)))
def test_whatever_order_reports_arrive_in_the_same_stands(
    town: Town, order: tuple[int, ...]
) -> None:
    of, case = on_its_way(town)
    steps = (Status.ACKNOWLEDGED, Status.EN_ROUTE, Status.ON_SCENE, Status.AVAILABLE)

    def true(n: int) -> datetime:
        return case.called_at + timedelta(minutes=n + 1)

    for n in order:
        said(town, of, steps[n], incident=case.pk, occurred_at=true(n))
    assert stands(of) == Status.AVAILABLE
    made = Assignment.objects.get()
    moments = (made.acknowledged_at, made.en_route_at, made.on_scene_at, made.cleared_at)
    assert moments == tuple(true(n) for n in range(4))
    assert made.ended_at == true(3)
    assert UnitReport.objects.count() == 4


@pytest.mark.parametrize(("minutes", "code"), [(3, "in_future"), (-12, "before_received")])
def test_an_impossible_time_is_refused(town: Town, minutes: int, code: str) -> None:
    of, case = on_its_way(town)
    when = timezone.now() + timedelta(minutes=minutes)
    how = {"incident": case.pk, "occurred_at": when}
    assert refused(lambda: said(town, of, Status.ON_SCENE, **how)) == code
    assert Assignment.objects.get().on_scene_at is None
    assert stands(of) == Status.DISPATCHED


def test_a_slow_clock_is_not_taken_for_an_old_report(town: Town) -> None:
    of, case = unit(town, "officer"), incident(town)
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    slow = timezone.now() - timedelta(seconds=50)
    assert said(town, of, Status.EN_ROUTE, incident=case.pk, occurred_at=slow).applied
    assert stands(of) == Status.EN_ROUTE


@pytest.mark.parametrize("name", ["guard", "colleague", "stranger"])
def test_nobody_speaks_for_another_unit(town: Town, name: str) -> None:
    of, _case = on_its_way(town)
    with pytest.raises(Unit.DoesNotExist):
        said(town, of, Status.UNAVAILABLE, by=name)


@pytest.mark.parametrize(
    ("name", "speaks"), [("dispatcher", True), ("colleague", True), ("guard", False)]
)
def test_what_came_over_the_radio_the_police_write_down(
    town: Town, name: str, speaks: bool
) -> None:
    of, case = on_its_way(town, "auxiliary")
    if not speaks:
        with pytest.raises(Incident.DoesNotExist):
            said(town, of, Status.ON_SCENE, by=name, incident=case.pk)
        return
    assert said(town, of, Status.ON_SCENE, by=name, incident=case.pk).applied
    body = Entry.objects.filter(matter=case.pk).latest("seq").body
    assert '"as":"responder"' not in body


def test_a_unit_that_was_not_sent_says_nothing_of_an_incident(town: Town) -> None:
    of, case = unit(town, "officer"), incident(town)
    how = {"incident": case.pk}
    assert refused(lambda: said(town, of, Status.ON_SCENE, **how)) == "not_assigned"
    assert not UnitReport.objects.exists()
    assert not Entry.objects.filter(body__contains="unit_status").exists()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.DISPATCHED, "no_such_status"),
        (Status.ON_SCENE, "about_what"),
        (Status.AVAILABLE, "still_sent"),
    ],
)
def test_what_a_unit_cannot_say(town: Town, status: Status, code: str) -> None:
    of, _case = on_its_way(town)
    assert refused(lambda: said(town, of, status)) == code


def test_who_leaves_and_does_something_else_is_not_free(town: Town) -> None:
    of, case = on_its_way(town)
    said(town, of, Status.UNAVAILABLE, incident=case.pk, secondary=[Secondary.WRITING_UP])
    assert stands(of) == Status.UNAVAILABLE
    assert of.incident_id is None
    assert Assignment.objects.get().cleared_at is not None
    said(town, of, Status.AVAILABLE)
    assert stands(of) == Status.AVAILABLE


def test_what_comes_late_of_what_is_over_is_kept_and_changes_no_status(town: Town) -> None:
    of, case = on_its_way(town)
    stand_down(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    true = case.called_at + timedelta(minutes=3)
    late = said(town, of, Status.ON_SCENE, incident=case.pk, occurred_at=true)
    assert not late.applied
    assert stands(of) == Status.AVAILABLE
    assert Assignment.objects.get().on_scene_at == true
