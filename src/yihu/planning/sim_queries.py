"""Reading simulations, and who is simulated: for whoever sees the net as a whole, like plans."""

from collections import defaultdict

from django.db.models import QuerySet

from yihu.dispatch.kinds import Travel, UnitKind
from yihu.dispatch.map_reach import may_see
from yihu.dispatch.models import Unit
from yihu.kernel.access import Actor
from yihu.people.models import Organisation
from yihu.places import queries as places
from yihu.places.models import Site
from yihu.planning.models import Simulation
from yihu.planning.queries import LATEST
from yihu.planning.sim_question import Post


def simulations(actor: Actor) -> QuerySet[Simulation]:
    """Those of the actor's district, the newest first; none for who does not oversee it."""
    if not may_see(actor):
        return Simulation.objects.none()
    found = Simulation.objects.filter(district=actor.district)
    return found.select_related("made_by").order_by("-made_at", "-pk")


def latest(actor: Actor) -> list[Simulation]:
    """The newest, without what came of them."""
    return list(simulations(actor).defer("drawing", "answer")[:LATEST])


def posts(actor: Actor) -> dict[UnitKind, list[Post]]:
    """How each unit of the district travels and where its organisation is, by kind of force: two
    statements and those of the places. None for who does not oversee the net."""
    found: dict[UnitKind, list[Post]] = defaultdict(list)
    if not may_see(actor):
        return found
    units = list(
        Unit.objects.filter(district=actor.district, retired_at=None)
        .order_by("code")
        .values_list("kind", "travel", "organisation")
    )
    houses = Organisation.objects.filter(pk__in={organisation for *_, organisation in units})
    at = places.positions_of(actor.district, houses)
    for kind, travel, organisation in units:
        found[UnitKind(kind)].append(Post(Travel(travel), at.get(organisation)))
    return found


def station(actor: Actor) -> tuple[float, float] | None:
    """Where the police station of the district's map is."""
    stations = Site.objects.filter(district=actor.district, kind="police_station")
    found = stations.order_by("code").first()
    return (found.longitude, found.latitude) if found else None
