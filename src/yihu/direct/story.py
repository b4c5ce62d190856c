"""A matter's history in plain words, for the resident who began it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.forms import RATINGS
from yihu.direct.kinds import Kind
from yihu.direct.queries import Held
from yihu.direct.schemas import Outcome, Reach
from yihu.kernel.loop import Loop, Seat, Step
from yihu.kernel.schedule import working_calendar
from yihu.kernel.timeline import Happening
from yihu.people.roles import HANDLER, POSTS, TELLER

HAPPENED: Final = {
    "contact": _("联系了您"),
    "assign": _("交给承办人办理"),
    "answer": _("答复了您"),
    "decide": _("监督单位答复了您"),
    "refer": _("转交了其他单位"),
    "merge": _("并入另一件一起办"),
    "close": _("办结：没能答复到您"),
    "conclude_unreached": _("办结：没能答复到您"),
    "confirm": _("您说：解决了"),
    "accept": _("您说：解决了"),
    "dispute": _("您说：没有解决"),
    "disagree": _("您说：没有解决"),
    "rest": _("到期没有评价，先办结"),
    "conclude": _("到期没有评价，先办结"),
    "withdraw": _("您撤回了"),
    "take_over": _("监督单位接手办理"),
    "ask": _("向您提问"),
    "reply": _("您回答了"),
    "add": _("您补充了"),
    "verify": _("安排核实您的表扬"),
    "attest": _("核实了您的表扬"),
    "commend": _("发布了表扬令"),
    "revoke": _("撤销了表扬令"),
    "reclassify": _("改了这件事的类别"),
    "ask_erasure": _("您请求抹除写下的内容"),
    "erased": _("已抹除您写下的内容"),
    "read": _("查看了您的姓名和联系方式"),
}
OPENED: Final = {
    Kind.PRAISE: _("收到您的表扬"),
    Kind.COMPLAINT: _("收到您的投诉"),
    Kind.SUGGESTION: _("收到您的建议"),
    Kind.HELP: _("收到您的求助"),
}
REACHED: Final = {
    Reach.RECEIPT: _("在这一页回复"),
    Reach.PHONE: _("打了电话"),
    Reach.VISIT: _("上门"),
    Reach.MAIL: _("写了邮件"),
}
OUTCOMES: Final = {
    Outcome.SOLVED: _("已经解决"),
    Outcome.EXPLAINED: _("作了说明"),
    Outcome.PARTLY: _("解决了一部分"),
    Outcome.NOT_POSSIBLE: _("办不到，说明了原因"),
    Outcome.COMMENDED: _("已经表扬"),
}
NEXT: Final = {
    "received": _("所长回应您"),
    "contacted": _("交给承办人，或者答复您"),
    "reopened": _("所长重新安排办理"),
    "handling": _("答复您"),
    "answered": _("您说有没有解决"),
    "oversight": _("监督单位答复您"),
    "decided": _("您说有没有解决"),
    "verifying": _("核实您说的事"),
    "verified": _("答复您"),
}
"""What each step waits for."""
ONWARD: Final = {
    "received": ("contacted", "handling", "answered"),
    "contacted": ("handling", "answered"),
    "reopened": ("handling", "answered"),
    "handling": ("answered",),
    "verifying": ("verified", "answered"),
    "verified": ("answered",),
    "oversight": ("decided",),
}
"""The usual way from each step."""


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline; `state` as the component has it: done, here or ahead."""

    what: str
    when: datetime | None = None
    due: datetime | None = None
    who: str = ""
    text: str = ""
    state: str = "done"


def told(held: Held, now: datetime | None = None) -> list[Event]:
    """What happened, then what comes next and by when."""
    past = [_event(happening, held) for happening in held.history]
    return [*past, *_ahead(held, now or timezone.now())]


def open_question(history: Iterable[Happening]) -> str | None:
    """The office's last question while nobody has answered it."""
    question = None
    for happening in history:
        if happening.name == "ask":
            question = "\n".join(said.text or "" for said in happening.said)
        elif happening.name == "reply" or happening.to:
            question = None
    return question


