"""The demo's case library: sessions, cases that were used and reviewed, one that waits for its
second check, and a problem that keeps coming back with its measure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from yihu.cases import actions
from yihu.cases.gathering import Gatherer
from yihu.cases.models import CaseStudy, Theme
from yihu.cases.schemas import Check, Checked, Given, Schema, Written
from yihu.cli.demo.people import Cast
from yihu.direct.kinds import Kind
from yihu.direct.loops import NAMES
from yihu.kernel.access import Actor
from yihu.kernel.models import Matter
from yihu.people.directory import actor_for

SESSIONS = ("漏水纠纷怎么坐下来谈", "夜市扰民，劝在前头", "老人被骗前的十分钟")
CASES = (
    (
        "楼上楼下漏水，先找缝再说理",
        "楼上换水管后，楼下墙面渗水，两家人从群里吵到楼道里，谁也不让谁。",
        "先不讲道理。关上水表等半个小时再打开，找到地漏边的裂缝；再请双方各说各的，说时另一边不插嘴。",
        "当天签下约定，费用各出一半，墙补好以后再去看过两回。",
        "事实清楚了，气就消了一半。让人把话说完，比劝更管用。",
        "漏水 邻里",
    ),
    (
        "烧烤摊半夜扰民，约定比罚款长久",
        "烧烤摊半夜营业，油烟和吵闹让楼下住户睡不着，劝了几次还是老样子。",
        "请摊主、住户代表和物业一起到现场听一晚；约定收摊时间、换无烟炉，由物业每晚看一次。",
        "一个月里没有再来信，摊主的生意也没有少。",
        "把人请到现场，比在办公室里说十遍都清楚。",
        "烧烤 扰民 夜间",
    ),
    (
        "电动车进楼充电，先给出路再管",
        "有人在电梯和楼道里给电动车充电，劝了又犯。",
        "先和物业一起在空地装上充电柜，再逐户告知，留一周过渡，之后才登门劝阻。",
        "楼道里不再有人充电，邻居开始互相提醒。",
        "只堵不疏，问题会回来。",
        "电动车 消防",
    ),
    (
        "押金谈不拢，把合同一条一条念出来",
        "租客退房，房东扣下押金，双方各执一词。",
        "请双方带上合同和照片，一条一条念，一处一处对，能当场定的当场定。",
        "扣除一项维修费，其余当场退还。",
        "争的常常不是钱，是没有人把话说清。",
        "租房 押金",
    ),
    (
        "老人要去汇款，先陪他坐一会儿",
        "老人接到电话，急着去汇款，家里人劝不住。",
        "不说他被骗，先问清对方要他做什么，再陪他给家里人打电话，一起看反诈的实例。",
        "钱没有汇出，老人主动讲给邻居听。",
        "急的时候，陪着比讲理有用。",
        "反诈 老人",
    ),
    (
        "门口乱停车，画线以前先数车",
        "小区门口停车杂乱，救护车进不来，画过线也没有用。",
        "连数三个晚上的车，按数把车位重新画，留出一条通道，请门卫在高峰时引导。",
        "通道一直空着，来信少了。",
        "先数清楚，再定规矩。",
        "停车 通道",
    ),
)
WAITING = (
    "孩子走失，一刻钟里做的五件事",
    "放学时孩子与家人走散，家长在门口着急。",
    "先记下衣着和最后出现的地方，分头看路口，同时请门卫、店家留意，再查监控。",
    "一刻钟后在公交站找到。",
    "人先散出去，再坐下来查。",
    "走失 孩子",
)


@dataclass
class Library:
    """Made through the doors that everyone uses."""

    cast: Cast
    now: datetime

    def __post_init__(self) -> None:
        people = self.cast.people
        self.chief, self.deputy = actor_for(people["chief"]), actor_for(people["deputy"])
        self.supervisor = actor_for(people["supervisor"])
        self.officers = [people[f"officer{number}"] for number in range(1, 6)]

    def fill(self) -> None:
        ended = self._ended()
        hard = [next(ended) for _ in (*CASES, WAITING)]
        for matter in hard:
            actions.mark_hard(
                actor=self.chief, matter=matter, reason="拖了很久，几方都不让，办法值得大家学。"
            )
        for number, (title, matter) in enumerate(zip(SESSIONS, hard, strict=False)):
            self._meet(title, matter, days=20 * (number + 1))
        cases = [self._write(text, matter) for text, matter in zip(CASES, hard, strict=False)]
        for case in cases:
            self._check(self.supervisor, case, "publish")
        self._write(WAITING, hard[-1])
        self._use(cases, ended)
        self._act_on_what_comes_back()

    def _ended(self) -> Iterator[UUID]:
        """Settled matters of the station that are nobody's complaint, the newest first."""
        found = Matter.objects.filter(
            office=self.cast.station, loop__in=NAMES, kind=Kind.HELP, closed_at__isnull=False
        )
        return found.order_by("-opened_at", "id").values_list("pk", flat=True).iterator()

    def _meet(self, title: str, matter: UUID, days: int) -> None:
        actions.record_session(
            actor=self.chief,
            matter=matter,
            meeting=actions.Meeting(
                title=title,
                held_at=self.now - timedelta(days=days),
                host=self.cast.people["chief"].id,
                agenda="一、事情经过\n二、当时的做法，为什么这样做\n三、如果重来一次\n四、大家提问",
                material="经过一页纸（姓名已去掉）；现场示意图。放在会议室的文件柜。",
                attendance=[person.id for person in self.officers],
            ),
        )

    def _write(self, text: tuple[str, ...], matter: UUID) -> Matter:
        """A case as it waits for its second check."""
        begun = actions.begin_case(
            actor=self.chief, matter=matter, client_key=f"demo case {matter}".encode()
        ).matter
        version = Written(**dict(zip(Written.model_fields, text, strict=True)))
        begun = self._move(self.chief, begun, "submit", version)
        return self._check(self.deputy, begun, "pass_first")

    def _check(self, actor: Actor, case: Matter, name: str) -> Matter:
        return self._move(actor, case, name, Checked(checks=list(Check)))

    def _move(self, actor: Actor, case: Matter, name: str, payload: Schema) -> Matter:
        return actions.move(
            actor=actor,
            matter=case.id,
            name=name,
            seq=case.seq,
            client_key=f"demo case {case.id} {name}".encode(),
            payload=payload,
        ).matter

    def _use(self, cases: list[Matter], ended: Iterator[UUID]) -> None:
        """The first cases were used most; not everybody found every case helpful."""
        for number, case in enumerate(cases):
            for _ in range(max(0, 3 - number)):
                reference = Matter.objects.get(pk=next(ended)).reference
                actions.reuse(actor=self.chief, case=case.id, reference=reference)
            study = CaseStudy.objects.get(pk=case.id)
            for place, person in enumerate(self.officers[: 5 - number]):
                reader, helpful = actor_for(person), (place + number) % 4 != 3
                words = "照着做了，有用。" if helpful else "我们那里情况不一样。"
                actions.note_read(actor=reader, case=study)
                actions.review(actor=reader, case=case.id, helpful=helpful, words=words)

    def _act_on_what_comes_back(self) -> None:
        """The year's own messages hold a problem that three and more wrote about this month."""
        Gatherer().gather(self.now)
        theme = Theme.objects.order_by("-last_at").first()
        if theme is None:
            return
        actions.open_measure(
            actor=self.chief,
            theme=theme,
            payload=Given(
                handler=self.officers[0].id,
                words="弄清为什么一再有人来问，写成一页纸贴到门口和群里；每周看还有没有人问。",
            ),
            client_key=b"demo measure",
        )
