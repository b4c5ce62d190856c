"""Roads on streets drawn by hand: one-ways, bans, barriers, waiting, closures, what is reached."""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from shapely.geometry import Point, shape
from tests.support.streets import Streets, at, places

from yihu.places.osm_writer import Member, Relation
from yihu.places.road_build import build
from yihu.places.road_rules import CAR, RULES, Profile
from yihu.places.roads import Closure, Roads

approx = partial(pytest.approx, rel=1e-4, abs=1e-3)
"""The maps are drawn in metres around one place, and read around another."""
METRE = 3.6 / 25
"""Seconds that a car takes for a metre of a residential street."""
FOOT, EBIKE = Profile.FOOT, Profile.EBIKE


def seconds(roads: Roads, a: tuple[float, float], b: tuple[float, float], profile=Profile.CAR):
    """Both searches, which must agree."""
    back = roads.to_one(at(*b), [at(*a)], profile).seconds[0]
    ahead = roads.from_one(at(*a), [at(*b)], profile).seconds[0]
    assert ahead == approx(back)
    return ahead


def block(**tags: str) -> Streets:
    """A street a-b-c-d of 600 m to the east, and a way round over e and f to the north of it.

    e------f
    |      |
    a--b---c--d
    """
    town = Streets(a=(0, 0), b=(200, 0), c=(400, 0), d=(600, 0), e=(0, 300), f=(400, 300))
    town.way("ab")
    town.way("bc", **tags)
    town.way("cd")
    town.way("aefc")
    return town


def test_a_position_lies_on_its_edge_and_not_at_the_nearest_junction() -> None:
    roads = block().roads()
    assert seconds(roads, (20, 3), (170, -4)) == approx(150 * METRE)
    assert seconds(roads, (170, -4), (20, 3)) == approx(150 * METRE)
    assert roads.to_one(at(20, 0), [at(170, 0)], Profile.CAR).metres[0] == approx(150)


def test_a_one_way_street_is_driven_one_way() -> None:
    free, one_way = block().roads(), block(oneway="yes").roads()
    assert seconds(one_way, (100, 0), (500, 0)) == approx(seconds(free, (100, 0), (500, 0)))
    assert seconds(one_way, (500, 0), (100, 0)) > seconds(free, (500, 0), (100, 0)) + 600 * METRE


def test_a_street_drawn_against_its_direction_is_one_way_too() -> None:
    assert seconds(block(oneway="-1").roads(), (100, 0), (500, 0)) > 1000 * METRE
    assert seconds(block(oneway="-1").roads(), (500, 0), (100, 0)) < 500 * METRE


def test_who_stands_in_a_one_way_street_must_follow_it_round() -> None:
    """Just past the junction the target lies a few steps back; the way there is round the block."""
    roads = block(oneway="yes").roads()
    near = seconds(roads, (190, 0), (150, 0))
    round_the_block = seconds(roads, (210, 0), (150, 0))
    assert near == approx(40 * METRE)
    assert round_the_block > (190 + 300 + 400 + 300 + 150) * METRE


def test_the_way_back_to_the_same_place_on_a_one_way_goes_round() -> None:
    roads = block(oneway="yes").roads()
    assert seconds(roads, (250, 0), (350, 0)) == approx(100 * METRE)
    assert seconds(roads, (350, 0), (250, 0)) > 1200 * METRE


def test_a_roundabout_and_a_motorway_are_one_way_without_saying_so() -> None:
    assert seconds(block(junction="roundabout").roads(), (500, 0), (100, 0)) > 1000 * METRE
    assert seconds(block(highway="motorway").roads(), (500, 0), (100, 0)) > 1000 * METRE
    assert seconds(block(highway="motorway", oneway="no").roads(), (500, 0), (100, 0)) < 60


def test_on_foot_one_ways_and_bans_do_not_count() -> None:
    town = block(oneway="yes")
    town.ban("no_straight_on", 2, "c", 3)
    roads = town.roads(FOOT)
    assert seconds(roads, (500, 0), (100, 0), FOOT) == approx(400 / 1.5)
    assert seconds(roads, (100, 0), (500, 0), FOOT) == approx(400 / 1.5)


def crossing() -> Streets:
    """A crossing b of four streets, and a ring around it on the east.

         n
         |
    w----b----e      n, e and s are joined by way 5
         |
         s
    """
    town = Streets(w=(-200, 0), b=(0, 0), e=(200, 0), n=(0, 200), s=(0, -200), x=(400, 0))
    for nodes in ("wb", "be", "nb", "sb", "nxs"):
        town.way(nodes)
    town.way("ex")
    return town


