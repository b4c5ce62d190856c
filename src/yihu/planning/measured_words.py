"""Where a measured input comes from, in words; and calls of a file by the house's own names."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from yihu.direct.words import Words
from yihu.dispatch import titles
from yihu.planning.measured_inputs import Input, Prior
from yihu.planning.past_calls import Call

PRIORS: Final[Mapping[Prior, Words]] = {
    Prior.HOUSE: _("假设：派警时对这种力量的估计"),
    Prior.STUDY: _("假设：到场时间研究用的数"),
    Prior.POOLED: _("假设：和所有种类合起来一样"),
    Prior.REGISTERED: _("假设：登记的都一直在班"),
}
LANGUAGES = "zh-hans", "en"


def source(one: Input[Any]) -> str:
    """Measured, on how much and since when; or what is assumed."""
    if one.since is None:
        return str(PRIORS[one.prior])
    return ngettext("实测，n = %(n)d，%(since)s 起", "实测，n = %(n)d，%(since)s 起", one.n) % {
        "n": one.n,
        "since": one.since.date().isoformat(),
    }


def coded(calls: Iterable[Call]) -> list[Call]:
    """Kinds of calls and forces as the house codes them, where a file gives their titles, Chinese
    or English; what the house has no name for stays as it was written."""
    kinds, forces = names(titles.KINDS), names(titles.UNIT_KINDS)
    return [
        replace(
            call,
            kind=kinds.get(call.kind.casefold(), call.kind),
            trips=tuple(
                replace(trip, force=forces.get(trip.force.casefold(), trip.force))
                for trip in call.trips
            ),
        )
        for call in calls
    ]


def names(titled: Mapping[Any, Words]) -> dict[str, str]:
    """Codes by all that they are called; case does not matter."""
    found = {code.value: code.value for code in titled}
    for language in LANGUAGES:
        with override(language):
            found |= {str(title).casefold(): code.value for code, title in titled.items()}
    return found
