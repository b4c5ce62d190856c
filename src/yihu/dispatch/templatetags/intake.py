"""What intake puts beside an incident, wherever its page stands."""

from typing import Any

from django import template
from django.template import RequestContext

from yihu.dispatch.merging_pages import beside_incident

register = template.Library()


@register.inclusion_tag("dispatch/intake/panel.html", takes_context=True)
def kin_beside(context: RequestContext) -> dict[str, Any]:
    """Cautions about its place, what belongs to it, what may be the same, and what can be done
    about these."""
    return beside_incident(context["work"]) | {"csrf_token": context.get("csrf_token")}
