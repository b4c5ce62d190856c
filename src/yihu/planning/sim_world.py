"""A question about who is sent first as scenarios and policies of the simulator. Pure.

Zones are numbered: first the places that stand for the residents around them, then the posts of
units, then the new sites of a plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, radians
from typing import Final
from zlib import crc32

import numpy as np
from shapely.geometry import shape

from yihu.dispatch.kinds import Travel, UnitKind
from yihu.dispatch.policy import BESIDE, BESIDE_POLICE
from yihu.places.road_rules import Profile
from yihu.places.roads import LonLat
from yihu.planning import plan_instance
from yihu.planning.plan_answer import Ground
from yihu.planning.plan_instance import DEGREE, Demand, NothingToPlan
from yihu.planning.random_laws import Form
from yihu.planning.sim_question import DAY_HOURS, Arm, CallClass, Force, SimQuestion, Span, Way
from yihu.planning.simulation import (
    Arrivals,
    CallType,
    Law,
    Policy,
    Scenario,
    Units,
    UnitType,
)
from yihu.planning.siting_problem import Floats, Ints
from yihu.planning.study_assumptions import Assumptions

DAY = 86_400.0
WEEK_DAYS = 7
SPACING = 400.0
"""Metres between two places that stand for the residents around them."""
HOUR = 12
"""Of the day, for the traffic on the roads."""
SAMPLE = 3600.0
"""Seconds between two looks at what is covered."""
BY_DAY = DAY_HOURS.start, DAY_HOURS.stop
BY_NIGHT = DAY_HOURS.stop, DAY_HOURS.start
ASSUMED: Final = Assumptions()
"""Whatever nobody measured: the numbers of the study of response times."""
SENT = frozenset({UnitKind.POLICE, UnitKind.AUXILIARY})
USUAL: Final[Mapping[UnitKind, Travel]] = {
    UnitKind.POLICE: Travel.CAR,
    UnitKind.AUXILIARY: Travel.EBIKE,
    UnitKind.GUARD: Travel.FOOT,
    UnitKind.GRID_WORKER: Travel.EBIKE,
    UnitKind.MINI_FIRE: Travel.EBIKE,
    UnitKind.VOLUNTEER: Travel.FOOT,
}
"""How those go of whom nobody is registered."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Units of one type at zones, and when they are on shift."""

    type: int
    zones: Ints
    shift: tuple[int, int] | None


