"""What the moves of case studies and corrective measures take."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from yihu.kernel.payload import Sealed

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5000)]


class Check(StrEnum):
    """What a second pair of eyes must have looked for before a case is shown to all."""

    NO_NAMES = "no_names"
    NO_ADDRESSES = "no_addresses"
    NO_NUMBERS = "no_numbers"
    NO_TRACES = "no_traces"
    WISH = "wish"


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Written(Schema):
    """A version of a case, sealed until it is published. `tags`: words with spaces between."""

    title: Annotated[Line, Sealed("title", "office")]
    situation: Annotated[Text, Sealed("situation", "office")]
    method: Annotated[Text, Sealed("method", "office")]
    result: Annotated[Text, Sealed("result", "office")]
    lessons: Annotated[Text, Sealed("lessons", "office")]
    tags: Annotated[Line, Sealed("tags", "office")]


class Checked(Schema):
    """Nothing less than the whole list is a check."""

    checks: Annotated[list[Check], Field(max_length=len(Check))]

    @model_validator(mode="after")
    def ticks_all(self) -> Self:
        if set(self.checks) != set(Check):
            raise PydanticCustomError("not_all_checked", "every point must have been looked for")
        return self


class Explained(Schema):
    words: Annotated[Text, Sealed("note", "office")]


class Given(Schema):
    """To a named person."""

    handler: UUID
    words: Annotated[Text, Sealed("note", "office")]


class Effect(StrEnum):
    FEWER = "fewer"
    NOT_FEWER = "not_fewer"


class Effective(Schema):
    effect: Literal[Effect.FEWER] = Effect.FEWER
    words: Annotated[Text, Sealed("note", "office")]


class NotEffective(Schema):
    effect: Literal[Effect.NOT_FEWER] = Effect.NOT_FEWER
    words: Annotated[Text, Sealed("note", "office")]
