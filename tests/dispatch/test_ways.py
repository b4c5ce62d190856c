"""Who is looked up on the roads, and who keeps the estimate along a line."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from yihu.dispatch import ways
from yihu.dispatch.crew import Crew, Fix
from yihu.dispatch.kinds import Status, Travel, UnitKind
from yihu.dispatch.travel import Way

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HERE = (121.0, 30.0)


def crew(n: int, *, travel: Travel = Travel.CAR, placed: bool = True) -> Crew:
    """So many hundred metres east."""
    fix = Fix(121.0 + n / 964, 30.0, 10.0, NOON) if placed else None
    return Crew(
        UUID(int=n), f"u{n:03}", "", UnitKind.POLICE, travel, UUID(int=0), frozenset(),
        Status.AVAILABLE, None, (UUID(int=1),), fix, 0,
    )  # fmt: skip


class Net:
    """Roads on which who is further east than `river` has a bridge, and the others have not."""

    def __init__(self, river: float) -> None:
        self.river, self.asked = river, [0]

    def to_one(self, target: Any, sources: Sequence[Any], profile: Any, hour: float) -> Any:
        self.asked.append(len(sources))
        east = np.array([longitude for longitude, _ in sources]) - 121.0
        seconds = np.where(east > self.river, 100 + east, 5000.0)
        return SimpleNamespace(seconds=seconds, metres=seconds * 10)


def asked_of(
    monkeypatch: pytest.MonkeyPatch, net: Net | None, crews: Sequence[Crew]
) -> dict[int, Way]:
    monkeypatch.setattr(ways, "roads", lambda district: net)
    found = ways.ways_to("test", HERE, crews, NOON)
    return {unit.int: way for unit, way in found.items()}


def test_the_nearest_are_looked_up_and_who_is_further_keeps_the_estimate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = Net(river=-1)
    found = asked_of(monkeypatch, net, [crew(n) for n in range(1, 100)])
    assert sum(net.asked) == ways.AT_ONCE
    assert all(way.by_road is (n <= ways.AT_ONCE) for n, way in found.items())


def test_where_those_who_look_near_are_not_more_are_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = Net(river=80 / 964)
    found = asked_of(monkeypatch, net, [crew(n) for n in range(1, 200)])
    nearest = min(found.values(), key=lambda way: way.seconds)
    assert nearest.by_road
    assert sum(net.asked) == 2 * ways.AT_ONCE


def test_each_way_of_travelling_is_a_search_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Net(river=-1)
    asked_of(monkeypatch, net, [crew(1), crew(2, travel=Travel.FOOT), crew(3, travel=Travel.FOOT)])
    assert sorted(net.asked[1:]) == [1, 2]


def test_without_roads_it_is_estimated_along_a_line_and_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = asked_of(monkeypatch, None, [crew(10), crew(2, placed=False)])
    assert list(found) == [10]
    assert found[10].metres == pytest.approx(1350, rel=0.01)
    assert found[10].seconds == pytest.approx(1350 / 8.3, rel=0.01)
    assert not found[10].by_road
