"""`yihu outbox`: what could not be delivered and why, and how to try again."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.cli.findings import explain_delivery
from yihu.kernel import delivery
from yihu.kernel.models import Channel, Delivery, OutboxMessage

MOST_SHOWN = 50


class Command(BaseCommand):
    help = _("通知的投递情况：在等的、失败的、为什么；--retry 重新投递搁置的")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--retry", action="store_true", help=_("重新投递已搁置的通知"))
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, **options: Any) -> None:
        sent = OutboxMessage.objects.exclude(channel=Channel.IN_APP)
        retried = delivery.retry(sent) if options["retry"] else 0
        counts = dict(sent.values_list("delivery").annotate(n=Count("id")).order_by("delivery"))
        failing = sent.filter(delivery__in=[Delivery.DEAD, Delivery.WAITING]).exclude(fault="")
        rows = list(failing.select_related("matter").order_by("delivery", "-id")[:MOST_SHOWN])
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(counts, rows, retried), ensure_ascii=False))
            return
        if options["retry"]:
            self.stdout.write(_("{n} 条重新投递，由时钟进程送出。").format(n=retried))
        for state in Delivery:
            self.stdout.write(f"{STATES[state]}\t{counts.get(state, 0)}")
        for row in rows:
            when = timezone.localtime(row.next_attempt_at).strftime("%m-%d %H:%M")
            then = (
                _("已搁置") if row.delivery == Delivery.DEAD else _("{when} 再试").format(when=when)
            )
            reference = row.matter.reference if row.matter else ""
            why = explain_delivery(row.fault)
            self.stdout.write(
                f"  {row.channel} {row.template} {reference} "
                + _("试了 {n} 次：{why}；{then}").format(n=row.attempts, why=why, then=then)
            )


STATES = {
    Delivery.WAITING: _("待投递"),
    Delivery.SENT: _("已投递"),
    Delivery.DEAD: _("已搁置"),
    Delivery.DROPPED: _("不需投递"),
}


def _as_data(counts: dict[str, int], rows: list[OutboxMessage], retried: int) -> dict[str, Any]:
    return {
        "retried": retried,
        "counts": {state.value: counts.get(state, 0) for state in Delivery},
        "failing": [
            {
                "id": row.pk,
                "channel": row.channel,
                "template": row.template,
                "reference": row.matter.reference if row.matter else None,
                "attempts": row.attempts,
                "dead": row.delivery == Delivery.DEAD,
                "fault": row.fault,
                "next_attempt_at": row.next_attempt_at.isoformat(),
            }
            for row in rows
        ],
    }
