"""What is filled in to ask who should be sent first. The numbers that the answer depends on most
stand on the page of every answer, too, and are changed there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import KeyedForm, Said
from yihu.dispatch.kinds import UnitKind
from yihu.kernel.access import Actor
from yihu.places.tiles import Map
from yihu.planning import history, queries, sim_calls, sim_inputs, sim_words
from yihu.planning.forms import NAME, PICK, picked, ticked
from yihu.planning.models import Plan, Simulation
from yihu.planning.past_calls import BadCalls, Call, Fault
from yihu.planning.plan_shown import Shown
from yihu.planning.sim_actions import LIMITS, From, Numbers, SimWanted
from yihu.planning.sim_question import Force, Known, Way

SHOWN = 20
"""Faults of a file that the page lists."""
PLAIN = "width", "reserve", "runs", "days", "seed"
"""Fields that are called like what they ask."""
STATIONED = UnitKind.AUXILIARY, UnitKind.POLICE, UnitKind.GUARD


def _whole(name: str, label: Any, **more: Any) -> forms.IntegerField:
    """A whole number within its limits, refused as the action would."""
    code, least, most = LIMITS[name]
    return _number(label, code, least, most, **more)


def _number(label: Any, code: str, least: int, most: int, **more: Any) -> forms.IntegerField:
    refusal = sim_words.REFUSALS[code]
    wrong = dict.fromkeys(("required", "invalid", "min_value", "max_value"), refusal)
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, error_messages=wrong, **more
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of force as a line of the form. `density`: by day and by night, to the km²."""

    title: str
    registered: int
    day: BoundField
    night: BoundField
    acceptance: BoundField
    day_from: str
    night_from: str
    acceptance_from: str
    density: tuple[str, str] | None

    @property
    def errors(self) -> list[str]:
        fields = self.day, self.night, self.acceptance
        return [str(error) for one in fields for error in one.errors]


