"""A run card as a form: a row for each step and for each limit; an emptied row is left out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import Said
from yihu.dispatch.card_steps import LONGEST, MOST, Card, Doer, Line, Step
from yihu.dispatch.card_words import DOERS, card_refusal
from yihu.dispatch.kinds import UnitKind
from yihu.dispatch.titles import UNIT_KINDS, choices

SPARE = 3
"""Empty rows to write into; kept and opened again, there are as many more."""
MOST_ROWS = 2 * MOST


class _Row(forms.Form):
    text = Said(label=_("中文"), required=False, max_length=LONGEST)
    text_en = Said(label=_("英文"), required=False, max_length=LONGEST)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("text_en") and not said.get("text") and "text" not in self.errors:
            self.add_error("text", _("请写中文；整行不要，就把英文也清空。"))
        return said

    @property
    def line(self) -> Line:
        return Line(self.cleaned_data["text"], self.cleaned_data["text_en"])


class StepRow(_Row):
    code = forms.SlugField(max_length=32, required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label=_("次序"),
        min_value=1,
        max_value=999,
        required=False,
        error_messages={
            "invalid": _("请写 1 到 999 的整数。"),
            "min_value": _("请写 1 到 999 的整数。"),
            "max_value": _("请写 1 到 999 的整数。"),
        },
    )
    role = forms.ChoiceField(label=_("谁来做"), choices=choices(DOERS), initial=Doer.FIRST.value)
    required = forms.BooleanField(label=_("必做"), required=False)

    @property
    def step(self) -> Step:
        said, line = self.cleaned_data, self.line
        return Step(line.text, line.text_en, said["code"], Doer(said["role"]), said["required"])


class LimitRow(_Row):
    role = forms.ChoiceField(label=_("谁不可以"), choices=choices(UNIT_KINDS))


STEP_ROWS = forms.formset_factory(StepRow, extra=SPARE, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
LIMIT_ROWS = forms.formset_factory(LimitRow, extra=SPARE, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


class CardForm:
    """The two lists of rows, and which version they were made from."""

    def __init__(self, card: Card, data: Any = None) -> None:
        self.steps = STEP_ROWS(data, prefix="steps", initial=_step_values(card.steps))
        self.limits = LIMIT_ROWS(data, prefix="limits", initial=_limit_values(card.limits))
        self.wrong = ""

    def is_valid(self) -> bool:
        return bool(self.steps.is_valid()) & bool(self.limits.is_valid())

    def card(self) -> Card:
        """The steps in the order of their places, those without one last."""
        rows = [row for row in self.steps.forms if row.cleaned_data.get("text")]
        rows.sort(key=lambda row: row.cleaned_data["place"] or MOST_ROWS * 10)
        limits: dict[UnitKind, list[Line]] = {}
        for row in self.limits.forms:
            if row.cleaned_data.get("text"):
                limits.setdefault(UnitKind(row.cleaned_data["role"]), []).append(row.line)
        return Card([row.step for row in rows], limits)

    def refuse(self, code: str) -> None:
        self.wrong = card_refusal(code)


def _step_values(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [step.row | {"place": place} for place, step in enumerate(steps, 1)]


def _limit_values(limits: Mapping[UnitKind, Sequence[Line]]) -> list[dict[str, Any]]:
    return [
        {"role": role.value, "text": line.text, "text_en": line.text_en}
        for role, lines in limits.items()
        for line in lines
    ]


def read_at(data: Mapping[str, str]) -> datetime | None:
    """The moment at which the version was written that a form was made from."""
    try:
        return datetime.fromisoformat(data.get("read_at", ""))
    except ValueError:
        return None
