"""The morning's mail: what is late, due today, new, and waiting for a verdict.

One letter for each person who answers for a chief's or a supervisor's post, once a service
day. It is promised here and written when it is sent: counts and references that this person
may know of, and no word of any letter. Who has nothing open gets none.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from yihu.direct.inbox import MOST_COUNTED, OPEN_STEPS, due, lists_of
from yihu.direct.models import Digest
from yihu.kernel import bulk
from yihu.kernel.delivery import NotWanted
from yihu.kernel.letters import Letter
from yihu.kernel.models import Channel, OutboxMessage
from yihu.kernel.schedule import working_calendar
from yihu.kernel.writing import one_by_one
from yihu.people.desk import Sitting
from yihu.people.directory import Roster
from yihu.people.models import OrganisationKind
from yihu.people.queries import stations
from yihu.people.roles import STATION_CHIEF, SUPERVISOR, TELLER

TEMPLATE = "digest"
LATEST = timedelta(hours=6)
"""A clock that starts so long after the hour leaves that morning out."""
MOST_NAMED = 10
"""How many references each line names, the most urgent first."""

# --- promising -----------------------------------------------------------------------------------


def promise(now: datetime | None = None) -> int:
    """Promise this morning's letters where nobody has yet; how many that were."""
    now = timezone.localtime(now)
    hour = _hour_of(now)
    if hour is None or not hour <= now < hour + LATEST:
        return 0
    done = Digest.objects.filter(day=now.date()).values("district")
    waiting = stations().exclude(district__in=done).order_by("district")
    return sum(_promise(one, now) for one in waiting.values_list("district", flat=True).distinct())


def _hour_of(day: datetime) -> datetime | None:
    """When the letters of a day go out; None on a day of rest, or where none are wanted."""
    if settings.DIGEST_AT is None or not working_calendar().is_workday(day.date()):
        return None
    return timezone.make_aware(datetime.combine(day.date(), settings.DIGEST_AT))


def _promise(district: str, now: datetime) -> int:
    """All letters of a district in one transaction with the row that says so: whichever clock
    gets there first, and however it ends."""
    with one_by_one():
        _row, new = Digest.objects.get_or_create(district=district, day=now.date())
        if not new:
            return 0
        people = answering(Roster.now(district))
        bulk.insert(
            OutboxMessage(
                district=district,
                channel=Channel.MAIL,
                template=TEMPLATE,
                person_id=person,
                created_at=now,
                next_attempt_at=now,
            )
            for person in people
        )
    return len(people)


def answering(roster: Roster) -> list[UUID]:
    """Whoever answers now for a chief's or a supervisor's post: its holder, or who acts."""
    found = set()
    for office in roster.organisations.values():
        if office.kind == OrganisationKind.STATION:
            found.update(roster.holders(STATION_CHIEF.code, office.id))
            if office.supervisor_id is not None:
                found.update(roster.holders(SUPERVISOR.code, office.supervisor_id))
    return sorted({address.person for address in found})


# --- writing -------------------------------------------------------------------------------------

_THEIRS = Q(step__in=[step.name for step in OPEN_STEPS if step.owner == TELLER])
"""At these steps it is the teller's turn."""


def letter(row: OutboxMessage) -> Letter:
    """The letter as things stand when it is sent.

    Raises NotWanted for whoever no longer answers for a post, or has nothing open.
    """
    sitting = Sitting.of(row.person) if row.person else None
    if sitting is None or sitting.person.pk not in answering(sitting.roster):
        raise NotWanted("off_duty")
    lines = {
        gettext_noop("超时"): due("late") & ~_THEIRS,
        gettext_noop("今天到期"): due("today") & ~_THEIRS,
        gettext_noop("上个工作日以来新收到"): Q(opened_at__gte=_last_morning(row.created_at)),
        gettext_noop("等来信人评价"): _THEIRS,
    }
    found = {
        title: references for title, which in lines.items() if (references := _find(sitting, which))
    }
    if not found:
        raise NotWanted("nothing_open")
    return Letter(_("今天的来信"), lazy(_text, str)(found))


def _last_morning(moment: datetime) -> datetime:
    """When the letters before these went out, or would have."""
    day = timezone.localtime(moment)
    while True:
        day -= timedelta(days=1)
        if (hour := _hour_of(day)) is not None or settings.DIGEST_AT is None:
            return hour or day


def _find(sitting: Sitting, which: Q) -> list[str]:
    """References on this person's lists, the most urgent first, to one more than is counted."""
    rows = [
        row
        for found in lists_of(sitting)
        for row in found.filter(which).values_list("due_at", "reference")[: MOST_COUNTED + 1]
    ]
    return [reference for _due, reference in sorted(rows)]


def _text(found: Mapping[str, list[str]]) -> str:
    """In the language that is set when this becomes text."""
    lines = [gettext("请登录查看。这里只有件数和编号，没有来信的内容。")]
    for title, references in found.items():
        count = f"{MOST_COUNTED}+" if len(references) > MOST_COUNTED else str(len(references))
        named = gettext("、").join(references[:MOST_NAMED])
        if len(references) > MOST_NAMED:
            named = gettext("%(references)s 等") % {"references": named}
        lines.append(
            gettext("%(what)s %(count)s 件：%(references)s")
            % {"what": gettext(title), "count": count, "references": named}
        )
    return "\n".join(lines)
