"""From a question about sites and a district's roads to the answer, with all it rests on. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from yihu.places.road_rules import RULES
from yihu.places.roads import LonLat, Roads
from yihu.places.tile_layers import Area
from yihu.planning import plan_instance
from yihu.planning.plan_instance import Floats, Instance
from yihu.planning.plan_measures import by_community, measured
from yihu.planning.plan_question import ROADSIDE, Question, Weights
from yihu.planning.plan_search import Search
from yihu.planning.telling import Telling

type Assumption = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Ground:
    """A district: its border as GeoJSON, the communities in it, its roads with what is closed."""

    outline: Mapping[str, Any]
    communities: tuple[Area, ...]
    roads: Roads


class Asked:
    """A question on its ground, with the matrix of times that all of its answer is read from."""

    def __init__(self, question: Question, ground: Ground, tell: Telling) -> None:
        self.question, self.ground, self.tell = question, ground, tell

    @cached_property
    def instance(self) -> Instance:
        """Raises NothingToPlan."""
        roads, travel = self.ground.roads, self.question.travel
        return plan_instance.instance(
            _narrowed(self.question),
            self.ground.outline,
            self.ground.communities,
            lambda places: roads.off(places, travel),
        )

    @cached_property
    def cost(self) -> Floats:
        """Seconds [demand, candidate]: from the site to the place, as whoever is sent goes."""
        times = self.ground.roads.matrix(
            [spot.position for spot in self.instance.spots],
            self.instance.demand.places,
            self.question.travel,
            self.question.hour,
        )
        return np.ascontiguousarray(times.T)

    def answer(self) -> dict[str, Any]:
        """As JSON keeps it. Raises NothingToPlan, and BadInstance, whose rows are places of
        `instance.demand` and whose columns are its `spots`."""
        question, weights = self.question, self.instance.demand.weights
        self.tell("times")
        search = Search(question, self.cost, self.instance)
        self.tell("solving")
        found = search.best(lambda *told: self.tell("solving", *told))
        self.tell("curve")
        standing = range(len(question.standing))
        before, after = self._nearest(standing), self._nearest(found.sites)
        communities = by_community(self.instance, before, after, question.radius)
        return {
            "sites": list(self._sites(found.sites, before, after)),
            "value": found.value,
            "bound": found.bound,
            "gap": found.gap if np.isfinite(found.gap) else None,
            "proven": found.proven,
            "method": found.method,
            "seconds": round(found.seconds, 3),
            "before": measured(before, weights, question.radius).told,
            "after": measured(after, weights, question.radius).told,
            "communities": [one.told for one in communities],
            "curve": search.curve(),
            "front": search.front(),
            "roadside": [one.told for one in self.instance.spots if one.kind == ROADSIDE],
            "assumptions": list(self._assumptions()),
        }

    def _nearest(self, sites: Sequence[int]) -> Floats:
        nearest: Floats = self.cost[:, list(sites)].min(axis=1, initial=np.inf)
        return nearest

    def _sites(
        self, sites: Sequence[int], before: Floats, after: Floats
    ) -> Iterator[dict[str, Any]]:
        """Each with whom it serves, being the nearest, and whom it brings within the target."""
        weights, radius = self.instance.demand.weights, self.question.radius
        columns = list(sites)
        server = np.array(columns)[self.cost[:, columns].argmin(axis=1)]
        gained = (before > radius) & (after <= radius)
        for column in columns:
            own = server == column
            yield {
                **self.instance.spots[column].told,
                "stands": column < len(self.question.standing),
                "serves": round(float(weights[own & np.isfinite(after)].sum()), 3),
                "gains": round(float(weights[own & gained].sum()), 3),
            }

    def drawing(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """What is reached within the target before and after, as GeoJSON."""
        sites = [(one["longitude"], one["latitude"]) for one in answer["sites"]]
        standing = [spot.position for spot in self.question.standing]
        return {"before": self._reached(standing), "after": self._reached(sites)}

    def _reached(self, places: Sequence[LonLat]) -> dict[str, Any]:
        question = self.question
        if not places:
            return {"type": "MultiPolygon", "coordinates": []}
        found = self.ground.roads.isochrone(
            places, [question.radius], question.travel, question.hour
        )
        return dict(found[0])

    def _assumptions(self) -> Iterator[Assumption]:
        """By name, with the numbers that belong to each."""
        question, instance = self.question, self.instance
        counted, every = len(instance.communities), len(self.ground.communities)
        if question.weights is Weights.INCIDENTS:
            told = {"n": sum((question.incidents or {}).values()), "too_few": question.too_few}
            yield "incidents", told
        else:
            yield "residents", {"n": round(float(instance.demand.weights.sum()))}
            if every > counted:
                yield "unknown", {"n": every - counted}
        yield (
            "spread",
            {
                "n": len(instance.demand.places),
                "areas": counted,
                "metres": plan_instance.SPACING,
                "near": round(plan_instance.SETTLED),
            },
        )
        speeds = dict(RULES[question.travel].speeds)
        speeds.pop("ferry", None)
        yield (
            "roads",
            {
                "travel": question.travel.value,
                "hour": question.hour,
                "slowest": min(speeds.values()),
                "fastest": max(speeds.values()),
            },
        )
        yield "closures", {"n": len(self.ground.roads.closures)}
        off = self.ground.roads.off(instance.demand.places, question.travel)
        yield "beside", {"metres": round(float(np.median(off))), "most": round(float(off.max()))}
        yield "staffed", {"n": len(question.standing)}
        yield "way_only", {}
        if not question.chosen:
            yield from self._candidates()

    def _candidates(self) -> Iterator[Assumption]:
        kinds = Counter(one.kind for one in self.instance.spots[len(self.question.standing) :])
        roadside = kinds.pop(ROADSIDE, 0)
        if kinds:
            yield "houses", {"n": kinds.total(), "kinds": dict(kinds)}
        if roadside:
            metres, beside = plan_instance.ROADSIDE_SPACING, plan_instance.BESIDE
            yield "roadside", {"n": roadside, "metres": metres, "beside": round(beside)}
        if self.question.forbidden:
            yield "forbidden", {"n": len(self.instance.forbidden)}
        if self.question.obligatory:
            yield "obligatory", {"n": len(self.question.obligatory)}


def _narrowed(question: Question) -> Question:
    """Where sites were chosen by hand, nothing else is looked at."""
    if not question.chosen:
        return question
    return replace(
        question, candidates=question.chosen, roadside=False, forbidden=(), obligatory=()
    )
