"""A call or a message in words, for a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from yihu.radio import call_queries
from yihu.radio.call_forms import ReadBackForm
from yihu.radio.call_queries import ForMe
from yihu.radio.call_words import ORDERS
from yihu.radio.models import Addressee, Call, CallKind
from yihu.radio.readback import normal
from yihu.radio.schemas import Order


@dataclass(frozen=True, slots=True)
class Told:
    """What a call says. `lines`: an instruction's parts, each with its name."""

    call: Call
    words: str
    lines: list[tuple[str, str]]
    photo: UUID | None = None
    position: str = ""
    correction: str = ""
    seat: Addressee | None = None
    waits: bool = False
    form: ReadBackForm | None = None

    @property
    def instruction(self) -> bool:
        return bool(self.call.kind == CallKind.INSTRUCTION)

    @property
    def spoken(self) -> bool:
        return bool(self.call.asks.get("spoken"))


type Sites = Mapping[UUID, str]
"""The district's key sites by name (`call_queries.sites_of`)."""


def told(call: Call, said: Mapping[str, str], sites: Sites, seat: Addressee | None = None) -> Told:
    return Told(
        call=call,
        words=said.get("words", ""),
        lines=_lines(call, said, sites),
        photo=UUID(said["photo"]) if said.get("photo") else None,
        position=_position(said.get("position", "")),
        correction=said.get("correction", ""),
        seat=seat,
    )


def for_set(one: ForMe, answering: ReadBackForm | None, sites: Sites, *, crew: bool) -> Told:
    """With the form that gives an instruction back, where that is owed."""
    found = told(one.call, one.said, sites, one.seat)
    owes = one.waits and found.instruction and not found.spoken
    form = (answering or ReadBackForm(one.call, one.said, sites, crew=crew)) if owes else None
    return Told(
        found.call, found.words, found.lines, found.photo, found.position, found.correction,
        one.seat, one.waits, form,
    )  # fmt: skip


NAMES = {"do": N_("做什么"), "where": N_("在哪里"), "count": N_("几个人"), "at": N_("几点")}


def _lines(call: Call, said: Mapping[str, str], sites: Sites) -> list[tuple[str, str]]:
    if call.kind != CallKind.INSTRUCTION:
        return []
    parts = _parts(call.asks, said.get("where", ""), sites)
    return [(_(NAMES[name]), part) for name, part in parts.items() if part]


def _parts(codes: Mapping[str, Any], where: str, sites: Sites) -> dict[str, str]:
    """An instruction's parts in words, by code."""
    if "site" in codes:
        site = sites.get(UUID(codes["site"]), "—")
        where = f"{site} {where}".strip()
    return {
        "do": str(ORDERS[Order(codes["do"])]),
        "where": where,
        "count": str(codes.get("count", "")),
        "at": codes.get("at", ""),
    }


def beside(
    call: Call, said: Mapping[str, str], sites: Sites, seat: Addressee
) -> list[tuple[str, ...]]:
    """What was asked and what was given back, part by part: name, asked, given, and "same"."""
    if seat.read_back is None:
        return []
    asked = _parts(call.asks, said.get("where", ""), sites)
    given = _parts(seat.read_back, call_queries.given_where(call), sites)
    return [
        (_(NAMES[name]), part, given[name], "same" if normal(part) == normal(given[name]) else "")
        for name, part in asked.items()
        if part or given[name]
    ]


def span(length: timedelta | None) -> str:
    """1 分 30 秒; "" where there is none."""
    if length is None:
        return ""
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    if minutes:
        return _("%(minutes)d 分 %(seconds)d 秒") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)d 秒") % {"seconds": seconds}


def _position(kept: str) -> str:
    """As maps take it: latitude first."""
    if not kept:
        return ""
    place = json.loads(kept)
    return f"{place['latitude']:.6f},{place['longitude']:.6f}"
