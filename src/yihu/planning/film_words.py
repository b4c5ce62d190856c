"""What the player of a film says."""

import json
from typing import Any, Final

from django.utils.translation import gettext as _

from yihu.dispatch import titles

SPEEDS: Final = (1, 10, 30, 60, 120, 240)


def words() -> str:
    """As `film.js` reads them: JSON, with what it puts in in {}."""
    told: dict[str, Any] = {
        "play": _("播放"),
        "pause": _("暂停"),
        "missing": _("取不到这段推演，请稍后再打开这一页。"),
        "residents": _("{n} / {all} 人"),
        "force": _("{kind}：空闲 {free}，在忙 {busy}"),
        "waits": _("{at} 报警，等了 {n} 分钟，{units} 支在路上"),
        "served": _("{at} 报警，到场 {n} 分钟，{units} 支在处置或在路上"),
        "kinds": {kind.value: str(title) for kind, title in titles.UNIT_KINDS.items()},
    }
    return json.dumps(told, ensure_ascii=False)
