"""How whoever computes says how far it is. Pure."""

from typing import Protocol


class Telling(Protocol):
    """Told the stage, what was reached and of how much (or what is known of it at most), and the
    seconds since it began."""

    def __call__(
        self,
        stage: str,
        value: float | None = None,
        bound: float | None = None,
        seconds: float | None = None,
    ) -> None: ...
