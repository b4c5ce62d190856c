"""Every figure, defined once as data. Pure.

A figure says what it counts, out of what, and by which formula, and comes with its
numerator, denominator and n wherever it is shown (`measures.py`). Titles and
formulas are marked for translation here and translated where they are shown.
"""

from fractions import Fraction

from yihu.reports.measures import (
    LATER,
    Case,
    Change,
    Clock,
    Count,
    Figure,
    Share,
    Spread,
    Test,
    Unit,
)

SATISFIED = 4
"""A rating of four or five of five is satisfied."""


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


# --- tests ---------------------------------------------------------------------------------------


def _every(case: Case) -> bool:
    return True


def _answered(case: Case) -> bool:
    return case.answered is not None


def _within(days: int) -> Test:
    """`days` is one of LIMITS."""
    return lambda case: (case.answered or LATER) <= days


def _older(days: int) -> Test:
    return lambda case: case.age >= days


def _said(case: Case) -> bool:
    return bool(case.verdict)


def _solved(case: Case) -> bool:
    return case.verdict == "solved"


def _rated(case: Case) -> bool:
    return case.rating is not None


def _invited(case: Case) -> bool:
    return case.invited


def _kind(name: str) -> Test:
    return lambda case: case.kind == name


# --- the figures ---------------------------------------------------------------------------------

MEDIAN, P90 = Fraction(1, 2), Fraction(9, 10)

MESSAGES = Count("messages", _("收到的留言"), _("期间内收到的全部留言"), _every)
ANSWERED = Count("answered", _("已答复"), _("至少答复过一次的留言"), _answered)
UNANSWERED = Count(
    "unanswered",
    _("未答复"),
    _("一次也没有答复过的留言，包括撤回的和说明了为何无法答复的"),
    lambda case: not _answered(case),
)
RESPONSE = Share(
    "response",
    _("答复率"),
    _("已答复 ÷ 收到的留言；差一件也不算 100%"),
    _answered,
    _every,
)
ANSWER_MEDIAN = Spread(
    "answer_median",
    _("答复用时，中位数"),
    _("从收到到第一次答复的天数（每 24 小时为一天）的中位数；只知道日期的按日期相减；未答复的另列"),
    Clock.ANSWERED,
    MEDIAN,
    Unit.DAYS,
)
ANSWER_P90 = Spread(
    "answer_p90",
    _("答复用时，第九十百分位"),
    _("九成已答复的留言，从收到到第一次答复不超过这么多天"),
    Clock.ANSWERED,
    P90,
    Unit.DAYS,
)
WITHIN_1 = Share(
    "within_1_day",
    _("一天内答复"),
    _("24 小时内答复的 ÷ 收到已满 1 天的留言"),
    _within(1),
    _older(1),
)
WITHIN_15 = Share(
    "within_15_days",
    _("十五天内答复"),
    _("15 天内答复的 ÷ 收到已满 15 天的留言"),
    _within(15),
    _older(15),
)
PRAISE = Count("praise", _("表扬"), _("现在归为“表扬”的留言"), _kind("praise"))
PRAISE_SHARE = Share("praise_share", _("表扬占比"), _("表扬 ÷ 收到的留言"), _kind("praise"), _every)
COMPLAINTS = Count("complaints", _("投诉"), _("现在归为“投诉”的留言"), _kind("complaint"))
COMPLAINTS_CHANGE = Change(
    "complaints_change",
    _("投诉同比"),
    _(
        "（本期投诉 − 一年前同样长的一段时间的投诉）÷ 后者；按现在的类别数，改过类别的逐件列出；"
        "一年前不足 20 件的，只报件数"
    ),
    _kind("complaint"),
)
COMPLAINTS_CHANGE_AS_SENT = Change(
    "complaints_change_as_sent",
    _("投诉同比，按来信时的类别"),
    _("同“投诉同比”，但按来信人选的类别数，不管后来改没改"),
    lambda case: case.came_as == "complaint",
)
RECLASSIFIED = Count(
    "reclassified",
    _("改过类别"),
    _("现在的类别与来信时不同的留言"),
    lambda case: case.kind != case.came_as,
)
FLAGGED = Count(
    "flagged",
    _("疑似重复或集中提交"),
    _("标为疑似重复或集中提交的留言；仍然计入各项数字，在这里另列"),
    lambda case: bool(case.flag),
)
CLOSED = Count(
    "closed",
    _("已办结"),
    _("现在处于终点的留言；居民说没有解决而重新办理的不算"),
    lambda case: bool(case.ended),
)
CLOSED_SHARE = Share(
    "closed_share",
    _("闭环率"),
    _("已办结 ÷ 收到的留言；差一件也不算 100%"),
    lambda case: bool(case.ended),
    _every,
)
REOPENED = Count(
    "reopened",
    _("重新办理过"),
    _("居民说没有解决、因此重新办理过的留言"),
    lambda case: case.reopened,
)
SOLVED = Share(
    "solved",
    _("解决率"),
    _("居民最后说“解决了”的 ÷ 居民说过解决与否的；请过而没有表态的另列"),
    _solved,
    _said,
    asked=_invited,
)
SOLVED_OUTSIDE = Share(
    "solved_outside",
    _("解决率，不含本所网络发出的评价"),
    _("同“解决率”，但不数从派出所自己的网络发出的评价"),
    _solved,
    lambda case: _said(case) and not case.own_network,
    asked=_invited,
)
OWN_NETWORK = Count(
    "own_network",
    _("从本所网络发出的评价"),
    _("最后一次评价是从派出所自己的网络发出的留言；仍然计入解决率和满意率，在这里另列"),
    lambda case: _said(case) and case.own_network,
)
NO_VERDICT = Count(
    "no_verdict",
    _("没有表态"),
    _("已请居民评价、居民没有说解决与否的留言"),
    lambda case: case.invited and not case.verdict,
)
SATISFIED_SHARE = Share(
    "satisfied",
    _("满意率"),
    _("居民评 4 分或 5 分的 ÷ 居民评过分的；请过而没有评分的另列"),
    lambda case: case.rating is not None and case.rating >= SATISFIED,
    _rated,
    asked=_invited,
)
UNRATED = Count(
    "unrated",
    _("没有评分"),
    _("已请居民评价、居民没有评分的留言"),
    lambda case: case.invited and not _rated(case),
)
WITHDRAWN = Count(
    "withdrawn",
    _("已撤回"),
    _("居民自己撤回的留言"),
    lambda case: case.ended == "withdrawn",
)
EXCUSED = Count(
    "excused",
    _("无法答复"),
    _("经第二人确认、说明了为何无法答复的留言"),
    lambda case: case.excused and not _answered(case),
)


