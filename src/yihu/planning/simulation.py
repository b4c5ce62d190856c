"""What brings help sooner, simulated: calls, units, roads and rules of dispatch. Pure.

A `Scenario` says where calls come from and who may be sent, a `Policy` whom to ask first.
`simulate` makes one run of it; `replicate` many, under several policies that meet the same calls,
and says how well their measures and differences are known.
"""

from yihu.planning.arrival_streams import Arrivals, Calls, Recorded
from yihu.planning.confidence import Interval
from yihu.planning.policies import Policy, Rule
from yihu.planning.random_laws import Law
from yihu.planning.replication import Comparison, replicate, simulate
from yihu.planning.scenario import CallType, Scenario, Units, UnitType
from yihu.planning.simulation_run import CURVES, GRID, INTERVALS, Run, measure_names, measures

__all__ = [
    "CURVES",
    "GRID",
    "INTERVALS",
    "Arrivals",
    "CallType",
    "Calls",
    "Comparison",
    "Interval",
    "Law",
    "Policy",
    "Recorded",
    "Rule",
    "Run",
    "Scenario",
    "UnitType",
    "Units",
    "measure_names",
    "measures",
    "replicate",
    "simulate",
]
