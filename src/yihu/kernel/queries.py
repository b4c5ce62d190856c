"""Reading matters. `visible_to` is the only way in: lists, counts, search and exports use it."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from yihu.kernel.access import Actor, ActorKind, Standing
from yihu.kernel.loop import LOOPS
from yihu.kernel.models import Matter, Party, SealedPart
from yihu.kernel.parties import SUBJECT


def visible_to(actor: Actor) -> QuerySet[Matter]:
    """The matters this actor may know of at all.

    A party sees their own. Staff see what their office runs or watches, where their
    post sees the whole office, and what they solve themselves; never a matter about
    themselves or about someone who commands them.
    """
    if actor.kind is ActorKind.PARTY:
        own = Matter.objects.filter(parties=actor.id)
        return own if actor.id is not None else own.none()
    if actor.kind is ActorKind.CLOCK:
        return Matter.objects.filter(district=actor.district)
    offices = _offices(actor)
    mine = Q(office__in=offices) | Q(watched=True, watch__in=offices) | Q(solution_owner=actor.id)
    for post in actor.posts:
        if loops := _shown_to(post.role):
            mine |= Q(office__in=post.reach, loop__in=loops)
    return _not_about_superiors(actor).filter(mine)


def _offices(actor: Actor) -> set[UUID]:
    """The organisations whose every matter the actor's posts show."""
    return {org for post in actor.posts if post.sees_office for org in post.reach}


def _shown_to(role: str) -> list[str]:
    """The loops whose matters a role's holders see, as the loops declare."""
    return [
        name for name, loop in LOOPS.items() if any(role == shown.code for shown in loop.shown_to)
    ]


def _not_about_superiors(actor: Actor) -> QuerySet[Matter]:
    return Matter.objects.filter(district=actor.district).exclude(about_superiors(actor))


def about_superiors(actor: Actor) -> Q:
    """Matters whose subject is the actor or someone who commands the actor."""
    return Q(Exists(subjects_above(actor).filter(matter=OuterRef("pk"))))


def subjects_above(actor: Actor) -> QuerySet[Party]:
    """The actor and whoever commands them, where a matter is about them."""
    above = [person for person in (actor.id, *actor.superiors) if person is not None]
    return Party.objects.filter(role=SUBJECT, person__in=above)


def inbox(actor: Actor, organisation: UUID, *, watching: bool = False) -> QuerySet[Matter]:
    """Open matters that an organisation runs (or watches), the most urgent first.

    For whoever sees the whole office its list is one of those that `visible_to` joins,
    so it is asked for by itself: one walk along one index, in its order.
    """
    seat = Q(watch=organisation, watched=True) if watching else Q(office=organisation)
    whole = actor.kind is ActorKind.STAFF and organisation in _offices(actor)
    known = _not_about_superiors(actor) if whole else visible_to(actor)
    return known.filter(seat, closed_at=None).order_by("due_at", "id")


def standing(matter: Matter) -> Standing:
    """What the matter says of who may act on it; one query, for its subjects."""
    subjects = Party.objects.filter(matter=matter, role=SUBJECT, person__isnull=False)
    return Standing(
        office=matter.office_id,
        watch=matter.watch_id,
        watched=matter.watched,
        solution_owner=matter.solution_owner_id,
        subjects=frozenset(subjects.values_list("person", flat=True)),
    )


def parts(matter: Matter, *, audiences: tuple[str, ...]) -> QuerySet[SealedPart]:
    """Sealed parts of one matter with their party's key, in the order they were recorded."""
    return (
        SealedPart.objects.filter(matter=matter, audience__in=audiences)
        .select_related("party")
        .order_by("seq", "id")
    )
