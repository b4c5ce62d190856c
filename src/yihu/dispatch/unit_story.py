"""What an incident's timeline says of units: which was asked, which went, and what it said."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yihu.dispatch import titles, words
from yihu.dispatch.kinds import Reach, Secondary, Status, Verdict
from yihu.dispatch.models import Unit
from yihu.kernel.timeline import Happening

MINUTE = 60


def names(history: Iterable[Happening]) -> dict[str, str]:
    """The name of each unit in a history, by its id as entries hold it: one statement."""
    named = {one for happening in history for one in _units(happening.facts)}
    found = Unit.objects.filter(pk__in=[UUID(one) for one in named])
    return {unit.pk.hex: f"{unit.title} {unit.code}" for unit in found}


def _units(facts: Mapping[str, Any]) -> Iterator[str]:
    if "unit" in facts:
        yield facts["unit"]
        if "to" in facts:
            yield facts["to"]
    several = facts.get("units", ())  # whoever asks for help says how many, and not which
    yield from several if isinstance(several, list) else ()


def facts(happening: Happening, names: Mapping[str, str]) -> Iterator[str]:
    """What an entry about units says, piece by piece."""
    said = happening.facts
    if happening.name == "offer":
        yield str(titles.REACHES[Reach(said["reach"])])
    named = [names.get(one, "") for one in _units(said)]
    if happening.name == "hand_over":
        yield _("%(unit)s 交给 %(to)s") % dict(zip(("unit", "to"), named, strict=True))
    elif any(named):
        yield _("、").join(filter(None, named))
    if "status" in said:
        yield str(titles.STATUSES[Status(said["status"])])
        yield from (str(titles.SECONDARIES[Secondary(one)]) for one in said.get("secondary", ()))
    if happening.name == "accept":
        yield from filter(None, [str(titles.VERDICTS[Verdict(said["verdict"])]), _eta(said)])
    if happening.name == "need_help":
        yield ngettext("还要 %(n)d 支力量", "还要 %(n)d 支力量", said["units"]) % {
            "n": said["units"]
        }
    if happening.name == "decline":
        yield str(words.UNABLE[said["reason"]])


def _eta(said: Mapping[str, Any]) -> str:
    """In whole minutes, at least one; "" where nobody said."""
    if said.get("eta") is None:
        return ""
    minutes = max(1, round(said["eta"] / MINUTE))
    return ngettext("%(n)d 分钟到", "%(n)d 分钟到", minutes) % {"n": minutes}
