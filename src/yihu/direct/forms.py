"""What a resident fills in. What was typed is kept, whatever is wrong with it."""

import re
import secrets
from typing import Any, ClassVar, Self

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel

from yihu.direct import schemas
from yihu.direct.actions import Message, Picture, Safety
from yihu.direct.kinds import About, Kind, Reporter
from yihu.direct.pictures import LARGEST, MEDIA_TYPE, BadPicture, Fault, fit_to_keep
from yihu.direct.schemas import LONGEST
from yihu.direct.uploads import MOST_PHOTOS

PICK_ONE = _("请选一项。")
TOO_LONG = _("最多 %(limit_value)d 字，现在是 %(show_value)d 字。请分成两次写。")
BAD_PICTURES = {
    Fault.NOT_A_PICTURE: _(
        "“%(name)s”不是照片，或者打不开。请换成 JPEG、PNG 或 WebP，也可以截屏。"
    ),
    Fault.TOO_LARGE: _("“%(name)s”太大。请把它缩小，或者截屏后再选。"),
}
RATINGS = [
    (5, _("非常满意")),
    (4, _("满意")),
    (3, _("基本满意")),
    (2, _("不满意")),
    (1, _("非常不满意")),
]


def new_key() -> str:
    """A client's own key, as it travels in a form: a retry with it is recognised."""
    return secrets.token_hex(16)


class Said(forms.CharField):
    """Text as people type it. Line breaks count once; NUL, which nobody types, is dropped.

    No maxlength goes into the page: it would silently cut what is pasted.
    """

    def __init__(self, *, rows: int = 0, **options: Any) -> None:
        options.setdefault("max_length", LONGEST)
        if rows:
            options["widget"] = forms.Textarea(attrs={"rows": rows})
        messages = {"required": _("请写一句。"), "max_length": TOO_LONG}
        options["error_messages"] = messages | options.pop("error_messages", {})
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(text) or ""


class ClientKey(forms.CharField):
    """16 random bytes in hex, hidden. `bytes.fromhex` reads what it lets through."""

    widget = forms.HiddenInput(attrs={"autocomplete": "off"})
    PATTERN: ClassVar = re.compile(r"[0-9a-f]{32}")

    def __init__(self) -> None:
        super().__init__(initial=new_key)

    def validate(self, value: str) -> None:
        if not self.PATTERN.fullmatch(value):
            raise forms.ValidationError("not a client's key")


class KeyedForm(forms.Form):
    """A form that sends its own key, so that sending it twice does it once."""

    key = ClientKey()

    def key_is_damaged(self) -> bool:
        return "key" in self.errors

    def renewed(self, **values: object) -> Self:
        """The same words under a fresh key: sent again, they are something new."""
        data = {name: self.data[name] for name in self.data}
        return type(self)({**data, "key": new_key(), **values}, auto_id=self.auto_id)

    @property
    def client_key(self) -> bytes:
        return bytes.fromhex(self.cleaned_data["key"])


# --- the message ---------------------------------------------------------------------------------


class PhotoInput(forms.FileInput):
    allow_multiple_selected = True


class Photos(forms.FileField):
    """Up to three photos, re-encoded and stripped: a list of Picture."""

    widget = PhotoInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [file for file in data or [] if file.name or file.size]
        wrong = []
        if len(files) > MOST_PHOTOS:
            wrong.append(
                forms.ValidationError(_("最多 %(most)d 张照片。"), params={"most": MOST_PHOTOS})
            )
        found = []
        for file in files[:MOST_PHOTOS]:
            try:
                found.append(self._picture(file))
            except BadPicture as bad:
                params = {"name": file.name}
                wrong.append(forms.ValidationError(BAD_PICTURES[bad.fault], params=params))
        if wrong:
            wrong.append(forms.ValidationError(_("照片要重新选一次，写下的字还在。")))
            raise forms.ValidationError(wrong)
        return found

    def _picture(self, file: "UploadedFile[bytes]") -> Picture:
        if (file.size or 0) > LARGEST:
            raise BadPicture(Fault.TOO_LARGE)
        return Picture(fit_to_keep(file.read()), MEDIA_TYPE)


