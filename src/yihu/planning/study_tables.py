"""The tables of the study of response times, as Markdown. Pure.

Times are minutes, ± half of a 95 % interval over seeds; differences are taken seed by seed.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf

from yihu.planning.confidence import Interval
from yihu.planning.response_study import (
    ACCEPTANCES,
    DENSITIES,
    OLD,
    RADIOS,
    WIDE,
    Outcome,
    Study,
    within,
)
from yihu.planning.study_assumptions import CALIBRATED, table
from yihu.planning.study_runs import Sample
from yihu.planning.study_sites import COVER, FARTHEST, MEDIAN

MINUTE = 60.0
MINUS = "−"
LABELS = {one.name: one.metadata["label"] for one in table()}
VERDICTS = {True: "**yes**", False: "no", None: "open"}


def minutes(one: Interval) -> str:
    if one.mean == inf:
        return "never"
    return f"{one.mean / MINUTE:.2f} ± {one.half / MINUTE:.2f}".replace("-", MINUS)


def percent(one: Interval) -> str:
    return f"{100 * one.mean:.1f} ± {100 * one.half:.1f} %"


def whole(share: float) -> str:
    return f"{100 * share:.0f} %"


def rows(heads: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _late(sample: Sample, who: str) -> str:
    late = sample.of(f"{who} late")
    return percent(Interval(1 - late.mean, late.half, late.n))


def _named(outcomes: Iterable[Outcome]) -> str:
    return rows(
        (
            "",
            "first: half within",
            "nine of ten within",
            "in 8 min",
            "police: half within",
            "nine of ten within",
            "in 8 min",
            "needless arrivals, 100 calls",
            "offers a call",
            "police busy",
            "others busy",
        ),
        [
            (
                one.name,
                minutes(one.sample.of("first P50")),
                minutes(one.sample.of("first P90")),
                _late(one.sample, "first"),
                minutes(one.sample.of("police P50")),
                minutes(one.sample.of("police P90")),
                _late(one.sample, "police"),
                f"{100 * one.sample.of('redundant').mean:.0f}",
                f"{one.sample.of('offers').mean:.1f}",
                whole(one.sample.of("busy police").mean),
                _share(one.sample.of("busy others")),
            )
            for one in outcomes
        ],
    )


def _share(one: Interval) -> str:
    return f"{100 * one.mean:.1f} %" if one.n else "–"


def steps(study: Study) -> str:
    return _named(study.steps)


def choices(study: Study) -> str:
    return _named(study.choices)


def bought(study: Study) -> str:
    """What each step buys upon the one before."""
    pairs = [*pairwise(study.steps), (study.steps[0], study.steps[-1])]
    measures = "first P50", "first P90", "police P50", "police P90"
    return rows(
        ("minutes bought", "first: half", "nine of ten", "police: half", "nine of ten"),
        [
            (
                "**all together**" if before.name == OLD and after.name == WIDE else after.name,
                *(minutes(after.sample.less_than(before.sample, one)) for one in measures),
            )
            for before, after in pairs
        ],
    )


def calibrations(study: Study) -> str:
    """Three ways to the same old world, and where each leads."""
    body = []
    for one in study.calibrations:
        given = ", ".join(f"{LABELS[name]}: {value:g}" for name, value in one.changes.items())
        relay = "none fits" if one.relay is None else f"{one.relay / MINUTE:.1f} min"
        times = [
            f"{_short(step.sample.of('first P50'))} / {_short(step.sample.of('first P90'))}"
            for step in one.steps
        ]
        body.append((one.name, given or "as assumed", relay, *(times or ["–"] * 4)))
    shown = [step.name for step in next(one.steps for one in study.calibrations if one.steps)]
    return rows(("calibration", "differs by", "telephoning on", *shown), body)


def _short(one: Interval) -> str:
    return f"{one.mean / MINUTE:.1f}" if one.mean < inf else "never"


def parts(study: Study) -> str:
    def mark(part: bool) -> str:
        return "yes" if part else "–"

    return rows(
        ("radios", "other forces", "20 rooms with crews", "half within", "nine of ten within"),
        [
            (*map(mark, key), minutes(one.of("first P50")), minutes(one.of("first P90")))
            for key, one in study.parts.items()
        ],
    )


def sites(study: Study) -> str:
    names = {
        COVER: "most residents covered (MCLP)",
        MEDIAN: "shortest mean way (p-median)",
        FARTHEST: "where most live farthest from a room (no proof)",
    }
    body = []
    for one in study.placed:
        proof = study.sites.proofs.get(one.name)
        proven = (
            "–" if proof is None else "optimal" if proof.proven else f"gap {100 * proof.gap:.2f} %"
        )
        police = minutes(one.sample.of("police P50")), minutes(one.sample.of("police P90"))
        body.append((names[one.name], proven, *police))
    return rows(("5 more rooms", "proven", "police: half within", "nine of ten within"), body)


def cells(study: Study, rooms: bool) -> str:
    """Can nine of ten calls have somebody within 8 minutes?"""
    body = []
    for share in ACCEPTANCES:
        found = [study.cells[rooms, share, density] for density in DENSITIES]
        told = [one.of("first P90") for one in found]
        body.append((whole(share), *(f"{VERDICTS[within(one)]}, {minutes(one)}" for one in told)))
    return rows(("of those asked come", *(f"forces ×{one:g}" for one in DENSITIES)), body)


def fewer(study: Study) -> str:
    """By how much others lower the share of calls where nobody is in 8 minutes."""
    before = study.step(RADIOS).first(study.some.seeds)
    body = []
    for share in ACCEPTANCES:
        found = [study.cells[False, share, density] for density in DENSITIES]
        ratios = [before.ratio(one, "first late") for one in found]
        body.append((whole(share), *(f"{one.mean:.1f} ± {one.half:.1f}" for one in ratios)))
    return rows(("of those asked come", *(f"forces ×{one:g}" for one in DENSITIES)), body)


def few(study: Study) -> str:
    body = []
    for one in study.few:
        where = one.name.split(":")[0]
        plain = next(other for other in study.few if other.name == f"{where}: straight")
        more = one.sample.ratio(plain.sample, "first late")
        change = f"{100 * (more.mean - 1):+.1f} ± {100 * more.half:.1f} %".replace("-", MINUS)
        change = "–" if one is plain else change
        body.append((one.name, percent(one.sample.of("first late")), change))
    return rows(("rule of choice, police alone", "later than 8 min", "beside straight"), body)


def depends(study: Study) -> str:
    """What the last step depends on besides."""
    last = study.step(WIDE).first(study.some.seeds)
    talks = [(f"taking the call takes {one:g} s", two) for one, two in study.talks.items()]
    others = [(one.name, one.sample) for one in study.changes]
    measures = "first P50", "first P90", "police P50", "police P90"
    return rows(
        ("if …", "first: half", "nine of ten", "police: half", "nine of ten", "nine of ten in 8?"),
        [
            (name, *(minutes(one.of(measure)) for measure in measures), _verdicts(one))
            for name, one in [("all is as assumed", last), *talks, *others]
        ],
    )


def _verdicts(sample: Sample) -> str:
    first, police = (VERDICTS[within(sample.of(f"{who} P90"))] for who in ("first", "police"))
    return f"first {first}, police {police}"


def assumptions(studies: Sequence[Study]) -> str:
    """Each with its value and where it comes from; what was calibrated, by district."""
    body = []
    measured = {name: source for study in studies for name, source in study.measured.items()}
    for one in table():
        told, source = one.metadata, measured.get(one.name, one.metadata["source"])
        values = {getattr(study.assumptions, one.name): study.district.name for study in studies}
        given = [f"{value:g}" for value in values]
        if source == CALIBRATED:
            given = [f"{value:g} ({where})" for value, where in values.items()]
        body.append((told["label"], " · ".join(given), told["unit"], source))
    return rows(("what", "value", "unit", "where it comes from"), body)
