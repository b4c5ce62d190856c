"""What plans of sites say: problems, candidates, refusals, faults, assumptions, in words."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch import titles
from yihu.places.road_rules import Profile
from yihu.planning.plan_question import HAND, ROADSIDE, Problem, Spot, Weights

PROBLEMS: Final[Mapping[Problem, tuple[Words, Words]]] = {
    Problem.COVER: (_("时限内覆盖的人最多"), _("新建几个，让最多的人在时限内有人到。")),
    Problem.MEDIAN: (_("平均的路最短"), _("新建几个，让大家离最近的警务室平均最近。")),
    Problem.CENTRE: (_("最远的也不太远"), _("新建几个，让离得最远的那一处尽量近。")),
    Problem.BALANCE: (_("平均和最远都照顾"), _("在“平均最短”和“最远最近”之间取一个折中。")),
    Problem.ALL: (_("用最少的警务室全部覆盖"), _("不定几个：人人都在时限内，最少要几个。")),
}
TRAVELS: Final[Mapping[Profile, Words]] = {
    Profile(one.value): title for one, title in titles.TRAVELS.items()
}
WEIGHTS: Final[Mapping[Weights, Words]] = {
    Weights.RESIDENTS: _("各社区的居民"),
    Weights.INCIDENTS: _("过去一年的警情"),
}
KINDS: Final[Mapping[str, Words]] = {
    "police_room": _("警务室"),
    "service_centre": _("综合服务中心"),
    "school": _("学校"),
    "mall": _("商场"),
    "market": _("市场"),
    "hospital": _("医院"),
    "metro_station": _("车站、地铁站"),
    "compound": _("小区"),
    "works": _("企业"),
    ROADSIDE: _("路边的点"),
    HAND: _("手选的位置"),
}
STATES: Final[Mapping[str, Words]] = {
    "waiting": _("排队等着算"),
    "running": _("正在算"),
    "done": _("算好了"),
    "failed": _("没有算成"),
    "stopped": _("已停下"),
}
STAGES: Final[Mapping[str, Words]] = {
    "": _("正在读路网和社区"),
    "times": _("正在算每个候选点到每一处要多久"),
    "solving": _("正在找最好的选法"),
    "curve": _("正在算各种个数能覆盖多少"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "bad_minutes": _("请写 1 到 60 分钟。"),
    "bad_hour": _("请写 0 到 23 点。"),
    "bad_build": _("请写 1 到 50 个。"),
    "bad_limit": _("请选一个时限。"),
    "no_source": _("请至少选一类可以建的地方。"),
    "both": _("同一处不能既必须建又不许建，请去掉一个。"),
    "too_many_with": _("必须建的比要新建的还多，请多建几个，或者去掉几处。"),
    "no_incidents": _("过去一年没有一个社区满 10 起有位置的警情，太少，不能按它来选。请改按居民。"),
    "no_map": _(
        "地图和道路还没有准备好：刚装好的，几分钟后再来；没有导入过的，管理员用 yihu map 导入。"
    ),
    "not_done": _("这份方案还没有算好，请等一等。"),
    "no_such_site": _("这份方案里没有这一处，请重新打开再选。"),
    "no_such_candidate": _("这一处不在候选里，请换一处。"),
    "taken": _("那里已经有一个警务室，请换一处。"),
    "outside": _("那里不在本辖区里，请换一处。"),
    "not_own": _("这份方案是别人做的，只有本人能改名或丢掉。"),
    "not_yours": _("规划警务室是看得到全网的人的事。"),
}
FAULTS: Final[Mapping[str, Words]] = {
    "no_map": REFUSALS["no_map"],
    "no_weight": _("地图上没有一个社区写着人口，没有人可以算。请管理员补上人口再算。"),
    "no_site": _("没有一个地方可以建，也没有警务室。请多选几类可以建的地方。"),
    "unreachable": _("有的地方从哪里都没有路可到：%(places)s。请换一种走法，或者加上路边的点。"),
    "uncoverable": _(
        "有的地方离哪个候选都超过时限：%(places)s。请把分钟数放宽，或者加上路边的点。"
    ),
    "too_few": _("建这么几个，还是有地方没有路可到：%(places)s。请多建几个，或者加上路边的点。"),
    "p": _("能建的地方没有这么多。请少建几个，或者多选几类可以建的地方。"),
    "both": REFUSALS["both"],
    "broken": _("计算中途停了，没有结果。请再算一次；总是这样，请管理员看时钟进程的记录。"),
}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code, _("现在不能这样做。请重新打开再试。")))


def fault(told: Mapping[str, Any]) -> str:
    """Why there is no answer, naming the places."""
    words = str(FAULTS.get(told.get("code", ""), FAULTS["broken"]))
    return words % {"places": _named(told)} if "%(places)s" in words else words


def _named(told: Mapping[str, Any]) -> str:
    names = gettext("、").join(in_language(zh, en) for zh, en in told.get("places", ()))
    more, residents = told.get("more", 0), told.get("residents", 0)
    if more:
        names = gettext("%(names)s 等 %(n)d 处") % {
            "names": names,
            "n": more + len(told["places"]),
        }
    if residents:
        names = gettext("%(names)s（约 %(n)s 人）") % {"names": names, "n": number(residents)}
    return names


def in_language(name: str, name_en: str) -> str:
    english = (get_language() or "").startswith("en")
    return (name_en if english else "") or name


def number(value: float) -> str:
    return f"{round(value):,}"


def kind(code: str) -> str:
    return str(KINDS.get(code, code))


def spot(one: Spot) -> str:
    """What a place is called: its name, else what it is and in which community."""
    if one.name:
        return in_language(one.name, one.name_en)
    where = f"{in_language(one.area, one.area_en)} · {kind(one.kind)}"
    return f"{where} {one.code.removeprefix('road-')}" if one.kind == ROADSIDE else where


def minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


# --- how good it is -------------------------------------------------------------------------------


def certificate(answer: Mapping[str, Any], problem: Problem) -> str:
    """How near to the best it is known to be; never more than was proven."""
    seconds = f"{answer['seconds']:.2f}"
    if answer["proven"] and problem is Problem.BALANCE:
        words = gettext("已证明：不让最远的更远，平均就不能再短。找了 %(seconds)s 秒。")
        return words % {"seconds": seconds}
    if answer["proven"]:
        return gettext(
            "已证明最好：在所列的候选和假设下，没有更好的选法。找了 %(seconds)s 秒。"
        ) % {"seconds": seconds}
    if problem is Problem.ALL and answer["bound"] is not None:
        fewer = int(answer["value"] - ceil(answer["bound"] - 1e-6))
        words = gettext("没有证明最好：最多还可能少 %(n)d 个。找了 %(seconds)s 秒，到时限停下。")
        return words % {"n": fewer, "seconds": seconds}
    if answer["gap"] is None:
        words = gettext("没有证明最好，也不知道还差多少。找了 %(seconds)s 秒，到时限停下。")
        return words % {"seconds": seconds}
    words = gettext("没有证明最好：最多还可能好 %(percent)s%%。找了 %(seconds)s 秒，到时限停下。")
    return words % {"percent": f"{ceil(answer['gap'] * 1000) / 10:.1f}", "seconds": seconds}


# --- what it rests on -----------------------------------------------------------------------------


def assumptions(told: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Each in a sentence."""
    return [_SAYS[code](numbers) for code, numbers in told]


