"""The kinds of key sites and of community forces that every station begins with.

A station adds kinds of its own; these are there from the first day. What a force may and may not
do follows the Criminal Procedure Law art. 84 (anyone may hold somebody caught in the act, and
hands them over at once), the Regulation on Security Services arts. 29–30, and the Fire Protection
Law art. 44.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    name_en: str
    sets_required: int


@dataclass(frozen=True, slots=True)
class Crew:
    """`may`, `may_not`: a line each."""

    code: str
    name: str
    name_en: str
    may: tuple[str, ...]
    may_not: tuple[str, ...]


SITES = (
    Place("mall", "商场", "Mall", 2),
    Place("compound", "小区", "Compound", 1),
    Place("school", "学校", "School", 2),
    Place("hospital", "医院", "Hospital", 2),
    Place("market", "市场", "Market", 1),
    Place("station", "车站", "Station", 2),
    Place("works", "企业", "Works", 1),
    Place("bank", "银行", "Bank", 1),
    Place("hotel", "旅馆", "Hotel", 1),
)

_NO_POWERS = (
    N_("不得搜查人身或物品"),
    N_("不得扣押证件、财物"),
    N_("不得审问、处罚、作出任何执法决定"),
    N_("不得泄露在场人员的个人信息"),
)
_HELPS = (
    N_("报告情况、按下报警"),
    N_("劝说、疏散、守住出入口"),
    N_("做力所能及的急救，等待民警和急救人员"),
)

FORCES = (
    Crew(
        "guard",
        "保安",
        "Guards",
        (*_HELPS, N_("扭送正在犯罪的人，并立即交给民警"), N_("在本单位查验出入证件")),
        (*_NO_POWERS, N_("不得使用警械，不得追出本单位")),
    ),
    Crew(
        "volunteer",
        "义警/志愿者",
        "Volunteers",
        _HELPS,
        (*_NO_POWERS, N_("不得单独进入危险现场")),
    ),
    Crew(
        "mini_fire",
        "微型消防站",
        "Mini fire station",
        (*_HELPS, N_("扑救初起火灾，切断电源和燃气")),
        (*_NO_POWERS, N_("火势扩大时不得强行扑救，撤出等待消防队")),
    ),
    Crew(
        "property",
        "物业",
        "Property staff",
        (*_HELPS, N_("开门、开灯、调取本小区的监控位置")),
        (*_NO_POWERS, N_("不得擅自向他人提供监控录像")),
    ),
    Crew(
        "grid_worker",
        "网格员",
        "Grid workers",
        (*_HELPS, N_("核对地址，联系住户和社区")),
        (*_NO_POWERS, N_("未经同意不得进入住户家中")),
    ),
    Crew(
        "mediator",
        "调解员",
        "Mediators",
        (N_("劝开双方，听各方说完"), N_("双方愿意时主持调解"), N_("发现危险马上报告")),
        (*_NO_POWERS, N_("不得强迫任何一方调解")),
    ),
    Crew(
        "special_guard",
        "特保队员",
        "Special patrol guards",
        (*_HELPS, N_("跟随民警巡逻，听民警指挥维持秩序"), N_("扭送正在犯罪的人，并立即交给民警")),
        (*_NO_POWERS, N_("没有民警带领时不得处置")),
    ),
)
