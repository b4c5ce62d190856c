"""Samples for the gallery of components: invented, and only shown in the demo."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SampleForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("您想说什么"),
        widget=forms.RadioSelect,
        choices=[
            ("praise", gettext_lazy("表扬")),
            ("complaint", gettext_lazy("投诉")),
            ("suggestion", gettext_lazy("建议")),
            ("help", gettext_lazy("求助")),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("请写下来"),
        help_text=gettext_lazy("什么时候，在哪里，发生了什么。不必留名。"),
        error_messages={"required": gettext_lazy("请写几个字，我们才知道怎么办。")},
        widget=forms.Textarea,
    )
    photo = forms.FileField(label=gettext_lazy("照片"), required=False)
    contact = forms.CharField(label=gettext_lazy("联系方式"), required=False)


def samples(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    trouble = _("楼道的灯又坏了。")
    medians = (14.2, 12.8, 13.1, None, 9.4, 7.7, 6.1)
    return {
        "form": SampleForm(initial={"kind": "praise"}),
        "wrong": SampleForm({"kind": "help", "words": "", "contact": "…"}),
        "now": now,
        "dues": [now + timedelta(minutes=40), now - timedelta(hours=2), now + timedelta(days=3)],
        "events": [
            {"what": _("已收到"), "when": now - timedelta(days=1, hours=2), "text": trouble},
            {
                "what": _("指定办理人"),
                "when": now - timedelta(hours=20),
                "who": _("所长"),
                "internal": True,
            },
            {"what": _("所长联系"), "due": now + timedelta(hours=1), "state": "here"},
            {"what": _("答复"), "due": now + timedelta(days=3), "state": "ahead"},
        ],
        "bars": [(_("表扬"), 352), (_("建议"), 207), (_("求助"), 96), (_("投诉"), None)],
        "months": [(f"{month:02d}", value) for month, value in enumerate(medians, 1)],
        "columns": [_("时限"), _("种类"), _("内容"), (_("天数"), "number")],
        "rows": [
            _row(_("超时 2 小时"), _("投诉"), trouble, 3, href="#first", state="late"),
            _row(
                _("还剩 40 分钟"),
                _("求助"),
                _("老人已找回。"),
                1,
                href="#second",
                state="soon",
            ),
            _row(_("周五前"), _("建议"), _("夜里请多巡一次河边。"), 0, href="#third"),
        ],
        "answers": ["arrived"] * 4 + ["accepted"] * 3 + ["heard"] * 2 + ["called"] * 2 + ["silent"],
        "share": (132, 2816),
        "interval": (4.0, 5.5),
    }


def _row(*cells: object, href: str, state: str = "") -> dict[str, Any]:
    return {"cells": cells, "href": href, "state": state}
