"""What is asked for in the case library beside the moves of its loops."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

EMPTY: dict[str, Any] = {"required": _("请写一句。")}
PICK: dict[str, Any] = {"required": _("请选一项。"), "invalid_choice": _("请从名单里重选。")}


class HardForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么难、值得学什么"),
        max_length=2000,
        widget=forms.Textarea,
        error_messages=EMPTY,
        help_text=_("只有办理这件事的人看得到。"),
    )


class SessionForm(forms.Form):
    title = forms.CharField(label=_("题目"), max_length=80, error_messages=EMPTY)
    held_at = forms.DateTimeField(
        label=_("什么时候开的"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        error_messages={"required": _("请选时间。"), "invalid": _("请选时间。")},
    )
    host = forms.ChoiceField(label=_("谁主持"), error_messages=PICK)
    agenda = forms.CharField(
        label=_("议程"), max_length=5000, widget=forms.Textarea, error_messages=EMPTY
    )
    material = forms.CharField(
        label=_("材料"),
        required=False,
        max_length=5000,
        widget=forms.Textarea,
        help_text=_("文字，或者写明材料放在哪里。"),
    )
    attendance = forms.MultipleChoiceField(label=_("谁参加了（可多选）"), error_messages=PICK)

    def __init__(self, people: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["host"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]
        self.fields["attendance"].choices = people  # type: ignore[attr-defined]


class ReuseForm(forms.Form):
    reference = forms.CharField(
        label=_("用在哪一件（编号）"),
        max_length=12,
        error_messages=EMPTY,
        help_text=_("例如 7F3K-9Q2M。"),
    )


class ReviewForm(forms.Form):
    HELPFUL: ClassVar = [("yes", _("有帮助")), ("no", _("没有用上"))]
    helpful = forms.ChoiceField(
        label=_("这个案例对您"), choices=HELPFUL, widget=forms.RadioSelect, error_messages=PICK
    )
    words = forms.CharField(
        label=_("说一句"),
        required=False,
        max_length=400,
        widget=forms.Textarea,
        help_text=_("大家看得到这句话，看不到是谁写的。请不要写姓名。"),
    )


class MeasureForm(forms.Form):
    handler = forms.ChoiceField(label=_("负责人"), error_messages=PICK)
    words = forms.CharField(
        label=_("要做什么"), max_length=2000, widget=forms.Textarea, error_messages=EMPTY
    )

    def __init__(self, people: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["handler"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]