def test_turns_take_time_and_more_to_the_left() -> None:
    roads = crossing().roads()
    start = (-100, 0)
    straight, left, right = (
        seconds(roads, start, goal) - 200 * METRE for goal in ((100, 0), (0, 100), (0, -100))
    )
    assert 0 <= straight < 0.1
    assert 2 < right < left < 8


@pytest.mark.parametrize("profile", [Profile.CAR, EBIKE])
def test_a_turn_that_is_forbidden_is_not_made(profile: Profile) -> None:
    town = crossing()
    free = seconds(town.roads(profile), (-100, 0), (0, 100), profile)
    town.ban("no_left_turn", 1, "b", 3)
    roads = town.roads(profile)
    assert seconds(roads, (-100, 0), (0, 100), profile) > free + 60
    assert seconds(roads, (100, 0), (0, 100), profile) < free + 10  # others may


def test_a_turn_that_is_ordered_leaves_no_other() -> None:
    town = crossing()
    town.ban("only_right_turn", 1, "b", 4)
    roads = town.roads()
    assert seconds(roads, (-100, 0), (0, -100)) < 220 * METRE
    assert seconds(roads, (-100, 0), (100, 0)) > 500 * METRE


def test_who_is_excepted_may_turn() -> None:
    town = crossing()
    town.ban("no_left_turn", 1, "b", 3, **{"except": "bicycle"})
    roads = town.roads(Profile.CAR, EBIKE)
    assert seconds(roads, (-100, 0), (0, 100), EBIKE) < 60
    assert seconds(roads, (-100, 0), (0, 100)) > 100


def ladder() -> Streets:
    """Two carriageways with a link between them: off one, over, back on the other is forbidden.

    p--<--q--<--r      way 4, 5 to the west
          |            way 3, both directions
    s-->--t-->--u      way 1, 2 to the east
    """
    town = Streets(s=(-300, 0), t=(0, 0), u=(300, 0), p=(-300, 40), q=(0, 40), r=(300, 40))
    town.way("st", oneway="yes")
    town.way("tu", oneway="yes")
    town.way("tq")
    town.way("rq", oneway="yes")
    town.way("qp", oneway="yes")
    town.way("ur", oneway="yes")
    town.way("ps", oneway="yes")
    return town


def test_a_ban_over_a_way_forbids_the_whole_and_none_of_its_parts() -> None:
    town = ladder()
    free = seconds(town.roads(), (-100, 0), (-100, 40))
    assert free < 50
    town.ban("no_u_turn", 1, 3, 5)
    roads = town.roads()
    assert seconds(roads, (-100, 0), (-100, 40)) > free + 400 * METRE
    assert seconds(roads, (-100, 0), (0, 30)) < 30  # the link itself may be entered
    assert seconds(roads, (0, 10), (-100, 40)) < 30  # and left by who began on it


def test_an_order_over_a_way_must_be_driven_to_its_end() -> None:
    town = ladder()
    town.nodes["z"] = (0, 300)
    town.way("qz")
    assert seconds(town.roads(), (-100, 0), (0, 200)) < 60
    town.ban("only_left_turn", 1, 3, 5)
    roads = town.roads()
    assert seconds(roads, (-100, 0), (-100, 40)) < 50
    assert seconds(roads, (-100, 0), (0, 200)) > 100  # round over the other end


def test_one_can_arrive_on_a_road_while_a_ban_is_not_over() -> None:
    town = ladder()
    town.ban("no_u_turn", 1, 3, 5)
    roads = town.roads()
    times = roads.to_one(at(0, 20), [at(-100, 0), at(200, 40)], Profile.CAR).seconds
    assert times[0] < 30
    assert times[1] < 45


def test_a_barrier_stops_a_car_and_nobody_on_foot() -> None:
    town = block()
    town.nodes["m"] = (300, 0)
    town.ways[1] = "bmc", town.ways[1][1]
    free = seconds(town.roads(), (100, 0), (500, 0))
    for barrier, passable in (("bollard", False), ("lift_gate", True), ("gate", True)):
        town.mark("m", barrier=barrier)
        roads = town.roads(Profile.CAR, EBIKE, FOOT)
        assert bool(seconds(roads, (100, 0), (500, 0)) == approx(free)) is passable
        assert seconds(roads, (100, 0), (500, 0), FOOT) == approx(400 / 1.5)
        assert seconds(roads, (100, 0), (500, 0), EBIKE) < 80


