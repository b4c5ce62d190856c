"""What simulations say: rules, intervals, refusals, faults, assumptions, in words."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch import titles
from yihu.dispatch.kinds import UnitKind
from yihu.planning import plan_words
from yihu.planning.plan_words import number
from yihu.planning.sim_question import Force, Known, Source, Way

WAYS: Final[Mapping[Way, tuple[Words, Words]]] = {
    Way.ROAD: (_("按路最近"), _("谁按路走最先能到，就先问谁。")),
    Way.STRAIGHT: (_("直线最近"), _("地图上直线最近的先问，不管路通不通、绕不绕。")),
    Way.EXPECTED: (_("算上来不来"), _("把问了不来要耽误的时间也算进去，谁最可能先到就先问谁。")),
    Way.COVERAGE: (
        _("顾住别处"),
        _("不急的警情，在最近的再晚 2 分钟以内，派走以后落下居民最少的那一个。"),
    ),
    Way.RESERVE: (_("留几个备急"), _("空着的只剩这么几个时，不急的先等一等。")),
    Way.PHASED: (_("一次问几个"), _("每缺一个就同时问几个，先到的去，其余请回。")),
    Way.POLICE: (_("只派民警"), _("从前的办法：别的力量都不问，民警按直线找最近的。")),
}
INTERVALS: Final[Mapping[str, Words]] = {
    "answer": _("报警到第一次派人"),
    "acceptance": _("派人到有人接受"),
    "travel": _("接受到到场"),
    "response": _("报警到第一人到场"),
    "police": _("报警到民警到场"),
    "whole": _("报警到全部处置完"),
}
SHARES: Final[Mapping[str, Words]] = {"P50": _("一半在"), "P90": _("九成在")}
CURVES: Final[Mapping[str, Words]] = {
    "response": _("报警以后几分钟，有第一人到场的警情"),
    "police": _("报警以后几分钟，有民警到场的警情"),
}
STAGES: Final[Mapping[str, Words]] = {
    "": _("正在读路网和社区"),
    "roads": _("正在算路上的时间"),
    "simulating": _("正在推演"),
    "filming": _("正在记下最忙的几个小时"),
}
REFUSALS: Final[Mapping[str, Words]] = {
    "too_few_ways": _("请勾两到四种办法来比；选了规划方案的，勾一种也行。"),
    "too_many_ways": _("最多勾四种办法。"),
    "bad_width": _("请写 2 到 10 个。"),
    "bad_reserve": _("请写 1 到 50 个。"),
    "bad_number": _("请写 0 到 2000 个。"),
    "bad_share": _("请写 0 到 100。"),
    "bad_calls": _("请写 1 到 2000 起。"),
    "bad_handling": _("请写 0 到 1800 秒。"),
    "bad_runs": _("请写 2 到 200 次。"),
    "bad_days": _("请写 1 到 28 天。"),
    "bad_seed": _("请写 0 到 2147483647 的整数。"),
    "too_much": _("这样要算太久。请少推演几次，或者少几天。"),
    "no_unit": _("一个力量也没有，没有谁可以派。请至少写一种在班的人数。"),
    "no_police": _("没有在班的民警，不能比“只派民警”。"),
    "no_such_plan": _("这份方案没有算好，或者已经丢掉。请换一份。"),
    "no_file": _("请选一个文件。"),
    "large_file": _("文件太大，请分成几个，每个不超过 10 MB。"),
    "bad_file": _("读不出警情。文件要是 CSV，第一行是列名，其中要有报警时间。"),
    "bad_rows": _("文件里有读不懂的地方，改好再选一次。别的都还在。"),
    "few_calls": _("文件里的警情太少：至少要 50 起、前后一周，才能照着推演。"),
    "no_calls": _("那次推演已经不在了，请改用历史或文件。"),
    "no_map": plan_words.REFUSALS["no_map"],
    "not_yours": _("推演是看得到全网的人的事。"),
    "not_own": _("这次推演是别人问的，只有本人能丢掉。"),
}
FAULTS: Final[Mapping[str, Words]] = {
    "no_map": REFUSALS["no_map"],
    "no_weight": plan_words.FAULTS["no_weight"],
    "no_unit": REFUSALS["no_unit"],
    "broken": plan_words.FAULTS["broken"],
}
CELLS: Final[Mapping[str, Words]] = {
    "empty": _("没有填。"),
    "half": _("经度和纬度只填了一个。"),
    "date_only": _("“%(cell)s”没有写几点几分。"),
    "not_a_date": _("“%(cell)s”不是时间。"),
    "not_a_number": _("“%(cell)s”不是数。"),
    "beyond": _("“%(cell)s”不是经纬度，太大或太小。"),
    "not_a_flag": _("“%(cell)s”不是“是”或“否”。"),
    "order": _("比“%(cell)s”还早。"),
    "row": _("这一行读不出来。"),
}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code, _("现在不能这样做。请重新打开再试。")))


def fault(told: Mapping[str, Any]) -> str:
    return str(FAULTS.get(told.get("code", ""), FAULTS["broken"]))


def unit_kind(kind: str) -> str:
    return str(titles.UNIT_KINDS[UnitKind(kind)])


def way(one: Way, width: int, reserve: int) -> str:
    """What a rule is called, with its number where it has one."""
    title = str(WAYS[one][0])
    if one is Way.PHASED:
        return gettext("一次问 %(n)s 个") % {"n": width}
    if one is Way.RESERVE:
        return gettext("留 %(n)s 个备急") % {"n": reserve}
    return title


def source(one: Known, unit: str = "") -> str:
    """Where a number comes from. `unit`: what it is counted in, for the one that it replaced."""
    if one.source is Source.MEASURED:
        return gettext("实测，n = %(n)s") % {"n": number(one.n)}
    if one.source is Source.ASSUMED:
        return gettext("假设的")
    was = f"{one.was:g}{unit}" if one.was is not None else ""
    if one.n:
        words = gettext("自己填的；实测 %(was)s，n = %(n)s")
        return words % {"was": was, "n": number(one.n)}
    return gettext("自己填的；原来假设 %(was)s") % {"was": was}


def percent(one: Known) -> Known:
    """A share as a number of a hundred."""
    was = None if one.was is None else round(one.was * 100)
    return Known(round(one.value * 100), one.source, one.n, was)


def on_shift(one: Force) -> str:
    """Where the numbers on shift come from."""
    day, night = source(one.day), source(one.night)
    return (
        day
        if day == night
        else gettext("白天%(day)s；夜里%(night)s") % {"day": day, "night": night}
    )


# --- what it rests on -----------------------------------------------------------------------------


def assumptions(told: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Each in a sentence."""
    return [_SAYS[code](numbers) for code, numbers in told]


