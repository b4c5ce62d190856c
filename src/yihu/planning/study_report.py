"""The study of response times as a page of Markdown: what was found, how surely, and what it rests
on. Pure.

No sentence claims more than its numbers: what is within 8 minutes, or smaller, or larger, is said
by them.
"""

from collections.abc import Mapping, Sequence

from yihu.planning import study_tables as tables
from yihu.planning.confidence import Interval
from yihu.planning.response_study import (
    ACCEPTANCES,
    CARS,
    CREWS,
    DENSITIES,
    FORCES,
    OLD,
    RADIOS,
    ROOMS,
    TARGET,
    WIDE,
    Study,
    within,
)
from yihu.planning.study_tables import MINUS, MINUTE, minutes, whole
from yihu.planning.study_worlds import AREA_KM2, SPACING

type Figures = Mapping[str, str]
"""The drawings' addresses by what they show."""


def report(studies: Sequence[Study], drawn: Sequence[Figures], command: str) -> str:
    """`command`: what writes it again. Equal studies give equal text."""
    parts = [
        "# What brings help sooner: 20-odd minutes, and 8\n",
        f"Written by `{command}`: run it again, and do not edit.\n",
        _summary(studies),
        "## What was found\n",
        *map(_found, studies),
        _how(studies[0]),
        *map(_district, studies, drawn),
        "## Every assumption\n",
        tables.assumptions(studies),
        MORE_ASSUMPTIONS,
        MEASURE,
    ]
    return "\n".join(parts)


# --- 中文摘要 -------------------------------------------------------------------------------------


def _summary(studies: Sequence[Study]) -> str:
    return "\n".join(
        [
            "## 摘要\n",
            "这是模拟，不是实测：把“20 多分钟”标定成旧办法的中位数 "
            f"{TARGET / MINUTE:.0f} 分钟，再一步一步加上对讲、群防群治力量、有人的警务室、新增 5 个"
            "警务室、同时请几个人。每个数字都是很多次重复的平均，± 是 95 % 区间的一半；"
            "每一步省下几分钟，是在同样的报警上成对相减得来的。所有假设列在文末的表里。\n",
            *map(_summary_of, studies),
            "最该去量的三个数：从接听到派出要多久、请到的人有多少真的来、身边有多少人在岗。"
            "文末写了怎样量、怎样放进来再算一遍。\n",
        ]
    )


VERDICTS_ZH = {True: "做得到", False: "做不到", None: "说不准（区间跨过 8 分钟）"}


def _summary_of(study: Study) -> str:
    old, radios, forces = study.step(OLD), study.step(RADIOS), study.step(FORCES)
    last = study.step(WIDE)
    first, police = last.of("first P90"), last.of("police P90")
    row = [study.cells[True, share, 1.0].of("first P90") for share in ACCEPTANCES]
    return (
        f"- **{study.district.name_zh}**：一半的报警，最先到的人从 "
        f"{minutes(old.of('first P50'))} 分钟变成 {minutes(last.of('first P50'))} 分钟；"
        f"十件里九件，从 {minutes(old.of('first P90'))} 变成 {minutes(first)} 分钟。"
        "其中对讲（省去电话转达，省多少由标定决定）省 "
        f"{minutes(radios.less_than(old, 'first P50'))}，别的力量再省 "
        f"{minutes(forces.less_than(radios, 'first P50'))}（中位数）。"
        f"十件里九件 8 分钟内有人到：{VERDICTS_ZH[within(first)]}；有民警到（"
        f"{minutes(police)} 分钟）：{VERDICTS_ZH[within(police)]}。"
        f"接单率从 {whole(ACCEPTANCES[0])} 到 {whole(ACCEPTANCES[-1])}，最先到的人十件里九件从 "
        f"{minutes(row[0])} 到 {minutes(row[-1])} 分钟。\n"
    )


# --- what was found -------------------------------------------------------------------------------


def _found(study: Study) -> str:
    old, last = study.step(OLD), study.step(WIDE)
    said = [
        f"**{study.district.name}.** Half of all calls have somebody within "
        f"{minutes(last.of('first P50'))} minutes in place of {minutes(old.of('first P50'))}, nine "
        f"of ten within {minutes(last.of('first P90'))} in place of "
        f"{minutes(old.of('first P90'))}. {_eight(study)}",
        _radios(study),
        _beside(study),
        _rooms(study),
        _talk(study),
        _offers(study),
        _known(study),
    ]
    return "\n".join(f"- {one}" for one in said) + "\n"


