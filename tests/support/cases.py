"""A case on its way through the library, for tests."""

import secrets
from typing import Any

from tests.support.desk import do, teller, write
from tests.support.town import Town

from yihu.cases import actions
from yihu.cases.gathering import Gatherer
from yihu.cases.models import CaseStudy, SharingSession, Theme
from yihu.cases.schemas import Check, Given
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter

TEXT = {
    "title": "楼上漏水，先找缝再说理",
    "situation": "两户人家为卫生间漏水争吵了很久，谁也不让谁。",
    "method": "先把水关上观察，再请双方分别说完，最后一起签下约定。",
    "result": "裂缝找到了，双方和好。",
    "lessons": "先弄清事实，再谈道理。",
    "tags": "漏水 邻里",
}
ALL = {"checks": list(Check)}


def ended(town: Town, words: str = "楼上漏水，吵了三年", **more: Any) -> Matter:
    sent = write(town, words, **more)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    do(town.actor("chief"), sent.matter, "answer", outcome="solved", words="修好了")
    return do(teller(sent), sent.matter, "confirm")


def hard(town: Town, **more: Any) -> Matter:
    matter = ended(town, **more)
    actions.mark_hard(actor=town.actor("chief"), matter=matter.id, reason="拖了三年")
    return matter


def go(actor: Actor, matter: Matter, name: str, **fields: Any) -> Matter:
    """Make a move of this room's loops where the matter stands now."""
    matter = Matter.objects.get(pk=matter.pk)
    declared = matter.declared.move(name, matter.step)
    assert declared is not None, f"{name} at {matter.step}"
    assert declared.takes is not None
    return actions.move(
        actor=actor,
        matter=matter.id,
        name=name,
        seq=matter.seq,
        client_key=secrets.token_bytes(16),
        payload=declared.takes(**fields),
    ).matter


def begun(town: Town, author: str = "chief", **more: Any) -> Matter:
    source = hard(town, **more)
    return actions.begin_case(
        actor=town.actor(author), matter=source.id, client_key=secrets.token_bytes(16)
    ).matter


def published(town: Town, **text: str) -> CaseStudy:
    matter = begun(town)
    go(town.actor("chief"), matter, "submit", **TEXT | text)
    go(town.actor("deputy"), matter, "pass_first", **ALL)
    go(town.actor("supervisor"), matter, "publish", **ALL)
    return CaseStudy.objects.get(pk=matter.pk)


def met(town: Town, matter: Matter) -> SharingSession:
    """A session about a hard matter, of the chief and an officer."""
    meeting = actions.Meeting(
        title="漏水怎么调",
        held_at=matter.opened_at,
        host=town.people["chief"].id,
        agenda="一、经过\n二、方法",
        material="照片和图纸",
        attendance=[town.people["officer"].id],
    )
    return actions.record_session(actor=town.actor("chief"), matter=matter.id, meeting=meeting)


BARBECUE = (
    "楼下烧烤摊半夜扰民没人管",
    "烧烤摊半夜扰民，楼下吵得睡不着",
    "烧烤摊又在半夜扰民，楼下全是烟",
)


def themed(town: Town) -> Theme:
    for words in BARBECUE:
        write(town, words)
    Gatherer().gather()
    return Theme.objects.get()


def measured(town: Town, theme: Theme, owner: str = "officer") -> Matter:
    return actions.open_measure(
        actor=town.actor("chief"),
        theme=theme,
        payload=Given(handler=town.people[owner].id, words="每晚九点去看一次"),
        client_key=secrets.token_bytes(8),
    ).matter
