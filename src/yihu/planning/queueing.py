"""Queues and distances that have a formula: what a simulation must reproduce to be believed. Pure.

`load` is arrivals × mean service time, in erlangs. Times are in whatever unit the rates are per.
Notation after Kleinrock, *Queueing Systems* I (1975).
"""

from math import exp, inf, log, pi, sqrt


def erlang_b(servers: int, load: float) -> float:
    """The share of calls that are lost where nobody waits (M/G/c/c), for any law of service.

    Erlang (1917), by the recursion B(c) = aB(c-1) / (c + aB(c-1)), which overflows nowhere.
    """
    _check(servers, load)
    lost = 1.0
    for count in range(1, servers + 1):
        lost = load * lost / (count + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """The share of calls that wait where everybody does (M/M/c); 1 where the queue has no end.

    Erlang (1917), from the loss: C = B / (1 - ρ(1 - B)).
    """
    lost = erlang_b(servers, load)
    if load >= servers:
        return 1.0
    return lost / (1 - load / servers * (1 - lost))


def mmc_wait(servers: int, arrivals: float, mean: float) -> float:
    """The mean wait in the queue of M/M/c, those who do not wait counted: C / (c/s - λ).

    `arrivals`: how many in a unit of time; `mean`: service time. inf where the queue has no end.
    """
    load = arrivals * mean
    waits = erlang_c(servers, load)
    return waits * mean / (servers - load) if load < servers else inf


def mg1_wait(arrivals: float, mean: float, variation: float = 1.0) -> float:
    """The mean wait in the queue of M/G/1: ρ/(1 - ρ) × (1 + cv²)/2 × mean.

    `variation`: the squared coefficient of variation of the service time (variance / mean²): 0 if
    it is always the same, 1/k for Erlang-k, 1 for the exponential law. Pollaczek (1930), Khinchine
    (1932). inf where the queue has no end.
    """
    load = arrivals * mean
    _check(1, load)
    if not 0 <= variation < inf:
        raise ValueError(f"{variation} is no squared coefficient of variation")
    return load / (1 - load) * (1 + variation) / 2 * mean if load < 1 else inf


def nearest_of_field(distance: float, density: float) -> float:
    """How likely nobody of a Poisson field is within a distance: P(r > x) = exp(-πLx²).

    `density`: how many there are, on average, in a square of the distance's unit. Clark & Evans
    (1954); Larson & Odoni, *Urban Operations Research* (1981), §3.8.
    """
    _check_field(density)
    if not distance >= 0:
        raise ValueError(f"{distance} is no distance")
    return exp(-pi * density * distance * distance)


def nearest_mean(density: float) -> float:
    """How far the nearest of a Poisson field is on average: 1 / (2√L)."""
    _check_field(density)
    return 1 / (2 * sqrt(density))


def nearest_quantile(share: float, density: float) -> float:
    """The distance within which the nearest of a Poisson field is in such a share of cases."""
    _check_field(density)
    if not 0 <= share < 1:
        raise ValueError(f"{share} is no share below 1")
    return sqrt(-log(1 - share) / (pi * density))


def _check(servers: int, load: float) -> None:
    if servers < 1:
        raise ValueError(f"{servers} servers serve nobody")
    if not 0 <= load < inf:
        raise ValueError(f"{load} is no load")


def _check_field(density: float) -> None:
    if not 0 < density < inf:
        raise ValueError(f"{density} is no density of a field")
