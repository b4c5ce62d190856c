"""Asking for a plan of sites, moving one of its sites by hand, stopping it, throwing it away.

A plan decides nothing and is nobody's matter: it may be thrown away by whoever made it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import shapely
from django.utils import timezone
from shapely.geometry import shape

from yihu.dispatch.map_reach import may_see
from yihu.kernel.access import Actor, Refused
from yihu.kernel.writing import one_by_one
from yihu.places.road_rules import Profile
from yihu.places.tiles import Map
from yihu.planning import queries
from yihu.planning.models import Plan
from yihu.planning.plan_question import HAND, ROADSIDE, Problem, Question, Spot, Weights

YEAR = timedelta(days=365)
MINUTES = range(1, 61)
MOST_BUILT = 50
LIMITS = 10, 60, 300
"""Seconds that may be searched."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks. `keep`: codes of the rooms that stay; those that do not may be chosen
    like any candidate. `sources`: kinds of candidates, ROADSIDE among them. `without`, `with_`:
    codes of candidates that must not, and must, be chosen."""

    name: str
    problem: Problem
    minutes: int
    travel: Profile
    hour: int
    weights: Weights
    build: int
    seconds: int
    sources: frozenset[str]
    keep: frozenset[str]
    without: frozenset[str] = frozenset()
    with_: frozenset[str] = frozenset()


def ask(*, actor: Actor, wanted: Wanted, client_key: bytes) -> Plan:
    """Ask for a plan; the one there is, where it was asked with this key before.

    Raises Refused: not_yours, no_map; and with the field: bad_minutes, bad_build, bad_limit,
    bad_hour, no_source, both (a candidate that must and must not be chosen), too_many_with,
    no_incidents.
    """
    found = ground_of(actor)
    _require_sense(wanted)
    question = _question(actor, found, wanted)
    return _kept(actor, wanted.name, question, client_key)


def ground_of(actor: Actor) -> Map:
    """The map of the district, for who plans it. Raises Refused: not_yours, no_map."""
    if not may_see(actor):
        raise Refused("not_yours", "whoever sees the net as a whole plans its rooms")
    found = queries.ground(actor.district)
    if found is None:
        raise Refused("no_map", "there is no map of the district")
    return found


def _require_sense(wanted: Wanted) -> None:
    if wanted.minutes not in MINUTES:
        raise Refused("bad_minutes", "not a target", field="minutes")
    if wanted.hour not in range(24):
        raise Refused("bad_hour", "not an hour of the day", field="hour")
    if wanted.problem is not Problem.ALL and not 1 <= wanted.build <= MOST_BUILT:
        raise Refused("bad_build", "not a number of rooms to build", field="build")
    if wanted.seconds not in LIMITS:
        raise Refused("bad_limit", "not a time limit", field="seconds")
    if not wanted.sources and wanted.problem is not Problem.ALL:
        raise Refused("no_source", "nowhere to build", field="sources")
    if wanted.without & wanted.with_:
        raise Refused("both", "both forbidden and obligatory", field="with_")
    if wanted.problem is not Problem.ALL and len(wanted.with_) > wanted.build:
        raise Refused("too_many_with", "more are obligatory than are built", field="with_")


def _question(actor: Actor, found: Map, wanted: Wanted) -> Question:
    rooms = queries.rooms(actor.district)
    houses = [
        one
        for one in queries.houses(actor.district)
        if one.kind in wanted.sources or one.code in wanted.with_
    ]
    candidates = (*(one for one in rooms if one.code not in wanted.keep), *houses)
    question = Question(
        problem=wanted.problem,
        minutes=wanted.minutes,
        travel=wanted.travel,
        hour=wanted.hour,
        weights=wanted.weights,
        build=wanted.build,
        seconds=wanted.seconds,
        roadside=ROADSIDE in wanted.sources,
        standing=tuple(one for one in rooms if one.code in wanted.keep),
        candidates=candidates,
        forbidden=tuple(sorted(wanted.without)),
        obligatory=tuple(sorted(wanted.with_)),
    )
    if not candidates and not question.roadside:
        raise Refused("no_source", "nowhere to build", field="sources")
    if wanted.weights is not Weights.INCIDENTS:
        return question
    past = queries.past(actor, found.communities, timezone.now() - YEAR)
    if not past.by_community:
        raise Refused("no_incidents", "too few incidents to plan by", field="weights")
    return replace(question, incidents=past.by_community, too_few=past.too_few)


def _kept(
    actor: Actor, name: str, question: Question, client_key: bytes, best: Plan | None = None
) -> Plan:
    with one_by_one():
        plan, _made = Plan.objects.get_or_create(
            made_by_id=actor.staff_id,
            client_key=client_key.hex(),
            defaults={
                "district": actor.district,
                "name": name.strip(),
                "made_at": timezone.now(),
                "question": question.told,
                "best": best,
            },
        )
        return plan


def move_site(
    *,
    actor: Actor,
    plan: int,
    site: str,
    to: str = "",
    position: tuple[float, float] | None = None,
    client_key: bytes,
) -> Plan:
    """A plan like this one with one of its new sites elsewhere: at the candidate `to`, or at a
    position (WGS-84 degrees). It is measured beside the best one, and nothing is looked for.

    Raises Plan.DoesNotExist, and Refused: not_yours, no_map, not_done, no_such_site,
    no_such_candidate, taken, outside.
    """
    found = ground_of(actor)
    old = queries.plans(actor).get(pk=plan)
    if old.answer is None:
        raise Refused("not_done", "there is no answer yet")
    new = [Spot.read(one) for one in old.answer["sites"] if not one["stands"]]
    if site not in {one.code for one in new}:
        raise Refused("no_such_site", "not a new site of this plan")
    target = _at(found, position) if position else _candidate(old, to)
    if target.code in {one["code"] for one in old.answer["sites"]}:
        raise Refused("taken", "a room stands there in this plan")
    chosen = tuple(target if one.code == site else one for one in new)
    question = replace(old.asked, chosen=chosen)
    return _kept(actor, "", question, client_key, best=old.best or old)


def _candidate(plan: Plan, code: str) -> Spot:
    for one in (*plan.asked.candidates, *plan.roadside):
        if one.code == code:
            return one
    raise Refused("no_such_candidate", "not a candidate of this plan")


def _at(found: Map, position: tuple[float, float]) -> Spot:
    longitude, latitude = (round(degrees, 6) for degrees in position)
    if not shapely.contains_xy(shape(found.outline), longitude, latitude):
        raise Refused("outside", "not in the district")
    inside = (
        one
        for one in found.communities
        if shapely.contains_xy(shapely.make_valid(shape(one.geometry)), longitude, latitude)
    )
    area = next(inside, None)
    return Spot(
        code=f"hand-{longitude}-{latitude}",
        kind=HAND,
        longitude=longitude,
        latitude=latitude,
        area=area.name if area else "",
        area_en=area.name_en if area else "",
    )


def rename(*, actor: Actor, plan: int, name: str) -> None:
    """Raises Plan.DoesNotExist, and Refused: not_own."""
    with one_by_one():
        found = _own(actor, plan)
        found.name = name.strip()
        found.save(update_fields=["name"])


def stop(*, actor: Actor, plan: int) -> None:
    """Stop computing; nothing where it is over. Whoever sees a plan may stop it.

    Raises Plan.DoesNotExist."""
    with one_by_one():
        queries.plans(actor).get(pk=plan).stop()


def throw_away(*, actor: Actor, plan: int) -> None:
    """Raises Plan.DoesNotExist, and Refused: not_own."""
    with one_by_one():
        _own(actor, plan).delete()


def _own(actor: Actor, plan: int) -> Plan:
    found = queries.plans(actor).get(pk=plan)
    if found.made_by_id != actor.id:
        raise Refused("not_own", "somebody else made this plan")
    return found
