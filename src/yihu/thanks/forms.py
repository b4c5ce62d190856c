"""What an issuer writes, and what a commended person agrees to."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import BAD_PICTURES, KeyedForm, Said, new_key
from yihu.direct.pictures import LARGEST, BadPicture, Fault, fit_to_keep
from yihu.kernel.access import Refused
from yihu.thanks.actions import LONGEST
from yihu.thanks.words import CONSENT, refusal

TOO_LONG = _(
    "最多 %(limit_value)d 字，现在是 %(show_value)d 字。大厅屏上要远远看得清，请写短一点。"
)


class Answerable(KeyedForm):
    """A form that says what was refused at the field it is about, or above them all."""

    def refuse(self, refused: Refused) -> None:
        field = refused.data.get("field")
        self.add_error(str(field) if field in self.fields else None, refusal(refused.code))

    def add_error(self, field: str | None, error: Any) -> None:
        """A damaged key, which nobody typed, is replaced: pressing again is enough."""
        super().add_error(field, error)
        if field == "key":
            self.data = {name: self.data[name] for name in self.data} | {"key": new_key()}
            super().add_error(None, _("没有交成，请再按一次。"))


class IssueForm(Answerable):
    """Nothing is filled in beforehand: what becomes public is chosen by whoever issues it."""

    text = Said(
        label=_("表扬令正文"),
        help_text=_(
            "会公开：印在表扬令上，也显示在大厅屏。请用自己的话写是什么事、怎么办的，"
            "不要写来信人是谁、住在哪里、怎么联系。最多 150 字。"
        ),
        max_length=LONGEST,
        error_messages={"max_length": TOO_LONG},
        rows=6,
    )
    declaration = Said(
        label=_("为什么仍然表扬"),
        help_text=_("来信人自己说不是普通居民。这句话会印在表扬令上。"),
        required=False,
        max_length=200,
        rows=2,
    )

    def __init__(self, *args: Any, declared: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not declared:
            del self.fields["declaration"]


class RevokeForm(Answerable):
    reason = Said(
        label=_("为什么撤销"),
        help_text=_("理由会公开，写在原来的页面上；来信人和被表扬的人也会看到。"),
        max_length=400,
        rows=3,
    )


class ConsentForm(forms.Form):
    photo = forms.FileField(
        label=_("照片"),
        help_text=_("只选您自己的照片。拍摄地点、时间、机型等隐藏信息会去掉。"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": _("请选一张照片。"), "empty": _("这个文件是空的，请换一张。")},
    )
    agreed = forms.BooleanField(
        label=CONSENT, error_messages={"required": _("不同意就不会公开；要公开，请勾选这一句。")}
    )

    def clean_photo(self) -> bytes:
        sent: UploadedFile[bytes] = self.cleaned_data["photo"]
        try:
            if (sent.size or 0) > LARGEST:
                raise BadPicture(Fault.TOO_LARGE)
            return fit_to_keep(sent.read())
        except BadPicture as bad:
            name = {"name": sent.name}
            raise forms.ValidationError(BAD_PICTURES[bad.fault], params=name) from None
