"""A recommendation and the waves of an incident, as the control room reads them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import Any
from uuid import UUID

from yihu.direct.words import Words
from yihu.dispatch import advice_words
from yihu.dispatch.kinds import Answer, Reach, UnitKind
from yihu.dispatch.models import Assignment, Incident, Offer, Wave
from yihu.dispatch.recommend import Advice, LeftOut, Line, Why
from yihu.dispatch.titles import ANSWERS, REACHES, UNIT_KINDS, VERDICTS
from yihu.kernel.models import Entry
from yihu.people.models import Person

NUMBERED = 9
"""Lines that a single key presses."""
SHOWN, FURTHER, OUT = 5, 15, 20
"""Lines that are shown at once, that unfold, and of those who are left out: the nearest."""


@dataclass(frozen=True, slots=True)
class Row:
    """One that can be asked. `number`: the key that asks it, "" beyond the ninth."""

    line: Line
    number: str
    ticked: bool
    age: int | None

    @property
    def unit(self) -> str:
        return str(self.line.crew.unit)

    @property
    def kind(self) -> Words:
        return UNIT_KINDS[self.line.crew.kind]

    @property
    def minutes(self) -> str:
        return advice_words.minutes(self.line.seconds)

    @property
    def distance(self) -> str:
        return advice_words.distance(self.line.metres)

    @property
    def chance(self) -> str:
        return advice_words.chance(self.line.chance)

    @property
    def why(self) -> list[str]:
        """Without what stands above the whole list."""
        said = [reason for reason in self.line.why if reason.code is not Why.BY_LINE]
        return [advice_words.said(reason) for reason in said]


@dataclass(frozen=True, slots=True)
class Out:
    """One that is left out, and why; it can be asked all the same."""

    found: LeftOut
    ticked: bool

    @property
    def unit(self) -> str:
        return str(self.found.crew.unit)

    @property
    def kind(self) -> Words:
        return UNIT_KINDS[self.found.crew.kind]

    @property
    def why(self) -> str:
        return advice_words.said(self.found.reason)


def advice(found: Advice, ticked: Collection[str], now: datetime) -> dict[str, Any]:
    """`ticked`: the units whose boxes are ticked."""
    rows = [
        Row(line, str(n) if n <= NUMBERED else "", str(line.crew.unit) in ticked, _age(line, now))
        for n, line in enumerate((*found.lines, *found.beside), start=1)
    ]
    leads = len(found.lines)
    shown = max(SHOWN, sum(line.chosen for line in found.lines))
    return {
        "policy": advice_words.POLICIES[found.policy],
        "needed": found.needed,
        "rows": rows[:leads][:shown],
        "further": rows[:leads][shown : shown + FURTHER],
        "others": leads - shown,
        "more": max(leads - shown - FURTHER, 0),
        "beside": rows[leads:],
        "left_out": [Out(one, str(one.crew.unit) in ticked) for one in found.left_out[:OUT]],
        "out": len(found.left_out),
        "by_line": any(not line.way.by_road for line in found.lines[:1]),
        "trade": advice_words.trade(found.trade) if found.trade else "",
        "sure": round(found.sure * 100) if found.chosen else None,
    }


def _age(line: Line, now: datetime) -> int | None:
    """Minutes since a unit said where it is; None within the last one."""
    if line.crew.fix is None:
        return None
    return int((now - line.crew.fix.at).total_seconds() // 60) or None


# --- who was asked --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer, with where the unit is by now. `left`: seconds that it still has."""

    offer: Offer
    going: Assignment | None
    left: int

    @property
    def kind(self) -> Words:
        return UNIT_KINDS[UnitKind(self.offer.unit.kind)]

    @property
    def answer(self) -> Words:
        return ANSWERS[Answer(self.offer.answer)]

    @property
    def verdict(self) -> Words:
        return VERDICTS[self.offer.verdict]

    @property
    def eta(self) -> str:
        return advice_words.minutes(self.offer.eta)

    @property
    def state(self) -> str:
        """As the ring of answers has it."""
        if self.going is not None and self.going.on_scene_at:
            return "arrived"
        match Answer(self.offer.answer):
            case Answer.ACCEPTED:
                return "accepted"
            case Answer.DECLINED:
                return "declined"
            case Answer.WAITING:
                return "heard" if self.offer.heard_at else "called"
        return "silent"


@dataclass(frozen=True)
class Sent:
    """A wave. `people`: whoever was told beyond the units, by name."""

    wave: Wave
    asked: list[Asked]
    people: list[str]
    left: int

    @property
    def title(self) -> Words:
        return REACHES[Reach(self.wave.reach)]

    @cached_property
    def states(self) -> list[str]:
        return [one.state for one in self.asked if one.offer.answer != Answer.WITHDRAWN]


def waves(incident: Incident, now: datetime) -> dict[str, Any]:
    """The newest and all that still wait, those before them, and who goes without having been
    asked."""
    running = Assignment.objects.filter(incident=incident, ended_at=None).select_related("unit")
    going = {one.unit_id: one for one in running.order_by("assigned_at")}
    found = list(incident.waves.prefetch_related("offers__unit").order_by("-number"))
    people = _people(incident, found)
    sent = [
        Sent(
            wave,
            [
                Asked(offer, going.get(offer.unit_id), _left(offer.deadline, now))
                for offer in wave.offers.all()
            ],
            people.get(wave.number, []),
            0 if wave.closed_at else _left(wave.ends_at, now),
        )
        for wave in found
    ]
    coming = [one for one in going.values() if not one.alongside]
    return {
        "waves": [one for one in sent if one is sent[0] or one.wave.closed_at is None],
        "before": [one for one in sent[1:] if one.wave.closed_at is not None],
        "going": list(going.values()),
        "coming": len(coming),
        "needed": incident.units_needed,
        "lacks": len(coming) < incident.units_needed,
    }


def _left(until: datetime, now: datetime) -> int:
    return max(ceil((until - now).total_seconds()), 0)


BY_NAME = frozenset({Reach.DUTY_OFFICER, Reach.CHIEF})


def _people(incident: Incident, found: Collection[Wave]) -> dict[int, list[str]]:
    """Whom the waves told that reach beyond units, as their entries say."""
    if not any(wave.reach in BY_NAME for wave in found):
        return {}
    told: dict[int, list[UUID]] = {}
    for entry in Entry.objects.filter(matter=incident.pk, kind="acted").order_by("seq"):
        body = json.loads(entry.body)
        if body["act"] == "offer" and body["facts"]["reach"] in BY_NAME:
            told[body["facts"]["wave"]] = [UUID(one) for one in body["facts"]["people"]]
    asked = {person for people in told.values() for person in people}
    names = dict(Person.objects.filter(pk__in=asked).values_list("pk", "name"))
    return {wave: [names[one] for one in people if one in names] for wave, people in told.items()}
