"""What the tags of a way and of a node mean for one way of moving."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yihu.places.road_rules import (
    ALTERNATING,
    CLOSED,
    FOLLOWED,
    LOCAL,
    MAIN,
    NARROW,
    SIDE_ROAD,
    SIDE_SERVICES,
    SMOOTHNESS,
    SURFACES,
    TIGHT,
    TRACKS,
    UNLIMITED,
    ZONES,
    Rules,
)

type Tags = Mapping[str, str]

UNUSABLE = frozenset({"construction", "proposed", "abandoned", "razed", "raceway"})
UNFINISHED_BUT_OPEN = frozenset({"no", "widening", "minor"})
ROUNDABOUTS = frozenset({"roundabout", "circular"})
MILE = 1.609
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Passage:
    """How a way is used, along it and against it. Speeds in km/h, 0 where one may not. `ease`, over
    0 and at most 1: how willingly it is chosen. `local`: no way through. `circular`: a roundabout.
    """

    along: float
    against: float
    ease: float
    local: bool
    main: bool
    circular: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """What passing a node costs, in seconds, and for whom: `direction` of the way, 1 along it, -1
    against it, 0 both. `near`: a sign that belongs to the junction it stands close to."""

    seconds: float
    direction: int
    near: bool


def passage(tags: Tags, rules: Rules) -> Passage | None:
    """None for a way that is of no use."""
    kind = tags.get("highway") or ("ferry" if tags.get("route") == "ferry" else "")
    if not kind or _unusable(kind, tags):
        return None
    speeds, local = [], False
    for side in ("forward", "backward"):
        access = _access(tags, rules, side)
        local |= access in LOCAL
        speeds.append(0.0 if access in CLOSED else _speed(kind, tags, rules, side, access))
    along, against = _oneway(kind, tags, rules, *speeds)
    if along == against == 0:
        return None
    ease = _ease(tags, both=along > 0 and against > 0) if rules.limits else 1.0
    return Passage(along, against, ease, local, kind in MAIN, tags.get("junction") in ROUNDABOUTS)


def barred(tags: Tags, rules: Rules) -> bool:
    """Whether a node cannot be passed."""
    access = next((tags[key] for key in rules.access if key in tags), None)
    if access is not None:
        return access in CLOSED
    barrier = tags.get("barrier")
    if barrier is None or rules.passes is None or tags.get("bollard") == "rising":
        return False
    return barrier not in rules.passes


def stop(tags: Tags, rules: Rules) -> Stop | None:
    """What is to be waited for at a node."""
    kind = tags.get("highway")
    told = tags.get("direction", "")
    if kind == "traffic_signals":
        told = tags.get("traffic_signals:direction", told)
    seconds = {"traffic_signals": rules.signal, "stop": 2.0, "give_way": 1.0}.get(kind or "", 0.0)
    if not seconds or not rules.oneways:
        return None
    direction = {"forward": 1, "backward": -1}.get(told, 0)
    return Stop(seconds, direction, near=kind != "traffic_signals" and not direction)


def _unusable(kind: str, tags: Tags) -> bool:
    return (
        kind in UNUSABLE
        or tags.get("area") == "yes"
        or tags.get("oneway") == "reversible"
        or "yes" in (tags.get("impassable"), tags.get("proposed"))
        or tags.get("status") == "impassable"
        or tags.get("smoothness") == "impassable"
        or tags.get("construction", "no") not in UNFINISHED_BUT_OPEN
        or tags.get("service") == "emergency_access"
    )


def _access(tags: Tags, rules: Rules, side: str) -> str | None:
    for key in rules.access:
        for name in (f"{key}:{side}", key):
            if name in tags:
                return tags[name]
    return None


def _speed(kind: str, tags: Tags, rules: Rules, side: str, access: str | None) -> float:
    """In km/h; 0 where this is not used."""
    speed = rules.speeds.get(kind, 0.0)
    if not speed:  # a class that is nobody's own: only where a sign lets one in
        return rules.elsewhere if access is not None else 0.0
    if not rules.limits:
        return speed
    posted = next(
        (
            limit
            for key in ("maxspeed:advisory", "maxspeed")
            for name in (f"{key}:{side}", key)
            if (limit := limit_of(tags.get(name)))
        ),
        None,
    )
    if posted:
        speed = posted * FOLLOWED
    for table, key in ((SURFACES, "surface"), (TRACKS, "tracktype"), (SMOOTHNESS, "smoothness")):
        speed = min(speed, table.get(tags.get(key, ""), speed))
    return speed


def limit_of(text: str | None) -> float | None:
    """A limit in km/h as it is written on the map: "50", "30 mph", "CN:urban", "none"."""
    if not text:
        return None
    if found := NUMBER.match(text):
        return float(found[0]) * (MILE if "mph" in text else 1)
    if text == "none":
        return UNLIMITED
    return ZONES.get(text.lower().rpartition(":")[2])


def _oneway(
    kind: str, tags: Tags, rules: Rules, along: float, against: float
) -> tuple[float, float]:
    if not rules.oneways:
        return along, against
    told = next(
        (tags[name] for key in rules.access if (name := f"oneway:{key}") in tags),
        tags.get("oneway", ""),
    )
    if told in ("-1", "reverse"):
        return 0.0, against
    implied = kind == "motorway" or tags.get("junction") in ROUNDABOUTS
    if told in ("yes", "1", "true") or (implied and told != "no"):
        return along, 0.0
    return along, against


def _ease(tags: Tags, *, both: bool) -> float:
    ease = 1.0
    if tags.get("service") in SIDE_SERVICES:
        ease = TIGHT
    width, lanes = _number(tags.get("width")), _number(tags.get("lanes"))
    if (width is not None and width <= NARROW) or (both and lanes is not None and lanes <= 1):
        ease = min(ease, TIGHT)
    if tags.get("oneway") == "alternating":
        ease = min(ease, ALTERNATING)
    if tags.get("side_road") in ("yes", "rotary"):
        ease = min(ease, SIDE_ROAD)
    return ease


def _number(text: str | None) -> float | None:
    found = NUMBER.match(text or "")
    return float(found[0]) if found else None
