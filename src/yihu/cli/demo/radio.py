"""The demo's talk groups: the station's own, the rooms' patrol, and one that reaches everybody."""

from yihu.cli.demo.people import Cast
from yihu.people.directory import actor_for
from yihu.radio.actions import put_on
from yihu.radio.models import GroupKind, TalkGroup

COMMAND = ("chief", "deputy")
GROUPS = (
    (
        "all",
        GroupKind.BROADCAST,
        "全区广播",
        "Everyone",
        ("chief", "deputy", "officer", "auxiliary"),
    ),
    ("station", GroupKind.STATION, "派出所", "Station", ("chief", "deputy", "officer")),
    ("patrol", GroupKind.PATROL, "巡防", "Patrol", ("deputy", "officer", "auxiliary")),
)


def connect(cast: Cast) -> None:
    """Open the groups and put people on them, by what their user names say they are."""
    chief, district = actor_for(cast.people["chief"]), cast.station.district
    for code, kind, name, name_en, members in GROUPS:
        group = TalkGroup.objects.create(
            code=f"{district}-{code}",
            district=district,
            organisation=cast.station,
            kind=kind,
            name=name,
            name_en=name_en,
        )
        for username, person in cast.people.items():
            if username.rstrip("0123456789") in members:
                talks = kind != GroupKind.BROADCAST or username in COMMAND
                put_on(actor=chief, group=group.code, person=person.id, talks=talks)