def _residents(told: Mapping[str, Any]) -> str:
    return gettext("人口按地图上各社区的人口，共 %(n)s 人，都算在家里，不算白天去了别处。") % {
        "n": number(told["n"])
    }


def _unknown(told: Mapping[str, Any]) -> str:
    return ngettext(
        "有 %(n)d 个社区地图上没有人口，没有算进去。",
        "有 %(n)d 个社区地图上没有人口，没有算进去。",
        told["n"],
    ) % {"n": told["n"]}


def _incidents(told: Mapping[str, Any]) -> str:
    return gettext(
        "按过去一年有位置的 %(n)s 起警情，不含演练；不满 10 起的社区不单列，共 %(few)s 起没有算。"
    ) % {"n": number(told["n"]), "few": number(told["too_few"])}


def _spread(told: Mapping[str, Any]) -> str:
    return gettext(
        "每个社区里均匀铺开：%(areas)s 个社区共 %(n)s 个点，每 %(metres)s 米一个，"
        "只铺在离路 %(near)s 米以内。"
    ) % {
        "areas": told["areas"],
        "n": number(told["n"]),
        "metres": told["metres"],
        "near": told["near"],
    }


def _roads(told: Mapping[str, Any]) -> str:
    return gettext(
        "路上的时间按地图上的道路和 %(hour)s 点的路况算，不是直线；%(travel)s看路的等级，"
        "每小时 %(slowest)g 到 %(fastest)g 公里。"
    ) % {
        "hour": told["hour"],
        "travel": TRAVELS[Profile(told["travel"])],
        "slowest": told["slowest"],
        "fastest": told["fastest"],
    }


