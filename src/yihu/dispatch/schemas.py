"""What the moves and acts of an incident take."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from yihu.dispatch.kinds import Kind, Reach, Secondary, Status, Urgency, Verdict
from yihu.kernel.payload import Sealed

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
OptionalText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Seconds = Annotated[int, Field(ge=0, le=24 * 3600)]


class Outcome(StrEnum):
    """How an incident ended. None of these is a measure of enforcement: that has a house of its
    own, and no guard or volunteer may come near it."""

    SETTLED = "settled"
    HELPED = "helped"
    HANDED_OVER = "handed_over"
    NOTHING_FOUND = "nothing_found"
    FALSE_ALARM = "false_alarm"


class Receiver(StrEnum):
    """Who takes what is not the police's."""

    HOTLINE = "hotline_12345"
    COMMUNITY = "community"
    DEPARTMENT = "department"
    MEDIATION = "mediation"
    OTHER_STATION = "other_station"


class Excuse(StrEnum):
    """Why somebody cannot be told."""

    UNREACHABLE = "unreachable"
    UNSAFE = "unsafe"
    UNKNOWN = "unknown"


class Unable(StrEnum):
    """Why a unit does not come. None of these is held against anybody."""

    BUSY = "busy"
    TOO_FAR = "too_far"
    NOT_FIT = "not_fit"
    POST_EMPTY = "post_empty"
    OTHER = "other"


class Override(StrEnum):
    """Why a dispatcher chose others than were recommended."""

    KNOWS_PLACE = "knows_place"
    LANGUAGE = "language"
    BETTER_EQUIPPED = "better_equipped"
    KEEP_COVER = "keep_cover"
    ASKED_BY_SCENE = "asked_by_scene"
    OTHER = "other"


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


class Placed(Schema):
    """Where it is, as the control room now knows it."""

    words: Annotated[Text, Sealed("place", "office")]


class Reclassified(Schema):
    kind: Kind


class Prioritised(Schema):
    priority: Urgency


class Resolved(Schema):
    outcome: Outcome
    words: Annotated[Text, Sealed("resolution", "office")]


class Told(Schema):
    """What whoever raised it was told, in plain words. `reminded`: the fixed, neutral reminder
    that one can write to the station was given with it."""

    words: Annotated[Text, Sealed("answer")]
    reminded: bool = True


class Referred(Schema):
    """Handed to another body: the teller is told which, and how to reach it."""

    to: Receiver
    words: Annotated[Text, Sealed("answer")]


class Merged(Schema):
    """`into`: the reference of the incident in which it goes on."""

    into: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=12)]


class Linked(Schema):
    """`other`: the reference of the other incident."""

    other: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=12)]


class Excused(Schema):
    reason: Excuse
    words: Annotated[Text, Sealed("note", "office")]


def _looked(seen: bool) -> bool:
    if not seen:
        raise PydanticCustomError("unseen", "the review must have been looked at")
    return seen


class Reviewed(Schema):
    """The incident looked over at its end, with what its run card left open (added by us)."""

    seen: Annotated[bool, AfterValidator(_looked), Field(validate_default=True)] = False
    words: Annotated[OptionalText, Sealed("review", "office")] = ""


class Signed(Schema):
    words: Annotated[OptionalText, Sealed("note", "office")] = ""


class Lifted(Schema):
    """A warning that holds no longer, and why (added by us, for ourselves)."""

    words: Annotated[OptionalText, Sealed("note", "office")] = ""


# --- who is asked, and who goes -----------------------------------------------------------------


class Offered(Schema):
    """A wave of offers. `people`: the members of these units who are on shift."""

    wave: int
    reach: Reach
    units: list[UUID]
    alongside: list[UUID] = []
    people: list[UUID]
    policy: str
    override: Override | Literal[""] = ""
    words: Annotated[OptionalText, Sealed("note", "office")] = ""


class Accepted(Schema):
    """`eta`: in seconds, by the unit's own word. `verdict`: what it was told."""

    unit: UUID
    eta: Seconds | None = None
    verdict: Verdict


class Declined(Schema):
    unit: UUID
    reason: Unable


class Silent(Schema):
    wave: int
    units: list[UUID]


class Assigned(Schema):
    unit: UUID
    people: list[UUID]
    verdict: Verdict = Verdict.ASSIGNED


class Enlisted(Schema):
    """`people`: members of a unit that was sent who were not on shift, or not of it, by then."""

    unit: UUID
    people: list[UUID]


class StoodDown(Schema):
    unit: UUID


class UnitMoved(Schema):
    unit: UUID
    status: Status
    secondary: list[Secondary] = []


class HandedOver(Schema):
    unit: UUID
    to: UUID
    people: list[UUID]
    words: Annotated[OptionalText, Sealed("note", "office")] = ""


class Needed(Schema):
    """`units`: how many more."""

    units: Annotated[int, Field(ge=1, le=20)] = 1
    words: Annotated[OptionalText, Sealed("note", "office")] = ""


class Ticked(Schema):
    """`card`: its version; `step`: the code of the step."""

    card: int
    step: Annotated[str, StringConstraints(min_length=1, max_length=32)]


class Sent(Schema):
    """From the scene: words, and photos beside them."""

    words: Annotated[OptionalText, Sealed("report", "office")] = ""