def _clock(
    name: str, clock: Clock, median: str, ninetieth: str, formula: str
) -> tuple[Spread, Spread]:
    return (
        Spread(f"{name}_median", median, formula, clock, MEDIAN, Unit.HOURS),
        Spread(f"{name}_p90", ninetieth, formula, clock, P90, Unit.HOURS),
    )


THREE_CLOCKS = (
    _clock(
        "received",
        Clock.RECEIVED,
        _("接收用时，中位数"),
        _("接收用时，第九十百分位"),
        _("从收到到单位第一次处理的小时数"),
    ),
    _clock(
        "contacted",
        Clock.CONTACTED,
        _("沟通用时，中位数"),
        _("沟通用时，第九十百分位"),
        _("从收到到第一次写给来信人（联系、提问或答复）的小时数"),
    ),
    _clock(
        "handled",
        Clock.ANSWERED,
        _("处置用时，中位数"),
        _("处置用时，第九十百分位"),
        _("从收到到第一次答复的小时数"),
    ),
)
"""Received, contacted, handled; each with its median and ninetieth percentile."""

ANSWERING: tuple[Figure, ...] = (
    ANSWERED,
    UNANSWERED,
    RESPONSE,
    ANSWER_MEDIAN,
    ANSWER_P90,
    WITHIN_1,
    WITHIN_15,
)
LIVED: tuple[Figure, ...] = (
    MESSAGES,
    PRAISE,
    PRAISE_SHARE,
    COMPLAINTS,
    COMPLAINTS_CHANGE,
    COMPLAINTS_CHANGE_AS_SENT,
    RECLASSIFIED,
    FLAGGED,
    *ANSWERING,
    CLOSED,
    CLOSED_SHARE,
    REOPENED,
    SOLVED,
    SOLVED_OUTSIDE,
    OWN_NETWORK,
    NO_VERDICT,
    SATISFIED_SHARE,
    UNRATED,
    WITHDRAWN,
    EXCUSED,
    *(figure for pair in THREE_CLOCKS for figure in pair),
)
"""What is said of messages that took their way here."""
IMPORTED: tuple[Figure, ...] = (MESSAGES, *ANSWERING)
"""What can be said of messages from before: nobody kept a verdict then."""

DEFINITIONS: dict[str, Figure] = {figure.name: figure for figure in LIVED}