def _eight(study: Study) -> str:
    last = study.step(WIDE)
    first, police = last.of("first P90"), last.of("police P90")

    def cells(rooms: bool) -> int:
        found = [one for key, one in study.cells.items() if key[0] is rooms]
        return sum(within(one.of("first P90")) is True for one in found)

    many = len(ACCEPTANCES) * len(DENSITIES)
    return (
        f"Eight minutes for nine of ten: by somebody {_verdict(first)}; by police "
        f"{_verdict(police)}. Of {many} combinations of acceptance and density, {cells(False)} are "
        f"surely within 8 minutes for somebody where cars wait at the station and rooms are empty, "
        f"and {cells(True)} with crews in all rooms."
    )


VERDICTS = {
    True: "**yes**",
    False: "**no, it cannot be had under these assumptions**",
    None: "**open, the interval holds 8**",
}


def _verdict(one: Interval) -> str:
    return f"{VERDICTS[within(one)]} ({minutes(one)})"


def _radios(study: Study) -> str:
    gain = study.step(RADIOS).less_than(study.step(OLD), "first P50")
    others = [
        one.steps[1].sample.less_than(one.steps[0].sample, "first P50").mean / MINUTE
        for one in study.calibrations
        if one.steps
    ]
    return (
        f"Radios buy {minutes(gain)} minutes of the median, but this is no discovery: it is what "
        "calibration put into telephoning on. Other old worlds with the same median give them "
        f"{min(others):.1f} to {max(others):.1f} minutes (below). How calls were handled is the "
        "first thing to measure."
    )


def _beside(study: Study) -> str:
    radios, forces = study.step(RADIOS), study.step(FORCES)
    low = study.cells[True, ACCEPTANCES[0], 1.0].of("first P90")
    high = study.cells[True, ACCEPTANCES[-1], 1.0].of("first P90")
    return (
        f"Others beside the police buy {minutes(forces.less_than(radios, 'first P50'))} minutes of "
        f"the median and {minutes(forces.less_than(radios, 'first P90'))} of nine of ten, of the "
        "first responder; the police themselves come "
        f"{minutes(forces.less_than(radios, 'police P50'))} minutes sooner, since others lead what "
        f"can wait. From {whole(ACCEPTANCES[0])} to {whole(ACCEPTANCES[-1])} who accept, nine of "
        f"ten go from {minutes(low)} to {minutes(high)} in the last step."
    )


def _rooms(study: Study) -> str:
    before, cars, crews, more = map(study.step, (FORCES, CARS, CREWS, ROOMS))
    return (
        "Where the police wait: cars at rooms in place of the station buy "
        f"{minutes(cars.less_than(before, 'police P50'))} minutes of the median until police are "
        "there, for no new post; a crew in each of 15 rooms another "
        f"{minutes(crews.less_than(cars, 'police P50'))} (and of nine of ten "
        f"{minutes(crews.less_than(cars, 'police P90'))}); five more rooms at proven sites, with "
        f"crews, another {minutes(more.less_than(crews, 'police P90'))} of nine of ten. A room in "
        "which nobody waits shortens no way, and a crew in each, day and night, is as many posts "
        "around the clock: what they cost is not weighed here."
    )


def _talk(study: Study) -> str:
    """What seconds at the telephone are worth, beside rooms."""
    shorter, usual = min(study.talks), study.assumptions.talk
    last = study.step(WIDE).first(study.some.seeds)
    gain = study.talks[shorter].less_than(last, "police P90")
    rooms = study.step(ROOMS).less_than(study.step(CREWS), "police P90")
    beside = "more than" if gain.low > rooms.high else "less than"
    beside = beside if gain.low > rooms.high or gain.high < rooms.low else "about as much as"
    return (
        f"Taking a call in {shorter:g} seconds and not {usual:g} buys {minutes(gain)} minutes of "
        f"nine of ten until police are there, {beside} five more rooms with crews "
        f"({minutes(rooms)}). Nine of ten then have police "
        f"within 8 minutes: {_verdict(study.talks[shorter].of('police P90'))}."
    )


