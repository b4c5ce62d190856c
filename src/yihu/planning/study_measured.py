"""What the study of response times need not assume, since a district's own calls say it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from yihu.dispatch.kinds import RULES, Kind, UnitKind, Urgency
from yihu.planning.fitting import Lognormal
from yihu.planning.measured_inputs import HELPERS, Input, Inputs, Source
from yihu.planning.study_assumptions import Assumptions

SERVICE = {
    Urgency.NOW: "service_now",
    Urgency.SOON: "service_soon",
    Urgency.CAN_WAIT: "service_wait",
}
NIGHT, EVENING = range(7), range(18, 23)
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Known:
    """`measured`: by the name of an assumption, where its number comes from; of all that is not
    named the assumption stands."""

    assumptions: Assumptions = field(default_factory=Assumptions)
    measured: Mapping[str, str] = field(default_factory=dict)


def known(inputs: Inputs) -> Known:
    """What enough is known of to put it in place of an assumption. Acceptance is that of helpers
    together, and times at the scene of all kinds that are as urgent."""
    found = dict(_found(inputs))
    values = {name: round(value, DIGITS) for name, (value, _n) in found.items()}
    since = inputs.since.date().isoformat()
    return Known(
        replace(Assumptions(), **values),
        {name: f"measured, n = {n:,}, since {since}" for name, (_value, n) in found.items()},
    )


def _found(inputs: Inputs) -> Iterator[tuple[str, tuple[float, int]]]:
    yield from _calls(inputs)
    if found := _mean(inputs.acceptance[force] for force in HELPERS):
        yield "acceptance", found
    if found := _mean([inputs.acceptance[UnitKind.AUXILIARY]]):
        yield "auxiliary_acceptance", found
    if found := _seconds(inputs.turnout[force] for force in (*HELPERS, UnitKind.AUXILIARY)):
        yield "turnout", found
    if found := _seconds([inputs.turnout[UnitKind.POLICE]]):
        yield "car_turnout", found
    for urgency, name in SERVICE.items():
        kinds = [kind for kind, rule in RULES.items() if rule.urgency is urgency]
        if found := _seconds(inputs.service[kind] for kind in kinds):
            yield name, found


def _calls(inputs: Inputs) -> Iterator[tuple[str, tuple[float, int]]]:
    """How many, how urgent those are whose kind the house knows, and when."""
    a_day = inputs.a_day
    if a_day.source is Source.ASSUMED:
        return
    yield "calls", (a_day.value, a_day.n)
    kinds = [one for one in inputs.calls if one in Kind]
    many = sum(inputs.calls[kind].n for kind in kinds)
    for urgency, name in ((Urgency.NOW, "share_now"), (Urgency.SOON, "share_soon")):
        if many:
            urgent = sum(
                inputs.calls[one].n for one in kinds if RULES[Kind(one)].urgency is urgency
            )
            yield name, (urgent / many, many)
    for name, hours in (("night", NIGHT), ("evening", EVENING)):
        week = [inputs.by_hour[day * 24 + hour] for day in range(7) for hour in hours]
        mean = sum(one.value for one in week) / len(week)
        yield name, (mean / (a_day.value / 24), sum(one.n for one in week))


def _mean(inputs: Iterable[Input[float]]) -> tuple[float, int] | None:
    """Each by how much it rests on; None where nothing was seen of any."""
    seen = [one for one in inputs if one.source is Source.MEASURED and one.n]
    n = sum(one.n for one in seen)
    return (sum(one.value * one.n for one in seen) / n, n) if n else None


def _seconds(inputs: Iterable[Input[Lognormal]]) -> tuple[float, int] | None:
    return _mean(Input(one.value.mean, one.n, one.since, one.prior) for one in inputs)
