"""What the moves and acts of an incident take."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from yihu.kernel.payload import Sealed

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class Outcome(StrEnum):
    """How an incident ended. None of these is a measure of enforcement: that has a house of its
    own, and no guard or volunteer may come near it."""

    SETTLED = "settled"
    HELPED = "helped"
    HANDED_OVER = "handed_over"
    NOTHING_FOUND = "nothing_found"
    FALSE_ALARM = "false_alarm"


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Noted(Schema):
    words: Annotated[Text, Sealed("note", "office")]


class Reported(Schema):
    """More from whoever raised it."""

    words: Annotated[Text, Sealed("report")]


class Located(Schema):
    """Where whoever raised it is, in words: sealed, as all that says where somebody was."""

    words: Annotated[Text, Sealed("place")]


class Resolved(Schema):
    outcome: Outcome
    words: Annotated[Text, Sealed("resolution", "office")]


class Told(Schema):
    """What whoever raised it was told, in plain words."""

    words: Annotated[Text, Sealed("answer")]
