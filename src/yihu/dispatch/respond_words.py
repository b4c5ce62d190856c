"""What the responder's page says: what is asked, how far it is, and why something was not taken."""

from collections.abc import Mapping
from math import ceil
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch import words
from yihu.dispatch.kinds import RULES, SENT, Kind, Status, UnitKind

FULLY: Final = _("去现场处置：先报到场，再按处置卡一步步做。")
BESIDE: Final = _("到附近去：劝住、疏散、救护、守住现场，随时报告，等民警到。")
FIRST: Final = _("去现场先稳住：劝住、救护、守住现场、报告，民警到了就交给民警。")
NOT_BY_OTHERS: Final = _(
    "不搜查，不扣东西，不限制人身自由，不盘问，不外传现场的照片和话。有危险就退开，先顾自己。"
)
"""What nobody but the police does, whatever they are asked to."""
STEPS: Final[Mapping[str, Words]] = {
    Status.ACKNOWLEDGED.value: _("收到"),
    Status.EN_ROUTE.value: _("出发了"),
    Status.ON_SCENE.value: _("到场了"),
    "contained": _("控制住了"),
    Status.AVAILABLE.value: _("我们这边办完了"),
}
"""What a unit says of its way, in its order; each is one touch."""
REFUSALS: Final[Mapping[str, Words]] = {
    **words.REFUSALS,
    "not_assigned": _("您的力量已经不在这件警情上了，这一条没有记。"),
    "about_what": _("这一条没有说是哪件警情，没有记。"),
    "still_sent": _("还有警情没有办完，先在那里报“我们这边办完了”。"),
    "no_such_status": _("没有这样的状态。"),
    "in_future": _("手机的时间比实际快，这一条没有记。请校准手机时间后再报一次。"),
    "before_received": _("手机的时间比实际慢很多，这一条没有记。请校准手机时间后再报一次。"),
    "off_duty": _("您现在不在岗，没有记。请先上岗。"),
    "not_asked": _("请您的力量去的时候您还没有上岗，请让一起的人回答，或用对讲说。"),
    "over": _("这件警情已经不用人去了，谢谢。"),
    "answered": _("您的力量里已经有人答了不能去。现在能去，请用对讲告诉指挥室。"),
    "accepted": _("您的力量里已经有人接了单。去不了，请用对讲告诉指挥室。"),
    "no_such_step": _("这件警情的处置卡上没有这一步，没有记。"),
    "not_sent": _("这件不是派您去的，没有记。"),
    "other_force": _("这一步由别的力量做，没有记。"),
    "police_only": _("这件要民警去，不能单独交给他们。"),
    "same_unit": _("请选另一个力量。"),
    "empty": _("没有写，也没有照片。请写一句，或拍一张。"),
    "bad_picture": _("这张照片打不开。请重拍，或者截屏后再选。"),
    "bad_key": _("这一条的编号坏了，没有记。请再报一次。"),
    "key_reused": _("这一条已经记过，内容不一样，没有再记。"),
    "gone": _("这件警情或邀约已经没有了，这一条没有记。"),
    "too_long": _("写得太长了，请分成两次。"),
    "bad_place": _("这不是地球上的位置。"),
    "not_a_phone_number": _("这不像电话号码。请只写数字，可以带开头的 +。"),
    "unknown_service": _("这个浏览器的推送服务不在名单里，用不了推送。短信和电话照样能收到。"),
}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or words.refusal(code))


def asked_of(unit: UnitKind, kind: Kind, *, alongside: bool) -> Words:
    """What a unit is asked to do there."""
    if unit in SENT:
        return FULLY
    return BESIDE if alongside or RULES[kind].violent else FIRST


def may_not(unit: UnitKind) -> Words:
    """What it does not do; "" for the police, whom the law and the run card tell."""
    return "" if unit in SENT else NOT_BY_OTHERS


def minutes(seconds: float | None) -> int:
    """Whole minutes, never less than one; 5 where nobody knows."""
    return 5 if seconds is None else max(1, ceil(seconds / 60))


def way(metres: float | None, seconds: float | None) -> str:
    """How far it is: 1.2 公里，4 分钟."""
    said = []
    if metres is not None:
        said.append(_distance(metres))
    if seconds is not None:
        n = minutes(seconds)
        said.append(ngettext("%(n)d 分钟", "%(n)d 分钟", n) % {"n": n})
    return gettext("，").join(said) or gettext("不知道有多远")


def _distance(metres: float) -> str:
    if metres < 950:
        return gettext("%(n)d 米") % {"n": max(10, round(metres, -1))}
    return gettext("%(n).1f 公里") % {"n": metres / 1000}
