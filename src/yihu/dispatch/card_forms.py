"""What a run card asks of one force, as a form: a row for each step, a line for each limit.

One force at a time, since a form of the house has no more than a hundred fields. An emptied row is
left out.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import Said
from yihu.dispatch.card_steps import LONGEST, Card, Doer, Line, Step
from yihu.dispatch.kinds import UnitKind

SPARE = 3
"""Empty rows to write into; kept and opened again, there are as many more."""
MOST_ROWS = 18
NO_ENGLISH = "—"
"""Stands on a line that has none, so that the others stay beside their own."""
PLACE = _("请写 1 到 99 的整数。")


class StepRow(forms.Form):
    code = forms.SlugField(max_length=32, required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label=_("次序"),
        min_value=1,
        max_value=99,
        required=False,
        error_messages={"invalid": PLACE, "min_value": PLACE, "max_value": PLACE},
    )
    text = Said(label=_("做什么"), required=False, max_length=LONGEST)
    text_en = Said(label=_("英文"), required=False, max_length=LONGEST)
    required = forms.BooleanField(label=_("必做"), required=False)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("text_en") and not said.get("text") and "text" not in self.errors:
            self.add_error("text", _("请写中文；整行不要，就把英文也清空。"))
        return said

    def step(self, doer: Doer) -> Step:
        said = self.cleaned_data
        return Step(said["text"], said["text_en"], said["code"], doer, said["required"])


STEP_ROWS = forms.formset_factory(
    StepRow, extra=SPARE, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


class LimitsForm(forms.Form):
    """A limit a line; the English of each on the same line beside it."""

    text = Said(label=_("不可以做什么，一行一条"), required=False, rows=8)
    text_en = Said(label=_("英文，一行一条，与中文对应"), required=False, rows=8)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("text", "text_en"):
            if any(len(line) > LONGEST for line in _lines(said.get(name, ""))):
                self.add_error(name, _("一条最多 %(most)d 字。") % {"most": LONGEST})
        if len(_lines(said.get("text_en", ""))) > len(_lines(said.get("text", ""))):
            self.add_error("text_en", _("英文比中文多了几行，请逐行对上。"))
        return said

    @property
    def lines(self) -> list[Line]:
        texts, english = (_lines(self.cleaned_data[name]) for name in ("text", "text_en"))
        pairs = zip_longest(texts, english, fillvalue="")
        return [Line(text, "" if said == NO_ENGLISH else said) for text, said in pairs]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class CardForm:
    """One force's part of a card. The control room, and whoever is first, have no limits."""

    def __init__(self, card: Card, doer: Doer, data: Any = None) -> None:
        self.card, self.doer = card, doer
        self.force = None if doer in (Doer.CONTROL, Doer.FIRST) else UnitKind(doer)
        own = [step for step in card.steps if step.role is doer]
        rows = [step.row | {"place": place} for place, step in enumerate(own, 1)]
        self.steps = STEP_ROWS(data, prefix="steps", initial=rows)
        lines = card.limits.get(self.force, ()) if self.force else ()
        self.limits = LimitsForm(data, prefix="limits", initial=_values(lines))

    def is_valid(self) -> bool:
        return bool(self.steps.is_valid()) & bool(self.limits.is_valid())

    def made(self) -> Card:
        """The card with this part as it was filled in: rows in the order of their places, those
        without one last."""
        rows = [row for row in self.steps.forms if row.cleaned_data.get("text")]
        rows.sort(key=lambda row: row.cleaned_data["place"] or 100)
        others = [step for step in self.card.steps if step.role is not self.doer]
        limits = dict(self.card.limits)
        if self.force:
            limits[self.force] = self.limits.lines
        return Card([*others, *(row.step(self.doer) for row in rows)], limits)


def _values(lines: Sequence[Line]) -> dict[str, str]:
    return {
        "text": "\n".join(line.text for line in lines),
        "text_en": "\n".join(line.text_en or NO_ENGLISH for line in lines),
    }


def read_at(said: str) -> datetime | None:
    """The moment at which the version was written that a form was made from."""
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return None
