"""An incident's talk group, as it follows from what is done about the incident: opened once a unit
is sent, joined by whoever comes, closed with it.

Nobody decides any of this, and a guard who accepts an offer could not: the entries say that the
clock did it.
"""

from collections.abc import Iterable
from uuid import UUID

from yihu.kernel.access import clock_actor
from yihu.kernel.models import Matter
from yihu.radio import groups
from yihu.radio.models import TalkGroup


def open_group(matter: Matter) -> TalkGroup:
    """The group of an incident that goes on, opened where none runs."""
    return groups.open_for_incident(actor=clock_actor(matter.district), incident=matter.incident)


def admit(matter: Matter, people: Iterable[UUID]) -> None:
    """These people hear what is said about the incident from now on, and talk there."""
    if not matter.is_open:
        return
    group = open_group(matter)
    on_it = group.members.filter(until=None).values_list("person", flat=True)
    for person in sorted(set(people).difference(on_it)):
        groups.put_on(actor=clock_actor(matter.district), group=group.code, person=person)


def close_groups(matter: Matter) -> None:
    """The incident is over, and so are its groups, but for one that somebody chose to keep."""
    running = TalkGroup.objects.filter(about=matter, matter__closed_at=None)
    for group in running.filter(matter__step="temporary").select_related("matter"):
        groups.move(
            actor=clock_actor(matter.district),
            matter=group.matter_id,
            name="close",
            seq=group.matter.seq,
            client_key=b"with its incident",
        )
