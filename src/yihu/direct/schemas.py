"""What the moves of the direct code take: pages make forms from these, the API publishes them."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from yihu.direct.kinds import Kind
from yihu.kernel.payload import Sealed

LONGEST = 5000

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
OptionalText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST)]
Rating = Annotated[int, Field(ge=1, le=5)]


class Outcome(StrEnum):
    SOLVED = "solved"
    EXPLAINED = "explained"
    PARTLY = "partly"
    NOT_POSSIBLE = "not_possible"
    COMMENDED = "commended"


class Excuse(StrEnum):
    UNREACHABLE = "unreachable"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


class Finding(StrEnum):
    """What came out when a praise was verified."""

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    NOT_CONFIRMED = "not_confirmed"


class Reach(StrEnum):
    """How the resident was reached."""

    RECEIPT = "receipt"
    PHONE = "phone"
    VISIT = "visit"
    MAIL = "mail"


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Contacted(Schema):
    how: Reach = Reach.RECEIPT
    words: Annotated[Text, Sealed("contact_words")]


class Assigned(Schema):
    handler: UUID
    words: Annotated[OptionalText, Sealed("instruction", "office")] = ""


class Verifying(Schema):
    """Whom a praise is for, and who finds out whether it holds. `others`: a line for each one
    who is not on the list, "name · organisation"."""

    praised: Annotated[list[UUID], Field(max_length=20)] = []
    others: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    handler: UUID
    words: Annotated[OptionalText, Sealed("instruction", "office")] = ""

    @model_validator(mode="after")
    def names_somebody(self) -> Self:
        if not self.praised and not self.others:
            raise PydanticCustomError("nobody_named", "a praise is for somebody")
        return self


class Attested(Schema):
    finding: Finding
    words: Annotated[Text, Sealed("finding", "office")]


class Commended(Schema):
    """The order's number in its year; its text is public, and kept by the room that issues it."""

    year: int
    number: int


class Revoked(Schema):
    """The reason for the teller; empty where nothing of theirs is left to seal it with."""

    year: int
    number: int
    words: Annotated[OptionalText, Sealed("reason")] = ""


class Reclassified(Schema):
    kind: Kind
    words: Annotated[Text, Sealed("note", "office")]


class Asked(Schema):
    words: Annotated[Text, Sealed("question")]


class Noted(Schema):
    words: Annotated[Text, Sealed("note", "office")]


class Answered(Schema):
    outcome: Outcome
    words: Annotated[Text, Sealed("answer")]


class Referred(Schema):
    to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
    words: Annotated[Text, Sealed("answer")]


class Merged(Schema):
    into: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=9)]
    words: Annotated[Text, Sealed("answer")]


class Excused(Schema):
    reason: Excuse
    words: Annotated[Text, Sealed("note", "office")]


class Named(Schema):
    person: UUID
    words: Annotated[OptionalText, Sealed("note", "office")] = ""


class TakenOver(Schema):
    words: Annotated[Text, Sealed("note", "office")]


class Added(Schema):
    words: Annotated[Text, Sealed("words")]


class Replied(Schema):
    words: Annotated[Text, Sealed("words")]


class Confirmed(Schema):
    verdict: Literal["solved"] = "solved"
    rating: Rating | None = None
    words: Annotated[OptionalText, Sealed("words")] = ""


class Disputed(Schema):
    verdict: Literal["unsolved"] = "unsolved"
    rating: Rating | None = None
    words: Annotated[OptionalText, Sealed("words")] = ""


class Withdrawn(Schema):
    words: Annotated[OptionalText, Sealed("words")] = ""


class ErasureAsked(Schema):
    words: Annotated[OptionalText, Sealed("words")] = ""
