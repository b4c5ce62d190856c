"""What the moves and acts of the radio's loops take."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from yihu.kernel.payload import Sealed

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Member(Schema):
    person: UUID


class Membership(Member):
    talks: bool


class Explained(Schema):
    words: Annotated[Text, Sealed("note", "office")]


class ReadBack(Schema):
    """An instruction's parts as the addressee gave them back, as JSON."""

    asks: Line


class Mended(Schema):
    """How a hazard was mended; the picture of it is sealed beside these words."""

    words: Annotated[Text, Sealed("evidence", "office")]


class Assigned(Schema):
    """Who is to mend it, and by when."""

    handler: UUID
    mend_by: datetime
