"""Reading the case library and what keeps coming back. Visibility is applied here."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from yihu.cases.likeness import Grams, alike, grams, in_common
from yihu.cases.loops import CASE_STUDY, CHECKERS
from yihu.cases.models import (
    CaseRead,
    CaseReview,
    CaseStudy,
    HardMatter,
    Measure,
    SharingSession,
    Theme,
    ThemeMatter,
)
from yihu.cases.schemas import Written
from yihu.kernel.access import Actor, Standing, fills
from yihu.kernel.models import Matter, Party, SealedPart
from yihu.kernel.parties import SUBJECT
from yihu.kernel.queries import about_superiors, visible_to
from yihu.kernel.timeline import open_part
from yihu.people.models import Organisation
from yihu.people.roles import TELLER

HELPS = 0.05
"""From this likeness on a case is offered: a message is short, a case long, and it is an offer."""
SHOWN = 2
"""A reader who may know of fewer matters of a theme is not told that there is one."""
LATEST = 50


# --- what may be learned from --------------------------------------------------------------------


def kept_from_the_library(matter: Matter) -> str:
    """Why a matter never comes near the case library, as a refusal's code; "" where it may."""
    parties = list(matter.parties.all())
    tellers = [party for party in parties if party.role == TELLER.code]
    if any(party.contact_safety for party in tellers):
        return "safe_contact"
    if any(party.role == SUBJECT for party in parties):
        return "about_somebody"
    return "erased" if any(party.erased_at for party in tellers) else ""


def hard(matter: Matter) -> HardMatter | None:
    return HardMatter.objects.filter(pk=matter.pk).first()


def known(actor: Actor, matter: UUID) -> Matter | None:
    """The matter, for whoever may know of it."""
    return visible_to(actor).filter(pk=matter).first()


def written_from(actor: Actor, matter: Matter) -> list[CaseStudy]:
    """Cases learned from a matter, those on their way only for who may see them."""
    readable = Q(published_at__isnull=False) | Q(matter__in=visible_to(actor))
    return list(CaseStudy.objects.filter(readable, source=matter.pk).select_related("matter"))


def why_hard(marked: HardMatter) -> str:
    """The sealed reason; "" once it was erased with the rest."""
    part = SealedPart.objects.select_related("party").filter(
        matter=marked.matter_id, seq=marked.seq, what="note"
    )
    return next((open_part(one).text or "" for one in part), "")


def sessions(actor: Actor) -> QuerySet[SharingSession]:
    """Sessions about matters that the actor may know of, and those the actor was at; never one
    about a matter that concerns the actor, or whoever commands them."""
    not_ours = Matter.objects.filter(about_superiors(actor), district=actor.district)
    there = SharingSession.attendance.through.objects.filter(
        sharingsession=OuterRef("pk"), person=actor.id
    )
    known = Q(hard__matter__in=visible_to(actor)) | Q(Exists(there))
    found = SharingSession.objects.filter(known, district=actor.district)
    return (
        found.exclude(hard__matter__in=not_ours)
        .select_related("station", "host", "hard__matter")
        .annotate(present=Count("attendance"))
        .order_by("-held_at", "id")
    )


# --- the library ---------------------------------------------------------------------------------


def published(actor: Actor) -> QuerySet[CaseStudy]:
    """Cases that all staff of the district may read."""
    return CaseStudy.objects.filter(
        district=actor.district, published_at__isnull=False, retired_at=None
    ).select_related("station", "matter")


@dataclass(frozen=True, slots=True)
class Placed:
    """A case on the board: how often it was used again, and what colleagues found of it."""

    case: CaseStudy
    reuses: int
    helped: int
    reviews: int

    @property
    def order(self) -> tuple[int, float, int]:
        share = self.helped / self.reviews if self.reviews else -1.0
        return self.reuses, share, self.reviews


def board(actor: Actor, *, tag: str = "", kind: str = "") -> list[Placed]:
    """Cases, the most used first, then those that more of their readers found helpful; among
    equals the newest. One statement. Of cases only: nothing is counted by person."""
    found = published(actor).order_by("-published_at", "pk")
    if kind:
        found = found.filter(kind=kind)
    rows = found.select_related("station", "matter").annotate(
        used=Count("reuses", distinct=True),
        said=Count("reviews", distinct=True),
        helped=Count("reviews", filter=Q(reviews__helpful=True), distinct=True),
    )
    placed = [
        Placed(row, row.used, row.helped, row.said)
        for row in rows
        if not tag or tag in row.tag_list
    ]
    return sorted(placed, key=lambda one: one.order, reverse=True)


def reviews(case: CaseStudy) -> list[CaseReview]:
    """What was said of a case, the newest first; without who said it."""
    return list(case.reviews.exclude(words="").defer("by").order_by("-at")[:LATEST])


def own_reads(actor: Actor) -> QuerySet[CaseRead]:
    """The actor's own learning log, and nobody else's."""
    return CaseRead.objects.filter(by=actor.id).select_related("case__station").order_by("-at")


def writing(actor: Actor) -> QuerySet[Matter]:
    """Case studies on their way that the actor may know of, the most urgent first."""
    known = visible_to(actor).filter(loop=CASE_STUDY.name, closed_at=None)
    return known.select_related("solution_owner", "office").order_by("due_at", "id")


