"""Forms made from a move's schema, so that a page and the API take exactly the same.

The schema judges; the form only shows: every value goes through `schema(**values)`, and
what the schema refuses comes back as a sentence at its field.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from yihu.direct.replies import READY, Ready

LONG_TEXT = 200
"""From this many characters on, a text gets several lines."""

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise
type Choices = Sequence[tuple[str, Words]]

SENTENCES: Mapping[str, Words] = {
    "nobody_named": _("请至少选一位，或者写一位名单上没有的。"),
    "not_all_checked": _("每一项都要核对过、打上勾；有一项不放心，就退回修改。"),
    "unseen": _("请先看过复盘，再勾选。"),
    "string_too_short": _("太短了，请再写清楚一点。"),
    "string_too_long": _("太长了，请分成两次写。"),
}
EMPTY = _("请写一句。")
PICK_ONE = _("请选一项。")
OTHERWISE = _("这里填得不对，请检查。")
READY_LABEL = _("现成的话")
READY_HINT = _("选一句现成的，可以改；也可以自己写。")
NOT_ON_THE_LIST = _("这个人现在不能选：可能离岗，也可能与此事有关。请重选。")


class Nothing(BaseModel):
    """What a move takes that is only made."""


class SchemaForm(forms.Form):
    """A form over `schema`; once valid, `payload` is the schema's own object.

    `prepared`: sentences that stand for words where none were written.
    """

    schema: type[BaseModel]
    prepared: Ready | None = None
    payload: BaseModel | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.prepared is not None and not cleaned.get("words"):
            chosen = cleaned.get(self.prepared.by, "")
            cleaned["words"] = str(self.prepared.sentences.get(chosen, ""))
            if not cleaned["words"]:
                self.add_error("words", EMPTY)
        given = {
            name: value
            for name, value in cleaned.items()
            if value not in ("", None, []) and name in self.schema.model_fields
        }
        try:
            self.payload = self.schema(**given)
        except ValidationError as wrong:
            for error in wrong.errors():
                name = str(error["loc"][0]) if error["loc"] else ""
                if name not in self.errors:
                    sentence = SENTENCES.get(error["type"], OTHERWISE)
                    self.add_error(name if name in self.fields else None, sentence)
        return cleaned


def form_class(
    schema: type[BaseModel],
    *,
    labels: Mapping[str, Words],
    titles: Mapping[type[Enum], Mapping[Any, Words]] | None = None,
    people: Mapping[str, Choices] | None = None,
    hints: Mapping[str, Words] | None = None,
    ready: Ready | None = None,
) -> type[SchemaForm]:
    """A form for a schema.

    labels: a title for each field. titles: for each enumeration, what those of its members
    are called that may be chosen. people: for each field that takes people's ids, who may be
    named there. ready: sentences for its words. A field with only one possible value is not
    asked for.
    """
    fields: dict[str, Any] = {}
    for name, info in schema.model_fields.items():
        made = _field(info, titles or {}, (people or {}).get(name, ()))
        if made is not None:
            made.label = labels[name]
            made.help_text = (hints or {}).get(name, "")
            fields[name] = made
    if ready is not None:
        fields = _with_ready(fields, ready)
    own = {"schema": schema, "prepared": ready}
    return type(f"{schema.__name__}Form", (SchemaForm,), {**fields, **own})


def _with_ready(fields: dict[str, Any], ready: Ready) -> dict[str, Any]:
    """The fields, with each sentence where it is chosen. Tiles of their own come first, then
    the words, so that a hurried reader need go no further."""
    fields["words"] = ReadyText(
        label=fields["words"].label,
        help_text=READY_HINT,
        widget=forms.Textarea,
    )
    if ready.by == READY:
        tiles = [(value, _tile("", text)) for value, text in ready.sentences.items()]
        chosen = forms.ChoiceField(
            label=READY_LABEL,
            choices=tiles,
            widget=forms.RadioSelect,
            required=False,
            error_messages={"invalid_choice": PICK_ONE},
        )
        return {READY: chosen, "words": fields.pop("words"), **fields}
    choosing = fields[ready.by]
    choosing.choices = [
        (value, _tile(title, ready.sentences.get(value, ""))) for value, title in choosing.choices
    ]
    return fields


def _tile(title: Words, sentence: Words) -> Words:
    """A choice that brings a sentence, as `desk.js` finds it."""
    if not sentence:
        return title
    return format_html('{} <span class="prepared">{}</span>', title, sentence)


def _field(
    info: FieldInfo, titles: Mapping[type[Enum], Mapping[Any, Words]], people: Choices
) -> forms.Field | None:
    kind, optional = _bare(info.annotation)
    if get_origin(kind) is Literal:
        return None
    if isinstance(kind, type) and issubclass(kind, Enum):
        initial = None if info.is_required() else info.default
        return forms.ChoiceField(
            choices=[(m.value, titles[kind][m]) for m in kind if m in titles[kind]],
            widget=forms.RadioSelect,
            required=not optional,
            initial=initial.value if isinstance(initial, Enum) else None,
            error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
        )
    required = info.is_required() and not optional
    if kind == list[UUID]:
        return forms.MultipleChoiceField(
            choices=people,
            required=required,
            error_messages={"required": PICK_ONE, "invalid_choice": NOT_ON_THE_LIST},
        )
    if get_origin(kind) is list and issubclass(get_args(kind)[0], Enum):
        several = get_args(kind)[0]
        return forms.MultipleChoiceField(
            choices=[(member.value, titles[several][member]) for member in several],
            widget=forms.CheckboxSelectMultiple,
            required=required,
            error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
        )
    if kind is bool:
        return forms.BooleanField(required=False, initial=bool(info.default))
    if kind is UUID:
        return forms.ChoiceField(
            choices=[("", _("请选择")), *people],
            required=required,
            error_messages={"required": PICK_ONE, "invalid_choice": NOT_ON_THE_LIST},
        )
    long = _longest(info) >= LONG_TEXT
    return Text(
        required=required,
        widget=forms.Textarea if long else forms.TextInput,
        error_messages={"required": EMPTY},
    )


class Text(forms.CharField):
    """Text as people type it; its length is the schema's to judge. NUL is dropped."""

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\0", "").replace("\r\n", "\n")) or ""


class ReadyText(Text):
    """Words that must be there, be it by a sentence that was chosen: the form looks, not this."""

    def validate(self, value: Any) -> None:
        pass


def _bare(annotation: Any) -> tuple[Any, bool]:
    """The type without `| None`, and whether it had that."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        return kinds[0], len(kinds) < len(get_args(annotation))
    return annotation, False


def _longest(info: FieldInfo) -> int:
    lengths = [
        mark.max_length
        for mark in info.metadata
        if isinstance(mark, StringConstraints) and mark.max_length is not None
    ]
    return min(lengths, default=LONG_TEXT)
