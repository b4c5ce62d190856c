"""Whom to ask, beside an incident wherever its page stands."""

from typing import Any

from django import template
from django.template import RequestContext

from yihu.dispatch.offer_pages import beside_incident

register = template.Library()


@register.inclusion_tag("dispatch/offers/panel.html", takes_context=True)
def send_beside(context: RequestContext) -> dict[str, Any]:
    """Waves, and the recommendation under them; a form that was refused keeps what was ticked."""
    chosen = context["request"].POST.getlist("units")
    return beside_incident(context["work"], chosen) | {"csrf_token": context.get("csrf_token")}
