"""What the pages of the net's register ask for."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yihu.direct.forms import KeyedForm
from yihu.kernel.access import Actor
from yihu.people.models import Organisation, OrganisationKind
from yihu.people.queries import communities, directed_by
from yihu.people.roles import NO_POLICE_POWERS, POSTS
from yihu.places import queries as places
from yihu.places.actions import ForceDetails, SiteDetails
from yihu.places.models import Force, KeySite
from yihu.radio.models import GroupKind, TalkGroup

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise
type Choices = list[tuple[str, str]]
PHONE = re.compile(r"\+?[0-9][0-9 \-()]{1,20}[0-9]")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,23}")
NEEDED = gettext_lazy("请填写。")
TOO_LONG = gettext_lazy("太长了，最多 %(limit_value)d 字。")
PICK = gettext_lazy("请选一项。")
WRONG_PHONE = gettext_lazy("电话只写数字，可以有空格、横线和开头的 +。")
WRONG_NUMBER = gettext_lazy("编号只用字母、数字和横线。")
WRONG_USERNAME = gettext_lazy("登录名用小写字母和数字，2 到 32 个。")
WHOLE = gettext_lazy("请写一个整数。")
DEGREES = gettext_lazy("请写度数，例如 120.15。")
BOTH_OR_NONE = gettext_lazy("经度和纬度要么都写，要么都不写。")


def text(label: Words, length: int, pattern: re.Pattern[str] | None = None, **more: Any) -> Any:
    wrong = more.pop("wrong", None)
    checks = [RegexValidator(rf"^(?:{pattern.pattern})$", wrong)] if pattern else []
    return forms.CharField(
        label=label,
        max_length=length,
        validators=checks,
        error_messages={"required": NEEDED, "max_length": TOO_LONG},
        **more,
    )


def choice(label: Words, **more: Any) -> Any:
    wrong = {"required": PICK, "invalid_choice": PICK}
    return forms.ChoiceField(label=label, error_messages=wrong, **more)


def number(label: Words, most: int, **more: Any) -> Any:
    wrong = {"required": NEEDED, "invalid": WHOLE}
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, error_messages=wrong, **more
    )


def degrees(label: Words, most: int) -> Any:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=-most,
        max_value=most,
        error_messages={"invalid": DEGREES},
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )


def units(actor: Actor, *kinds: str) -> list[Organisation]:
    """The units of these kinds whose net the actor directs, kind by kind as they are named here;
    without sites and forces that were closed."""
    found = Organisation.objects.filter(pk__in=directed_by(actor), kind__in=kinds)
    found = found.exclude(key_site__closed_at__isnull=False)
    found = found.exclude(force__closed_at__isnull=False)
    return sorted(found, key=lambda unit: kinds.index(unit.kind))


def named(found: Iterable[Organisation]) -> list[tuple[str, str]]:
    return [(str(unit.pk), unit.title) for unit in found]


HOUSES = (OrganisationKind.STATION, OrganisationKind.POLICE_ROOM)
HOLDERS = (*HOUSES, OrganisationKind.KEY_SITE, OrganisationKind.COMMUNITY_FORCE)


class SiteForm(forms.Form):
    name = text(gettext_lazy("单位名称"), 80)
    name_en = text(gettext_lazy("英文名称"), 80, required=False)
    kind = choice(gettext_lazy("种类"), required=False)
    new_kind = text(
        gettext_lazy("没有合适的种类？写一个新的"),
        40,
        required=False,
        help_text=gettext_lazy("以后全区都可以选它。"),
    )
    parent = choice(gettext_lazy("归哪里管"))
    address = text(gettext_lazy("地址"), 120)
    duty_contact = text(gettext_lazy("值班联系人"), 60, help_text=gettext_lazy("姓名或岗位。"))
    duty_phone = text(gettext_lazy("值班电话"), 24, PHONE, wrong=WRONG_PHONE)
    sets_required = number(gettext_lazy("应配对讲机（台）"), 99, initial=1)
    longitude = degrees(gettext_lazy("经度"), 180)
    latitude = degrees(gettext_lazy("纬度"), 90)

    def __init__(
        self, kinds: Choices, parents: Choices, *args: Any, site: KeySite | None = None
    ) -> None:
        super().__init__(*args)
        self.initial = site_values(site) if site else {}
        self.fields["kind"].choices = [("", _("请选择")), *kinds]  # type: ignore[attr-defined]
        self.fields["parent"].choices = parents  # type: ignore[attr-defined]

    @classmethod
    def of(cls, actor: Actor, *args: Any, site: KeySite | None = None) -> "SiteForm":
        """With the kinds and houses that the actor may choose."""
        kinds = [(kind.code, kind.title) for kind in places.site_kinds(actor.district)]
        return cls(kinds, named(units(actor, *HOUSES)), *args, site=site)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("kind") and not cleaned.get("new_kind") and "kind" not in self.errors:
            self.add_error("kind", PICK)
        here = [name for name in ("longitude", "latitude") if cleaned.get(name) is not None]
        if len(here) == 1 and not {"longitude", "latitude"} & set(self.errors):
            self.add_error("latitude" if here == ["longitude"] else "longitude", BOTH_OR_NONE)
        return cleaned

    def details(self, kind: str) -> SiteDetails:
        said = {k: v for k, v in self.cleaned_data.items() if k not in ("new_kind", "parent")}
        return SiteDetails(**said | {"kind": kind})


def site_values(site: KeySite) -> dict[str, Any]:
    unit = site.organisation
    columns = ("address", "duty_contact", "duty_phone", "sets_required", "longitude", "latitude")
    return {name: getattr(site, name) for name in columns} | {
        "name": unit.name,
        "name_en": unit.name_en,
        "kind": site.kind.code,
        "parent": str(unit.parent_id),
    }


class ForceForm(forms.Form):
    name = text(gettext_lazy("名称"), 80, help_text=gettext_lazy("例如：万和商场保安队。"))
    kind = choice(gettext_lazy("种类"))
    unit = choice(gettext_lazy("在哪个单位"))
    strength = number(gettext_lazy("人数"), 9999)

    def __init__(self, actor: Actor, *args: Any, force: Force | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if force is not None:
            self.initial = _force_values(force)
        kinds = [(kind.code, kind.title) for kind in places.force_kinds(actor.district)]
        where = named(units(actor, *HOUSES, OrganisationKind.KEY_SITE))
        where += named(communities(actor.district))
        self.fields["kind"].choices = [("", _("请选择")), *kinds]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", _("请选择")), *where]  # type: ignore[attr-defined]

    def details(self) -> ForceDetails:
        said = self.cleaned_data
        return ForceDetails(
            name=said["name"], kind=said["kind"], unit=UUID(said["unit"]), strength=said["strength"]
        )


def _force_values(force: Force) -> dict[str, Any]:
    return {
        "name": force.organisation.name,
        "kind": force.kind.code,
        "unit": str(force.unit_id),
        "strength": force.strength,
    }


class PersonForm(forms.Form):
    """A guard or volunteer of one unit."""

    name = text(gettext_lazy("姓名"), 40)
    username = text(gettext_lazy("登录名"), 32, USERNAME, wrong=WRONG_USERNAME)
    role = choice(
        gettext_lazy("岗位"),
        choices=[(code, role.title) for code, role in POSTS.items() if code in NO_POLICE_POWERS],
        widget=forms.RadioSelect,
    )


class RadioForm(forms.Form):
    number = text(gettext_lazy("编号"), 24, NUMBER, wrong=WRONG_NUMBER)
    model = text(gettext_lazy("型号"), 60, required=False)
    channel = choice(gettext_lazy("先听哪个组"), required=False)

    def __init__(self, groups: Iterable[TalkGroup], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        listed = [(group.code, group.title) for group in groups]
        self.fields["channel"].choices = [("", _("不指定")), *listed]  # type: ignore[attr-defined]


class IssueForm(forms.Form):
    """To whom a set goes: one who is of the unit that will hold it."""

    holder = choice(gettext_lazy("发给哪个单位"))
    received_by = choice(
        gettext_lazy("谁签收"),
        help_text=gettext_lazy("要是这个单位的人。没有列出，就先在单位的页面登记。"),
    )

    def __init__(
        self,
        holders: list[tuple[str, str]],
        people: list[tuple[str, list[tuple[str, str]]]],
        *args: Any,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        first = ("", _("请选择"))
        self.fields["holder"].choices = [first, *holders]  # type: ignore[attr-defined]
        self.fields["received_by"].choices = [first, *people]  # type: ignore[attr-defined]


class GroupForm(KeyedForm):
    name = text(gettext_lazy("组名"), 40)
    name_en = text(gettext_lazy("英文名称"), 40, required=False)
    kind = choice(
        gettext_lazy("种类"),
        choices=[one for one in GroupKind.choices if one[0] != GroupKind.PRIVATE],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("临时组 24 小时后自动关闭；全区广播里只有指定的人能讲。"),
    )
    organisation = choice(gettext_lazy("归哪里管"))
    whole = forms.BooleanField(
        label=gettext_lazy("把这个单位的人都加进来"), required=False, initial=True
    )

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        found = named(units(actor, *HOUSES, OrganisationKind.KEY_SITE))
        self.fields["organisation"].choices = found  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("文件（XLSX 或 CSV）"),
        error_messages={
            "required": gettext_lazy("请选一个文件。"),
            "empty": gettext_lazy("这个文件是空的。"),
        },
    )