def newest_version(matter: Matter) -> Written | None:
    """The text that was handed in last, as one who may see the matter reads it."""
    entries = matter.entries.filter(kind="moved").order_by("-seq").values_list("seq", "body")
    seq = next((seq for seq, body in entries if json.loads(body)["move"] == "submit"), None)
    if seq is None:
        return None
    parts = SealedPart.objects.select_related("party").filter(matter=matter, seq=seq)
    said = {part.what: open_part(part).text or "" for part in parts}
    wanted = Written.model_fields
    return Written(**{name: said[name] for name in wanted}) if set(wanted) <= set(said) else None


@dataclass(frozen=True, slots=True)
class Helping:
    """A case that may help, and the words it shares with the message: that is why."""

    case: CaseStudy
    because: list[str]


def helping(actor: Actor, words: str) -> Helping | None:
    """The published case that is most alike to a message; None where none is alike enough."""
    cases = {case.pk: case for case in published(actor)}
    known: dict[UUID | str, Grams] = {
        key: grams(f"{case.tags} {case.title} {case.situation}") for key, case in cases.items()
    }
    mine = known["this"] = grams(words)
    pairs = alike(known, ["this"], HELPS)
    if not pairs:
        return None
    best = max(pairs, key=lambda pair: pair.likeness).one
    return Helping(cases[UUID(str(best))], in_common(mine, known[best]))


# --- what keeps coming back ----------------------------------------------------------------------


def oversees(actor: Actor, station: UUID) -> bool:
    """Whether the actor answers for a station as a whole, or watches it."""
    office = Organisation.objects.get(pk=station)
    standing = Standing(station, office.supervisor_id, True, None, frozenset())
    return any(fills(actor, role, standing) for role in CHECKERS)


def themes(actor: Actor) -> list[tuple[Theme, list[Matter]]]:
    """The latest themes, each with those of its matters that the actor may know of."""
    places = _places(actor).order_by("-theme__last_at", "theme", "-matter__opened_at")
    found: dict[Theme, list[Matter]] = defaultdict(list)
    for place in places[: LATEST * 20]:
        found[place.theme].append(place.matter)
    return [(theme, known) for theme, known in found.items() if len(known) >= SHOWN][:LATEST]


def theme(actor: Actor, key: UUID) -> tuple[Theme, list[Matter]]:
    """One theme; Theme.DoesNotExist for whoever may not know of it."""
    places = list(_places(actor).filter(theme=key).order_by("-matter__opened_at"))
    if len(places) < SHOWN:
        raise Theme.DoesNotExist
    return places[0].theme, [place.matter for place in places]


def _places(actor: Actor) -> QuerySet[ThemeMatter]:
    return ThemeMatter.objects.filter(matter__in=visible_to(actor)).select_related(
        "matter", "theme__station"
    )


def near(actor: Actor, matter: Matter) -> tuple[Theme, list[Matter]] | None:
    """The theme of a matter, and the others in it that came within the days that count."""
    around = timedelta(days=settings.ALIKE_DAYS)
    own = ThemeMatter.objects.filter(matter=matter).values("theme")
    places = _places(actor).filter(
        theme__in=own,
        matter__opened_at__range=(matter.opened_at - around, matter.opened_at + around),
    )
    found = list(places.order_by("-matter__opened_at"))
    others = [place.matter for place in found if place.matter_id != matter.pk]
    return (found[0].theme, others) if others else None


def measures(actor: Actor) -> QuerySet[Measure]:
    """Measures that the actor may know of: those under way first, by when they are due."""
    known = Measure.objects.filter(matter__in=visible_to(actor))
    return known.select_related("matter__solution_owner", "matter__office", "theme").order_by(
        F("matter__closed_at").desc(nulls_first=True), "matter__due_at", "pk"
    )


def carried_out_at(matter: Matter) -> datetime:
    """When a measure was last said to be carried out."""
    entries = matter.entries.filter(kind="moved").order_by("-seq")
    moved = [entry for entry in entries if json.loads(entry.body)["move"] == "carried_out"]
    return moved[0].occurred_at


def count_around(theme: UUID, moment: datetime) -> tuple[int, int]:
    """How many of a theme came in the days before a moment, and in as many since.

    Matters about somebody are left out: a count must not tell anyone of a complaint about them.
    """
    length = timedelta(days=settings.ALIKE_DAYS)
    about = Party.objects.filter(matter=OuterRef("matter"), role=SUBJECT)
    times = (
        ThemeMatter.objects.filter(
            theme=theme, matter__opened_at__range=(moment - length, moment + length)
        )
        .exclude(Exists(about))
        .values_list("matter__opened_at", flat=True)
    )
    before = sum(at < moment for at in times)
    return before, len(times) - before


def checks(measures_shown: list[Measure]) -> Mapping[UUID, Mapping[str, int]]:
    """What each measure's last check counted: `before`, `after` and over how many `days`."""
    found: dict[UUID, Mapping[str, int]] = {}
    for measure in measures_shown:
        for entry in measure.matter.entries.all():
            facts = json.loads(entry.body).get("facts", {})
            if "before" in facts and "after" in facts:
                found[measure.pk] = facts
    return found
