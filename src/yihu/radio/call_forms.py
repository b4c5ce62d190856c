"""The forms of calls: to a group, to one person, and what that person gives back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import KeyedForm, Said
from yihu.kernel.access import Actor
from yihu.people.directory import role_title
from yihu.radio import call_queries
from yihu.radio.call_words import ORDERS
from yihu.radio.calls import FOR_POLICE
from yihu.radio.models import Call
from yihu.radio.schemas import Instruction, ReadBack

EVERYBODY = "*"
PICK_ONE = {"required": _("请选一项。"), "invalid_choice": _("请选一项。")}


class GroupCallForm(KeyedForm):
    group = forms.ChoiceField(label=_("叫谁"), error_messages=PICK_ONE)
    words = Said(label=_("说什么"), rows=2)

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data, auto_id="call_%s")
        groups = call_queries.groups_directed(actor)
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            *((group.code, group.title) for group in groups),
            (EVERYBODY, gettext("全网：所有组的在岗人员")),
        ]
        if groups:
            self.fields["group"].initial = groups[0].code


class _Parts(forms.Form):
    """The parts of an instruction, as they are asked and as they are given back."""

    do = forms.ChoiceField(
        label=_("做什么"), choices=ORDERS.items(), widget=forms.RadioSelect, error_messages=PICK_ONE
    )
    site = forms.ChoiceField(label=_("在哪个重点单位"), required=False, error_messages=PICK_ONE)
    where = Said(label=_("在哪里（用文字说）"), required=False, max_length=80)
    count = forms.IntegerField(
        label=_("几个人"),
        required=False,
        min_value=1,
        max_value=999,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": _("请写 1 到 999 之间的整数。"),
            "min_value": _("请写 1 到 999 之间的整数。"),
            "max_value": _("请写 1 到 999 之间的整数。"),
        },
    )
    at = forms.TimeField(
        label=_("几点"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("请写成 14:30 这样。")},
    )

    def parts(self) -> dict[str, Any]:
        """As a schema takes them."""
        said = {name: self.cleaned_data.get(name) for name in ("do", "site", "where", "count")}
        if at := self.cleaned_data.get("at"):
            said["at"] = f"{at:%H:%M}"
        return {name: value for name, value in said.items() if value not in ("", None)}


class InstructionForm(KeyedForm, _Parts):
    person = forms.ChoiceField(label=_("给谁"), error_messages=PICK_ONE)
    words = Said(label=_("还要说的"), rows=2, required=False, max_length=400)
    spoken = forms.BooleanField(
        label=_("已用对讲机口头下达，由我记下对方复诵得对不对"), required=False
    )
    field_order = ("person", "do", "site", "where", "count", "at", "words", "spoken")

    def __init__(self, actor: Actor, data: Any = None) -> None:
        super().__init__(data, auto_id="order_%s")
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", gettext("请选择")),
            *(
                (str(person), f"{name} · {gettext('、').join(role_title(role) for role in roles)}")
                for person, name, roles in call_queries.people_directed(actor)
            ),
        ]
        self.fields["site"].choices = _sites(call_queries.sites_of(actor.district))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not (cleaned.get("site") or cleaned.get("where") or "where" in self.errors):
            self.add_error("where", _("请选一个单位，或者写明在哪里。"))
        return cleaned

    @property
    def instruction(self) -> Instruction:
        return Instruction(**self.parts(), words=self.cleaned_data["words"])

    @property
    def to(self) -> UUID:
        return UUID(self.cleaned_data["person"])


class ReadBackForm(_Parts):
    """Nothing is filled in beforehand, and only what was asked is asked for. `crew`: guards and
    volunteers, to whom nothing of the police's is offered."""

    def __init__(
        self,
        call: Call,
        said: dict[str, str],
        sites: Mapping[UUID, str],
        data: Any = None,
        *,
        crew: bool = False,
    ) -> None:
        super().__init__(data, auto_id=f"back_{call.matter.reference}_%s")
        self.fields["site"].choices = _sites(sites)  # type: ignore[attr-defined]
        if crew:
            offered = [(order, title) for order, title in ORDERS.items() if order not in FOR_POLICE]
            self.fields["do"].choices = offered  # type: ignore[attr-defined]
        for name in ("site", "where", "count", "at"):
            if not (call.asks.get(name) or said.get(name)):
                del self.fields[name]
            else:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = _("请照听到的填上。")

    @property
    def given(self) -> ReadBack:
        return ReadBack(**self.parts())


def _sites(sites: Mapping[UUID, str]) -> list[tuple[str, str]]:
    return [("", gettext("请选择")), *((unit.hex, title) for unit, title in sites.items())]