class SimWorld:
    """Raises NothingToPlan (no_weight: nobody is known to live here; no_unit: nobody is on shift)
    once anything of it is asked for."""

    def __init__(self, question: SimQuestion, ground: Ground) -> None:
        self.question, self.ground = question, ground

    # --- places -----------------------------------------------------------------------------------

    @cached_property
    def demand(self) -> Demand:
        areas = [one for one in self.ground.communities if one.population]
        return plan_instance.demand(
            shape(self.ground.outline),
            areas,
            [one.population or 0 for one in areas],
            lambda places: self.ground.roads.off(places, Profile.FOOT),
            SPACING,
        )

    @cached_property
    def codes(self) -> list[str]:
        """Of the communities that `demand.community` counts."""
        return [one.code for one in self.ground.communities if one.population]

    @cached_property
    def posts(self) -> dict[LonLat, int]:
        """The zone of each place where units wait, each once."""
        question, found = self.question, dict[LonLat, int]()
        placed = [post.at or self.station for force in question.forces for post in force.posts]
        for at in [*placed, *(site.position for site in question.sites)]:
            found.setdefault(at, len(self.demand.places) + len(found))
        return found

    @property
    def station(self) -> LonLat:
        """Where those wait of whom nobody said where: the station, or where most residents are."""
        if self.question.station is not None:
            return self.question.station
        return self.demand.places[int(self.demand.weights.argmax())]

    @cached_property
    def places(self) -> list[LonLat]:
        return [*self.demand.places, *self.posts]

    @cached_property
    def residents(self) -> Floats:
        """By zone: 0 where units wait."""
        return np.concatenate([self.demand.weights, np.zeros(len(self.posts))])

    @cached_property
    def travels(self) -> list[Travel]:
        return sorted({travel for _kind, travel in self.types}, key=list(Travel).index)

    @cached_property
    def times(self) -> Floats:
        """Seconds [travel, from, to]."""
        roads = self.ground.roads
        return np.stack(
            [
                roads.matrix(self.places, self.places, Profile(one.value), HOUR)
                for one in self.travels
            ]
        )

    @property
    def settled(self) -> float:
        """km² on which anybody lives."""
        return len(self.demand.places) * SPACING**2 / 1e6

    # --- units ------------------------------------------------------------------------------------

    @cached_property
    def types(self) -> list[tuple[UnitKind, Travel]]:
        """Each kind of force by how it goes."""
        found = {
            (force.kind, travel)
            for force in self.question.forces
            if force.most
            for travel in [usual(force), *(post.travel for post in force.posts)]
        }
        if self.question.sites:
            kind = self.question.stationed
            found.add((kind, USUAL[kind]))
        if not found:
            raise NothingToPlan("no_unit")
        return sorted(found, key=lambda one: (list(UnitKind).index(one[0]), one[1]))

    def units(self, *, sites: bool) -> Units:
        stands = [stand for force in self.question.forces for stand in self._stands(force)]
        if sites:
            kind = self.question.stationed
            zones = [self.posts[site.position] for site in self.question.sites]
            stands.append(Stand(self.types.index((kind, USUAL[kind])), np.array(zones), None))
        found = [Units.at(one.type, one.zones, one.shift) for one in stands if len(one.zones)]
        if not found:
            raise NothingToPlan("no_unit")
        return sum(found[1:], start=found[0])

    def _stands(self, force: Force) -> Iterator[Stand]:
        """Fewer are always a part of more: whoever stays of them stays where they were."""
        random = np.random.default_rng(crc32(force.kind.value.encode()))
        registered = [
            (self.types.index((force.kind, post.travel)), self.posts[post.at or self.station])
            for post in (force.posts[n] for n in random.permutation(len(force.posts)))
            if force.most
        ]
        more = max(0, force.most - len(registered))
        if more:
            weights = self.demand.weights / self.demand.weights.sum()
            homes = random.choice(len(weights), more, p=weights)
            kind = self.types.index((force.kind, usual(force)))
            registered += [(kind, int(home)) for home in homes]
        day, night = int(force.day.value), int(force.night.value)
        always = min(day, night)
        for begin, end, shift in (
            (0, always, None),
            (always, max(day, night), BY_DAY if day > night else BY_NIGHT),
        ):
            for kind in sorted({kind for kind, _zone in registered[begin:end]}):
                zones = [zone for one, zone in registered[begin:end] if one == kind]
                yield Stand(kind, np.array(zones), shift)

    def _unit_types(self) -> Iterator[UnitType]:
        question = self.question
        acceptance = {one.kind: one.acceptance.value for one in question.forces}
        for kind, travel in self.types:
            turnout = question.stream.turnout.get(kind.value)
            mean = ASSUMED.car_turnout if travel is Travel.CAR else ASSUMED.turnout
            yield UnitType(
                f"{kind}:{travel}",
                self.travels.index(travel),
                police=kind is UnitKind.POLICE,
                turnout=_law(turnout, mean),
                answer=_law(None, ASSUMED.answer),
                acceptance=acceptance[kind],
            )

    # --- calls ------------------------------------------------------------------------------------

    def _call_types(self) -> Iterator[CallType]:
        stream = self.question.stream
        handling = _law(None, self.question.handling.value)
        for code in stream.classes:
            one = CallClass.read(code)
            leads = [n for n, (kind, _travel) in enumerate(self.types) if leads_to(one, kind)]
            helps = [n for n, (kind, _travel) in enumerate(self.types) if helps_at(one, kind)]
            yield CallType(
                code,
                _law(stream.service.get(code), SERVICE[one.urgency]),
                one.urgency,
                tuple(leads),
                one.units,
                tuple(helps),
                BESIDE if helps else 0,
                ASSUMED.beside_within,
                handling,
            )

    @cached_property
    def arrivals(self) -> Arrivals:
        """As often as is asked; in each community where its residents are."""
        stream, weights = self.question.stream, self.residents
        overall = weights / weights.sum()
        shares = np.array(stream.shares).reshape(len(stream.classes), len(stream.zones))
        where = np.outer(1 - shares.sum(axis=1), overall)  # of no community, or all
        for number, code in enumerate(stream.zones):
            where += np.outer(shares[:, number], self._within(code, overall))
        rate = np.array(stream.by_hour)[:, :, None] * where
        wanted = self.question.calls.value * WEEK_DAYS
        return Arrivals(np.maximum(rate, 0.0) * (wanted / rate.sum()))

    def _within(self, community: str, overall: Floats) -> Floats:
        """How the calls of a community are spread over all zones."""
        if community not in self.codes:
            return overall
        inside = np.zeros(len(overall))
        here = self.demand.community == self.codes.index(community)
        inside[: len(here)][here] = self.demand.weights[here]
        return inside / inside.sum()

    # --- all of it --------------------------------------------------------------------------------

    def scenario(self, *, sites: bool = False) -> Scenario:
        return Scenario(
            travel=self.times,
            unit_types=tuple(self._unit_types()),
            units=self.units(sites=sites),
            call_types=tuple(self._call_types()),
            arrivals=self.arrivals,
            horizon=(1 + self.question.days) * DAY,
            warm_up=DAY,
            places=_metres(self.places),
            weights=self.residents,
            sample=SAMPLE,
        )

    def policy(self, number: int, arm: Arm) -> Policy:
        """Under the number of what is compared, since names are words."""
        return replace(policy(arm.way, self.question), name=str(number))


