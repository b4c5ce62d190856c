"""What a relay counts, as text for Prometheus: numbers alone, of nobody and of no group. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


def _count(help: str) -> int:
    return field(default=0, metadata={"help": help})


@dataclass(slots=True)
class Counts:
    """They only rise, from 0 at the relay's start."""

    logins: int = _count("Sets that came on.")
    logins_refused: int = _count("Lines closed for want of a good ticket.")
    words: int = _count("Messages from sets.")
    refused: int = _count("Messages and frames that were not understood, or not allowed.")
    frames_in: int = _count("Frames of speech from sets.")
    frames_dropped: int = _count("Frames of speech from sets that had no floor.")
    frames_out: int = _count("Frames of speech written to lines.")
    frames_skipped: int = _count("Frames that a line missed because it was behind.")
    grants: int = _count("Floors granted.")
    denies: int = _count("Floors denied.")
    revokes: int = _count("Floors revoked, and speech without a floor rejected.")
    bursts: int = _count("Bursts of speech begun.")
    events: int = _count("Events told.")
    recorder_faults: int = _count("Frames that could not be recorded.")
    database_faults: int = _count("Reads and writes of the database that failed.")


def exposition(counts: Counts, gauges: dict[str, tuple[str, float]]) -> str:
    """Prometheus' text format 0.0.4. `gauges`: help and value of each."""
    return "".join(_lines(counts, gauges))


def _lines(counts: Counts, gauges: dict[str, tuple[str, float]]) -> Iterator[str]:
    for one in fields(counts):
        name, value = f"yihu_relay_{one.name}_total", getattr(counts, one.name)
        yield f"# HELP {name} {one.metadata['help']}\n# TYPE {name} counter\n{name} {value}\n"
    for short, (help, value) in gauges.items():
        name = f"yihu_relay_{short}"
        yield f"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value:g}\n"
