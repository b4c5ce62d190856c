"""What the ledger's incidents say of calls to come: which count, who may ask, what is not told."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support import ground, units
from tests.support.courses import MINUTE, gone, unit
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.direct.imports import ORIGIN
from yihu.dispatch.kinds import Answer, Door, Kind, UnitKind
from yihu.dispatch.models import Assignment, Incident, Offer, Unit, UnitMember, Wave
from yihu.kernel.models import Matter
from yihu.people.models import Shift
from yihu.places.tile_layers import Area
from yihu.planning import history
from yihu.planning import queries as reading
from yihu.planning.fitting import Fitted
from yihu.planning.queries import FEWEST

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
"""9:30 by the district's clock."""
SINCE, UNTIL = MONDAY - timedelta(days=7, hours=9.5), MONDAY + timedelta(days=6, hours=14.5)


def square(code: str, middle: tuple[float, float]) -> Area:
    (x, y), r = middle, 0.01
    ring = [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r), (x - r, y - r)]
    return Area("community", code, code, code, 1000, {"type": "Polygon", "coordinates": [ring]})


AREAS = [square("west", ground.WEST), square("east", ground.EAST)]


@pytest.fixture
def town() -> Town:
    town = build()
    talkgroup(town, on=("chief", "guard"))
    return town


@pytest.fixture
def car(town: Town) -> Unit:
    return unit(town, "p1", UnitKind.POLICE, town.station)


def happened(
    town: Town,
    n: int,
    at: tuple[float, float] | None,
    went: dict[Unit, float | None] | None = None,
    kind: Kind = Kind.FIGHT,
    **columns: Any,
) -> list[Incident]:
    found = [gone(town, MONDAY + k * MINUTE, went or {}, **columns) for k in range(n)]
    longitude, latitude = at or (None, None)
    placed = Incident.objects.filter(pk__in=[one.pk for one in found])
    placed.update(kind=kind, longitude=longitude, latitude=latitude, called_at=MONDAY)
    return found


def fitted(town: Town, who: str = "chief") -> Fitted:
    found = history.fitted(town.actor(who), AREAS, SINCE, UNTIL)
    assert found is not None
    return found


def test_incidents_are_counted_at_their_hour_by_kind_and_community(
    town: Town, queries: Callable[..., Any]
) -> None:
    happened(town, 12, ground.EAST)
    happened(town, 2 * FEWEST, ground.WEST, kind=Kind.NOISE)
    chief = town.actor("chief")
    with queries(at_most=3):
        whole = history.fitted(chief, AREAS, SINCE, UNTIL)
    assert whole is not None
    found = whole.arrivals
    assert (found.kinds, found.zones) == (("fight", "noise"), ("east", "west"))
    assert found.n.tolist() == [12, 20]
    assert found.unplaced == 0
    assert found.rate.sum(axis=(1, 2)).argmax() == 9
    assert found.rate.sum() * 2 == pytest.approx(32), "two weeks were looked on"
    fights = found.rate[:, 0].sum(axis=0)
    assert fights[0] > fights[1]


def test_exercises_joined_incidents_imports_and_other_times_do_not_count(town: Town) -> None:
    [first, *_] = happened(town, 3, ground.EAST)
    happened(town, 1, ground.EAST, door=Door.TRAINING)
    happened(town, 1, ground.EAST, merged_into=first.matter)
    happened(town, 1, ground.EAST, origin=f"{ORIGIN}abc")
    [early] = happened(town, 1, ground.EAST)
    Incident.objects.filter(pk=early.pk).update(called_at=SINCE - MINUTE)
    assert Incident.objects.count() == 7
    assert fitted(town).arrivals.n.tolist() == [3]


def test_where_few_incidents_were_is_not_told(town: Town) -> None:
    happened(town, 2 * FEWEST, ground.EAST)
    happened(town, FEWEST - 1, ground.WEST)
    happened(town, FEWEST - 1, ground.EAST, kind=Kind.DOMESTIC_VIOLENCE)
    happened(town, 1, None)
    found = fitted(town).arrivals
    assert found.zones == ("east",)
    assert found.n.tolist() == [FEWEST - 1, 3 * FEWEST]
    assert found.unplaced == 2 * FEWEST - 1


def test_times_come_from_units_that_were_sent_to_lead(town: Town, car: Unit) -> None:
    helper = unit(town, "g1", UnitKind.GUARD, town.room)
    for one in happened(town, 9, ground.EAST, {car: 6.0, helper: 3.0}):
        for went in Assignment.objects.filter(incident=one):
            assert went.on_scene_at is not None
            went.cleared_at = went.on_scene_at + 20 * MINUTE
            went.alongside = went.unit == helper
            went.save()
    happened(town, 1, ground.EAST, {car: None})
    found = fitted(town)
    assert found.service is not None
    assert found.turnout is not None
    assert found.service.of("fight").n == 9
    assert found.service.of("fight").mean == pytest.approx(20 * 60)
    assert set(found.turnout.by) == {"police"}
    assert found.turnout.of("police").mean == pytest.approx(60)