class MessageForm(KeyedForm):
    kind = forms.ChoiceField(
        label=_("您想说什么？"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE},
    )
    about = forms.ChoiceField(
        label=_("投诉的是"),
        choices=About.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    whom = Said(
        label=_("是哪一位？"),
        help_text=_("姓名、警号或长相都行；有几位，就一行写一位。"),
        required=False,
        max_length=200,
        rows=2,
    )
    words = Said(label=_("请写在这里"), rows=7)
    photos = Photos(
        label=_("照片"),
        help_text=_("最多 3 张。拍摄地点、时间、机型等隐藏信息会去掉。"),
        required=False,
        widget=PhotoInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    reporter = forms.ChoiceField(
        label=_("您是"), choices=Reporter.choices, initial=Reporter.RESIDENT, required=False
    )
    name = Said(label=_("怎么称呼您"), required=False, max_length=60)
    contact = Said(label=_("电话或邮箱"), required=False, max_length=120)
    safety = forms.ChoiceField(
        label=_("联系您安全吗？"),
        choices=[
            (Safety.OPEN.value, _("可以正常联系我")),
            (Safety.BLANK.value, _("只发空白提醒，不提内容")),
            (Safety.NEVER.value, _("不要联系我，我自己凭回执来看")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("kind") == Kind.COMPLAINT
            and not cleaned.get("about")
            and "about" not in self.errors
        ):
            self.add_error("about", PICK_ONE)
        return cleaned

    @property
    def contact_is_open(self) -> bool:
        """Whether the part about who wrote should stand open: it holds something."""
        return any(
            self[name].value() or self[name].errors for name in ("name", "contact", "safety")
        )

    def message(self) -> Message:
        said = self.cleaned_data
        kind = Kind(said["kind"])
        return Message(
            kind=kind,
            words=said["words"],
            about=About(said["about"]) if kind is Kind.COMPLAINT else About.OFFICE,
            whom=said["whom"],
            name=said["name"],
            contact=said["contact"],
            safety=Safety(said["safety"]),
            pictures=said["photos"],
            reporter=Reporter(said["reporter"] or Reporter.RESIDENT),
        )


# --- on the receipt's page -----------------------------------------------------------------------


class Deed(KeyedForm):
    """One thing that the holder of a receipt does. `seq`: the entry after which they read it."""

    takes: ClassVar[type[BaseModel]]
    move: ClassVar[str]
    """The move or act of the loop."""

    seq = forms.IntegerField(min_value=1, max_value=2**31, widget=forms.HiddenInput)

    def payload(self) -> BaseModel:
        fields = self.takes.model_fields
        given = self.cleaned_data.items()
        return self.takes(**{k: v for k, v in given if k in fields and v not in ("", None)})

    def chosen_move(self, step: str) -> str:
        return self.move

    @property
    def typed(self) -> str:
        return str(self.data.get("words", "")).replace("\0", "")


class Add(Deed):
    move, takes = "add", schemas.Added
    words = Said(label=_("补充一句"), rows=3)


class Reply(Deed):
    move, takes = "reply", schemas.Replied
    words = Said(label=_("您的回答"), rows=3)


class Verdict(Deed):
    """The resident's own word; no staff page ever shows its key."""

    takes = schemas.Confirmed
    verdict = forms.ChoiceField(
        label=_("解决了吗？"),
        choices=[("solved", _("解决了")), ("unsolved", _("没有解决"))],
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE},
    )
    rating = forms.TypedChoiceField(
        label=_("您满意吗？"),
        choices=RATINGS,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    words = Said(label=_("想说的话"), rows=3, required=False)

    MOVES: ClassVar = {
        ("answered", "solved"): "confirm",
        ("answered", "unsolved"): "dispute",
        ("decided", "solved"): "accept",
        ("decided", "unsolved"): "disagree",
    }

    def chosen_move(self, step: str) -> str:
        return self.MOVES.get((step, self.cleaned_data["verdict"]), "confirm")

    def payload(self) -> BaseModel:
        said = {name: self.cleaned_data[name] for name in ("verdict", "rating", "words")}
        solved = said["verdict"] == "solved"
        return schemas.Confirmed(**said) if solved else schemas.Disputed(**said)


class Reopen(Deed):
    move, takes = "dispute", schemas.Disputed
    words = Said(label=_("还有什么没有解决"), rows=3, required=False)


class Withdraw(Deed):
    move, takes = "withdraw", schemas.Withdrawn
    words = Said(label=_("为什么撤回"), rows=2, required=False)


class Erasure(Deed):
    move, takes = "ask_erasure", schemas.ErasureAsked
    words = Said(label=_("想说明的"), rows=2, required=False)


DEEDS: dict[str, type[Deed]] = {
    "add": Add,
    "reply": Reply,
    "verdict": Verdict,
    "reopen": Reopen,
    "withdraw": Withdraw,
    "erasure": Erasure,
}


# --- finding and verifying -----------------------------------------------------------------------


class FindForm(forms.Form):
    secret = forms.CharField(
        label=_("查询码"),
        help_text=_("回执上的 16 位字母和数字。大小写、横线和空格都不要紧。"),
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("请填查询码。"),
            "max_length": _("太长了，查询码只有 16 位。"),
        },
    )


class VerifyForm(forms.Form):
    """A receipt to be checked: its file, or its text."""

    file = forms.FileField(label=_("回执文件"), required=False)
    text = forms.CharField(
        label=_("或者把文件内容粘贴在这里"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not cleaned["text"].strip():
            self.add_error("file", _("请选回执文件，或者粘贴它的内容。"))
        return cleaned

    def receipt(self) -> bytes:
        """The receipt's bytes as given."""
        file = self.cleaned_data["file"]
        found: bytes = file.read() if file else self.cleaned_data["text"].encode()
        return found
