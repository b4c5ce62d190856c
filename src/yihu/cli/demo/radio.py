"""The demo's talk groups: the station's own, the rooms' patrol, and one that reaches everybody."""

from yihu.cli.demo.people import Cast
from yihu.people.directory import actor_for
from yihu.people.shifts import begin_shift
from yihu.radio.groups import open_group
from yihu.radio.models import GroupKind

COMMAND = ("chief", "deputy", "dispatcher")
POLICE = (*COMMAND, "officer")
GROUPS = (
    ("all", GroupKind.BROADCAST, "全区广播", "Everyone", (*POLICE, "auxiliary")),
    ("station", GroupKind.STATION, "派出所", "Station", POLICE),
    ("patrol", GroupKind.PATROL, "巡防", "Patrol", (*POLICE[1:], "auxiliary")),
)


def connect(cast: Cast) -> None:
    """Open the groups, put people on them by what their user names say they are, all on duty."""
    chief, district = actor_for(cast.people["chief"]), cast.station.district
    jobs = {person: username.rstrip("0123456789") for username, person in cast.people.items()}
    for code, kind, name, name_en, members in GROUPS:
        open_group(
            actor=chief,
            organisation=cast.station,
            kind=kind,
            name=name,
            name_en=name_en,
            code=f"{district}-{code}",
            members={
                person.id: kind != GroupKind.BROADCAST or job in COMMAND
                for person, job in jobs.items()
                if job in members
            },
        )
    for person, job in jobs.items():
        if job in (*POLICE, "auxiliary"):
            begin_shift(actor=actor_for(person))
