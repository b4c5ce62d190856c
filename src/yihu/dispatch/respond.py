"""What somebody at the scene sends beside statuses: words and photos, and that more are needed."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from yihu.dispatch.assignments import begun, responder_or_staff, tell_of
from yihu.dispatch.milestones import true_time
from yihu.dispatch.models import Incident
from yihu.dispatch.schemas import Sent
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done
from yihu.kernel.payload import Part
from yihu.kernel.writing import one_by_one

LONGEST = 2000
"""Characters, as `schemas.Sent` takes them."""


def send(
    *,
    actor: Actor,
    incident: UUID,
    client_key: bytes,
    words: str = "",
    picture: bytes | None = None,
    occurred_at: datetime | None = None,
) -> Done:
    """Words or a photo (as `fit_to_keep` made it) from the scene, for the incident's timeline.

    Raises Incident.DoesNotExist; Refused: `empty`, `too_long`, as `true_time` and the kernel do.
    """
    words = words.strip()
    if not words and not picture:
        raise Refused("empty", "there is nothing to send", field="words")
    if len(words) > LONGEST:
        raise Refused("too_long", "this is too long", field="words")
    photos = [Part("photo", picture, "office", "image/jpeg")] if picture else []
    with one_by_one():
        found = Incident.objects.select_related("matter").get(pk=incident, district=actor.district)
        done = kernel.act(
            actor=responder_or_staff(actor, found),
            matter=incident,
            name="send",
            client_key=client_key,
            payload=Sent(words=words),
            parts=photos,
            occurred_at=true_time(occurred_at, timezone.now(), begun(found)),
        )
        if not done.repeated:
            tell_of(found.matter)
        return done
