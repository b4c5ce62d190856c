"""What a move takes: a typed schema, some of whose fields are words to be sealed.

Pure. The schema is the one definition of a move's content: forms are made from
it, the API publishes it, and the kernel splits it here into what the entry may
hold and what is sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

ORIGINAL = "original"
"""The part that keeps what another was cleaned from for reading. Nobody reads it along."""

Audience = Literal["party", "office", "identity"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Marks a schema's text field as sealed, e.g. `Annotated[str, Sealed("answer")]`."""

    what: str
    audience: Audience = "party"


@dataclass(frozen=True, slots=True)
class Part:
    """Content to be sealed."""

    what: str
    content: bytes
    audience: Audience = "party"
    media_type: str = "text/plain"


def split(payload: BaseModel | None) -> tuple[dict[str, Any], list[Part]]:
    """The facts that an entry may hold openly, and the parts to be sealed."""
    facts: dict[str, Any] = {}
    parts: list[Part] = []
    if payload is None:
        return facts, parts
    for name, field in type(payload).model_fields.items():
        value = getattr(payload, name)
        mark = next((m for m in field.metadata if isinstance(m, Sealed)), None)
        if mark is None:
            if value is not None:
                facts[name] = plain(value)
        elif value:
            parts.append(Part(mark.what, value.encode(), mark.audience))
    return facts, parts


def plain(value: object) -> Any:
    """A value as an entry's body can hold it."""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