SERVICE: Final = {1: ASSUMED.service_now, 2: ASSUMED.service_soon, 3: ASSUMED.service_wait}


def policy(way: Way, question: SimQuestion) -> Policy:
    nearest = Policy.nearest_road()
    return {
        Way.STRAIGHT: Policy.nearest_straight(),
        Way.ROAD: nearest,
        Way.EXPECTED: Policy.expected_time(),
        Way.COVERAGE: Policy.coverage_preserving(),
        Way.RESERVE: nearest.cut_off(question.reserve),
        Way.PHASED: nearest.phased(question.width),
        Way.POLICE: Policy.old_world(),
    }[way]


def usual(force: Force) -> Travel:
    """How most of a kind go."""
    travels = [post.travel for post in force.posts]
    return max(travels, key=travels.count) if travels else USUAL[force.kind]


def leads_to(calls: CallClass, kind: UnitKind) -> bool:
    return kind in SENT or not calls.police


def helps_at(calls: CallClass, kind: UnitKind) -> bool:
    """Who is told beside those who are sent."""
    beside = kind in BESIDE_POLICE and not (calls.violent and kind is not UnitKind.GUARD)
    return calls.police and beside


def _law(measured: Span | None, mean: float) -> Law:
    if measured is not None:
        middle = np.exp(measured.mu + measured.sigma**2 / 2)
        return Law(Form.LOGNORMAL, float(middle), measured.sigma)
    return Law.lognormal(mean, ASSUMED.spread) if mean else Law.constant(0.0)


def _metres(places: Sequence[LonLat]) -> Floats:
    degrees = np.array(places)
    middle = degrees.mean(axis=0)
    scale = DEGREE * np.array([cos(radians(middle[1])), 1.0])
    metres: Floats = (degrees - middle) * scale
    return metres
