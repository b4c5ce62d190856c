"""L12: guards, volunteers, mini fire stations and others; C9: none of them is police."""

import pytest
from tests.support import register
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.kernel.loop import LOOPS, Seat
from yihu.people.roles import NO_POLICE_POWERS
from yihu.places import kinds, queries
from yihu.places.models import Force

OF_THE_LAW = ("审问", "处罚", "搜查", "扣押")


@pytest.fixture
def town(db: None) -> Town:
    return build()


def test_L12_each_force_has_kind_unit_strength_and_limits(town: Town) -> None:
    site = register.site(town)
    given = {"name": "万和微型消防站", "kind": "mini_fire", "unit": str(site.pk), "strength": "6"}
    client = login(town, "dispatcher")
    answer = client.post("/net/forces/new/", given)
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).text
    force = Force.objects.get()
    for said in ("微型消防站", "万和商场", "6 人", *kinds.FORCES[2].may, *kinds.FORCES[2].may_not):
        assert said in page
    assert force.organisation.parent == site.organisation
    assert "万和微型消防站" in client.get(f"/net/sites/{site.organisation.code}/").text


def test_L12_forces_are_sifted_by_kind_and_the_limits_stand_above(town: Town) -> None:
    site = register.site(town)
    register.force(town, site)
    register.force(town, site, "volunteer", "义警队")
    page = login(town, "officer").get("/net/forces/?kind=volunteer").text
    assert "义警队" in page
    assert "保安队" not in page
    assert "不得单独进入危险现场" in page
    assert "登记一支力量" not in page


def test_L12_a_communitys_force_answers_to_the_station_on_the_net(town: Town) -> None:
    village = type(town.station).objects.create(
        district="test", kind="community", code="village", name="东村", parent=town.subdistrict
    )
    given = {"name": "东村网格员", "kind": "grid_worker", "unit": str(village.pk), "strength": "9"}
    assert login(town, "dispatcher").post("/net/forces/new/", given).status_code == 302
    force = Force.objects.get()
    assert (force.unit, force.organisation.parent) == (village, town.station)
    assert "东村网格员" in login(town, "officer").get("/net/forces/").text


# --- C9: a volunteer or guard as police ----------------------------------------------------------


def test_C9_no_loop_lets_a_guard_or_volunteer_move_anything_by_that_post() -> None:
    """Whoever guards may raise an alarm and answer, as a party; no move, no outcome is by their
    post, nor by an office's role that falls to it as an alternate."""
    for loop in LOOPS.values():
        for deed in (*loop.moves, *loop.acts):
            assert not {role.code for role in deed.by} & NO_POLICE_POWERS, (loop.name, deed.name)
            fallen = {role.alternate.code for role in deed.by if role.alternate}
            assert not fallen & NO_POLICE_POWERS, (loop.name, deed.name)
        for step in loop.steps:
            owner = getattr(step, "owner", None)
            assert owner is None or owner.seat is Seat.PARTY or owner.code not in NO_POLICE_POWERS


def test_C9_what_a_party_says_of_a_matter_sets_no_outcome() -> None:
    """Guards and volunteers act as parties; an outcome is the office's to set."""
    for loop in LOOPS.values():
        for deed in (*loop.moves, *loop.acts):
            if deed.takes and "outcome" in deed.takes.model_fields:
                assert all(role.seat is not Seat.PARTY for role in deed.by), (loop.name, deed.name)


def test_C9_every_kind_of_force_is_told_what_it_may_not_do(town: Town) -> None:
    for kind in queries.force_kinds("test"):
        assert kind.may
        assert all(any(word in line for line in kind.may_not.splitlines()) for word in OF_THE_LAW)


def test_C9_a_guard_reads_the_limits_of_the_own_force(town: Town) -> None:
    site = register.site(town)
    force = register.force(town, site)
    register.guard(town, site)
    page = login(town, "plaza1").get(f"/net/forces/{force.organisation.code}/").text
    assert "不得审问、处罚、作出任何执法决定" in page
    assert "改登记" not in page
