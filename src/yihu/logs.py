"""What our own logs may say of a fault: its kind and where in the code, nothing of the request.

Django's request logger prints the path, and a receipt's path is its key; an
exception's message may quote what someone wrote.
"""

import logging
import traceback
from pathlib import Path


class FaultFormatter(logging.Formatter):
    """`ValueError at pages.py:41 form < base.py:197 …`, innermost first; never the message."""

    def format(self, record: logging.LogRecord) -> str:
        kind, error, trace = record.exc_info or (None, None, None)
        if kind is None or error is None:
            return f"{self.formatTime(record)} {record.levelname} {record.name}"
        frames = reversed(traceback.extract_tb(trace))
        places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames)
        return f"{self.formatTime(record)} {record.levelname} {kind.__name__} at {places}"
