"""What the net's register calls things: moves, facts, refusals."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.kernel.loop import Act, Move

KEYS: Final[Mapping[str, str]] = {}
HINTS: Final[Mapping[str, Words]] = {}
TITLES: Final[Mapping[type[Enum], Mapping[Any, Words]]] = {}
FIELDS: Final[Mapping[str, Words]] = {"words": _("说明")}
LOST: Final = _("什么时候、在哪里丢的")
DONE: Final[Mapping[str, Words]] = {
    "opened": _("建立"),
    "review": _("核对过成员"),
    "keep": _("转为长期"),
    "close": _("关闭了"),
    "expire": _("到时自动关闭"),
    "put_on": _("加入成员"),
    "take_off": _("移出成员"),
    "issued": _("领用"),
    "check": _("核对过，在用"),
    "take_back": _("收回了"),
    "lose": _("报失了"),
    "find": _("找回并收回"),
    "write_off": _("核销了"),
    "note": _("记了一笔"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "not_yours": _("这个单位不归您管。"),
    "name_taken": _("已经有同名的单位，请写得更清楚一点。"),
    "no_such_kind": _("没有这个种类，请重选。"),
    "username_taken": _("这个登录名已经有人用，请换一个。"),
    "police_role": _("这里只登记保安和志愿者。"),
    "no_such_person": _("这个人现在没有岗位，请重选。"),
    "no_station": _("这个单位上面没有派出所，发不了对讲机。"),
    "number_taken": _("库里已经有这个编号。"),
    "held": _("这台还在别的单位手里。收回以后才能再发。"),
    "retired": _("这台已经核销，不能再发。"),
    "not_of_the_unit": _("这个人不在这个单位，请重选。"),
    "sets_out": _("这个单位手里还有对讲机。先收回，再停用。"),
    "no_device": _("没有读到这台设备自己的编号。请允许浏览器保存数据，再试一次。"),
    "not_issued": _("这台还没有发出去，请先领用。"),
    "stunned": _("这台已经报失，不能使用。找到了请交回派出所。"),
    "sent_before": _("这一页已经交过一次。请重新打开，看过再交。"),
    "another_set": _("这台设备已经登记为另一个编号。请先收回那一台。"),
}
UNREADABLE: Final[Mapping[str, Words]] = {
    "old_excel": _("这是旧版或加密的 Excel 文件，请另存为 .xlsx（不加密）再传。"),
    "not_a_sheet": _("这不是完整的 XLSX 工作簿。"),
    "encoding": _("读不出文字：CSV 请用 UTF-8 或 GB 18030 编码。"),
}


def titles(kind: str) -> Mapping[type[Enum], Mapping[Any, Words]]:
    return TITLES


def labels(declared: Move | Act, sealed_for: Mapping[str, str]) -> dict[str, Words]:
    return {**FIELDS, "words": LOST} if declared.name == "lose" else dict(FIELDS)


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