def _closures(told: Mapping[str, Any]) -> str:
    if not told["n"]:
        return gettext("没有封路。")
    words = ngettext("算的时候封着 %(n)d 处路。", "算的时候封着 %(n)d 处路。", told["n"])
    return words % {"n": told["n"]}


def _beside(told: Mapping[str, Any]) -> str:
    return gettext(
        "从路边到门口的最后一段不算时间：这些点离路一半在 %(metres)s 米内，最远 %(most)s 米。"
    ) % {"metres": told["metres"], "most": told["most"]}


def _staffed(told: Mapping[str, Any]) -> str:
    words = ngettext(
        "现有 %(n)d 个警务室都保留；每个警务室随时有人，也都有空，派出所不算在内。",
        "现有 %(n)d 个警务室都保留；每个警务室随时有人，也都有空，派出所不算在内。",
        told["n"],
    )
    return words % {"n": told["n"]}


def _way_only(told: Mapping[str, Any]) -> str:
    return gettext("只算路上的时间：接警、派人、出门不算；巡逻在外的人也不算。")


def _most_first(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def _houses(told: Mapping[str, Any]) -> str:
    kinds = gettext("、").join(f"{kind(code)} {n}" for code, n in _most_first(told["kinds"]))
    return gettext("有房子的候选 %(n)s 处：%(kinds)s；房子能不能用、要多少钱，没有算。") % {
        "n": number(told["n"]),
        "kinds": kinds,
    }


def _roadside(told: Mapping[str, Any]) -> str:
    return gettext(
        "路边的候选 %(n)s 处：每 %(metres)s 米一个，离路 %(beside)s 米以内；那里有没有地，没有算。"
    ) % {"n": number(told["n"]), "metres": told["metres"], "beside": told["beside"]}


def _forbidden(told: Mapping[str, Any]) -> str:
    words = ngettext("不许建的 %(n)d 处。", "不许建的 %(n)d 处。", told["n"])
    return words % {"n": told["n"]}


def _obligatory(told: Mapping[str, Any]) -> str:
    words = ngettext("必须建的 %(n)d 处。", "必须建的 %(n)d 处。", told["n"])
    return words % {"n": told["n"]}


_SAYS = {
    "residents": _residents,
    "unknown": _unknown,
    "incidents": _incidents,
    "spread": _spread,
    "roads": _roads,
    "closures": _closures,
    "beside": _beside,
    "staffed": _staffed,
    "way_only": _way_only,
    "houses": _houses,
    "roadside": _roadside,
    "forbidden": _forbidden,
    "obligatory": _obligatory,
}
