"""Warnings for whatever passes them on to the public: a list, and each as CAP 1.2."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from ninja import Router

from yihu.api import shapes
from yihu.api.making import titled
from yihu.dispatch import warnings
from yihu.dispatch.cap import MEDIA_TYPE, cap
from yihu.kernel.models import Matter

router = Router(tags=["public"])


@router.get(
    "/warnings",
    response=list[shapes.Warning],
    operation_id="listWarnings",
    summary=titled(_("正在发布的预警")),
)
def list_warnings(request: HttpRequest) -> list[dict[str, Any]]:
    """What holds now, and what was lifted in the last 24 hours; each leads to its CAP message."""
    return [
        {
            "reference": matter.reference,
            "station": matter.office.code,
            "event": alert.event.value,
            "headline": alert.headline,
            "sent": alert.sent,
            "expires": alert.expires,
            "lifted": alert.lifted,
            "exercise": alert.is_exercise,
            "cap": request.build_absolute_uri(reverse("api:warning", args=[matter.reference])),
        }
        for matter, alert in warnings.listed()
    ]


@require_safe
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """A warning as it stands now; once it was lifted, the message that takes it back."""
    try:
        found = warnings.public(reference.replace("\0", ""))
    except Matter.DoesNotExist:
        raise Http404 from None
    host = request.get_host().partition(":")[0]
    with translation.override(settings.LANGUAGE_CODE):  # that of what was written
        said = cap(warnings.alert_of(found, host))
    return HttpResponse(said, content_type=MEDIA_TYPE)
