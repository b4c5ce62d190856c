"""The demo's people and places as the day finds them: read beside the site, never written."""

from dataclasses import dataclass
from random import Random
from uuid import UUID

from django.utils import timezone

from yihu.dispatch.crew import Crew
from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import Answer
from yihu.dispatch.models import Assignment, Incident, Offer
from yihu.kernel.models import EXERCISE
from yihu.people.models import Person
from yihu.people.shifts import on_shift
from yihu.places.models import KeySite, Site

LEFT_ALONE = frozenset(
    {"chief", "deputy", "dispatcher1", "officer1", "auxiliary1", "guard1", "guard2", "volunteer1"}
)
"""Who is never played, so that somebody who tries them by hand is alone at it."""

type LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Named:
    """A place to call from."""

    name: str
    at: LonLat


class Stage:
    def __init__(self, district: str, random: Random) -> None:
        self.district, self.random = district, random
        self.people = {one.pk: one for one in Person.objects.filter(district=district)}
        self.alone = {pk for pk, one in self.people.items() if one.username in LEFT_ALONE}
        self.places = [
            Named(site.name, (site.longitude, site.latitude))
            for site in Site.objects.filter(district=district).exclude(kind="police_room")
        ]

    @property
    def dispatcher(self) -> Person:
        """The second, where there are two: the first is for whoever tries the control room."""
        found = [one for one in self.people.values() if one.username.startswith("dispatcher")]
        return max(found, key=lambda one: one.username)

    def somewhere(self) -> Named:
        return self.random.choice(self.places)

    def guard(self) -> tuple[Person, LonLat | None] | None:
        """A guard on shift who has a set, and where their site is."""
        here = set(on_shift().values_list("person", flat=True))
        posted = KeySite.objects.filter(
            organisation__district=self.district, closed_at=None, longitude__isnull=False
        ).values_list("organisation__posts__person", "longitude", "latitude")
        found = [
            (self.people[person], (x, y))
            for person, x, y in posted
            if person in here and person in self.people and person not in self.alone
            if x is not None and y is not None
        ]
        return self.random.choice(found) if found else None

    def crews(self) -> list[Crew]:
        """The units that may be played: those of nobody who is left alone."""
        return [one for one in crews(self.district) if self.alone.isdisjoint(one.people)]

    def off_shift(self) -> list[Person]:
        """Those of units who have gone home, and may come again."""
        here = set(on_shift().values_list("person", flat=True))
        played = [
            one
            for one in self.people.values()
            if one.username.rstrip("0123456789")
            in ("officer", "auxiliary", "guard", "volunteer", "dispatcher")
        ]
        return [one for one in played if one.pk not in here and one.pk not in self.alone]

    # --- what the exercise has come to ------------------------------------------------------------

    def offers(self) -> list[Offer]:
        """Offers of exercises that wait for an answer."""
        waiting = Offer.objects.filter(
            answer=Answer.WAITING,
            deadline__gt=timezone.now(),
            incident__district=self.district,
            incident__matter__door=EXERCISE,
        )
        return list(waiting.select_related("unit", "incident__matter"))

    def sent(self) -> list[Assignment]:
        """Units that are with an exercise."""
        running = Assignment.objects.filter(
            ended_at=None,
            incident__district=self.district,
            incident__matter__door=EXERCISE,
        )
        return list(running.select_related("unit", "incident__matter"))

    def left_running(self) -> list[str]:
        """References of exercises that nobody has ended."""
        running = Incident.objects.filter(
            district=self.district, matter__door=EXERCISE, matter__closed_at=None
        )
        return list(running.order_by("pk").values_list("matter__reference", flat=True))

    def incident(self, reference: str) -> Incident | None:
        found = Incident.objects.select_related("matter").filter(
            district=self.district, matter__reference=reference
        )
        return found.first()

    def person_of(self, crew: Crew) -> Person | None:
        return self.people.get(crew.people[0]) if crew.people else None

    def crew(self, unit: UUID) -> Crew | None:
        found = crews(self.district, units=[unit])
        return found[0] if found and self.alone.isdisjoint(found[0].people) else None
