"""Finding the same words again: messages that may be one, flagged and still counted.

The clock does it, so that sending costs a resident nothing.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from yihu.direct.models import CodeReport
from yihu.kernel.writing import one_by_one

WINDOW = timedelta(days=30)
LIMIT = 100


def mark() -> int:
    """Compare what came in with the 30 days before it: how many were compared.

    What is older can be compared with nothing any more; its fingerprint goes.
    """
    waiting = CodeReport.objects.filter(compared=False).select_related("matter")
    reports = list(waiting.order_by("matter__opened_at", "pk")[:LIMIT])
    if not reports:
        return 0
    with one_by_one():
        for report in reports:
            CodeReport.objects.filter(pk=report.pk).update(
                compared=True, duplicate_of=_first_like(report)
            )
        old = CodeReport.objects.filter(compared=True, alike__isnull=False)
        old.filter(matter__opened_at__lt=timezone.now() - WINDOW).update(alike=None)
    return len(reports)


def _first_like(report: CodeReport) -> UUID | None:
    opened = report.matter.opened_at
    before = Q(matter__opened_at__lt=opened) | Q(matter__opened_at=opened, pk__lt=report.pk)
    alike = CodeReport.objects.filter(alike=report.alike, matter__opened_at__gte=opened - WINDOW)
    first = alike.filter(before).order_by("matter__opened_at", "pk")
    return first.values_list("matter", flat=True).first()
