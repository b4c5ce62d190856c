"""What the forces on shift reach in so many minutes, and what nobody does.

Each force moves as it moves: by car, by e-bike, on foot, as the roads are at this hour and with
what is closed. One that did not say where it is counts from where its organisation is. For whoever
directs the net or oversees it: the outline is made of everybody's positions, and shows nobody's.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils import timezone
from shapely import make_valid, union_all
from shapely.geometry import mapping, shape

from yihu.dispatch.map_layers import Shown, on_shift
from yihu.kernel.access import Actor
from yihu.people.queries import directed_by
from yihu.places import gaps, map_files
from yihu.places.gaps import Gaps
from yihu.places.road_network import roads
from yihu.places.roads import LonLat, Profile, Roads
from yihu.places.tile_layers import Area
from yihu.places.tiles import Map

MINUTES = 3, 5, 8
USUAL = 5
FINE = 3
"""Decimals of a degree, about 100 m: who moved less than that reaches the same."""

type Forces = tuple[tuple[Profile, tuple[LonLat, ...]], ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is to be reached, told apart by the map it is of."""

    stamp: str
    outline: dict[str, Any] = field(compare=False)
    communities: tuple[Area, ...] = field(compare=False)

    @classmethod
    def of(cls, drawn: Map | None) -> "Ground | None":
        if drawn is None or drawn.outline is None:
            return None
        return cls(drawn.stamp, drawn.outline, drawn.communities)


def may_see(actor: Actor) -> bool:
    """Whether somebody sees the net as a whole."""
    return bool(directed_by(actor)) or any(post.sees_office for post in actor.posts)


def reach(district: str, minutes: int) -> dict[str, Any] | None:
    """What is reached in time, as one geometry; None where there are no roads."""
    network = roads(district)
    if network is None:
        return None
    forces, hour = _forces(on_shift(district)), timezone.localtime().hour
    return _whole(network, forces, minutes, hour)


def beyond(district: str, minutes: int) -> Gaps | None:
    """What nobody reaches in time; None where there is no map of the district."""
    network, ground = roads(district), Ground.of(map_files.current(district))
    if network is None or ground is None:
        return None
    forces, hour = _forces(on_shift(district)), timezone.localtime().hour
    return _beyond(network, ground, forces, minutes, hour)


def _forces(shown: list[Shown]) -> Forces:
    """Where forces start from, by how they move; in an order that tells nobody from another."""
    starts: dict[Profile, set[LonLat]] = defaultdict(set)
    for one in shown:
        if one.at is not None:
            longitude, latitude = one.at
            starts[Profile(one.crew.travel)].add((round(longitude, FINE), round(latitude, FINE)))
    return tuple((profile, tuple(sorted(starts[profile]))) for profile in sorted(starts))


@lru_cache(maxsize=8)
def _reached(network: Roads, forces: Forces, minutes: int, hour: int) -> list[dict[str, Any]]:
    return [
        dict(network.isochrone(places, [minutes * 60.0], profile, hour)[0])
        for profile, places in forces
    ]


@lru_cache(maxsize=8)
def _whole(network: Roads, forces: Forces, minutes: int, hour: int) -> dict[str, Any]:
    parts = [make_valid(shape(one)) for one in _reached(network, forces, minutes, hour)]
    return dict(mapping(union_all(parts)))


@lru_cache(maxsize=8)
def _beyond(network: Roads, ground: Ground, forces: Forces, minutes: int, hour: int) -> Gaps:
    reached = _reached(network, forces, minutes, hour)
    return gaps.gaps(ground.outline, ground.communities, reached)
