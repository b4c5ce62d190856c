"""How the parts of the simulator are compiled: called only by each other, never from Python."""

from collections.abc import Callable
from typing import Any

from numba import njit


OPTIONS: Any = {"cache": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Without the wrappers that would take arguments from Python: compiling takes a third."""
    compiled: Callable[P, R] = njit(**OPTIONS)(function)
    return compiled
