"""The kinds of incident, and what follows from a kind before anybody has looked. Pure.

What the law leaves to the police is not offered to guards or volunteers: where there is violence
or a weapon they are told, so that they keep people away, and never sent in place of the police.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What kind of incident it is; the titles are in `titles.KINDS`."""

    PANIC_ALARM = "panic_alarm"
    WEAPON = "weapon"
    FIGHT = "fight"
    DOMESTIC_VIOLENCE = "domestic_violence"
    BREAK_IN = "break_in"
    THEFT = "theft"
    FRAUD = "fraud"
    HARASSMENT = "harassment"
    CROWD = "crowd"
    FIRE = "fire"
    TRAFFIC = "traffic"
    MEDICAL = "medical"
    MISSING = "missing"
    SELF_HARM = "self_harm"
    SUSPICIOUS = "suspicious"
    DISPUTE = "dispute"
    NOISE = "noise"
    HELP = "help"
    FACILITIES = "facilities"
    OTHER = "other"


class Door(StrEnum):
    """By which way an incident came to us. TRAINING marks an exercise: it counts in no figure."""

    RADIO = "radio"
    PHONE = "phone"
    ROOM = "room"
    GRID = "grid"
    HOTLINE = "hotline"
    HANDOVER_110 = "handover_110"
    PAGE = "page"
    TRAINING = "training"


class Urgency(IntEnum):
    """How soon somebody is to be there; 1 is first."""

    NOW = 1
    SOON = 2
    CAN_WAIT = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """`violent`: there is violence or a weapon, or may well be: police are sent, others only
    alerted. `may_turn`: it may become violent: somebody goes first, and it is referred
    afterwards. `units`: how many are sent at first. `equipment`: what at least one of them
    should carry. `referable`: it may be another body's to handle.
    """

    urgency: Urgency
    violent: bool = False
    may_turn: bool = False
    units: int = 1
    equipment: tuple[str, ...] = ()
    referable: bool = False


RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        Kind.PANIC_ALARM: Rule(Urgency.NOW, may_turn=True),
        Kind.WEAPON: Rule(Urgency.NOW, violent=True, units=2, equipment=("shield",)),
        Kind.FIGHT: Rule(Urgency.NOW, violent=True, units=2),
        Kind.DOMESTIC_VIOLENCE: Rule(Urgency.NOW, violent=True, units=2),
        Kind.BREAK_IN: Rule(Urgency.NOW, may_turn=True, units=2),
        Kind.THEFT: Rule(Urgency.SOON),
        Kind.FRAUD: Rule(Urgency.SOON),
        Kind.HARASSMENT: Rule(Urgency.SOON, may_turn=True),
        Kind.CROWD: Rule(Urgency.SOON, may_turn=True, units=2),
        Kind.FIRE: Rule(Urgency.NOW, units=2, equipment=("extinguisher",)),
        Kind.TRAFFIC: Rule(Urgency.SOON, equipment=("cones",)),
        Kind.MEDICAL: Rule(Urgency.NOW, equipment=("aed",)),
        Kind.MISSING: Rule(Urgency.NOW, units=2),
        Kind.SELF_HARM: Rule(Urgency.NOW, may_turn=True, units=2),
        Kind.SUSPICIOUS: Rule(Urgency.SOON, may_turn=True),
        Kind.DISPUTE: Rule(Urgency.SOON, may_turn=True, referable=True),
        Kind.NOISE: Rule(Urgency.CAN_WAIT, referable=True),
        Kind.HELP: Rule(Urgency.CAN_WAIT, referable=True),
        Kind.FACILITIES: Rule(Urgency.CAN_WAIT, referable=True),
        Kind.OTHER: Rule(Urgency.SOON, referable=True),
    }
)


class Danger(StrEnum):
    """What a place itself holds for whoever comes there. Nothing here is about a person."""

    DOG = "dog"
    GAS = "gas"
    CHEMICALS = "chemicals"
    POWER = "power"
    UNSOUND = "unsound"
    FALLS = "falls"
    WATER = "water"
    NARROW = "narrow"
    LOCKED = "locked"
    NO_SIGNAL = "no_signal"
    OTHER = "other"


class UnitKind(StrEnum):
    """What kind of force a unit is of."""

    POLICE = "police"
    AUXILIARY = "auxiliary"
    GUARD = "guard"
    GRID_WORKER = "grid_worker"
    MINI_FIRE = "mini_fire"
    VOLUNTEER = "volunteer"


class Travel(StrEnum):
    """How a unit moves."""

    CAR = "car"
    EBIKE = "ebike"
    FOOT = "foot"


SENT = frozenset({UnitKind.POLICE, UnitKind.AUXILIARY})
"""Who may be sent to what is violent. All others are alerted beside them."""


def may_lead(unit: UnitKind, kind: Kind) -> bool:
    """Whether a unit of this kind may be sent to such an incident by itself."""
    rule = RULES[kind]
    return unit in SENT or not rule.violent


class Status(StrEnum):
    """A unit's primary status: exactly one, and the only one that decides whether it can be sent.

    After the registry of primary unit statuses of NENA-STA-021 (EIDO).
    """

    AVAILABLE = "available"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    UNAVAILABLE = "unavailable"


class Secondary(StrEnum):
    """What else holds of a unit beside its primary status: any number, none of which decides."""

    PATROLLING = "patrolling"
    AT_POST = "at_post"
    MEAL = "meal"
    TRAINING = "training"
    WRITING_UP = "writing_up"
    LOW_BATTERY = "low_battery"
    WITH_RESIDENT = "with_resident"
    NEEDS_HELP = "needs_help"


class Milestone(StrEnum):
    """The moments of an incident, in their order. Each is written once; one that has not been, or
    was never recorded, is None and never 0."""

    RECEIVED = "received"
    ANSWERED = "answered"
    CREATED = "created"
    DISPATCHED = "dispatched"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    TOLD = "told"
    CLOSED = "closed"


class Answer(StrEnum):
    """What became of an offer."""

    WAITING = ""
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What an acceptor is told."""

    NONE = ""
    ASSIGNED = "assigned"
    STANDBY = "standby"
    NOT_NEEDED = "not_needed"


class Reach(StrEnum):
    """How far a wave of offers reaches: each goes out when the one before was met by silence."""

    BEST = "best"
    WIDER = "wider"
    PHONE = "phone"
    DUTY_OFFICER = "duty_officer"
    CHIEF = "chief"
