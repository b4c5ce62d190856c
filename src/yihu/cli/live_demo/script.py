"""What happens in a synthetic day: drawn from a seed, equal for equal seeds. Pure.

Rates and chances are assumptions for a demo and say nothing of any real district.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from yihu.dispatch.kinds import Kind, UnitKind

ALARMS = 0.4
"""Of all incidents: raised from a set, the others by telephone."""
AFTERWARDS = 0.35
"""Of all incidents: a resident scans and writes afterwards."""
ACCEPTS: Mapping[UnitKind, float] = MappingProxyType(
    {
        UnitKind.POLICE: 0.9,
        UnitKind.AUXILIARY: 0.8,
        UnitKind.GUARD: 0.6,
        UnitKind.GRID_WORKER: 0.55,
        UnitKind.MINI_FIRE: 0.6,
        UnitKind.VOLUNTEER: 0.5,
    }
)
DECLINES = 0.4
"""Of those who do not accept; the others stay silent."""

CALLS: tuple[tuple[Kind, str], ...] = (
    (Kind.DISPUTE, "楼上漏水，两家在楼道里吵起来了"),
    (Kind.NOISE, "半夜还在装修，敲得睡不着"),
    (Kind.TRAFFIC, "两辆电动车撞了，人没有大事，堵着路"),
    (Kind.THEFT, "电动车电瓶不见了"),
    (Kind.HELP, "老人忘带钥匙，站在门口进不去"),
    (Kind.FIGHT, "烧烤摊有两个人动手了"),
    (Kind.MEDICAL, "有人晕倒在公交站"),
    (Kind.MISSING, "孩子放学没有回家"),
    (Kind.SUSPICIOUS, "有人在楼道里挨家拉门"),
    (Kind.FRAUD, "刚接到电话说我涉案，要我转账"),
    (Kind.CROWD, "工地门口聚了二十几个人讨工钱"),
    (Kind.FIRE, "垃圾桶冒烟了"),
)
PRAISE = (
    "谢谢赶来的民警和保安，几分钟就到了，处理得很耐心",
    "接警的同志说话和气，一直陪到人来",
    "小区保安先把人劝开了，等民警来，做得好",
)
COMPLAINT = ("人是来了，可是等了很久", "来的人没有说清楚后面怎么办")
OUTCOMES = ("settled", "settled", "helped", "handed_over", "nothing_found", "false_alarm")


@dataclass(frozen=True, slots=True)
class Happening:
    """An incident to come. Seconds of the day's own time. `answers`: how long the dispatcher takes;
    `stays`: how long the first unit is there before all is well."""

    after: float
    kind: Kind
    words: str
    by_alarm: bool
    answers: float
    stays: float
    outcome: str
    scans: str


def day(random: Random, per_day: float) -> Iterator[Happening]:
    """One after another, without end, on average `per_day` of them in 24 hours."""
    while True:
        by_alarm = random.random() < ALARMS
        kind, words = (Kind.PANIC_ALARM, "") if by_alarm else random.choice(CALLS)
        scans = ""
        if random.random() < AFTERWARDS:
            scans = random.choice(PRAISE if random.random() < 0.8 else COMPLAINT)
        yield Happening(
            after=random.expovariate(per_day / 86_400),
            kind=kind,
            words=words,
            by_alarm=by_alarm,
            answers=random.uniform(6, 25),
            stays=random.uniform(60, 300),
            outcome="false_alarm"
            if by_alarm and random.random() < 0.3
            else random.choice(OUTCOMES),
            scans=scans,
        )


def reply(random: Random, kind: UnitKind) -> tuple[str, float]:
    """What a unit answers to an offer (accept, decline or nothing), and after how many seconds."""
    if random.random() < ACCEPTS[kind]:
        return "accept", random.uniform(3, 14)
    return ("decline" if random.random() < DECLINES else ""), random.uniform(4, 15)
