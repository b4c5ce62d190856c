"""What the control room says of units: why something about one cannot be done."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch import words

REFUSALS: Final[Mapping[str, Words]] = {
    "about_what": _("请选是哪一件警情。"),
    "before_received": _("这个时间在报警以前，请核对。"),
    "code_taken": _("这个呼号已经有了，请换一个。"),
    "in_a_unit": _("这个人已经在别的力量里。请先让他退出那里。"),
    "in_future": _("这个时间还没有到，请核对。"),
    "no_such_person": _("这个人现在不能加入。"),
    "no_such_status": _("请选一个状态。"),
    "not_assigned": _("没有派这支力量去这一件。"),
    "not_yours": _("这个单位不归您调度。"),
    "off_duty": _("这支力量现在没有人在岗。"),
    "police_only": _("这类警情由公安去，别的力量只能一同到场协助。"),
    "same_unit": _("不能交给自己。"),
    "sent_before": _("这一页已经交过一次。请重新打开，看过再交。"),
    "still_sent": _("这支力量还在警情上，先离开那一件。"),
}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or words.refusal(code))
