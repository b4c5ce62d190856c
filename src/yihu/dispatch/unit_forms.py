"""What the pages of units ask for."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import KeyedForm
from yihu.dispatch import titles
from yihu.dispatch.kinds import Secondary, Status, Travel, UnitKind
from yihu.dispatch.models import Assignment, Unit
from yihu.dispatch.units import UnitDetails
from yihu.kernel.access import Actor
from yihu.radio.net_forms import HOLDERS, choice, named, text, units

CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9-]{1,24}")
WRONG_CODE = _("呼号用字母、数字和横线，至少有一个数字。")
LOOK_BACK = timedelta(days=14)
"""How long ago a roster may lie."""


class UnitForm(forms.Form):
    """`organisation` is chosen once: a unit of another house is another unit."""

    code = text(_("呼号"), 24, CODE, wrong=WRONG_CODE, help_text=_("在电台里怎么叫，例如 A12。"))
    name = text(_("名称"), 40, help_text=_("例如：北街巡逻车。"))
    name_en = text(_("英文名称"), 40, required=False)
    organisation = choice(_("归哪里管"))
    kind = choice(
        _("哪种力量"), choices=titles.choices(titles.UNIT_KINDS), widget=forms.RadioSelect
    )
    travel = choice(_("怎么去"), choices=titles.choices(titles.TRAVELS), widget=forms.RadioSelect)
    equipment = forms.MultipleChoiceField(
        label=_("随身装备"),
        required=False,
        choices=titles.EQUIPMENT.items(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列出的里面选。")},
    )

    def __init__(self, actor: Actor, *args: Any, unit: Unit | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if unit is None:
            houses = [("", gettext("请选择")), *named(units(actor, *HOLDERS))]
            self.fields["organisation"].choices = houses  # type: ignore[attr-defined]
        else:
            del self.fields["organisation"]
            own = ("code", "name", "name_en", "kind", "travel", "equipment")
            self.initial = {name: getattr(unit, name) for name in own}

    @property
    def details(self) -> UnitDetails:
        said = self.cleaned_data
        return UnitDetails(
            code=said["code"],
            name=said["name"],
            name_en=said["name_en"],
            kind=UnitKind(said["kind"]),
            travel=Travel(said["travel"]),
            equipment=said["equipment"],
        )


class MemberForm(forms.Form):
    person = choice(_("谁加入"))

    def __init__(self, candidates: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        people = [("", gettext("请选择")), *candidates]
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class HeardForm(KeyedForm):
    """A status that a unit said over the radio. `free`: whoever writes it down directs the unit,
    and may do so where it is about no incident."""

    status = choice(
        _("状态"),
        choices=[one for one in titles.choices(titles.STATUSES) if one[0] != Status.DISPATCHED],
        widget=forms.RadioSelect,
    )
    incident = choice(
        _("哪一件警情"), required=False, help_text=_("只有可派和不可派，可以不说是哪一件。")
    )
    secondary = forms.MultipleChoiceField(
        label=_("另外"),
        required=False,
        choices=titles.choices(titles.SECONDARIES),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列出的里面选。")},
    )

    def __init__(self, running: list[Assignment], *args: Any, free: bool) -> None:
        super().__init__(*args)
        self.fields["incident"].required = not free
        about = [
            (str(one.incident_id), f"{one.incident.get_kind_display()} {one.incident.matter}")
            for one in running
        ]
        listed = [("", gettext("不说哪一件") if free else gettext("请选择")), *about]
        self.fields["incident"].choices = listed  # type: ignore[attr-defined]
        if len(about) == 1:
            self.initial["incident"] = about[0][0]

    @property
    def said(self) -> dict[str, Any]:
        """As `report_status` takes it."""
        said = self.cleaned_data
        return {
            "status": Status(said["status"]),
            "incident": UUID(said["incident"]) if said["incident"] else None,
            "secondary": [Secondary(one) for one in said["secondary"]],
            "client_key": bytes.fromhex(said["key"]),
        }


class RosterForm(forms.Form):
    at = forms.DateTimeField(
        label=_("什么时候"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("请写成 2026-07-03 22:00 这样。")},
    )

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        now = timezone.now()
        if at is not None and at > now:
            raise forms.ValidationError(_("这个时间还没有到。"))
        if at is not None and at < now - LOOK_BACK:
            raise forms.ValidationError(_("只能看最近 14 天。"))
        return at