class SimForm(KeyedForm):
    """`like`: a simulation that it begins with, or that it stands above."""

    ways = ticked(_("比哪几种办法"), help_text=_("勾两到四种；都和勾的第一种比。"))
    width = _whole("width", _("“一次问几个”的几个"))
    reserve = _whole("reserve", _("“留几个备急”的几个"))
    calls = forms.FloatField(
        label=_("每天几起警情"),
        min_value=LIMITS["calls"][1],
        max_value=LIMITS["calls"][2],
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), sim_words.REFUSALS["bad_calls"]
        ),
    )
    handling = _whole("handling", _("报警到第一次派人（秒）"))
    calls_from = picked(_("警情照什么来"), ())
    file = forms.FileField(
        label=_("警情的文件（CSV）"),
        required=False,
        help_text=_(
            "第一行是列名，要有报警时间；最好还有类型、经度纬度或社区，"
            "派警、出发、到场、结束的时间。只用来拟合，不保存。"
        ),
        error_messages={"empty": _("这个文件是空的。")},
    )
    plan = forms.TypedChoiceField(
        label=_("加上哪份规划方案的新址"),
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": sim_words.REFUSALS["no_such_plan"]},
        help_text=_("勾的第一种办法，会连新址再推演一遍。"),
    )
    stationed = forms.ChoiceField(
        label=_("新址各放一个"),
        choices=[(one.value, one.value) for one in STATIONED],
        error_messages=PICK,
    )
    runs = _whole("runs", _("推演几次"), help_text=_("越多，区间越窄，算得越久。"))
    days = _whole("days", _("每次几天"))
    seed = _whole("seed", _("种子"), help_text=_("同样的种子，同样的结果。"))
    name = Said(
        label=_("叫什么"), required=False, max_length=NAME, help_text=_("不写，就按问的叫。")
    )

    def __init__(
        self,
        actor: Actor,
        ground: Map | None,
        *args: Any,
        like: Simulation | None = None,
        **more: Any,
    ) -> None:
        self.actor, self.ground, self.like = actor, ground, like
        self.uploaded: list[Call] = []
        self.faults: tuple[Fault, ...] = ()
        super().__init__(*args, initial=self._first(), **more)  # type: ignore[misc]
        for one in self.forces:
            title = sim_words.unit_kind(one.kind)
            for name, words, code, most in (
                ("day", _("%(kind)s，白天在班"), "bad_number", 2000),
                ("night", _("%(kind)s，夜里在班"), "bad_number", 2000),
                ("acceptance", _("%(kind)s，问十个来几成（%%）"), "bad_share", 100),
            ):
                label = str(words) % {"kind": title}
                self.fields[f"{name}_{one.kind}"] = _number(label, code, 0, most)
        self._choose("ways", self._ways())
        self._choose("calls_from", self._origins())
        self._choose("plan", [("", gettext("不加")), *self._plans()])
        self._choose("stationed", [(one, sim_words.unit_kind(one)) for one in STATIONED])

    def _choose(self, field: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    # --- what it begins with ----------------------------------------------------------------------

    @cached_property
    def _known(self) -> tuple[tuple[Force, ...], Known, Known]:
        """Forces, calls, handling: of the simulation it begins with, else as things stand."""
        if self.like is not None:
            asked = self.like.asked
            return asked.forces, asked.calls, asked.handling
        communities = self.ground.communities if self.ground else ()
        found = sim_inputs.inputs(self.actor, communities)
        return found.forces, found.calls, sim_inputs.HANDLING

    @property
    def forces(self) -> tuple[Force, ...]:
        return self._known[0]

    def _first(self) -> dict[str, Any]:
        forces, calls, handling = self._known
        a_day = calls.value
        found: dict[str, Any] = {
            "calls": int(a_day) if a_day.is_integer() else a_day,
            "handling": int(handling.value),
        }
        for one in forces:
            found[f"day_{one.kind}"] = int(one.day.value)
            found[f"night_{one.kind}"] = int(one.night.value)
            found[f"acceptance_{one.kind}"] = round(one.acceptance.value * 100)
        if self.like is None:
            usual = SimWanted((), {}, 0)
            return found | {
                "ways": [Way.ROAD.value, Way.EXPECTED.value, Way.POLICE.value],
                "calls_from": From.HISTORY.value,
                "stationed": usual.stationed.value,
                **{name: getattr(usual, name) for name in PLAIN},
            }
        asked = self.like.asked
        return found | {
            "ways": [one.value for one in asked.ways],
            "calls_from": From.LIKE.value,
            "plan": asked.plan,
            "stationed": asked.stationed.value,
            **{name: getattr(asked, name) for name in PLAIN},
        }

    def _ways(self) -> list[tuple[str, str]]:
        return [
            (one.value, format_html("{} <small>{}</small>", *words))
            for one, words in sim_words.WAYS.items()
        ]

    def _origins(self) -> list[tuple[str, str]]:
        found = [
            (From.HISTORY.value, gettext("本辖区过去一年的警情；太少就用假设的")),
            (From.FILE.value, gettext("一个文件里的警情")),
        ]
        if self.like is not None:
            found.insert(0, (From.LIKE.value, gettext("和这次一样")))
        return found

    def _plans(self) -> list[tuple[int, str]]:
        done = queries.latest(self.actor)
        return [(one.pk, Shown(one).title) for one in done if one.state == Plan.State.DONE]

    # --- as it is shown ---------------------------------------------------------------------------

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                sim_words.unit_kind(one.kind),
                len(one.posts),
                self[f"day_{one.kind}"],
                self[f"night_{one.kind}"],
                self[f"acceptance_{one.kind}"],
                sim_words.source(one.day),
                sim_words.source(one.night),
                sim_words.source(sim_words.percent(one.acceptance), "%"),
                self._density(one),
            )
            for one in self.forces
        ]

    def _density(self, one: Force) -> tuple[str, str] | None:
        if not self._km2:
            return None
        day, night = (number.value / self._km2 for number in (one.day, one.night))
        return f"{day:.2f}", f"{night:.2f}"

    @cached_property
    def _km2(self) -> float:
        return history.km2(self.ground.communities) if self.ground else 0.0

    @property
    def calls_source(self) -> str:
        return sim_words.source(self._known[1])

    @property
    def handling_source(self) -> str:
        return sim_words.source(self._known[2])

    @property
    def rest_is_wrong(self) -> bool:
        """Whether anything is wrong of what is folded away above an answer."""
        folded = set(self.errors) & {
            *("ways", "width", "reserve", "calls_from", "file", "plan", "stationed"),
            *("runs", "days", "seed", "name"),
        }
        return bool(folded)

    @property
    def shown_faults(self) -> list[tuple[int, str, str]]:
        """Line, column and what is wrong there."""
        return [
            (one.line, one.column, str(sim_words.CELLS[one.code]) % {"cell": one.cell})
            for one in self.faults[:SHOWN]
        ]

    @property
    def more_faults(self) -> int:
        return max(0, len(self.faults) - SHOWN)

    # --- what was filled in -----------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("file"):
            said["calls_from"] = From.FILE.value
        if said.get("calls_from") == From.FILE.value and "file" not in self.errors:
            self._read(said.get("file"))
        elif self.errors and said.get("file"):
            self.add_error("file", _("文件要重新选一次。"))
        return said

    def _read(self, file: Any) -> None:
        if file is None:
            self.add_error("file", str(sim_words.REFUSALS["no_file"]))
            return
        if file.size > sim_calls.LARGEST:
            self.add_error("file", str(sim_words.REFUSALS["large_file"]))
            return
        communities = self.ground.communities if self.ground else ()
        try:
            self.uploaded = sim_calls.of_file(file.read(), communities)
        except BadCalls as bad:
            self.faults = bad.faults
            code = "bad_rows" if bad.faults else "bad_file"
            self.add_error("file", str(sim_words.REFUSALS[code]))

    @property
    def wanted(self) -> SimWanted:
        said = self.cleaned_data
        origin = From(said["calls_from"])
        as_seen = "calls" not in self.changed_data and origin is not From.LIKE
        return SimWanted(
            ways=tuple(Way(one) for one in said["ways"]),
            numbers=self._numbers(said),
            handling=said["handling"],
            calls=None if as_seen else said["calls"],
            calls_from=origin,
            uploaded=self.uploaded,
            like=self.like.pk if self.like else None,
            plan=said["plan"],
            stationed=UnitKind(said["stationed"]),
            name=said["name"],
            **{name: said[name] for name in PLAIN},
        )

    def _numbers(self, said: Mapping[str, Any]) -> dict[UnitKind, Numbers]:
        names = "day", "night", "acceptance"
        return {
            one.kind: Numbers(*(said[f"{name}_{one.kind}"] for name in names))
            for one in self.forces
        }