def _history(told: Mapping[str, Any]) -> str:
    return gettext(
        "警情照本辖区 %(days)s 天里的 %(n)s 起拟合：几点、哪一类、在哪个社区；"
        "见得少的向总体靠拢。%(calls)s"
    ) % {**_seen(told), "calls": _calls(told)}


def _file(told: Mapping[str, Any]) -> str:
    return gettext(
        "警情照上传的文件拟合：%(days)s 天里的 %(n)s 起，几点、哪一类、在哪个社区；"
        "见得少的向总体靠拢。%(calls)s"
    ) % {**_seen(told), "calls": _calls(told)}


def _prior(told: Mapping[str, Any]) -> str:
    return gettext(
        "历史太少（%(days)s 天，n = %(n)s），警情是假设的：按居民分布，晚上多、后半夜少；"
        "四分之一要立即到（两个警力），四成要尽快，其余可以等。%(calls)s"
    ) % {**_seen(told), "calls": _calls(told)}


def _seen(told: Mapping[str, Any]) -> dict[str, str]:
    return {"n": number(told["n"]), "days": number(told["days"])}


def _calls(told: Mapping[str, Any]) -> str:
    if told["given"]:
        return gettext("每天 %(n)g 起，是自己填的。") % {"n": told["calls"]}
    return gettext("每天 %(n)g 起。") % {"n": told["calls"]}


def _unplaced(told: Mapping[str, Any]) -> str:
    return gettext("其中 %(n)s 起没有位置，或所在社区太少、不单列；算作和别的一样分布。") % {
        "n": number(told["n"])
    }


def _spread(told: Mapping[str, Any]) -> str:
    return gettext(
        "居民按地图上各社区的人口，铺在离路 200 米以内的 %(n)s 个点上，每 %(metres)s 米一个；"
        "警情在社区里随居民分布。"
    ) % {"n": number(told["n"]), "metres": told["metres"]}


