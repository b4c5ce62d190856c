"""A simulation as its pages show it: what differs, in words, and only where that was shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yihu.places.road_rules import Profile
from yihu.planning import plan_words, sim_words
from yihu.planning.confidence import Interval
from yihu.planning.models import Simulation
from yihu.planning.sim_drawing import Drawing, drawing
from yihu.planning.sim_question import SimQuestion
from yihu.planning.sim_told import Told, interval

MINUTE = 60.0
ALONG = 0, 8, 20, 30, 40
"""Minutes that are named below a curve."""
LAST = 40
"""Minutes at which the curves end."""
MINUTES = 2, 4, 6, 8, 10, 15, 20, 30
"""At which they are told as numbers, too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A mean and its interval as text; `said`: why there is none."""

    value: str
    low: str = ""
    high: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: list[Cell]
    unit: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What another rule brings. `kind`: of the notice that says it; `lines`: each claims only what
    was shown."""

    title: str
    kind: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Given:
    """A kind of force as it was asked. `acceptance`: of a hundred."""

    title: str
    registered: int
    day: int
    night: int
    acceptance: int
    on_shift_from: str
    acceptance_from: str


@dataclass(frozen=True)
class SimShown:
    simulation: Simulation

    @cached_property
    def asked(self) -> SimQuestion:
        return self.simulation.asked

    @property
    def answer(self) -> Mapping[str, Any]:
        return self.simulation.answer or {}

    @property
    def title(self) -> str:
        """What it is called: its name, else what is compared."""
        if self.simulation.name:
            return self.simulation.name
        return _("先派谁：%(ways)s") % {"ways": _("、").join(self.heads)}

    @property
    def state(self) -> str:
        return str(plan_words.STATES[self.simulation.state])

    @cached_property
    def heads(self) -> list[str]:
        """What each of what is compared is called."""
        asked = self.asked
        return [
            (_("%(way)s，加新址") if arm.sites else "%(way)s")
            % {"way": sim_words.way(arm.way, asked.width, asked.reserve)}
            for arm in asked.arms
        ]

    @cached_property
    def question(self) -> list[tuple[str, str]]:
        """What was asked, as label and words."""
        asked = self.asked
        lines = [(_("比的办法"), _("、").join(self.heads))]
        if asked.sites:
            words = _("“%(plan)s”的 %(n)s 处，各放一个%(kind)s")
            told = {
                "plan": asked.plan_name,
                "n": len(asked.sites),
                "kind": sim_words.unit_kind(asked.stationed),
            }
            lines.append((_("加的新址"), words % told))
        words = _("%(runs)s 次，每次 %(days)s 天，种子 %(seed)s")
        told = {"runs": asked.runs, "days": asked.days, "seed": asked.seed}
        return [*lines, (_("推演"), words % told)]

    @property
    def given(self) -> list["Given"]:
        """What was given of each kind of force, and where it comes from."""
        return [
            Given(
                sim_words.unit_kind(one.kind),
                len(one.posts),
                int(one.day.value),
                int(one.night.value),
                round(one.acceptance.value * 100),
                sim_words.on_shift(one),
                sim_words.source(sim_words.percent(one.acceptance), "%"),
            )
            for one in self.asked.forces
        ]

    @property
    def assumptions(self) -> list[str]:
        return sim_words.assumptions(self.answer["assumptions"])

    # --- what differs -----------------------------------------------------------------------------

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """Of each but the first, beside the first."""
        return [self._verdict(number) for number in range(1, len(self.heads))]

    def _verdict(self, number: int) -> Verdict:
        ninth, within, covered = (
            self._difference(name, number) for name in ("response P90", "within 8 min", "coverage")
        )
        lines = [
            *self._later(ninth, _("九成的警情等第一人")),
            *self._fewer(within),
            *self._kept(covered),
        ]
        title = _("%(one)s，比%(other)s") % {"one": self.heads[number], "other": self.heads[0]}
        if not lines:
            return Verdict(title, "calm", [self._nothing])
        better = ninth is not None and ninth.high < 0
        return Verdict(title, "done" if better else "calm", lines)

    def _difference(self, name: str, number: int) -> Interval | None:
        return interval(self.answer["differences"][name][number - 1])

    def _later(self, found: Interval | None, what: str) -> Iterator[str]:
        """Only what leaves out 0."""
        if found is None:
            yield _("有的推演里，一成以上的警情到最后也没有等到人，时间比不了。")
        elif found.differs:
            told = _seconds if abs(found.mean) < MINUTE else _minutes
            if told is _seconds:
                words = _("%(what)s多 %(n)s 秒") if found.mean > 0 else _("%(what)s少 %(n)s 秒")
            else:
                words = _("%(what)s多 %(n)s 分钟") if found.mean > 0 else _("%(what)s少 %(n)s 分钟")
            said = words % {"what": what, "n": told(abs(found.mean))}
            yield f"{said}{_between(found, told)}"

    def _fewer(self, found: Interval | None) -> Iterator[str]:
        if found is not None and found.differs:
            words = (
                _("8 分钟内有人到的多 %(n)s 个百分点")
                if found.mean > 0
                else _("8 分钟内有人到的少 %(n)s 个百分点")
            )
            yield f"{words % {'n': _points(abs(found.mean))}}{_between(found, _points)}"

    def _kept(self, found: Interval | None) -> Iterator[str]:
        if found is None or not found.differs:
            return
        residents = self.answer["residents"]
        scaled = Interval(found.mean * residents, found.half * residents, found.n)
        words = (
            _("8 分钟内一直够得着的居民，平均多 %(n)s 人")
            if found.mean > 0
            else _("8 分钟内一直够得着的居民，平均少 %(n)s 人")
        )
        said = words % {"n": _people(abs(scaled.mean))}
        yield f"{said}{_between(scaled, _people)}"

    @property
    def _nothing(self) -> str:
        runs = self.asked.runs
        words = ngettext("%(n)d 次推演看不出差别。", "%(n)d 次推演看不出差别。", runs)
        return words % {"n": runs}

    # --- the table --------------------------------------------------------------------------------

    @cached_property
    def times(self) -> list[Row]:
        """Minutes of each interval, half and nine of ten."""
        return [
            Row(
                f"{sim_words.INTERVALS[name]}{_('，')}{words}",
                [_cell(one, _minutes) for one in self._of(f"{name} {share}")],
                _("分钟"),
            )
            for name in sim_words.INTERVALS
            for share, words in sim_words.SHARES.items()
        ]

    @cached_property
    def shares(self) -> list[Row]:
        """Whatever else was counted."""
        residents = self.answer["residents"]
        return [
            Row(_("8 分钟内有人到的"), self._cells("within 8 min", _percent), "%"),
            Row(_("到最后没有等到人的"), self._cells("not reached", _percent), "%"),
            Row(
                _("8 分钟内够得着的居民"),
                self._cells("coverage", lambda share: _people(share * residents)),
                _("人"),
            ),
            Row(_("每起问了几个"), self._cells("offers", _two), ""),
            Row(_("每起白跑几个"), self._cells("redundant arrivals", _two), ""),
        ]

    @cached_property
    def busy(self) -> list[Row]:
        """How busy each kind is, of its time on shift."""
        found = self.answer["utilisation"]
        kinds = [one["kind"] for one in found]
        return [
            Row(
                sim_words.unit_kind(one["kind"])
                if kinds.count(one["kind"]) == 1
                else f"{sim_words.unit_kind(one['kind'])} · {_travel(one['travel'])}",
                [_cell(told, _percent) for told in one["arms"]],
                "%",
            )
            for one in found
        ]

    def _of(self, name: str) -> list[Told]:
        found: list[Told] = self.answer["measures"][name]
        return found

    def _cells(self, name: str, words: Any) -> list[Cell]:
        return [_cell(one, words) for one in self._of(name)]

    # --- curves -----------------------------------------------------------------------------------

    @property
    def curves(self) -> list[tuple[str, Drawing, list[tuple[str, list[str]]]]]:
        most = int(LAST * MINUTE // self.answer["step"]) + 1
        alongs = [(minute / LAST, str(minute)) for minute in ALONG]
        return [
            (
                str(sim_words.CURVES[name]),
                drawing(self.heads, [one[:most] for one in self.answer["curves"][name]], alongs),
                self._reached(name),
            )
            for name in sim_words.CURVES
        ]

    @property
    def covered(self) -> Drawing:
        """Over the hours of the day."""
        by_hour = self.answer["covered"]
        least = min((one for arm in by_hour for one in arm if one is not None), default=0.0)
        low = max(0.0, floor((least - 0.05) * 5) / 5)
        alongs = [(hour / 23, f"{hour}:00") for hour in (0, 6, 12, 18, 23)]
        return drawing(self.heads, by_hour, alongs, low)

    @property
    def hours(self) -> list[tuple[str, list[str]]]:
        """The same as numbers."""
        return [
            (f"{hour}:00", [_hour(arm[hour]) for arm in self.answer["covered"]])
            for hour in range(24)
        ]

    def _reached(self, name: str) -> list[tuple[str, list[str]]]:
        """A curve as numbers, at some minutes."""
        step = self.answer["step"]
        return [
            (
                str(minute),
                [
                    _percent(arm[int(minute * MINUTE // step)])
                    for arm in self.answer["curves"][name]
                ],
            )
            for minute in MINUTES
        ]


def _between(found: Interval, words: Any) -> str:
    """Of a difference that is not 0, without its sign."""
    low, high = sorted([abs(found.low), abs(found.high)])
    return _("（%(low)s–%(high)s）") % {"low": words(low), "high": words(high)}


def _cell(told: Told, words: Any) -> Cell:
    mean, half, n = told
    if mean is None:
        return Cell("", said=_("一直没有等到的太多") if n else "—")
    if half is None:
        return Cell(words(mean))
    return Cell(words(mean), words(max(0.0, mean - half)), words(mean + half))


def _minutes(seconds: float) -> str:
    return f"{seconds / MINUTE:,.1f}"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _people(many: float) -> str:
    return f"{round(many):,}"


def _two(number: float) -> str:
    return f"{number:.2f}"


def _hour(share: float | None) -> str:
    return "—" if share is None else _percent(share)


def _travel(code: str) -> str:
    return str(plan_words.TRAVELS[Profile(code)])
