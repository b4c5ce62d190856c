"""Travel times on a real city by an engine that others use (the data are not in this project).

`YIHU_SHARED_DATA` names their folder; without it `../shared/data` beside the checkout is looked in.
"""

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yihu.places.roads import LonLat, Profile, Roads

FOLDER = os.environ.get("YIHU_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data"
CITY = Path(FOLDER) / "osm" / "campo-grande.osm.gz"
TIMES = Path(FOLDER) / "osm" / "ref-times-campo-grande.csv"
FLEET, DRAWS, AGAIN = 50, 250, 2000
"""Units in a fleet, fleets drawn for each incident, samples for an interval."""

type Table = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """Of what differs by incident. The interval is the middle 95 % were the incidents drawn again:
    fleets are many, incidents few, and other incidents are what would change most."""

    by_incident: Table

    @property
    def value(self) -> float:
        return float(self.by_incident.mean())

    @property
    def interval(self) -> tuple[float, float]:
        random = np.random.default_rng(3)
        again = random.choice(self.by_incident, (AGAIN, len(self.by_incident))).mean(axis=1)
        low, high = np.quantile(again, [0.025, 0.975])
        return float(low), float(high)


@dataclass(frozen=True)
class Reference:
    """`seconds` [incident, unit] by OSRM's car profile."""

    incidents: list[LonLat]
    units: list[LonLat]
    seconds: Table

    def ours(self, roads: Roads) -> Table:
        rows = [roads.to_one(there, self.units, Profile.CAR).seconds for there in self.incidents]
        return np.array(rows)

    def nearest(self, ours: Table) -> tuple[Mean, Mean]:
        """Over random fleets: how often our nearest unit is the nearest, and how many seconds
        later by the reference the one is there that we would send."""
        both = np.array([list(self._draws(*rows)) for rows in zip(self.seconds, ours, strict=True)])
        return Mean((both <= 1e-9).mean(axis=1)), Mean(both.mean(axis=1))

    def _draws(self, truth: Table, found: Table) -> Iterator[float]:
        random = np.random.default_rng(1)
        for _ in range(DRAWS):
            fleet = random.choice(len(truth), FLEET, replace=False)
            yield float(truth[fleet[found[fleet].argmin()]] - truth[fleet].min())


def there() -> bool:
    return CITY.exists() and TIMES.exists()


def read() -> Reference:
    with TIMES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    incidents = {int(row["incident"]): (float(row["ilon"]), float(row["ilat"])) for row in rows}
    units = {int(row["unit"]): (float(row["ulon"]), float(row["ulat"])) for row in rows}
    seconds = np.full((len(incidents), len(units)), np.inf)
    for row in rows:
        seconds[int(row["incident"]), int(row["unit"])] = float(row["osrm_s"] or "inf")
    return Reference(
        [incidents[n] for n in sorted(incidents)], [units[n] for n in sorted(units)], seconds
    )
