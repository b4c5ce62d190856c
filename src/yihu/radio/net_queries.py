"""Reading the net's register: sets and who holds them, talk groups, and where the net reaches."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor
from yihu.kernel.queries import visible_to
from yihu.people.directory import current
from yihu.people.models import Organisation, OrganisationKind, Person
from yihu.people.queries import directed_by, reach_of
from yihu.people.shifts import on_shift
from yihu.places.models import KeySite
from yihu.places.queries import sites
from yihu.radio.models import Addressee, Burst, Custody, GroupMember, Radio, TalkGroup

# --- sets ----------------------------------------------------------------------------------------


def radios(actor: Actor) -> QuerySet[Radio]:
    """The sets that an actor may know of, each with `held`: a list of the custody that runs.

    Those that their own units hold; whoever directs the net sees also those that nobody holds.
    """
    held = Custody.objects.filter(ended_at=None)
    known = Q(pk__in=held.filter(holder__in=reach_of(actor)).values("radio"))
    if directed_by(actor):
        known |= ~Q(pk__in=held.values("radio"))
    running = held.select_related("holder", "received_by", "matter")
    found = Radio.objects.filter(known, district=actor.district).select_related("channel")
    return found.prefetch_related(Prefetch("custodies", running, to_attr="held"))


def radio(actor: Actor, number: str) -> Radio | None:
    return radios(actor).filter(number=number).first()


def custodies(actor: Actor, of: Radio) -> QuerySet[Custody]:
    """Who held a set, the newest first, as far as the actor may know."""
    known = of.custodies.filter(holder__in=reach_of(actor))
    return known.select_related("holder", "received_by", "matter").order_by("-issued_at")


def custody(actor: Actor, reference: str) -> Custody | None:
    """One custody, for whoever may know of its matter and for whoever signed for the set."""
    known = Q(matter__in=visible_to(actor)) | Q(received_by=actor.id)
    found = Custody.objects.filter(known, matter__reference=reference.upper())
    return found.select_related("matter", "radio__channel", "holder", "received_by").first()


def issued(units: Iterable[UUID]) -> Counter[UUID]:
    """How many working sets each of these units holds; a lost one is none."""
    held = Custody.objects.filter(
        holder__in=list(units), ended_at=None, radio__stunned_at__isnull=True
    )
    return Counter(dict(held.values_list("holder").annotate(Count("pk"))))


# --- units and people ----------------------------------------------------------------------------


def arranged(actor: Actor) -> QuerySet[Organisation]:
    """The sites and forces whose people an actor enrols."""
    kinds = (OrganisationKind.KEY_SITE, OrganisationKind.COMMUNITY_FORCE)
    return Organisation.objects.filter(pk__in=directed_by(actor), kind__in=kinds)


def crew(units: Iterable[UUID]) -> dict[UUID, list[Person]]:
    """Who holds a post in each of these units now, by name."""
    found: dict[UUID, list[Person]] = {}
    posts = current(timezone.now()).filter(organisation__in=list(units), person__is_active=True)
    for post in posts.select_related("person").order_by("person__name", "id"):
        found.setdefault(post.organisation_id, []).append(post.person)
    return found


# --- talk groups ---------------------------------------------------------------------------------


def groups(actor: Actor) -> QuerySet[TalkGroup]:
    """The groups that run: all that the actor arranges, and those they are on; with `size`."""
    mine = GroupMember.objects.filter(person=actor.id, until=None).values("group")
    found = TalkGroup.objects.filter(
        Q(organisation__in=directed_by(actor)) | Q(pk__in=mine),
        district=actor.district,
        matter__closed_at=None,
    )
    size = Count("members", filter=Q(members__until=None))
    return found.select_related("matter", "organisation", "about").annotate(size=size)


def members(group: TalkGroup) -> QuerySet[GroupMember]:
    """Who is on a group now, by name."""
    return group.members.filter(until=None).select_related("person").order_by("person__name")


# --- where the net reaches -----------------------------------------------------------------------

LATELY = timedelta(hours=24)
"""A site that was heard within this time is on the net."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the net has of a site: working sets, people on duty on a group, when it was last heard:
    when somebody of it spoke or answered a call."""

    site: KeySite
    sets: int
    on_duty: int
    heard_at: datetime | None

    @property
    def unit(self) -> Organisation:
        return self.site.organisation

    @property
    def short(self) -> int:
        """How many sets it lacks."""
        return max(0, self.site.sets_required - self.sets)

    @property
    def state(self) -> str:
        """`bare`: no set; `short`: too few; `here`: somebody is on duty or was heard lately;
        `silent`: sets enough, and nobody is there."""
        if self.sets == 0:
            return "bare"
        if self.short:
            return "short"
        lately = self.heard_at is not None and self.heard_at > timezone.now() - LATELY
        return "here" if self.on_duty or lately else "silent"


def reach(actor: Actor) -> list[Reach]:
    """Each key site that the actor may know of, and what the net has of it: seven statements."""
    found = list(sites(actor))
    units = {site.pk: site.pk for site in found}
    below = Organisation.objects.filter(parent__in=units)
    units |= dict(below.values_list("pk", "parent"))
    posts = current(timezone.now()).filter(organisation__in=units, person__is_active=True)
    home = {person: units[unit] for person, unit in posts.values_list("person", "organisation")}
    on_groups = GroupMember.objects.filter(until=None, group__matter__closed_at=None)
    there = on_shift().filter(person__in=home)
    there = there.filter(person__in=on_groups.values("person"))
    on_duty = Counter(home[person] for person in set(there.values_list("person", flat=True)))
    heard = _last_heard(home, units)
    sets = issued(units)
    return [Reach(site, sets[site.pk], on_duty[site.pk], heard.get(site.pk)) for site in found]


def _last_heard(home: dict[UUID, UUID], units: dict[UUID, UUID]) -> dict[UUID, datetime]:
    spoke = Burst.objects.filter(person__in=home).values_list("person").annotate(Max("started_at"))
    answers = Addressee.objects.filter(answered_at__isnull=False).order_by()
    own = answers.filter(person__in=home).values_list("person").annotate(Max("answered_at"))
    whole = answers.filter(unit__in=units).values_list("unit").annotate(Max("answered_at"))
    times: list[tuple[UUID, Any]] = [(home[person], at) for person, at in (*spoke, *own)]
    times += [(units[unit], at) for unit, at in whole]
    latest: dict[UUID, datetime] = {}
    for site, at in times:
        latest[site] = max(at, latest.get(site, at))
    return latest