def test_answers_count_by_kind_of_force_and_what_was_taken_back_does_not(
    town: Town, car: Unit
) -> None:
    guard = unit(town, "g1", UnitKind.GUARD, town.room)
    [incident] = happened(town, 1, ground.EAST)
    [drill] = happened(town, 1, ground.EAST, door=Door.TRAINING)
    asked = {
        car: [Answer.ACCEPTED, Answer.ACCEPTED, Answer.WITHDRAWN, Answer.WAITING],
        guard: [Answer.DECLINED, Answer.SILENT, Answer.ACCEPTED],
    }
    for about in (incident, drill):
        for one, answers in asked.items():
            for answer in answers:
                offered(about, one, answer)
    found = fitted(town).acceptance
    assert {force: chance.n for force, chance in found.items()} == {"guard": 3, "police": 2}
    assert found["guard"].p < found["police"].p


def offered(incident: Incident, one: Unit, answer: Answer) -> None:
    number = Wave.objects.filter(incident=incident).count() + 1
    wave = Wave.objects.create(
        incident=incident, number=number, reach="best", opened_at=MONDAY, ends_at=MONDAY + MINUTE
    )
    Offer.objects.create(
        wave=wave,
        incident=incident,
        unit=one,
        offered_at=MONDAY,
        deadline=MONDAY + MINUTE,
        answer=answer,
    )


@pytest.mark.parametrize("who", ["guard", "officer"])
def test_whoever_does_not_see_the_net_is_told_nothing(town: Town, who: str) -> None:
    happened(town, 1, ground.EAST)
    assert history.fitted(town.actor(who), AREAS, SINCE, UNTIL) is None


def test_what_the_reader_may_not_know_of_does_not_count(town: Town) -> None:
    happened(town, 2, ground.EAST)
    other = happened(town, 1, ground.EAST)[0].matter
    Matter.objects.filter(pk=other.pk).update(office=town.other_station.pk)
    assert fitted(town).arrivals.n.tolist() == [2]


def test_nothing_that_leaves_names_an_incident(town: Town, car: Unit) -> None:
    [one] = happened(town, 1, ground.EAST, {car: 6.0})
    told = repr(fitted(town))
    assert str(one.pk) not in told
    assert str(one.matter.reference) not in told


# --- all that a simulation rests on ---------------------------------------------------------------


def test_who_is_on_shift_is_counted_by_kind_while_they_are_in_a_unit(
    town: Town, queries: Callable[..., Any]
) -> None:
    guards = units.unit(town, "guard", on_shift=False)
    [member] = guards.members.all()
    UnitMember.objects.filter(pk=member.pk).update(since=MONDAY)
    day = MONDAY - timedelta(hours=9.5)
    Shift.objects.filter(person=member.person_id).delete()
    for begin, end in ((8, 12), (20, 23)):
        Shift.objects.create(
            person_id=member.person_id,
            since=day + timedelta(hours=begin),
            until=day + timedelta(hours=end),
        )
    happened(town, 3, ground.EAST)
    chief = town.actor("chief")
    with queries(at_most=5):
        found = history.inputs(chief, AREAS, SINCE, day + timedelta(days=1))
    assert found is not None
    hours = [one.value for one in found.on_shift["guard"]]
    assert hours[8:13] == [0, 0.5, 1, 1, 0], "who joined at half past nine was in none before"
    assert hours[20:] == [1, 1, 1, 0]
    assert found.density[21].value == pytest.approx(1 / history.km2(AREAS))
    assert found.a_day.n == 3


def test_how_large_communities_are() -> None:
    metres = 0.02 * 111_320
    middle = math.cos(math.radians(ground.EAST[1]))
    assert history.km2([AREAS[1]]) == pytest.approx(metres * metres * middle / 1e6)


@pytest.mark.parametrize("who", ["guard", "officer"])
def test_whoever_does_not_see_the_net_is_told_of_no_shifts(town: Town, who: str) -> None:
    units.unit(town, "guard")
    actor = town.actor(who)
    until = UNTIL + timedelta(days=3650)
    assert history.inputs(actor, AREAS, SINCE, until) is None
    assert reading.spells(actor, SINCE, until) == []
    assert reading.calls(actor, AREAS, SINCE, until) == []
    assert reading.registered(actor) == {}
    assert len(reading.spells(town.actor("chief"), SINCE, until)) == 1
