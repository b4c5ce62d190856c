"""Reading hazards: those of an office, and those that somebody found."""

from datetime import datetime

from django.db.models import Q, QuerySet

from yihu.kernel.access import Actor
from yihu.kernel.queries import visible_to
from yihu.radio.models import Hazard


def hazards(actor: Actor) -> QuerySet[Hazard]:
    """Those that the actor may work on or watch; open ones first, the most urgent first."""
    known = Hazard.objects.filter(matter__in=visible_to(actor))
    return known.select_related("matter__solution_owner", "unit", "found_by").order_by(
        "matter__closed_at", "matter__due_at", "-matter__opened_at"
    )


def overdue(found: QuerySet[Hazard], now: datetime) -> QuerySet[Hazard]:
    """Past the step's limit, or past the day by which it was to be mended."""
    late = Q(matter__due_at__lt=now) | Q(matter__step="mending", mend_by__lt=now)
    return found.filter(late, matter__closed_at=None)


def found_by(actor: Actor) -> QuerySet[Hazard]:
    """What the actor reported, the newest first."""
    own = Hazard.objects.filter(district=actor.district, found_by=actor.id)
    return own.select_related("matter", "unit").order_by("-matter__opened_at")
