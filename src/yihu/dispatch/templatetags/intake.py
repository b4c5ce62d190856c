"""What intake puts beside an incident, wherever its page stands."""

from typing import Any

from django import template
from django.template import RequestContext

from yihu.dispatch.merging_pages import beside_incident

register = template.Library()


@register.inclusion_tag("dispatch/intake/kin_beside.html", takes_context=True)
def kin_beside(context: RequestContext) -> dict[str, Any]:
    """Cautions about its place, what belongs to it, and what may be the same."""
    return beside_incident(context["work"]) | {"csrf_token": context.get("csrf_token")}
