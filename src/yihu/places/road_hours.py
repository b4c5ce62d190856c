"""How much slower roads are by the hour of the day, until a district has measured its own.

An assumption, and a mild one: responders pass queues, but they meet them. Main roads lose a third
of their speed in the rush hours, others a tenth; people on foot lose nothing.
"""

import numpy as np

from yihu.places.road_graph import Flags, Floats
from yihu.places.road_rules import Profile

QUARTERS = 96
"""A day's quarters of an hour: factors are read at each of them."""
HOURS = (0.0, 6.0, 7.5, 8.5, 10.0, 16.5, 17.5, 18.5, 20.0, 24.0)
MAIN = (0.95, 0.95, 1.35, 1.35, 1.0, 1.0, 1.4, 1.4, 1.0, 0.95)
OTHER = (1.0, 1.0, 1.1, 1.1, 1.0, 1.0, 1.1, 1.1, 1.0, 1.0)
"""By hour: how much longer than around noon; in between along a line."""


def slowness(profile: Profile, hour: float, main: Flags) -> Floats:
    """By what each road's time is multiplied."""
    if profile is Profile.FOOT:
        return np.ones(len(main))
    other = np.interp(hour, HOURS, OTHER)
    chief = np.interp(hour, HOURS, MAIN) if profile is Profile.CAR else other
    slow: Floats = np.where(main, chief, other)
    return slow
