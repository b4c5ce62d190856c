"""Calls out of a file that somebody brought, as the house knows them: its own kinds, and the
communities of its map."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
import shapely
from shapely.geometry import shape

from yihu.dispatch import titles
from yihu.dispatch.kinds import Kind
from yihu.places.tile_layers import Area
from yihu.planning.measured_words import names
from yihu.planning.past_calls import Call, read_calls

LARGEST = 10 * 1024 * 1024
"""Bytes of a file."""


def of_file(content: bytes, communities: Sequence[Area]) -> list[Call]:
    """Kinds by their code or title, in Chinese or English; all others are `other`. Zones by where a
    call was, else by the name that the file gives. Raises BadCalls."""
    calls = read_calls(BytesIO(content))
    known, named = names(titles.KINDS), zones(communities)
    at = np.array([(call.longitude, call.latitude) for call in calls], dtype=float).reshape(-1, 2)
    within = np.full(len(calls), "", dtype=object)
    for area in communities:
        outline = shapely.make_valid(shape(area.geometry))
        within[shapely.contains_xy(outline, at[:, 0], at[:, 1])] = area.code
    return [
        replace(
            call,
            kind=known.get(call.kind.casefold(), Kind.OTHER.value),
            zone=str(zone) or named.get(call.zone.casefold(), ""),
        )
        for call, zone in zip(calls, within, strict=True)
    ]


def zones(communities: Sequence[Area]) -> Mapping[str, str]:
    """Codes by all that a community is called."""
    return {
        name.casefold(): area.code
        for area in communities
        for name in (area.code, area.name, area.name_en)
        if name
    }