# --- the past ------------------------------------------------------------------------------------


def _event(happening: Happening, held: Held) -> Event:
    what = str(HAPPENED.get(happening.name, happening.name))
    if happening.kind == "opened":
        what = str(OPENED[Kind(held.matter.kind)])
    elif happening.kind == "escalated":
        role = POSTS[happening.role].title
        what = gettext("超过时限，已自动报告%(role)s") % {"role": role}
    return Event(
        what=what,
        when=happening.occurred_at,
        who=_who(happening, held),
        text="\n".join(filter(None, [*_facts(happening), *_said(happening)])),
    )


def _who(happening: Happening, held: Held) -> str:
    """Role and organisation, never a name: the station answers, not a person."""
    if happening.by != "staff":
        return ""
    role = happening.role
    readers = held.matter.declared.reads_identity
    if happening.kind == "read" and not role and len(readers) == 1:
        role = readers[0].code
    if not role:
        return gettext("办理单位")
    known = HANDLER if role == HANDLER.code else POSTS[role]
    watches = known.seat is Seat.WATCH
    matter = held.matter
    house = held.houses.get(
        (matter.watch_id if watches else matter.concerns_id or matter.office_id) or matter.office_id
    )
    return f"{known.title} · {house.title}" if house else str(known.title)


def _facts(happening: Happening) -> Iterable[str]:
    facts = happening.facts
    if "outcome" in facts:
        yield gettext("结果：%(outcome)s") % {"outcome": OUTCOMES[Outcome(facts["outcome"])]}
    if "how" in facts:
        yield str(REACHED[Reach(facts["how"])])
    if "was" in facts:
        was, now = Kind(facts["was"]).label, Kind(facts["kind"]).label
        yield gettext("原来是%(was)s，改为%(now)s") % {"was": was, "now": now}
    if happening.name in ("commend", "revoke"):
        yield gettext("%(year)d 年第 %(number)d 号") % facts
    if happening.name == "refer":
        yield gettext("转到：%(where)s") % {"where": facts.get("to", "")}
    if facts.get("rating"):
        yield str(dict(RATINGS)[facts["rating"]])


def _said(happening: Happening) -> Iterable[str]:
    for said in happening.said:
        if said.is_picture:
            continue
        text = gettext("（已抹除）") if said.erased else said.text or ""
        if said.what == "whom":
            text = gettext("关于：%(whom)s") % {"whom": text}
        elif said.what == "reason":
            text = gettext("理由：%(reason)s") % {"reason": text}
        yield text


# --- what comes ----------------------------------------------------------------------------------


def _ahead(held: Held, now: datetime) -> Iterable[Event]:
    """The step a matter is in, due as its clock says, and the usual ones after it."""
    matter, loop = held.matter, held.matter.declared
    if loop.is_end(matter.step):
        return
    due = matter.due_at
    yield Event(str(NEXT[matter.step]), due=due, state="here", who=_waiting(held, now))
    for name in ONWARD.get(matter.step, ()):
        due = _latest(loop, name, max(due, now)) if due else None
        own = loop.step(name).owner == TELLER
        yield Event(str(NEXT[name]), due=None if own else due, state="ahead")


def _waiting(held: Held, now: datetime) -> str:
    until = held.matter.paused_until
    if until and until > now and open_question(held.history) is not None:
        return gettext("等您回答，期限暂停")
    return ""


def _latest(loop: Loop, name: str, since: datetime) -> datetime | None:
    step: Step = loop.step(name)
    if step.within is None:
        return None
    return step.within.after(since, working_calendar(), round_the_clock=loop.round_the_clock)


def first_answer_by(loop: Loop, step: str, now: datetime | None = None) -> datetime | None:
    """By when a message handed over now is taken up at the latest."""
    return _latest(loop, step, now or timezone.now())