def test_a_signal_is_waited_at_in_its_direction_only() -> None:
    town = block()
    town.nodes["m"] = (300, 0)
    town.ways[1] = "bmc", town.ways[1][1]
    free = seconds(town.roads(), (250, 0), (350, 0))
    town.mark("m", highway="traffic_signals")
    assert seconds(town.roads(), (250, 0), (350, 0)) == approx(free + 2)
    town.mark("m", **{"highway": "traffic_signals", "traffic_signals:direction": "backward"})
    assert seconds(town.roads(), (250, 0), (350, 0)) == approx(free)
    assert seconds(town.roads(), (350, 0), (250, 0)) == approx(free + 2)


def test_one_turns_back_at_a_dead_end_and_not_on_the_road() -> None:
    town = Streets(a=(0, 0), b=(300, 0), c=(0, 300), d=(-300, 0))
    town.way("ab", oneway="no")
    town.way("ac")
    town.way("ad")
    roads = town.roads()
    there_and_back = roads.route(at(200, 0), at(100, 0), Profile.CAR)
    assert there_and_back is not None
    assert there_and_back.metres == approx(100)
    town.ban("only_right_turn", 2, "a", 3)  # from c one must go to d, and back at its end
    found = town.roads().route(at(0, 100), at(100, 0), Profile.CAR)
    assert found is not None
    assert found.metres == approx(100 + 300 + 300 + 100)
    assert found.seconds > 800 * METRE + 20


def test_a_private_road_is_a_way_in_and_no_way_through() -> None:
    town = block(access="private")
    roads = town.roads()
    assert seconds(roads, (100, 0), (500, 0)) > 1000 * METRE
    assert seconds(roads, (100, 0), (300, 0)) < 250 * METRE
    assert seconds(roads, (300, 0), (500, 0)) < 250 * METRE
    shut = block(access="no").roads()
    assert shut.off([at(300, 0)], Profile.CAR)[0] == approx(100)


def test_a_service_lane_is_chosen_only_where_it_is_much_quicker() -> None:
    town = Streets(a=(0, 0), b=(200, 0), c=(0, 90), d=(200, 90))
    town.way("ab", highway="service", service="alley", maxspeed="31")
    town.way("acdb")
    town.way("ac")
    roads = town.roads()
    lane = seconds(roads, (1, 0), (199, 0))
    assert lane == approx(198 / (31 * 0.8 / 3.6))


def test_a_place_off_every_road_that_leads_anywhere_is_snapped_to_one_that_does() -> None:
    town = block()
    town.nodes |= {"y": (300, 20), "z": (310, 20)}
    town.way("yz")
    big = town.roads()
    assert big.off([at(305, 20)], Profile.CAR)[0] == approx(0)
    for n in range(60):
        town.nodes |= {chr(500 + n): (600 + 20 * n, 0)}
    town.way("d" + "".join(chr(500 + n) for n in range(1, 60)))
    for n in range(1, 59):
        town.nodes |= {chr(700 + n): (600 + 20 * n, 50)}
        town.way(chr(500 + n) + chr(700 + n))
    assert town.roads().off([at(305, 20)], Profile.CAR)[0] == approx(20)


def test_no_way_is_said_to_be_none() -> None:
    town = Streets(a=(0, 0), b=(100, 0), c=(0, 500), d=(100, 500))
    town.way("ab")
    town.way("cd")
    roads = town.roads()
    assert roads.to_one(at(50, 0), [at(50, 500), at(20, 0)], Profile.CAR).seconds[0] == inf
    assert roads.to_one(at(50, 0), [at(50, 500)], Profile.CAR).metres[0] == inf
    assert roads.route(at(50, 0), at(50, 500), Profile.CAR) is None
    assert roads.matrix(places((50, 500)), places((50, 0), (60, 500)), Profile.CAR)[0, 0] == inf


def test_nobody_asked_about_is_nobody_answered() -> None:
    roads = block().roads()
    assert roads.to_one(at(0, 0), [], Profile.CAR).seconds.shape == (0,)
    assert roads.matrix([], places((0, 0)), Profile.CAR).shape == (0, 1)
    assert roads.matrix(places((0, 0)), [], Profile.CAR).shape == (1, 0)
    assert roads.isochrone([], [60], Profile.CAR)[0]["coordinates"] == []


def test_a_route_runs_along_the_streets_from_door_to_door() -> None:
    roads = block(oneway="yes").roads()
    found = roads.route(at(500, 2), at(100, -2), Profile.CAR)
    assert found is not None
    corners = [(500, 0), (400, 0), (400, 300), (0, 300), (0, 0), (100, 0)]
    assert np.allclose(found.line, places(*corners), atol=1e-7)
    assert found.metres == approx(100 + 300 + 400 + 300 + 100)
    assert found.seconds == approx(seconds(roads, (500, 2), (100, -2)))
    assert all(a != b for a, b in pairwise(found.line))


