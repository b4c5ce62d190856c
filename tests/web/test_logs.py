"""Our own logs tell an engineer where it broke, and nobody what was asked or written."""

import logging
import sys

from yihu.logs import FaultFormatter


def fail(words: str) -> None:
    raise ValueError(words)


def test_a_fault_is_logged_by_kind_and_place_without_path_or_words() -> None:
    try:
        fail("what she wrote")
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "%s: %s", ("x", "/r/SECRET/"), None
        )
        record.exc_info = sys.exc_info()
    line = FaultFormatter().format(record)
    assert "ValueError at test_logs.py" in line
    assert "fail" in line
    assert "SECRET" not in line
    assert "she wrote" not in line


def test_a_refusal_without_an_exception_leaves_no_path() -> None:
    record = logging.LogRecord("django.request", 40, __file__, 1, "%s", ("/r/SECRET/",), None)
    assert "SECRET" not in FaultFormatter().format(record)
