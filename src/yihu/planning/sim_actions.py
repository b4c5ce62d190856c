"""Asking for a simulation, stopping it, throwing it away. It decides nothing, like a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils import timezone

from yihu.dispatch.kinds import UnitKind
from yihu.kernel.access import Actor, Refused
from yihu.kernel.writing import one_by_one
from yihu.places.tiles import Map
from yihu.planning import queries, sim_inputs, sim_queries, sim_stream
from yihu.planning.actions import ground_of
from yihu.planning.models import Plan, Simulation
from yihu.planning.past_calls import Call
from yihu.planning.plan_question import Spot
from yihu.planning.plan_shown import Shown
from yihu.planning.sim_inputs import HANDLING, Inputs
from yihu.planning.sim_question import Force, SimQuestion, Stream, Way

FEWEST_WAYS, MOST_WAYS = 2, 4
MOST_WORK = 5_000_000
"""Calls that are simulated at most, over all replications and rules: some minutes."""


class From(StrEnum):
    """Where calls are taken from."""

    HISTORY = "history"
    FILE = "file"
    LIKE = "like"  # as in the simulation that this one begins with


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of a kind of force, as it is written on the page. `acceptance`: of a hundred."""

    day: int
    night: int
    acceptance: int


LIMITS = {
    "width": ("bad_width", 2, 10),
    "reserve": ("bad_reserve", 1, 50),
    "calls": ("bad_calls", 1, 2000),
    "handling": ("bad_handling", 0, 1800),
    "runs": ("bad_runs", 2, 200),
    "days": ("bad_days", 1, 28),
    "seed": ("bad_seed", 0, 2**31 - 1),
}
"""How each is refused, and within what it must be."""


@dataclass(frozen=True, slots=True)
class SimWanted:
    """What somebody asks. `calls`: a day; None: as many as were seen. `uploaded`: calls of a file,
    `like`: a simulation, where calls are taken from there. `plan`: whose new sites get one unit of
    `stationed` each."""

    ways: tuple[Way, ...]
    numbers: Mapping[UnitKind, Numbers]
    handling: int
    calls: float | None = None
    calls_from: From = From.HISTORY
    uploaded: Sequence[Call] = ()
    like: int | None = None
    plan: int | None = None
    stationed: UnitKind = UnitKind.AUXILIARY
    width: int = 3
    reserve: int = 3
    runs: int = 30
    days: int = 7
    seed: int = 1
    name: str = ""


def ask(*, actor: Actor, wanted: SimWanted, client_key: bytes) -> Simulation:
    """Ask for a simulation; the one there is, where it was asked with this key before.

    Raises Refused: not_yours, no_map; and with the field: too_few_ways, too_many_ways, no_unit,
    no_police, bad_number, bad_share, no_such_plan, few_calls, no_calls, too_much, or what LIMITS
    says.
    """
    found = ground_of(actor)
    _require_sense(wanted)
    question = _question(actor, found, wanted)
    _require_work(question)
    with one_by_one():
        made, _new = Simulation.objects.get_or_create(
            made_by_id=actor.staff_id,
            client_key=client_key.hex(),
            defaults={
                "district": actor.district,
                "name": wanted.name.strip(),
                "made_at": timezone.now(),
                "question": question.told,
            },
        )
        return made


def _require_sense(wanted: SimWanted) -> None:
    if len(wanted.ways) < (FEWEST_WAYS if wanted.plan is None else 1):
        raise Refused("too_few_ways", "nothing to compare", field="ways")
    if len(wanted.ways) > MOST_WAYS:
        raise Refused("too_many_ways", "too much to compare", field="ways")
    for field, (code, least, most) in LIMITS.items():
        value = getattr(wanted, field)
        if value is not None and not least <= value <= most:
            raise Refused(code, f"not a number for {field}", field=field)
    for kind, told in wanted.numbers.items():
        for field, most, code in (
            ("day", 2000, "bad_number"),
            ("night", 2000, "bad_number"),
            ("acceptance", 100, "bad_share"),
        ):
            if not 0 <= getattr(told, field) <= most:
                raise Refused(code, f"not a number of {kind}", field=f"{field}_{kind}")
    on_shift = {kind: max(told.day, told.night) for kind, told in wanted.numbers.items()}
    if not any(on_shift.values()):
        raise Refused("no_unit", "nobody can be sent", field="day_police")
    if Way.POLICE in wanted.ways and not on_shift.get(UnitKind.POLICE):
        raise Refused("no_police", "no police on shift", field="day_police")


def _require_work(question: SimQuestion) -> None:
    calls = question.runs * (question.days + 1) * question.calls.value
    if calls * len(question.arms) > MOST_WORK:
        raise Refused("too_much", "too many calls to simulate", field="runs")


def _question(actor: Actor, found: Map, wanted: SimWanted) -> SimQuestion:
    begin = sim_inputs.inputs(actor, found.communities)
    stream = _stream(actor, begin, wanted)
    calls = sim_inputs.calls_a_day(stream)
    plan = _plan(actor, wanted.plan)
    return SimQuestion(
        ways=wanted.ways,
        width=wanted.width,
        reserve=wanted.reserve,
        forces=tuple(_force(one, wanted.numbers[one.kind]) for one in begin.forces),
        stream=stream,
        calls=calls if wanted.calls is None else calls.given(wanted.calls),
        handling=HANDLING.given(float(wanted.handling)),
        runs=wanted.runs,
        days=wanted.days,
        seed=wanted.seed,
        station=begin.station,
        plan=plan.pk if plan else None,
        plan_name=Shown(plan).title if plan else "",
        sites=_sites(plan) if plan else (),
        stationed=wanted.stationed,
    )


def _force(begin: Force, told: Numbers) -> Force:
    return replace(
        begin,
        day=begin.day.given(float(told.day)),
        night=begin.night.given(float(told.night)),
        acceptance=begin.acceptance.given(told.acceptance / 100),
    )


def _stream(actor: Actor, begin: Inputs, wanted: SimWanted) -> Stream:
    if wanted.calls_from is From.LIKE:
        like = sim_queries.simulations(actor).filter(pk=wanted.like or 0).first()
        if like is None:
            raise Refused("no_calls", "no such simulation", field="calls_from")
        return like.asked.stream
    if wanted.calls_from is From.FILE:
        found = sim_stream.of_calls(wanted.uploaded)
        if found is None:
            raise Refused("few_calls", "too few calls in the file", field="file")
        return found
    return begin.stream


# --- the plan whose sites are manned --------------------------------------------------------------


def _plan(actor: Actor, number: int | None) -> Plan | None:
    if number is None:
        return None
    found = queries.plans(actor).filter(pk=number, state=Plan.State.DONE).first()
    if found is None:
        raise Refused("no_such_plan", "no such plan with an answer", field="plan")
    return found


def _sites(plan: Plan) -> tuple[Spot, ...]:
    return tuple(Spot.read(one) for one in (plan.answer or {})["sites"] if not one["stands"])


# --- what is done with one ------------------------------------------------------------------------


def stop(*, actor: Actor, simulation: int) -> None:
    """Stop computing; nothing where it is over. Whoever sees one may stop it.

    Raises Simulation.DoesNotExist."""
    with one_by_one():
        sim_queries.simulations(actor).get(pk=simulation).stop()


def throw_away(*, actor: Actor, simulation: int) -> None:
    """Raises Simulation.DoesNotExist, and Refused: not_own."""
    with one_by_one():
        found = sim_queries.simulations(actor).get(pk=simulation)
        if found.made_by_id != actor.id:
            raise Refused("not_own", "somebody else asked this")
        found.delete()
