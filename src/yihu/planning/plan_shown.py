"""A plan as its page, its paper and its sheets show it: figures, places, what is uncovered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, cos, hypot, radians
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yihu.planning import plan_words
from yihu.planning.models import Plan
from yihu.planning.plan_question import Problem, Question, Spot, Weights
from yihu.planning.plan_words import in_language, minutes, spot

OTHERS = 12
"""Candidates that are offered beside a site, the nearest first."""
DEGREE = 111_320.0
"""Metres of a degree of latitude."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site of a plan. `number`: of a new one, from 1; 0 for one that stands. `others`: candidates
    near it, as (code, words)."""

    code: str
    title: str
    kind: str
    number: int
    longitude: float
    latitude: float
    serves: int
    gains: int
    others: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Local:
    """A community with who is within the target, and who is not."""

    code: str
    title: str
    total: int
    before: int
    after: int
    farthest: float | None

    @property
    def was(self) -> int:
        """Outside the target before."""
        return self.total - self.before

    @property
    def left(self) -> int:
        """Outside the target after."""
        return self.total - self.after


@dataclass(frozen=True, slots=True)
class Figure:
    """`of`: numerator and denominator. `n`: how many it rests on. `said`: why there is no value."""

    label: str
    value: float | None
    unit: str
    of: tuple[int, int] | None = None
    n: int | None = None
    said: str = ""


@dataclass(frozen=True)
class Shown:
    plan: Plan

    @cached_property
    def asked(self) -> Question:
        return self.plan.asked

    @property
    def answer(self) -> Mapping[str, Any]:
        return self.plan.answer or {}

    @property
    def title(self) -> str:
        """What it is called: its name, else what it asks."""
        if self.plan.name:
            return self.plan.name
        asked = self.asked
        told = {
            "problem": plan_words.PROBLEMS[asked.problem][0],
            "minutes": asked.minutes,
            "travel": plan_words.TRAVELS[asked.travel],
            "n": asked.build,
        }
        if asked.problem is Problem.ALL:
            words = _("%(problem)s，%(travel)s %(minutes)s 分钟") % told
        else:
            words = _("新建 %(n)s 个：%(problem)s，%(travel)s %(minutes)s 分钟") % told
        return _("手挪：%(name)s") % {"name": words} if self.plan.by_hand else words

    @property
    def best(self) -> "Shown | None":
        """What a plan made by hand is measured against."""
        best = self.plan.best
        return Shown(best) if best is not None and best.answer else None

    @property
    def who(self) -> str:
        """Of whom or what there are so many."""
        return _("人") if self.asked.weights is Weights.RESIDENTS else _("起")

    @cached_property
    def question(self) -> list[tuple[str, str]]:
        """What was asked, as label and words."""
        asked = self.asked
        title, hint = plan_words.PROBLEMS[asked.problem]
        built = len(asked.chosen) or asked.build
        lines = [
            (_("怎样算好"), f"{title}{_('：')}{hint}"),
            (
                _("目标"),
                _("%(travel)s %(minutes)s 分钟，%(hour)s 点的路况")
                % {
                    "travel": plan_words.TRAVELS[asked.travel],
                    "minutes": asked.minutes,
                    "hour": asked.hour,
                },
            ),
            (_("已有"), _("保留 %(n)s 个警务室") % {"n": len(asked.standing)}),
        ]
        if asked.problem is not Problem.ALL:
            lines.append((_("新建"), _("%(n)s 个") % {"n": built}))
        lines.append((_("按什么算多少"), str(plan_words.WEIGHTS[asked.weights])))
        return lines

    @property
    def certificate(self) -> str:
        if self.plan.by_hand:
            return _("手挪的方案：只量了它，没有去找更好的。")
        return plan_words.certificate(self.answer, self.asked.problem)

    @property
    def standing_of_proof(self) -> str:
        """The kind of notice that says it."""
        return "done" if self.answer["proven"] and not self.plan.by_hand else "calm"

    @property
    def state(self) -> str:
        return str(plan_words.STATES[self.plan.state])

    @property
    def brief(self) -> str:
        """How sure it is, in a few words."""
        if self.plan.by_hand:
            return _("手挪的")
        if self.answer["proven"]:
            return _("已证明最好")
        gap = self.answer["gap"]
        if gap is None:
            return _("没有证明")
        return _("最多还可能好 %(n)s%%") % {"n": f"{ceil(gap * 1000) / 10:.1f}"}

    @property
    def assumptions(self) -> list[str]:
        return plan_words.assumptions(self.answer["assumptions"])

    @property
    def uncovered(self) -> int:
        after = self.answer["after"]
        return int(round(after["total"]) - round(after["covered"]))

    # --- figures ----------------------------------------------------------------------------------

    @cached_property
    def before(self) -> list[Figure]:
        return list(self._figures(self.answer["before"]))

    @cached_property
    def after(self) -> list[Figure]:
        return list(self._figures(self.answer["after"]))

    def _figures(self, told: Mapping[str, Any]) -> Iterator[Figure]:
        total = round(told["total"])
        covered = round(told["covered"])
        far = {"n": f"{round(told['unreached']):,}", "who": self.who}
        said = _("%(n)s %(who)s没有路可到") % far if told["unreached"] else ""
        within = _("%(n)s 分钟内有警务室") % {"n": self.asked.minutes}
        yield Figure(within, _percent(covered, total), "%", (covered, total))
        unit = _("分钟")
        yield Figure(_("平均路上"), minutes(told["mean"]), unit, n=total, said=said)
        most = _("九成的人在") if self.asked.weights is Weights.RESIDENTS else _("九成的警情在")
        yield Figure(most, minutes(told["p90"]), unit, n=total, said=said)
        yield Figure(_("最远的"), minutes(told["farthest"]), unit, n=total, said=said)

    @property
    def both(self) -> list[tuple[Figure, Figure]]:
        """Each figure after, and what it was before."""
        return list(zip(self.after, self.before, strict=True))

    @property
    def rows(self) -> list[tuple[str, tuple[Figure, Figure]]]:
        """The same as lines of a table under `heads`."""
        return [(now.label, (was, now)) for now, was in self.both]

    @property
    def heads(self) -> tuple[str, str]:
        return _("原来"), _("建后")

    @property
    def caption(self) -> str:
        return _("原来和建后")

    @property
    def loss(self) -> list[tuple[str, str]]:
        """What a plan made by hand loses against the best one, figure by figure."""
        if self.best is None:
            return []
        return [
            (mine.label, _difference(mine, theirs))
            for mine, theirs in zip(self.after, self.best.after, strict=True)
        ]

    # --- places -----------------------------------------------------------------------------------

    @cached_property
    def places(self) -> list[Place]:
        """The new ones first, those that bring most within the target before others."""
        told = sorted(
            self.answer["sites"], key=lambda one: (one["stands"], -one["gains"], one["code"])
        )
        new = [one for one in told if not one["stands"]]
        numbers = {one["code"]: n for n, one in enumerate(new, 1)}
        return [self._place(one, numbers.get(one["code"], 0)) for one in told]

    @property
    def new(self) -> list[Place]:
        return [one for one in self.places if one.number]

    @property
    def standing(self) -> list[Place]:
        return [one for one in self.places if not one.number]

    def _place(self, told: Mapping[str, Any], number: int) -> Place:
        one = Spot.read(told)
        return Place(
            code=one.code,
            title=spot(one),
            kind=plan_words.kind(one.kind),
            number=number,
            longitude=one.longitude,
            latitude=one.latitude,
            serves=round(told["serves"]),
            gains=round(told["gains"]),
            others=self._others(one) if number else [],
        )

    def _others(self, near: Spot) -> list[tuple[str, str]]:
        taken = {one["code"] for one in self.answer["sites"]}
        free = [one for one in self.candidates if one.code not in taken]
        found = sorted((_metres(near, one), one.code, one) for one in free)[:OTHERS]
        return [
            (code, _("%(place)s，%(n)s 米外") % {"place": spot(one), "n": f"{metres:,.0f}"})
            for metres, code, one in found
        ]

    @cached_property
    def candidates(self) -> list[Spot]:
        return [*self.asked.candidates, *self.plan.roadside]

    @cached_property
    def communities(self) -> list[Local]:
        return [
            Local(
                one["code"],
                in_language(one["name"], one["name_en"]),
                round(one["total"]),
                round(one["before"]),
                round(one["after"]),
                minutes(one["farthest"]),
            )
            for one in self.answer["communities"]
        ]

    @property
    def left(self) -> list[Local]:
        """Those with somebody uncovered, the most first."""
        return [one for one in self.communities if one.left]

    # --- the curves -------------------------------------------------------------------------------

    @property
    def curve_title(self) -> str:
        return _("%(n)s 分钟以外还有多少，随警务室的个数") % {"n": self.asked.minutes}

    @property
    def front(self) -> list[tuple[float, float, bool]]:
        """Mean and farthest in minutes, and whether that is what was taken."""
        return [
            (mean / 60, farthest / 60, chosen) for mean, farthest, chosen in self.answer["front"]
        ]

    @property
    def curve(self) -> list[tuple[str, float]]:
        """How much is outside the target by the number of rooms, until more of them change nothing;
        with the share within it."""
        told = self.answer["curve"]
        most = max((covered for _n, covered, _proven in told), default=0)
        first = next((n for n, covered, _proven in told if covered >= most), 0)
        total = round(self.answer["after"]["total"])
        return [
            (_rooms(n, _percent(round(covered), total)), total - round(covered))
            for n, covered, _proven in told
            if n <= first
        ]

    @property
    def curve_is_proven(self) -> bool:
        return all(proven for _n, _covered, proven in self.answer["curve"])


def _rooms(n: int, share: float | None) -> str:
    words = ngettext("%(n)d 个（覆盖 %(share)s%%）", "%(n)d 个（覆盖 %(share)s%%）", n)
    return words % {"n": n, "share": share}


def _percent(part: int, whole: int) -> float | None:
    """To a tenth, and never a hundred where somebody is left."""
    if not whole:
        return None
    share = round(100 * part / whole, 1)
    return min(share, 99.9) if part < whole else share


def _difference(mine: Figure, best: Figure) -> str:
    if mine.of and best.of:
        fewer = best.of[0] - mine.of[0]
        if not fewer:
            return _("一样")
        words = (
            _("少覆盖 %(n)s（最好 %(best)s）") if fewer > 0 else _("多覆盖 %(n)s（最好 %(best)s）")
        )
        return words % {"n": f"{abs(fewer):,}", "best": f"{best.of[0]:,}"}
    if mine.value is None or best.value is None:
        return _("没有路可到，比不了")
    more = round(mine.value - best.value, 1)
    if not more:
        return _("一样")
    words = _("多 %(n)s 分钟（最好 %(best)s）") if more > 0 else _("少 %(n)s 分钟（最好 %(best)s）")
    return words % {"n": f"{abs(more):.1f}", "best": f"{best.value:.1f}"}


def _metres(one: Spot, other: Spot) -> float:
    east = (one.longitude - other.longitude) * cos(radians(one.latitude))
    return hypot(east, one.latitude - other.latitude) * DEGREE