def _offers(study: Study) -> str:
    by = {one.name: one.sample for one in study.choices}
    quick = by["3 at once"].less_than(by["1 at once"], "first P90")
    slow = by["3 at once, answers take 16 s"].less_than(
        by["1 at once, answers take 16 s"], "first P90"
    )
    come = by["3 at once, all who accept come"]
    return (
        f"Offers to three at once in place of one buy {_seconds(quick)} seconds of nine of ten, "
        f"{_seconds(slow)} where answers take 16 s and not 8. If all who accept come, and nobody "
        f"is called back, {come.of('redundant').mean:.1f} units a call arrive for nothing, and "
        f"nine of ten have somebody {_seconds(come.less_than(by['3 at once'], 'first P90'))} "
        "seconds sooner."
    )


def _seconds(one: Interval) -> str:
    return f"{one.mean:.0f} ± {one.half:.0f}".replace("-", MINUS)


def _known(study: Study) -> str:
    """Two things known of such systems, and whether they are so here."""
    late = {one.name: one.sample for one in study.few}
    by_road = late["cars: by road"].ratio(late["cars: straight"], "first late")
    mixed = late["cars and crews: by road"].ratio(late["cars and crews: straight"], "first late")
    kept = late["cars: keeping coverage"].ratio(late["cars: straight"], "first late")
    radios = study.step(RADIOS)
    as_assumed = radios.ratio(study.step(FORCES), "first late")
    far = radios.first(study.some.seeds)
    most = far.ratio(study.cells[False, ACCEPTANCES[-1], DENSITIES[-1]], "first late")
    tenfold = "so it is here" if most.high >= 10 else "not so much here"
    return (
        "Choosing among few cars by road and not as the crow flies changes the share of late "
        f"arrivals by {_change(by_road)} ({_known_of_choice(by_road)}), keeping coverage by "
        f"{_change(kept)}. Among cars and e-bikes, whose speed and turnout a straight line does "
        f"not know, choosing by road changes it by {_change(mixed)}. Others, near and willing, are "
        f"said to move late arrivals tenfold: {tenfold}, {_times(most)} fewer with twice the "
        f"forces and {whole(ACCEPTANCES[-1])} who accept, {_times(as_assumed)} as assumed."
    )


def _known_of_choice(ratio: Interval) -> str:
    """A cleverer choice is known to lower the share of late arrivals by 1–6 % of itself."""
    if ratio.low <= 1 <= ratio.high:
        return "1–6 % less is known; here it cannot be told from none"
    if ratio.low <= 0.99 and ratio.high >= 0.94:
        return "as is known: 1–6 % less"
    return "1–6 % less is known: not so here"


def _times(ratio: Interval) -> str:
    return f"{ratio.mean:.1f} ± {ratio.half:.1f} times"


def _change(one: Interval) -> str:
    return f"{100 * (one.mean - 1):+.1f} ± {100 * one.half:.1f} %".replace("-", MINUS)


# --- how, and where -------------------------------------------------------------------------------


def _how(study: Study) -> str:
    effort = study.effort
    return (
        "## How it was made\n\n"
        "A discrete-event simulation (`yihu.planning.simulation`), tested against Erlang's and "
        "Pollaczek's formulas, the hypercube model and Larson's three-server city before it is "
        f"believed. {effort.seeds} seeds (half as many for what the steps depend on, a fifth for "
        f"keeping coverage), each a day of warming up and {effort.days:g} days. All settings meet "
        "the same calls under the same seed, so that differences are paired. *First* is whoever is "
        "there first, of any force, at any call; *police* is the first police unit at calls that "
        "only police may lead (urgent and soon); what can wait is led by whoever is nearest, once "
        "others are asked at all. Minutes count from when the telephone rings until somebody is "
        "there, waiting for a free unit included. ± is half of a 95 % interval.\n"
    )


