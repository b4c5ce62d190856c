"""An incident's end: what its run card left open, and the one sentence that everybody is told.

Whoever closes it has looked at the review, and what was missed stands in the entry that closes it.
The reminder of the direct code is the same for every incident, whatever its end, so that nobody
is asked for praise; where a contact could harm somebody there is none.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from pydantic import BaseModel

from yihu.direct.models import DirectCode
from yihu.dispatch.card_steps import Step
from yihu.dispatch.kinds import UnitKind
from yihu.dispatch.loops import RAISED
from yihu.dispatch.models import Assignment, Incident, RunCard
from yihu.dispatch.run_cards import card_of, read, ticks_of
from yihu.dispatch.schemas import Excuse, Told
from yihu.dispatch.words import REMINDER
from yihu.kernel.access import Refused
from yihu.kernel.models import Answer, Party

CLOSING = frozenset({"close", "close_untold"})
"""The moves by which an incident ends that our own people worked on."""
TELLING = frozenset({"tell", "tell_along"})
"""The moves with which the reminder is given."""
RAISERS = tuple(role.code for role in RAISED)

# --- the run card ---------------------------------------------------------------------------------


def missed(incident: Incident) -> list[Step]:
    """The required steps of its card that nobody ticked, of those who went."""
    went = Assignment.objects.filter(incident=incident).values_list("unit__kind", flat=True)
    done, outcome = ticks_of(incident), incident.matter.outcome
    return read(card_of(incident)).missed(done, {UnitKind(kind) for kind in went}, outcome)


def remarks(matter: UUID, move: str) -> Mapping[str, Any]:
    """What the house adds to the entry of a move: to one that closes an incident, the steps that
    were missed, as codes of this version of its card."""
    if move not in CLOSING:
        return {}
    incident = Incident.objects.select_related("matter").get(pk=matter)
    codes = [step.code for step in missed(incident)]
    return {"card": card_of(incident).version, "missed": codes}


def steps_by_code(incident: Incident) -> dict[str, Step]:
    """The steps of its card, and of those that it had before and of which something was done."""
    had = RunCard.objects.filter(ticks__incident=incident).distinct()
    return {step.code: step for card in [*had, card_of(incident)] for step in read(card).steps}


# --- the reminder ---------------------------------------------------------------------------------


def reminder(office: UUID) -> str:
    """The sentence, with the address of the station's direct code; the front page's without."""
    code = DirectCode.objects.filter(station=office, retired_at=None).order_by("serial").first()
    path = reverse("direct:form", args=[code.code]) if code else reverse("home")
    host = settings.PUBLIC_HOSTS[0] if settings.PUBLIC_HOSTS else ""
    return str(REMINDER) % {"address": f"{host}{path}"}


def delicate() -> QuerySet[Party]:
    """Whoever raised an incident and could be harmed by a contact: they said how they may be
    reached, or somebody of us said that telling them is unsafe."""
    unsafe = Answer.objects.filter(party=OuterRef("pk"), excuse=Excuse.UNSAFE)
    return Party.objects.filter(~Q(contact_safety="") | Q(Exists(unsafe)), role__in=RAISERS)


def is_delicate(matter: UUID) -> bool:
    return delicate().filter(matter=matter).exists()


def require_reminder(matter: UUID, payload: BaseModel | None) -> None:
    """Telling somebody goes with the reminder, or without one where a contact could harm.

    Raises Refused: `safe_contact`, `not_reminded`.
    """
    if not isinstance(payload, Told):
        return
    delicate = is_delicate(matter)
    if payload.reminded and delicate:
        raise Refused("safe_contact", "no reminder where a contact could harm", field="reminded")
    if not payload.reminded and not delicate:
        raise Refused("not_reminded", "the reminder is given to everybody", field="reminded")
