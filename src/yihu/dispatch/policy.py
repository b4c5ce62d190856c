"""Who is asked first, and what is kept back: the house's default, and the dispatcher decides. Pure.

Urgent: the nearest by road, and the nearest guards at once beside them. Not urgent: among those
who would be there within eight minutes, and at most two later than the nearest, the one whose
leaving costs the fewest residents somebody near them. What can wait leaves a reserve.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from math import ceil
from types import MappingProxyType

from yihu.dispatch.kinds import RULES, Kind, UnitKind, Urgency

OVER = 120.0
"""Seconds that a unit may take longer than the nearest, for the sake of who is left behind."""
STALE = timedelta(minutes=10)
"""A position older than this says little of where a unit is."""
BUSY_COST = 60.0
"""Seconds that each incident counts with which a unit already is."""
RESERVE = 0.2
"""The share of those on shift who are kept back from what can wait; one at least."""
SURE: Mapping[Urgency, float] = MappingProxyType(
    {Urgency.NOW: 0.95, Urgency.SOON: 0.9, Urgency.CAN_WAIT: 0.8}
)
"""How likely enough of those come who are asked at once."""
EXTRA: Mapping[Urgency, int] = MappingProxyType(
    {Urgency.NOW: 3, Urgency.SOON: 1, Urgency.CAN_WAIT: 0}
)
"""How many more may be asked than are needed, to be so sure."""
BESIDE = 2
"""How many are alerted beside those who are sent."""
CARRIED_WITHIN = 300.0
"""Seconds over the nearest within which somebody with the equipment is asked, too."""


class Policy(StrEnum):
    """By which rule a list is ordered."""

    NEAREST = "nearest"
    COVER = "cover"
    UNPLACED = "unplaced"


def policy_of(urgency: Urgency, *, placed: bool) -> Policy:
    """`placed`: it is known where the incident is."""
    if not placed:
        return Policy.UNPLACED
    return Policy.NEAREST if urgency is Urgency.NOW else Policy.COVER


def police_first(kind: Kind) -> bool:
    """Whether the police are sent as long as there are any, and others go beside them."""
    rule = RULES[kind]
    return rule.violent or (rule.may_turn and rule.urgency is Urgency.NOW)


BESIDE_POLICE = frozenset({UnitKind.GUARD, UnitKind.MINI_FIRE})
"""Who is alerted beside those who are sent: people of a post, trained for it. No volunteer and no
grid worker is called to where there may be violence."""


def goes_beside(unit: UnitKind, kind: Kind) -> bool:
    """Whether such a unit is alerted beside those who are sent: guards keep people away."""
    return unit in BESIDE_POLICE and (unit is UnitKind.GUARD or not RULES[kind].violent)


def reserve_of(on_shift: int) -> int:
    """How many of those who can be sent to anything are kept back from what can wait."""
    return ceil(on_shift * RESERVE)
