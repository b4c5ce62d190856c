"""What whoever takes a call fills in. What was typed is kept, whatever is wrong with it."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yihu.direct.actions import Safety
from yihu.direct.forms import PICK_ONE, KeyedForm, Said
from yihu.dispatch.actions import Place
from yihu.dispatch.intake import Caller, Spot
from yihu.dispatch.intake_places import spot_named
from yihu.dispatch.kinds import Danger, Door, Kind, Urgency
from yihu.dispatch.landmarks import Landmarks
from yihu.dispatch.titles import DANGERS, DOORS, KINDS, URGENCIES

TILES = (
    Kind.FIGHT,
    Kind.DISPUTE,
    Kind.NOISE,
    Kind.HELP,
    Kind.THEFT,
    Kind.FRAUD,
    Kind.TRAFFIC,
    Kind.MEDICAL,
    Kind.FIRE,
    Kind.MISSING,
    Kind.DOMESTIC_VIOLENCE,
    Kind.WEAPON,
    Kind.SELF_HARM,
    Kind.BREAK_IN,
    Kind.HARASSMENT,
    Kind.SUSPICIOUS,
    Kind.CROWD,
    Kind.FACILITIES,
    Kind.OTHER,
)
"""What is told most often stands first: the first ten have a number key."""
DIGITS = "1234567890"
BY_HAND = (
    Door.PHONE,
    Door.RADIO,
    Door.ROOM,
    Door.GRID,
    Door.HOTLINE,
    Door.HANDOVER_110,
    Door.TRAINING,
)
SAFETY = (
    (Safety.OPEN.value, _("可以回电")),
    (Safety.BLANK.value, _("可以回电，但不能提是什么事")),
    (Safety.NEVER.value, _("不能回电，会有危险")),
)


def _tiles() -> list[tuple[str, Any]]:
    keyed = dict(zip(TILES, DIGITS, strict=False))
    return [
        (
            kind.value,
            format_html('{} <kbd aria-hidden="true">{}</kbd>', KINDS[kind], keyed[kind])
            if kind in keyed
            else KINDS[kind],
        )
        for kind in TILES
    ]


class SpotForm(forms.Form):
    """Where something is: words, and the point that a suggestion, the map or a set has given."""

    place = Said(
        label=_("在哪里"),
        help_text=_("单位、小区、路名，拼音首字母也行；楼号、房号接着写。"),
        required=False,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "data-landmarks": ""}),
    )
    landmark = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy = forms.FloatField(required=False, widget=forms.HiddenInput)

    def spot(self, known: Landmarks) -> Spot:
        said = self.cleaned_data
        typed, chosen = said.get("place", ""), said.get("landmark", "")
        return spot_named(known, typed, chosen=chosen, place=self._pointed)

    @property
    def _pointed(self) -> Place | None:
        """The point, where one was given that is on earth."""
        said = self.cleaned_data
        x, y = said.get("longitude"), said.get("latitude")
        try:
            return None if x is None or y is None else Place(x, y, said.get("accuracy"))
        except ValueError:
            return None


class IntakeForm(KeyedForm, SpotForm):
    kind = forms.ChoiceField(
        label=_("什么事"),
        choices=_tiles,
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )
    words = Said(label=_("怎么回事"), rows=3, required=False)
    priority = forms.TypedChoiceField(
        label=_("缓急"),
        choices=[("", _("按类别")), *((one.value, title) for one, title in URGENCIES.items())],
        widget=forms.RadioSelect,
        coerce=lambda value: Urgency(int(value)),
        empty_value=None,
        required=False,
    )
    units_needed = forms.IntegerField(
        label=_("要几组人"), min_value=1, max_value=20, required=False
    )
    door = forms.ChoiceField(
        label=_("从哪里来的"),
        choices=[(door.value, DOORS[door]) for door in BY_HAND],
        widget=forms.RadioSelect,
        initial=Door.PHONE.value,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )
    phone = Said(
        label=_("回电号码"),
        required=False,
        max_length=24,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    name = Said(label=_("怎么称呼"), required=False, max_length=40)
    safety = forms.ChoiceField(
        label=_("回电安全吗"),
        choices=SAFETY,
        widget=forms.RadioSelect,
        initial=Safety.OPEN.value,
        required=False,
    )
    raised_by = forms.ChoiceField(
        label=_("是谁用对讲、当面报的"),
        help_text=_("是自己人报的才选；办完以后，结果告诉这个人。"),
        required=False,
    )
    same_as = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", _("居民报的")), *people]
        self.fields["raised_by"].choices = choices  # type: ignore[attr-defined]

    @property
    def caller(self) -> Caller:
        said = self.cleaned_data
        return Caller(said["name"], said["phone"], Safety(said["safety"]))


class PlaceForm(KeyedForm, SpotForm):
    """Where an incident is, as it is known now."""


class SplitForm(KeyedForm, SpotForm):
    kind = forms.ChoiceField(
        label=_("拆出来的是什么事"),
        choices=[(kind.value, KINDS[kind]) for kind in TILES],
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )
    words = Said(label=_("怎么回事"), rows=3)


class OtherForm(KeyedForm):
    """Another incident, by its reference. `seq`: the entry after which this one was read."""

    other = Said(
        label=_("另一件的编号"),
        help_text=_("例如 7F3K-9Q2M。"),
        max_length=12,
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off"}),
    )
    seq = forms.IntegerField(min_value=0, max_value=2**31, required=False, widget=forms.HiddenInput)


class CautionForm(SpotForm):
    kind = forms.ChoiceField(
        label=_("要当心什么"),
        choices=[(danger.value, DANGERS[danger]) for danger in Danger],
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )
    words = Said(
        label=_("说明"),
        help_text=_("只写地方本身：几号门、什么位置、要带什么。不写人，也不写谁住在那里。"),
        max_length=80,
    )
    until = forms.DateField(
        label=_("到哪天为止"),
        help_text=_("最长一百八十天，到期自动不再显示。"),
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": _("请选一天。"), "invalid": _("请写成 2026-07-03 这样。")},
    )
