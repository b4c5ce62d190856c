"""What the moves and acts of the radio's loops take."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from yihu.kernel.payload import Sealed

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Member(Schema):
    person: UUID


class Membership(Member):
    talks: bool


class Explained(Schema):
    words: Annotated[Text, Sealed("note", "office")]


class Order(StrEnum):
    """What an instruction asks to be done."""

    GO = "go"
    CORDON = "cordon"
    EVACUATE = "evacuate"
    RESCUE = "rescue"
    STAND_BY = "stand_by"
    REPORT = "report"
    WITHDRAW = "withdraw"


class ReadBack(Schema):
    """An instruction's parts, as they are asked and as they are given back. `where` in words,
    or a key site; `at`: a time of day."""

    do: Order
    site: UUID | None = None
    count: Annotated[int, Field(ge=1, le=999)] | None = None
    at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    where: Annotated[Short, Sealed("where")] = ""


class Instruction(ReadBack):
    """An instruction, with what else is to be said."""

    words: Annotated[Short, Sealed("words")] = ""


class HeardBack(Schema):
    """What a dispatcher heard when somebody gave an instruction back by voice."""

    matches: bool


class Corrected(Schema):
    """What was said to put an instruction right; whoever misread it reads it."""

    words: Annotated[Text, Sealed("correction")]


class Mended(Schema):
    """How a hazard was mended; the picture of it is sealed beside these words."""

    words: Annotated[Text, Sealed("evidence", "office")]


class Cleared(Schema):
    """What whoever found a hazard is told of its end."""

    words: Annotated[Text, Sealed("answer")]


class Assigned(Schema):
    """Who is to mend it, and by when."""

    handler: UUID
    mend_by: datetime