def _handling(told: Mapping[str, Any]) -> str:
    return gettext(
        "从报警到第一次派人平均 %(n)s 秒，各种办法都一样；从前靠电话转达的，要更久。"
    ) % {"n": told["seconds"]}


def _answering(told: Mapping[str, Any]) -> str:
    return gettext(
        "问到的人平均 %(n)g 秒回答，%(deadline)g 秒不答就问下一个；来不来和谁、几点、多远无关。"
    ) % {"n": told["seconds"], "deadline": told["deadline"]}


def _turnout(told: Mapping[str, Any]) -> str:
    words = gettext("出门要多久是假设的：开车的平均 %(car)g 秒，其余 %(others)g 秒；在路上的不用。")
    said = words % {"car": told["car"], "others": told["others"]}
    if not told["measured"]:
        return said
    kinds = gettext("、").join(
        f"{unit_kind(kind)} n = {number(n)}" for kind, n in told["measured"].items()
    )
    return said + gettext("实测过的用实测：%(kinds)s。") % {"kinds": kinds}


def _service(told: Mapping[str, Any]) -> str:
    if told["n"]:
        return gettext("在现场多久照实测，n = %(n)s；没测过的，") % {
            "n": number(told["n"])
        } + _minutes(told)
    return gettext("在现场多久是假设的：") + _minutes(told)


def _minutes(told: Mapping[str, Any]) -> str:
    now, soon, wait = told["minutes"]
    return gettext("立即的平均 %(now)g 分钟，尽快的 %(soon)g 分钟，可以等的 %(wait)g 分钟。") % {
        "now": now,
        "soon": soon,
        "wait": wait,
    }


def _posts(told: Mapping[str, Any]) -> str:
    return gettext(
        "登记的 %(n)s 个力量平时都在自己单位的位置上，办完回去；巡逻在外的位置不算。"
        "白天 6 到 22 点，夜里 22 到 6 点。"
    ) % {"n": told["n"]}


def _away(told: Mapping[str, Any]) -> str:
    words = ngettext(
        "其中 %(n)d 个的单位不在地图上，算在派出所。",
        "其中 %(n)d 个的单位不在地图上，算在派出所。",
        told["n"],
    )
    return words % {"n": told["n"]}


def _more(told: Mapping[str, Any]) -> str:
    kinds = gettext("、").join(f"{unit_kind(kind)} {n}" for kind, n in told["kinds"].items())
    return gettext("比登记的多出来的，照居民分布放：%(kinds)s。") % {"kinds": kinds}


def _sites(told: Mapping[str, Any]) -> str:
    return gettext("“%(plan)s”的 %(n)s 个新址各放一个%(kind)s，日夜都在，是另外加的人。") % {
        "plan": told["plan"],
        "n": told["n"],
        "kind": unit_kind(told["kind"]),
    }


def _rules(told: Mapping[str, Any]) -> str:
    return gettext(
        "有暴力或可能有暴力的，只派民警和协警，%(n)g 分钟内能到的保安在旁边；其余谁都可以先到。"
    ) % {"n": told["within"]}


def _roads(told: Mapping[str, Any]) -> str:
    return gettext("路上的时间按地图上的道路和 %(hour)s 点的路况算，按各自的走法，不是直线。") % {
        "hour": told["hour"]
    }


def _closures(told: Mapping[str, Any]) -> str:
    return plan_words.assumptions([("closures", told)])[0]


def _coverage(told: Mapping[str, Any]) -> str:
    return gettext("“够得着”：有一个空着的力量，不管哪种，按路 8 分钟内能到。每小时看一次。")


def _same_calls(told: Mapping[str, Any]) -> str:
    return gettext(
        "推演 %(runs)s 次，每次 %(days)s 天，另有一天起步不计；种子 %(seed)s。"
        "各种办法碰到的是同一批警情，差别一次一次地比，区间是 95%%。"
    ) % {**told}


_SAYS = {
    "history": _history,
    "file": _file,
    "prior": _prior,
    "unplaced": _unplaced,
    "spread": _spread,
    "handling": _handling,
    "answering": _answering,
    "turnout": _turnout,
    "service": _service,
    "posts": _posts,
    "away": _away,
    "more": _more,
    "sites": _sites,
    "rules": _rules,
    "roads": _roads,
    "closures": _closures,
    "coverage": _coverage,
    "same_calls": _same_calls,
}
