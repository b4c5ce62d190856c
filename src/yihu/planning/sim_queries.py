"""Reading simulations: for whoever sees the net as a whole, like plans."""

from django.db.models import QuerySet

from yihu.dispatch.map_reach import may_see
from yihu.kernel.access import Actor
from yihu.planning.models import Simulation
from yihu.planning.queries import LATEST


def simulations(actor: Actor) -> QuerySet[Simulation]:
    """Those of the actor's district, the newest first; none for who does not oversee it."""
    if not may_see(actor):
        return Simulation.objects.none()
    found = Simulation.objects.filter(district=actor.district)
    return found.select_related("made_by").order_by("-made_at", "-pk")


def latest(actor: Actor) -> list[Simulation]:
    """The newest, without what came of them."""
    return list(simulations(actor).defer("drawing", "answer")[:LATEST])
