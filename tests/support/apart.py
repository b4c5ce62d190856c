"""Coroutines in tests: playwright keeps a loop of its own running in the tests' thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_apart[T](work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, run in a thread that has no loop yet."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
