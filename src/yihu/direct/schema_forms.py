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
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

LONG_TEXT = 200
"""From this many characters on, a text gets several lines."""

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Words = str | _StrPromise
type Choices = Sequence[tuple[str, Words]]

SENTENCES: Mapping[str, Words] = {
    "nobody_named": _("请至少选一位，或者写一位名单上没有的。"),
    "string_too_short": _("太短了，请再写清楚一点。"),
    "string_too_long": _("太长了，请分成两次写。"),
}
EMPTY = _("请写一句。")
PICK_ONE = _("请选一项。")
OTHERWISE = _("这里填得不对，请检查。")
NOT_ON_THE_LIST = _("这个人现在不能选：可能离岗，也可能与此事有关。请重选。")


class SchemaForm(forms.Form):
    """A form over `schema`; once valid, `payload` is the schema's own object."""

    schema: type[BaseModel]
    payload: BaseModel | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = {name: value for name, value in cleaned.items() if value not in ("", None, [])}
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
) -> type[SchemaForm]:
    """A form for a schema.

    labels: a title for each field. titles: for each enumeration, what its members are
    called. people: for each field that takes people's ids, who may be named there.
    A field with only one possible value is not asked for.
    """
    fields: dict[str, Any] = {}
    for name, info in schema.model_fields.items():
        made = _field(info, titles or {}, (people or {}).get(name, ()))
        if made is not None:
            made.label = labels[name]
            made.help_text = (hints or {}).get(name, "")
            fields[name] = made
    return type(f"{schema.__name__}Form", (SchemaForm,), {**fields, "schema": schema})


def _field(
    info: FieldInfo, titles: Mapping[type[Enum], Mapping[Any, Words]], people: Choices
) -> forms.Field | None:
    kind, optional = _bare(info.annotation)
    if get_origin(kind) is Literal:
        return None
    if isinstance(kind, type) and issubclass(kind, Enum):
        initial = None if info.is_required() else info.default
        return forms.ChoiceField(
            choices=[(member.value, titles[kind][member]) for member in kind],
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
