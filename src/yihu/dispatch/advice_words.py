"""What a recommendation says: why a unit is named, what left one out, and what a choice costs."""

from collections.abc import Mapping
from math import ceil
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch.acceptance import Chance
from yihu.dispatch.policy import Policy
from yihu.dispatch.recommend import Reason, Trade, Unfit, Why

POLICIES: Final[Mapping[str, Words]] = {
    Policy.NEAREST: _("急：按路程，最近的先去，就近的保安一同到场"),
    Policy.COVER: _("不急：8 分钟内、最多比最近的晚 2 分钟，选走了最不空的"),
    Policy.UNPLACED: _("还不知道在哪里：请先补地点，再看谁近"),
}
WHY: Final[Mapping[Why, Words]] = {
    Why.NEAREST: _("最近"),
    Why.CARRIES: _("带着要用的装备"),
    Why.BESIDE: _("就近，一同到场：劝住、疏散、守住现场"),
    Why.BY_LINE: _("按直线估算"),
    Why.UNPLACED: _("不知道多远"),
}
LEFT_OUT: Final[Mapping[Unfit, Words]] = {
    Unfit.BUSY: _("手上有警情"),
    Unfit.UNAVAILABLE: _("自己报了不可派"),
    Unfit.NO_POSITION: _("不知道在哪里"),
    Unfit.NO_WAY: _("没有路可以到"),
    Unfit.POLICE_ONLY: _("这类警情由公安去"),
    Unfit.ASKED: _("已经请了，在等或在待命"),
    Unfit.DECLINED: _("说了不能去"),
    Unfit.SILENT: _("请过，没有回答"),
    Unfit.GOING: _("已经在去"),
    Unfit.RAISED_IT: _("就是他们报的"),
}


def said(reason: Reason) -> str:
    """A reason as a sentence."""
    n = f"{reason.numbers[0]:,}" if reason.numbers else ""
    match reason.code:
        case Why.KEEPS_COVER:
            return gettext("比派最近的多留住 %(n)s 人在 8 分钟内") % {"n": n}
        case Why.COSTS_COVER:
            return gettext("走了以后，%(n)s 人 8 分钟内没有能派的公安") % {"n": n}
        case Why.WITH_OTHERS:
            return gettext("手上还有 %(n)s 件") % {"n": n}
        case Why.INEXACT:
            return gettext("位置误差约 %(n)s 米") % {"n": n}
        case Unfit.STALE:
            return gettext("位置是 %(n)s 分钟以前的") % {"n": n}
        case Unfit.RESERVE:
            free, of = reason.numbers
            return gettext("公安只剩 %(free)d/%(of)d 组可派，留给急的") % {"free": free, "of": of}
        case Why():
            return str(WHY[reason.code])
        case _:
            return str(LEFT_OUT[reason.code])


def trade(found: Trade) -> str:
    """多 1.4 分钟，留住 9,200 人在 8 分钟内."""
    minutes, residents = f"{found.seconds / 60:.1f}", f"{found.residents:,}"
    return gettext("多 %(minutes)s 分钟，留住 %(residents)s 人在 8 分钟内") % {
        "minutes": minutes,
        "residents": residents,
    }


def chance(found: Chance) -> str:
    """How likely such a unit comes, and on how many answers that rests."""
    said = ngettext("会来 %(p)d%%（%(n)d 次）", "会来 %(p)d%%（%(n)d 次）", found.n)
    return said % {"p": round(found.p * 100), "n": found.n}


def distance(metres: float | None) -> str:
    """380 米, 2.4 公里; "" where nobody knows."""
    if metres is None:
        return ""
    if metres < 950:
        return gettext("%(n)d 米") % {"n": max(round(metres, -1), 10)}
    return gettext("%(n).1f 公里") % {"n": metres / 1000}


def minutes(seconds: float | None) -> str:
    """How long it takes, rounded up; "" where nobody knows."""
    if seconds is None:
        return ""
    n = max(ceil(seconds / 60), 1)
    return ngettext("%(n)d 分钟", "%(n)d 分钟", n) % {"n": n}
