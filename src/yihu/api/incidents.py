"""Incidents for other dispatch systems: as they stand now, in their own language."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router

from yihu.api.access import READS
from yihu.api.making import titled
from yihu.api.problems import Problem
from yihu.dispatch.eido import eido
from yihu.dispatch.eido_queries import snapshot
from yihu.dispatch.models import Incident
from yihu.dispatch.queries import incidents
from yihu.people.desk import Sitting

router = Router(tags=["staff"])


@router.get(
    "/incidents/{reference}/eido",
    auth=READS,
    response=dict[str, Any],
    operation_id="readIncidentEido",
    summary=titled(_("警情的 EIDO（NENA-STA-021）")),
)
def read_eido(request: HttpRequest, reference: str) -> dict[str, Any]:
    """An incident that the token's holder may know of. No words of anybody, no person's name."""
    sitting: Sitting = request.auth  # type: ignore[attr-defined]
    try:
        found = incidents(sitting.actor).get(matter__reference=reference.replace("\0", ""))
    except Incident.DoesNotExist:
        raise Problem(HTTPStatus.NOT_FOUND, "not_found") from None
    return eido(snapshot(found, request.get_host().partition(":")[0]))
