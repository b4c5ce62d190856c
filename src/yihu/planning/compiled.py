"""How the parts of the simulator are compiled: into one function, which alone is kept on the disk.

Numba looks at the file of a function that it kept, but not at those of the functions in it. So what
is called only from compiled functions is not kept by itself, and the one that is called from Python
is kept under what stood in the files of all.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit

OPTIONS: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""No wrappers that would take arguments from Python: compiling takes a third."""

_files: set[Path] = set()


def inner[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """A part, never called from Python."""
    _files.add(Path(function.__code__.co_filename))
    compiled: Callable[P, R] = njit(**OPTIONS)(function)
    return compiled


def digest() -> str:
    """What stood in the files of all parts that were imported so far."""
    return sha256(b"".join(path.read_bytes() for path in sorted(_files))).hexdigest()