def _district(study: Study, drawn: Figures) -> str:
    place, told = study.district, study.assumptions

    def picture(name: str, said: str) -> str:
        return f"![{said}]({drawn[name]})\n"

    lines = [
        f"## {place.name}\n",
        f"{place.source[0].upper()}{place.source[1:]}. {place.homes} places, each "
        f"for a square of {SPACING:.0f} m ({place.settled:.0f} km² in all), stand for the "
        "residents.\n",
        picture("steps", "Minutes until help is there, step by step"),
        tables.steps(study),
        "What each step buys upon the one before, in minutes, seed by seed:\n",
        tables.bought(study),
        picture("curves", "Share of calls at which somebody is, by minutes"),
        "### Many old worlds have a median of 22 minutes\n",
        "Nothing but the time of telephoning on was set to meet the target, in three worlds that "
        "differ by one thing. Each fits; what radios buy differs by as much as is not known of the "
        "old world, and so does its P90, by which they could be told apart. First responder, half "
        "/ nine of ten, minutes:\n",
        tables.calibrations(study),
        "### Every combination\n",
        "What a step buys depends on what was there before it.\n",
        tables.parts(study),
        "### Five more rooms\n",
        _sites(study),
        tables.sites(study),
        "### How offers go out, in the last step\n",
        tables.choices(study),
        "### Acceptance and density: are nine of ten within 8 minutes?\n",
        picture("acceptance", "Minutes of nine of ten, by acceptance and density"),
        "By the first responder; *open* where the interval holds 8. Radios and others alone, cars "
        "at the station:\n",
        tables.cells(study, rooms=False),
        f"And with {told.rooms + told.more_rooms:g} rooms with crews:\n",
        tables.cells(study, rooms=True),
        "How many times fewer calls have nobody in 8 minutes than with radios alone:\n",
        tables.fewer(study),
        "### A cleverer choice among few\n",
        tables.few(study),
        "### What else it depends on\n",
        tables.depends(study),
    ]
    return "\n".join(lines)


def _sites(study: Study) -> str:
    told, found = study.assumptions, study.sites
    covered = ", ".join(
        f"{len(found.standing) + number} rooms {100 * share:.1f} %"
        for number, share in enumerate(found.covered)
    )
    every = found.everybody
    needed = f"{every.value:.0f}" if every.proven else f"{every.bound:.0f} to {every.value:.0f}"
    return (
        f"Residents whom some room's crew reaches within {told.covered / MINUTE:g} minutes by "
        f"e-bike, at the best sites, each proven: {covered}. To have everybody within it takes "
        f"{needed} rooms ({'proven' if every.proven else 'bounds'}). All new rooms have a crew; "
        "the last step with other sites:\n"
    )


# --- words that hold for all ----------------------------------------------------------------------

MORE_ASSUMPTIONS = (
    "Also assumed, and no numbers: calls come as a Poisson process, everywhere by residents; all "
    "times but those of the road are lognormal with one spread; ways take what they take at noon "
    "(`places/roads.py`, held against OSRM); police never refuse; who would come and answers after "
    "the wave's end counts as one who refused (some 3 %); who refuses says so as quickly as who "
    "accepts; acceptance is the same at every hour and distance; a unit serves one call at a time "
    "and then goes back to its base. In the old world it is known where cars are, and the nearest "
    "free one is sent, which flatters it. Intervals tell how well the simulation knows its own "
    "answer, and nothing of whether the assumptions are right.\n\n"
    f"What is laid over real streets ({AREA_KM2:.0f} km²) is invented, and so is the whole demo. "
    "**Nothing here was measured in the ledger of a district**: there is none yet. Measured, on "
    "this software alone, is that a first offer is out within 1 s of an alarm ([bench](bench.md)); "
    "choosing takes a person longer.\n"
)

MEASURE = """## What to measure in a real district, and how to put it in

1. **Handling**: from ringing to the first offer. `created` and `dispatched` of each incident stand in the ledger; for the old world, in the dispatch log of the months before.
2. **Acceptance**: offers made and accepted, by force, hour and distance. The house counts them (`dispatch/acceptance.py`).
3. **Density**: who is on duty, where, at what hour: duty lists, and the map's layer of units.
4. Turnout, times at the scene, calls by hour and community: the milestones of each incident.
5. The P90 of the old world beside its median, and at which moments its clock began and ended: old worlds with one median differ in their P90, and "20-odd minutes" may not have been counted from the ringing.

Export the calls as CSV, one row a call, with Chinese or English headers (报警时间, 警情类型, 社区, 处置力量, 是否接受, 派警时间, 出发时间, 到场时间, 结束时间: `created`, `kind`, `zone`, `force`, `accepted`, `dispatched`, `en_route`, `on_scene`, `closed`). `yihu.planning.past_calls.read_calls` reads it, `yihu.planning.fitting.fit` gives rates, laws and acceptance with how much each rests on. Put them in place of those in `yihu.planning.study_assumptions`, and run this command again. The figures to compare with stand at `/desk/figures/dispatch/`: median and P90 with both ends of the clock, period beside period.
"""  # noqa: E501
