"""Talk groups and people on duty, for tests."""

from tests.support.town import Town

from yihu.people.shifts import begin_shift
from yihu.radio.groups import open_group
from yihu.radio.models import GroupKind, TalkGroup


def talkgroup(
    town: Town, code: str = "net", kind: str = GroupKind.STATION, on: tuple[str, ...] = ("chief",)
) -> TalkGroup:
    """A group of the station's with these people on it, all of them on duty.

    On a broadcast group only the chief talks.
    """
    members = {town.people[name].id: name == "chief" or kind != GroupKind.BROADCAST for name in on}
    for name in on:
        begin_shift(actor=town.actor(name))
    return open_group(
        actor=town.actor("chief"),
        organisation=town.station,
        kind=kind,
        name=code,
        code=code,
        members=members,
    )
