"""What whoever comes to a place should know of the place: set by police staff, until a day, read
by those who go there. Nobody is marked by it: words that speak of a person are refused."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.dispatch.duplicates import metres_between
from yihu.dispatch.intake import Spot, station_of
from yihu.dispatch.kinds import Danger
from yihu.dispatch.models import Incident, PremiseCaution
from yihu.kernel.access import Actor, Refused

LONGEST = timedelta(days=180)
"""Then somebody looks again whether it is still so."""
WITHIN = 100.0
"""Metres around a point within which what was said of it is shown."""
_PERSONAL = re.compile(
    r"\d{11}|\d{17}[\dXx]"  # a telephone or an identity card
    r"|前科|吸毒|刑满|上访|精神|艾滋|信教|少数民族|外地人|重点人|户主|住户|租客"
    r"|先生|女士|姓名|老人|这家人|此人|该人"
)
"""How words about a person mostly look. It is a help to who writes, not a proof."""


def speaks_of_person(words: str) -> bool:
    return _PERSONAL.search(words) is not None


def set_caution(
    *, actor: Actor, kind: Danger, spot: Spot, words: str, until: date
) -> PremiseCaution:
    """Raises Refused: not_yours, nothing_said, about_person, too_early, too_long."""
    station_of(actor)
    if not spot.landmark and spot.place is None:
        raise Refused("nothing_said", "say of which place", field="place")
    said = words.strip()
    if speaks_of_person(said) or speaks_of_person(spot.address):
        raise Refused("about_person", "this is about places, never about people", field="words")
    now = timezone.now()
    end = timezone.make_aware(datetime.combine(until, time(23, 59, 59)))
    if end <= now:
        raise Refused("too_early", "the day is over", field="until")
    if end > now + LONGEST + timedelta(days=1):
        raise Refused("too_long", "longer than anybody may say without looking", field="until")
    columns = spot.columns
    del columns["accuracy"]
    return PremiseCaution.objects.create(
        district=actor.district,
        kind=kind.value,
        words=said,
        set_by_id=actor.staff_id,
        set_at=now,
        until=end,
        **columns | {"place": spot.landmark or str(spot.place)},
    )


def end_caution(*, actor: Actor, caution: PremiseCaution) -> None:
    """It is no longer so. Raises Refused for whoever takes no incidents."""
    station_of(actor)
    running = PremiseCaution.objects.filter(pk=caution.pk, ended_at=None)
    running.update(ended_at=timezone.now(), ended_by=actor.staff_id)


def cautions(district: str) -> QuerySet[PremiseCaution]:
    """Those that hold now, the newest first."""
    found = PremiseCaution.objects.filter(
        district=district, ended_at=None, until__gt=timezone.now()
    )
    return found.select_related("site", "set_by").order_by("-set_at")


def at_place(
    district: str,
    *,
    site: UUID | None = None,
    name: str = "",
    longitude: float | None = None,
    latitude: float | None = None,
) -> list[PremiseCaution]:
    """Those of a site, of a landmark by its name, or close to a point."""
    known = Q(longitude__isnull=False)
    if site is not None:
        known |= Q(site=site)
    if name:
        known |= Q(place=name)
    here = (longitude, latitude)
    return [
        one
        for one in cautions(district).filter(known)
        if (site is not None and one.site_id == site)
        or (name and one.place == name)
        or _close(here, (one.longitude, one.latitude))
    ]


def at_incident(incident: Incident) -> list[PremiseCaution]:
    """What whoever goes to an incident should know of the place."""
    return at_place(
        incident.district,
        site=incident.site_id,
        name=incident.place,
        longitude=incident.longitude,
        latitude=incident.latitude,
    )


def _close(one: Iterable[float | None], other: Iterable[float | None]) -> bool:
    (x1, y1), (x2, y2) = one, other
    if x1 is None or y1 is None or x2 is None or y2 is None:
        return False
    return metres_between((x1, y1), (x2, y2)) <= WITHIN
