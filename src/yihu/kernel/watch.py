"""Watchdogs: each looks for one kind of broken promise, and says how to mend it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.kernel import ledger, triggers, vault
from yihu.kernel.access import Directory, directory
from yihu.kernel.history import Remembered
from yihu.kernel.loop import LOOPS, Seat
from yihu.kernel.models import (
    Channel,
    Checkpoint,
    Delivery,
    Matter,
    OutboxMessage,
    Pending,
    Witnessing,
)

SLACK = timedelta(minutes=2)
"""How late a running clock process may be with anything."""
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise: what it is, how many, a few of them by reference, and the cure."""

    code: str
    what: str
    cure: str
    count: int = 1
    examples: tuple[str, ...] = ()
    grave: bool = True


Watchdog = Callable[[datetime], Iterator[Finding]]


def look(now: datetime | None = None) -> list[Finding]:
    """Everything that is wrong now; [] when every promise stands."""
    now = now or timezone.now()
    return [finding for watchdog in WATCHDOGS for finding in watchdog(now)]


def _ownerless(now: datetime) -> Iterator[Finding]:
    lost = Matter.objects.filter(closed_at=None, due_at=None)
    yield from _matters(
        lost,
        "no_clock",
        _("有事项没有时限"),
        _("运行 yihu clock --once 重算；仍然出现请报告为缺陷"),
    )
    unknown = Matter.objects.exclude(loop__in=list(LOOPS))
    yield from _matters(
        unknown, "unknown_loop", _("有事项的流程不再存在"), _("恢复该流程的声明，再重新启动")
    )


def _nobody_to_act(now: datetime) -> Iterator[Finding]:
    """Steps of staff where nobody answers for the owner's role, or whose handler has left."""
    staff = Remembered(directory())
    open_ = Matter.objects.filter(closed_at=None, loop__in=list(LOOPS)).order_by()
    places = open_.values("loop", "step", "office", "watch", "solution_owner")
    alone = [
        place
        for place in places.annotate(count=Count("id"), example=Min("reference"))
        if not _somebody_acts(staff, place)
    ]
    if alone:
        yield Finding(
            "nobody_to_act",
            _("有事项轮到的岗位没有人，或承办人已经离岗"),
            _("安排人担任该岗位，或由所长改派承办人"),
            sum(place["count"] for place in alone),
            tuple(place["example"] for place in alone[:MOST_NAMED]),
        )


def _somebody_acts(staff: Directory, place: Mapping[str, Any]) -> bool:
    role = getattr(LOOPS[place["loop"]].places.get(place["step"]), "owner", None)
    if role is None or role.seat is Seat.PARTY:
        return True
    if role.seat is Seat.PERSON:
        if place["solution_owner"] is not None:
            handler = staff.actor(place["solution_owner"])
            return handler is not None and bool(handler.posts)
        role = role.alternate
    organisation = place["watch" if role.seat is Seat.WATCH else "office"]
    return organisation is not None and bool(staff.holders(role.code, organisation))


def _overdue_and_silent(now: datetime) -> Iterator[Finding]:
    late = Matter.objects.filter(lapses_at__lt=now - SLACK)
    yield from _matters(
        late,
        "not_escalated",
        _("有事项超时却没有上报"),
        _("时钟进程没有在运行：用 yihu run 启动，或运行 yihu clock --once"),
    )


def _matters(found: object, code: str, what: str, cure: str) -> Iterator[Finding]:
    references = list(found.values_list("reference", flat=True)[: MOST_NAMED + 1])  # type: ignore[attr-defined]
    if references:
        count = found.count() if len(references) > MOST_NAMED else len(references)  # type: ignore[attr-defined]
        yield Finding(code, what, cure, count, tuple(references[:MOST_NAMED]))


def _undelivered(now: datetime) -> Iterator[Finding]:
    dead = OutboxMessage.objects.filter(delivery=Delivery.DEAD).count()
    if dead:
        yield Finding(
            "dead_letters",
            _("有通知多次投递失败，已搁置"),
            _("查明原因（yihu outbox），再用 yihu outbox --retry 重新投递"),
            dead,
        )
    stuck = OutboxMessage.objects.filter(
        delivery=Delivery.WAITING, next_attempt_at__lt=now - SLACK
    ).exclude(channel=Channel.IN_APP)
    if count := stuck.count():
        yield Finding(
            "undelivered",
            _("有通知到时未投递"),
            _("时钟进程没有在运行：用 yihu run 启动，或运行 yihu clock --once"),
            count,
        )


def _late_leaves(now: datetime) -> Iterator[Finding]:
    broken = Pending.objects.filter(entry__recorded_at__lt=now - ledger.INTEGRATED_WITHIN - SLACK)
    if count := broken.count():
        yield Finding(
            "promise_broken",
            _("有条目超过承诺的 60 秒仍未入账"),
            _("时钟进程没有在运行：用 yihu run 启动，或运行 yihu clock --once"),
            count,
        )


def _unguarded(now: datetime) -> Iterator[Finding]:
    if gone := sorted(triggers.missing()):
        yield Finding(
            "triggers_missing",
            _("防改触发器缺失"),
            _("运行 yihu migrate 会重新装上；然后运行 yihu verify"),
            len(gone),
            tuple(gone[:MOST_NAMED]),
        )


def _loose_keys(now: datetime) -> Iterator[Finding]:
    if loose := settings.KEYRING.loose():
        yield Finding(
            "keys_readable",
            _("密钥文件可被他人读取"),
            _("对下列文件运行 chmod 600"),
            len(loose),
            tuple(path.name for path in loose[:MOST_NAMED]),
        )


def _lost_keys(now: datetime) -> Iterator[Finding]:
    if lost := vault.lost_keys():
        yield Finding(
            "keys_lost",
            _("密钥文件不见了：用它封存的内容打不开，签发的回执认不出"),
            _("从备份取回下列文件，放进数据目录的 keys；不要新建同名文件"),
            len(lost),
            tuple(lost[:MOST_NAMED]),
        )
    if wrong := vault.wrong_keys():
        yield Finding(
            "keys_wrong",
            _("密钥文件不是原来的：用原来那个封存的内容打不开"),
            _("从备份取回下列文件"),
            len(wrong),
            tuple(wrong[:MOST_NAMED]),
        )


def _unwitnessed(now: datetime) -> Iterator[Finding]:
    if not settings.WITNESSES:
        yield Finding(
            "unwitnessed",
            _("没有外部见证：掌握数据库和密钥的人可以另签一份历史"),
            _("设置 YIHU_WITNESS 为另一台机器上的文件夹，或 mailto:监督单位邮箱"),
            grave=False,
        )
        return
    newest = Checkpoint.objects.filter(log=ledger.PUBLIC).order_by("-size", "-id").first()
    for witness in settings.WITNESSES:
        seen = Witnessing.objects.filter(witness=witness).first()
        stale = newest is not None and (
            seen is None or newest.recorded_at - seen.delivered_at > ledger.HEARTBEAT * 2
        )
        if stale:
            yield Finding(
                "witness_behind",
                _("见证方没有收到最新的检查点"),
                _("检查该文件夹或邮箱是否可用"),
                examples=(witness,),
            )


WATCHDOGS: tuple[Watchdog, ...] = (
    _ownerless,
    _nobody_to_act,
    _overdue_and_silent,
    _undelivered,
    _late_leaves,
    _unguarded,
    _loose_keys,
    _lost_keys,
    _unwitnessed,
)
