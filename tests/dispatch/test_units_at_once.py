"""Several hands on one unit at one moment: nothing is lost, nothing stands twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.at_once import together
from tests.support.matters import key
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch.assignments import assign, hand_over
from yihu.dispatch.kinds import Status
from yihu.dispatch.models import Assignment, Incident, Unit, UnitReport
from yihu.dispatch.units import report_status
from yihu.kernel.models import Entry
from yihu.radio.models import TalkGroup

pytestmark = pytest.mark.both_databases
AT_ONCE = 4


@pytest.fixture
def town(committed_db: object) -> Town:
    return build()


def test_one_unit_sent_by_several_goes_once(town: Town) -> None:
    of, case = unit(town, "officer"), incident(town)

    def send() -> object:
        return assign(
            actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key()
        ).pk

    assert len(set(together(*[send] * AT_ONCE))) == 1
    assert Assignment.objects.count() == TalkGroup.objects.filter(about=case.pk).count() == 1
    assert Entry.objects.filter(body__contains='"act":"assign"').count() == 1


def test_statuses_that_come_at_one_moment_leave_every_moment_and_the_latest_status(
    town: Town,
) -> None:
    of, case = unit(town, "officer"), incident(town)
    began = timezone.now() - timedelta(minutes=20)
    Incident.objects.update(called_at=began)
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    Assignment.objects.update(assigned_at=began)
    Unit.objects.update(status_at=began)
    steps = (Status.ACKNOWLEDGED, Status.EN_ROUTE, Status.ON_SCENE)

    def said(n: int, again: bytes) -> Callable[[], object]:
        return lambda: (
            report_status(
                actor=town.actor("officer"),
                unit=of.pk,
                status=steps[n],
                incident=case.pk,
                client_key=again,
                occurred_at=began + timedelta(minutes=n + 1),
            ).pk
        )

    keys = [key() for _ in steps]
    made = together(*[said(n, keys[n]) for n in range(len(steps)) for _twice in range(2)])
    assert len(set(made)) == UnitReport.objects.count() == len(steps)
    of.refresh_from_db()
    assert of.status == Status.ON_SCENE
    found = Assignment.objects.get()
    minutes = [
        (at - began).total_seconds() / 60
        for at in (found.acknowledged_at, found.en_route_at, found.on_scene_at)
    ]
    assert minutes == [1, 2, 3]


def test_two_units_that_hand_over_to_one_another_do_not_wait_for_ever(town: Town) -> None:
    one, other = unit(town, "officer"), unit(town, "colleague")
    first, second = incident(town), incident(town, by="auxiliary", key=b"another")
    for case, of in ((first, one), (second, other)):
        assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())

    def give(case: Incident, of: Unit, to: Unit) -> Callable[[], object]:
        return lambda: (
            hand_over(
                actor=town.actor("dispatcher"),
                incident=case.pk,
                unit=of.pk,
                to=to.pk,
                client_key=key(),
            ).unit_id
        )

    assert together(give(first, one, other), give(second, other, one)) == [other.pk, one.pk]
    for of in (one, other):
        of.refresh_from_db()
    assert (one.incident_id, other.incident_id) == (second.pk, first.pk)
