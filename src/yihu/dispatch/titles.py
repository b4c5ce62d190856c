"""What the control room calls the kinds, statuses and moments that `kinds` declares."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch.kinds import (
    Answer,
    Danger,
    Door,
    Kind,
    Milestone,
    Reach,
    Secondary,
    Status,
    Travel,
    UnitKind,
    Urgency,
    Verdict,
)

KINDS: Final[Mapping[Any, Words]] = {
    Kind.PANIC_ALARM: _("一键报警"),
    Kind.WEAPON: _("持械"),
    Kind.FIGHT: _("打架"),
    Kind.DOMESTIC_VIOLENCE: _("家庭暴力"),
    Kind.BREAK_IN: _("入室"),
    Kind.THEFT: _("盗窃"),
    Kind.FRAUD: _("诈骗"),
    Kind.HARASSMENT: _("滋扰"),
    Kind.CROWD: _("人群聚集"),
    Kind.FIRE: _("火情"),
    Kind.TRAFFIC: _("交通事故"),
    Kind.MEDICAL: _("急病受伤"),
    Kind.MISSING: _("有人走失"),
    Kind.SELF_HARM: _("轻生"),
    Kind.SUSPICIOUS: _("可疑情况"),
    Kind.DISPUTE: _("纠纷"),
    Kind.NOISE: _("噪音扰民"),
    Kind.HELP: _("求助"),
    Kind.FACILITIES: _("公共设施"),
    Kind.OTHER: _("其他警情"),
}
DOORS: Final[Mapping[Any, Words]] = {
    Door.PHONE: _("电话"),
    Door.RADIO: _("对讲"),
    Door.ROOM: _("当面"),
    Door.GRID: _("网格员"),
    Door.HOTLINE: _("12345 转来"),
    Door.HANDOVER_110: _("110 转来"),
    Door.PAGE: _("居民网页"),
    Door.TRAINING: _("演练"),
}
DANGERS: Final[Mapping[Any, Words]] = {
    Danger.DOG: _("有狗"),
    Danger.GAS: _("燃气、气瓶"),
    Danger.CHEMICALS: _("化学品"),
    Danger.POWER: _("高压电"),
    Danger.UNSOUND: _("房屋不牢"),
    Danger.FALLS: _("容易坠落"),
    Danger.WATER: _("深水"),
    Danger.NARROW: _("车进不去"),
    Danger.LOCKED: _("门禁，要先拿钥匙"),
    Danger.NO_SIGNAL: _("没有信号"),
    Danger.OTHER: _("其他"),
}
PLACES: Final[Mapping[str, Words]] = {
    "street": _("道路"),
    "stop": _("车站"),
    "site": _("场所"),
    "shop": _("店铺"),
    "building": _("建筑"),
    "place": _("地名"),
    "bus_stop": pgettext_lazy("place", "车站"),
    "compound": pgettext_lazy("place", "小区"),
    "hospital": pgettext_lazy("place", "医院"),
    "mall": pgettext_lazy("place", "商场"),
    "market": pgettext_lazy("place", "市场"),
    "metro_station": pgettext_lazy("place", "车站、地铁站"),
    "park": pgettext_lazy("place", "公园"),
    "police_room": pgettext_lazy("place", "警务室"),
    "police_station": pgettext_lazy("place", "派出所"),
    "school": pgettext_lazy("place", "学校"),
    "service_centre": pgettext_lazy("place", "综合服务中心"),
    "works": pgettext_lazy("place", "企业"),
}
"""What the map's own kinds of named places are called, and those of a district's list."""
URGENCIES: Final[Mapping[Any, Words]] = {
    Urgency.NOW: _("立即"),
    Urgency.SOON: _("尽快"),
    Urgency.CAN_WAIT: _("可以等"),
}
UNIT_KINDS: Final[Mapping[Any, Words]] = {
    UnitKind.POLICE: _("民警"),
    UnitKind.AUXILIARY: _("驻村协警"),
    UnitKind.GUARD: _("保安"),
    UnitKind.GRID_WORKER: _("网格员"),
    UnitKind.MINI_FIRE: _("微型消防站"),
    UnitKind.VOLUNTEER: _("志愿者"),
}
TRAVELS: Final[Mapping[Any, Words]] = {
    Travel.CAR: _("汽车"),
    Travel.EBIKE: _("电动车"),
    Travel.FOOT: _("步行"),
}
EQUIPMENT: Final[Mapping[str, Words]] = {
    "aed": _("除颤仪"),
    "cones": _("路锥"),
    "extinguisher": _("灭火器"),
    "shield": _("盾牌"),
}
"""What incidents ask for (`kinds.RULES`), and units carry."""
STATUSES: Final[Mapping[Any, Words]] = {
    Status.AVAILABLE: _("可派"),
    Status.DISPATCHED: _("已派出"),
    Status.ACKNOWLEDGED: _("已接单"),
    Status.EN_ROUTE: _("在路上"),
    Status.ON_SCENE: _("已到场"),
    Status.UNAVAILABLE: _("不可派"),
}
SECONDARIES: Final[Mapping[Any, Words]] = {
    Secondary.PATROLLING: _("巡逻中"),
    Secondary.AT_POST: _("在岗位"),
    Secondary.MEAL: _("用餐"),
    Secondary.TRAINING: _("训练"),
    Secondary.WRITING_UP: _("写材料"),
    Secondary.LOW_BATTERY: _("电量低"),
    Secondary.WITH_RESIDENT: _("正与群众在一起"),
    Secondary.NEEDS_HELP: _("需要增援"),
}
MILESTONES: Final[Mapping[Any, Words]] = {
    Milestone.RECEIVED: _("来电"),
    Milestone.ANSWERED: _("接起"),
    Milestone.CREATED: _("建单"),
    Milestone.DISPATCHED: _("派出"),
    Milestone.ACKNOWLEDGED: _("接单"),
    Milestone.EN_ROUTE: _("出发"),
    Milestone.ON_SCENE: _("到场"),
    Milestone.CONTAINED: _("控制住"),
    Milestone.RESOLVED: _("处置完毕"),
    Milestone.TOLD: _("告知报警人"),
    Milestone.CLOSED: _("办结"),
}
ANSWERS: Final[Mapping[Any, Words]] = {
    Answer.WAITING: _("等回答"),
    Answer.ACCEPTED: _("接了"),
    Answer.DECLINED: _("不能去"),
    Answer.SILENT: _("没有回答"),
    Answer.WITHDRAWN: _("收回了"),
}
VERDICTS: Final[Mapping[Any, Words]] = {
    Verdict.NONE: "",
    Verdict.ASSIGNED: _("请去现场"),
    Verdict.STANDBY: _("请待命"),
    Verdict.NOT_NEEDED: _("不用去了，谢谢"),
}
REACHES: Final[Mapping[Any, Words]] = {
    Reach.BEST: _("最合适的几个"),
    Reach.WIDER: _("更大范围"),
    Reach.PHONE: _("打电话、发短信"),
    Reach.DUTY_OFFICER: _("值班民警"),
    Reach.CHIEF: _("所领导"),
}


def named(title: Words, *, is_exercise: bool) -> str:
    """An exercise says so wherever it is named."""
    return gettext("%(kind)s（演练）") % {"kind": title} if is_exercise else str(title)


def choices(titles: Mapping[Any, Words]) -> Iterable[tuple[Any, Words]]:
    """A model field's choices."""
    return [(member.value, title) for member, title in titles.items()]
