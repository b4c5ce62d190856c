"""Who may use which road, and how fast: the tables for each way of moving.

A car's figures are those that OSRM's car profile publishes (speeds by class of road, what a bad
surface allows, four fifths of a posted limit, penalties for narrow and for service roads; see
https://project-osrm.org/docs), so that our times can be held against an engine that others use.
E-bikes may go 25 km/h (GB 17761); a guard on foot walks briskly. Tags as in
https://wiki.openstreetmap.org/wiki/Map_features.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Profile(StrEnum):
    """How a unit moves; the values are those of `dispatch.kinds.Travel`."""

    CAR = "car"
    EBIKE = "ebike"
    FOOT = "foot"


CLOSED = frozenset({"no", "agricultural", "forestry", "emergency", "psv", "military"})
LOCAL = frozenset({"private", "delivery", "destination", "customers", "permit", "residents"})
"""Access for those who have business there: a way in, never a way through."""
GATES = frozenset(
    {
        "border_control",
        "cattle_grid",
        "entrance",
        "gate",
        "height_restrictor",
        "lift_gate",
        "no",
        "sally_port",
        "swing_gate",
        "toll_booth",
    }
)
"""Barriers that open for a car."""
NARROW_GATES = GATES | {"block", "bollard", "chain", "cycle_barrier", "kerb", "lowered_kerb"}
"""Barriers that let an e-bike pass."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`speeds`: km/h by class of road; a class that is not named is not used unless `access` says
    yes, and then at `elsewhere` (0: never). `access`: the tags that decide, the first counts.
    `passes`: barriers one can pass; None for all of them. `turn`: the longest a turn takes, in
    seconds; `u_turn`: what turning back takes more, `gap`: what crossing those who come towards one
    does. `limits`: whether a posted limit and a bad
    surface count. `dismounts`: a ban for this kind of traveller is not a ban for whoever pushes.
    """

    profile: Profile
    speeds: Mapping[str, float]
    access: tuple[str, ...]
    elsewhere: float
    passes: frozenset[str] | None
    turn: float
    u_turn: float
    gap: float
    signal: float
    oneways: bool
    limits: bool


CAR = Rules(
    profile=Profile.CAR,
    speeds=MappingProxyType(
        {
            "motorway": 90,
            "motorway_link": 45,
            "trunk": 85,
            "trunk_link": 40,
            "primary": 65,
            "primary_link": 30,
            "secondary": 55,
            "secondary_link": 25,
            "tertiary": 40,
            "tertiary_link": 20,
            "unclassified": 25,
            "residential": 25,
            "living_street": 10,
            "service": 15,
            "ferry": 5,
        }
    ),
    access=("motorcar", "motor_vehicle", "vehicle", "access"),
    elsewhere=10,
    passes=GATES,
    turn=7.5,
    u_turn=20,
    gap=1.5,
    signal=2,
    oneways=True,
    limits=True,
)
EBIKE = Rules(
    profile=Profile.EBIKE,
    speeds=MappingProxyType(
        {
            "trunk": 22,
            "trunk_link": 20,
            "primary": 22,
            "primary_link": 20,
            "secondary": 22,
            "secondary_link": 20,
            "tertiary": 22,
            "tertiary_link": 20,
            "unclassified": 20,
            "residential": 20,
            "living_street": 12,
            "service": 15,
            "cycleway": 20,
            "track": 12,
            "path": 10,
            "pedestrian": 8,
            "footway": 5,
            "ferry": 5,
        }
    ),
    access=("moped", "bicycle", "vehicle", "access"),
    elsewhere=8,
    passes=NARROW_GATES,
    turn=4,
    u_turn=5,
    gap=1.5,
    signal=5,
    oneways=True,
    limits=False,
)
FOOT = Rules(
    profile=Profile.FOOT,
    speeds=MappingProxyType(
        dict.fromkeys(
            (
                "primary",
                "primary_link",
                "secondary",
                "secondary_link",
                "tertiary",
                "tertiary_link",
                "unclassified",
                "residential",
                "living_street",
                "service",
                "cycleway",
                "track",
                "path",
                "pedestrian",
                "footway",
                "corridor",
                "platform",
                "trunk",
                "trunk_link",
            ),
            5.4,
        )
        | {"steps": 2.7, "ferry": 5}
    ),
    access=("foot", "access"),
    elsewhere=5.4,
    passes=None,
    turn=0,
    u_turn=0,
    gap=0,
    signal=0,
    oneways=False,
    limits=False,
)
RULES: Mapping[Profile, Rules] = MappingProxyType({r.profile: r for r in (CAR, EBIKE, FOOT)})

MAIN = frozenset(
    {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
    }
)
"""The roads that fill first in the rush hours."""

SURFACES: Mapping[str, float] = MappingProxyType(
    {
        "cement": 80,
        "compacted": 80,
        "fine_gravel": 80,
        "bricks": 60,
        "metal": 60,
        "paving_stones": 60,
        "dirt": 40,
        "grass": 40,
        "grass_paver": 40,
        "gravel": 40,
        "ground": 40,
        "pebblestone": 40,
        "sett": 40,
        "tartan": 40,
        "unpaved": 40,
        "wood": 40,
        "clay": 30,
        "cobblestone": 30,
        "earth": 20,
        "rocky": 20,
        "sand": 20,
        "stone": 20,
        "mud": 10,
    }
)
TRACKS: Mapping[str, float] = MappingProxyType(
    {"grade1": 60, "grade2": 40, "grade3": 30, "grade4": 25, "grade5": 20}
)
SMOOTHNESS: Mapping[str, float] = MappingProxyType(
    {"intermediate": 80, "bad": 40, "very_bad": 20, "horrible": 10, "very_horrible": 5}
)
"""The fastest that a surface allows, in km/h."""

ZONES: Mapping[str, float] = MappingProxyType(
    {"walk": 7, "living_street": 10, "urban": 50, "rural": 90, "trunk": 110, "motorway": 130}
)
"""Limits that a sign gives by a kind of place, such as "CN:urban", in km/h."""
UNLIMITED = 140
FOLLOWED = 0.8
"""How much of a posted limit is driven on average."""

SIDE_SERVICES = frozenset(
    {"alley", "parking", "parking_aisle", "driveway", "drive-through", "drive-thru"}
)
NARROW = 3
"""Metres; two cars do not pass."""
TIGHT, ALTERNATING, SIDE_ROAD = 0.5, 0.4, 0.8
"""How willingly such a road is chosen, against one of the same speed: the way goes elsewhere unless
that takes longer by as much."""
