"""What is filled in to ask for a plan, to move one of its sites, and to call it something else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import PICK_ONE, KeyedForm, Said
from yihu.kernel.access import Actor
from yihu.places.road_rules import Profile
from yihu.planning import plan_words, queries
from yihu.planning.actions import LIMITS, MINUTES, MOST_BUILT, Wanted
from yihu.planning.models import Plan
from yihu.planning.plan_question import ROADSIDE, Problem, Question, Spot, Weights

PICK = {"required": PICK_ONE, "invalid_choice": PICK_ONE}
USUAL = frozenset({"service_centre", "school", "mall", "market", "hospital", ROADSIDE})
"""Kinds of candidates that are ticked at first."""
NAME = 80


def picked(label: Any, choices: Sequence[tuple[Any, Any]], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect, error_messages=PICK, **more
    )


def ticked(label: Any, **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, widget=forms.CheckboxSelectMultiple, required=False, **more
    )


class PlanForm(KeyedForm):
    """Asks where the next rooms go. `like`: a plan that it begins with; `besides`: codes that must,
    or must not, be chosen besides what that one says."""

    problem = picked(_("怎样算好"), [(one.value, one.value) for one in Problem])
    build = forms.IntegerField(
        label=_("新建几个"),
        required=False,
        min_value=1,
        max_value=MOST_BUILT,
        help_text=_("“全部覆盖”不用写，由它来算。"),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), plan_words.REFUSALS["bad_build"]
        ),
    )
    minutes = forms.IntegerField(
        label=_("多少分钟内到"),
        min_value=MINUTES.start,
        max_value=MINUTES.stop - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), plan_words.REFUSALS["bad_minutes"]
        ),
    )
    travel = picked(
        _("警力怎么去"), [(one.value, title) for one, title in plan_words.TRAVELS.items()]
    )
    hour = forms.TypedChoiceField(
        label=_("几点的路况"),
        coerce=int,
        choices=[(hour, f"{hour}:00") for hour in range(24)],
        error_messages=PICK,
    )
    sources = ticked(_("可以建在哪里"))
    weights = picked(
        _("按什么算多少"), [(one.value, title) for one, title in plan_words.WEIGHTS.items()]
    )
    keep = ticked(_("保留的警务室"), help_text=_("去掉勾的，不算已有，当作普通候选。"))
    without = ticked(_("不许建在"))
    with_ = ticked(_("必须建在"))
    seconds = forms.TypedChoiceField(
        label=_("最多找多久"),
        coerce=int,
        choices=[
            (10, _("10 秒")),
            (60, _("1 分钟")),
            (300, _("5 分钟")),
        ],
        widget=forms.RadioSelect,
        help_text=_("到时限就给出找到的最好的，并写明还可能差多少。"),
        error_messages=PICK,
    )
    name = Said(
        label=_("叫什么"), required=False, max_length=NAME, help_text=_("不写，就按问的叫。")
    )

    def __init__(
        self,
        actor: Actor,
        *args: Any,
        like: Plan | None = None,
        besides: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.rooms = queries.rooms(actor.district)
        self.houses = queries.houses(actor.district)
        self.like = like
        initial = self._first() if like is None else self._as_in(like.asked)
        for name, codes in (besides or {}).items():
            initial[name] = [*initial.get(name, ()), *codes]
        super().__init__(*args, initial=initial)  # type: ignore[misc]
        self.fields["problem"].choices = [  # type: ignore[attr-defined]
            (one.value, format_html("{} <small>{}</small>", *words))
            for one, words in plan_words.PROBLEMS.items()
        ]
        self.fields["sources"].choices = self._kinds()  # type: ignore[attr-defined]
        self.fields["keep"].choices = [(one.code, plan_words.spot(one)) for one in self.rooms]  # type: ignore[attr-defined]
        for name in ("without", "with_"):
            self.fields[name].choices = self._named(name)  # type: ignore[attr-defined]

    def _first(self) -> dict[str, Any]:
        """What is asked most: the next five rooms."""
        return {
            "problem": Problem.COVER.value,
            "build": 5,
            "minutes": 5,
            "travel": Profile.CAR.value,
            "hour": 12,
            "sources": sorted(USUAL),
            "weights": Weights.RESIDENTS.value,
            "keep": [one.code for one in self.rooms],
            "seconds": LIMITS[1],
        }

    def _as_in(self, asked: Question) -> dict[str, Any]:
        kinds = {one.kind for one in asked.candidates} - {"police_room"}
        return {
            "problem": asked.problem.value,
            "build": asked.build,
            "minutes": asked.minutes,
            "travel": asked.travel.value,
            "hour": asked.hour,
            "sources": sorted(kinds | ({ROADSIDE} if asked.roadside else set())),
            "weights": asked.weights.value,
            "keep": [one.code for one in asked.standing],
            "without": asked.forbidden,
            "with_": asked.obligatory,
            "seconds": asked.seconds,
        }

    def _kinds(self) -> list[tuple[str, str]]:
        counted = Counter(one.kind for one in self.houses)
        ordered = [*queries.HOUSING, *sorted(counted.keys() - set(queries.HOUSING))]
        found = [
            (code, f"{plan_words.kind(code)} {counted[code]}") for code in ordered if counted[code]
        ]
        return [*found, (ROADSIDE, gettext("路边的点，每 500 米一个"))]

    def _named(self, name: str) -> list[tuple[str, str]]:
        """The candidates that are spoken of already: there are too many to list them all."""
        given = self.data.getlist(name) if self.is_bound else self.initial.get(name, ())  # type: ignore[attr-defined]
        return [(code, self.spots[code]) for code in dict.fromkeys(given) if code in self.spots]

    @cached_property
    def spots(self) -> Mapping[str, str]:
        """Every candidate that has a code, with what it is called."""
        looked: list[Spot] = self.like.roadside if self.like else []
        return {one.code: plan_words.spot(one) for one in (*self.rooms, *self.houses, *looked)}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        wanted = said.get("problem") != Problem.ALL
        if wanted and "build" in said and said["build"] is None:
            self.add_error("build", str(plan_words.REFUSALS["bad_build"]))
        return said

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(
            name=said["name"],
            problem=Problem(said["problem"]),
            minutes=said["minutes"],
            travel=Profile(said["travel"]),
            hour=said["hour"],
            weights=Weights(said["weights"]),
            build=said["build"] or 0,
            seconds=said["seconds"],
            sources=frozenset(said["sources"]),
            keep=frozenset(said["keep"]),
            without=frozenset(said["without"]),
            with_=frozenset(said["with_"]),
        )


class MoveForm(KeyedForm):
    """One of the new sites elsewhere: at another candidate, or where it was dragged to."""

    site = forms.CharField(widget=forms.HiddenInput)
    to = forms.ChoiceField(label=_("挪到"), required=False, error_messages=PICK)
    longitude = forms.FloatField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )

    def __init__(self, others: Sequence[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["to"].choices = [("", _("请选择")), *others]  # type: ignore[attr-defined]

    @property
    def position(self) -> tuple[float, float] | None:
        said = self.cleaned_data
        if said["longitude"] is None or said["latitude"] is None:
            return None
        return said["longitude"], said["latitude"]


class NameForm(forms.Form):
    name = Said(label=_("叫什么"), max_length=NAME)