def test_a_matrix_is_its_rows_whichever_way_it_is_reckoned() -> None:
    roads = ladder().roads()
    some = places((-100, 0), (100, 0), (0, 20), (100, 40), (-250, 40))
    whole = roads.matrix(some, some, Profile.CAR)
    rows = [roads.from_one(one, some, Profile.CAR).seconds for one in some]
    assert np.allclose(whole, rows)
    assert np.allclose(roads.matrix(some, some[:2], Profile.CAR), whole[:, :2])
    assert np.allclose(roads.matrix(some[:2], some, Profile.CAR), whole[:2])
    assert np.allclose(np.diag(whole), 0)


def test_a_closure_sends_vehicles_round() -> None:
    free = block().roads()
    closed = free.without([Closure(*at(300, 0), radius=50)])
    assert seconds(closed, (100, 0), (500, 0)) > seconds(free, (100, 0), (500, 0)) + 600 * METRE
    assert seconds(free, (100, 0), (500, 0)) < 60  # the roads themselves did not change
    by_way = free.without([Closure(0, 0, way=2)])
    assert seconds(by_way, (100, 0), (500, 0)) == approx(seconds(closed, (100, 0), (500, 0)))


def test_what_lies_in_a_closure_is_reached_from_the_nearest_open_road() -> None:
    closed = block().roads().without([Closure(*at(300, 0), radius=50)])
    assert closed.off([at(330, 0)], Profile.CAR)[0] == approx(70)
    assert seconds(closed, (100, 0), (280, 0)) == approx(100 * METRE)


def test_closures_add_up() -> None:
    both = block().roads().without([Closure(0, 0, way=2)]).without([Closure(0, 0, way=4)])
    assert seconds(both, (100, 0), (500, 0)) == inf


def test_rush_hours_are_slower_for_cars_and_not_on_foot() -> None:
    roads = block(highway="primary").roads(Profile.CAR, FOOT)
    there = at(350, 0)
    noon, rush, wrapped = (
        roads.from_one(at(250, 0), [there], Profile.CAR, hour).seconds[0] for hour in (12, 8, 32)
    )
    assert rush == approx(noon * 1.35)
    assert wrapped == rush
    assert roads.from_one(at(250, 0), [there], FOOT, 8).seconds == approx(100 / 1.5)


def test_what_is_reached_in_time_is_drawn_and_nothing_else() -> None:
    roads = block(oneway="yes").roads()
    near, far = (shape(area) for area in roads.isochrone(places((210, 0)), [20, 60], Profile.CAR))
    assert near.is_valid
    assert far.is_valid
    assert near.within(far.buffer(4e-4))  # outlines are smoothed, each by itself
    assert near.contains(Point(at(300, 0)))
    assert not near.contains(Point(at(100, 0)))  # it would be reached against the one-way
    assert not near.contains(Point(at(600, 0)))
    assert far.contains(Point(at(590, 0)))
    assert far.contains(Point(at(400, 180)))
    assert not far.contains(Point(at(0, 150)))


def test_what_several_reach_is_what_the_nearest_reaches() -> None:
    roads = block().roads()
    one, other, both = (
        shape(roads.isochrone(places(*who), [20], Profile.CAR)[0])
        for who in ([(0, 100)], [(550, 0)], [(0, 100), (550, 0)])
    )
    assert both.symmetric_difference(one.union(other)).area < both.area * 0.1


def test_broken_restrictions_forbid_nothing() -> None:
    found = crossing().extract()
    way, missing = Member("way", 1, "from"), Member("way", 99, "to")
    node = Member("node", 2, "via")
    broken = [
        Relation(1, (way, node), {"type": "restriction", "restriction": "no_left_turn"}),
        Relation(2, (way, node, missing), {"type": "restriction", "restriction": "only_left_turn"}),
        Relation(3, (), {"type": "restriction"}),
        Relation(4, (way, node, Member("way", 3, "to")), {"type": "restriction:conditional"}),
    ]
    whole, with_broken = build(found, CAR), build(replace(found, relations=tuple(broken)), CAR)
    assert np.array_equal(whole.out_to, with_broken.out_to)


def test_a_map_without_roads_is_refused() -> None:
    with pytest.raises(ValueError, match="no road"):
        build(Streets(a=(0, 0)).extract(), RULES[Profile.CAR])
