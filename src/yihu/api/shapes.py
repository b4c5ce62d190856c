"""What goes in and out over HTTP. A move takes its own schema (`direct.schemas`), as on a page."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Self, cast

from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from yihu.direct import schemas
from yihu.direct.actions import Message, Picture, Safety
from yihu.direct.kinds import About, Kind, Reporter
from yihu.direct.pictures import LARGEST, MEDIA_TYPE, BadPicture, fit_to_keep
from yihu.direct.uploads import MOST_PHOTOS

# --- in ------------------------------------------------------------------------------------------


def short(length: int) -> Any:
    return Annotated[str, StringConstraints(strip_whitespace=True, max_length=length)]


def _photo(text: str) -> Any:
    """base64 of a photo, made fit to keep: re-encoded, and without what it hid."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PydanticCustomError("not_a_picture", "not base64") from None
    try:
        return Picture(fit_to_keep(content), MEDIA_TYPE)
    except BadPicture as bad:
        raise PydanticCustomError(bad.fault.value, "not a photo we can keep") from None


Photo = Annotated[
    str,
    Field(max_length=LARGEST * 4 // 3 + 4, description="JPEG, PNG or WebP in base64"),
    AfterValidator(_photo),
]


class NewMessage(schemas.Schema):
    """What a resident sends. Everything but kind and words may be left out; no name is needed."""

    kind: Kind
    words: schemas.Text
    about: About | None = None
    whom: short(200) = ""  # type: ignore[valid-type]
    name: short(60) = ""  # type: ignore[valid-type]
    contact: short(120) = ""  # type: ignore[valid-type]
    safety: Safety = Safety.OPEN
    reporter: Reporter = Reporter.RESIDENT
    photos: Annotated[list[Photo], Field(max_length=MOST_PHOTOS)] = []

    @model_validator(mode="after")
    def complaint_says_about_whom(self) -> Self:
        if self.kind is Kind.COMPLAINT and self.about is None:
            raise PydanticCustomError("about_needed", "a complaint says whom it is about")
        return self

    def message(self) -> Message:
        complaint = self.kind is Kind.COMPLAINT
        return Message(
            kind=self.kind,
            words=self.words,
            about=self.about if complaint and self.about else About.OFFICE,
            whom=self.whom,
            name=self.name,
            contact=self.contact,
            safety=self.safety,
            pictures=cast(list[Picture], self.photos),  # their validator made them so
            reporter=self.reporter,
        )


class Nothing(schemas.Schema):
    """For a move that takes nothing."""


# --- out -----------------------------------------------------------------------------------------


class Problem(Schema):
    """RFC 9457. `errors` names fields; `current` is the matter as it stands, after a conflict."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] | None = None
    current: dict[str, Any] | None = None


class Promise(Schema):
    text: str
    signature: str


class Opened(Schema):
    reference: str
    secret: str
    receipt_url: str
    promise: Promise
    log_key: str


class ToldEvent(Schema):
    what: str
    when: datetime | None
    due: datetime | None
    who: str
    text: str
    state: str


class Receipt(Schema):
    """A matter as its teller may see it. `moves` and `acts` can be made now."""

    reference: str
    kind: str
    step: str
    step_title: str
    office: str
    seq: int
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    question: str | None
    history: list[ToldEvent]
    moves: list[str]
    acts: list[str]


class Done(Schema):
    """What a move left. `repeated`: it had been made before, with the same key."""

    reference: str
    seq: int
    step: str
    step_title: str
    repeated: bool


class Row(Schema):
    reference: str
    kind: str
    step: str
    step_title: str
    owner: str
    opened_at: datetime
    due_at: datetime | None
    paused_until: datetime | None
    closed_at: datetime | None
    excerpt: str


class Listed(Schema):
    """One page. `more`: what to ask for as `after`, "" at the end. `count` stops at 1001."""

    matters: list[Row]
    more: str
    count: int | None


class Said(Schema):
    what: str
    text: str | None
    media_type: str
    internal: bool
    erased: bool


class Line(Schema):
    seq: int
    what: str
    when: datetime
    who: str
    facts: list[str]
    said: list[Said]
    internal: bool


class Matter(Schema):
    """A matter as this reader may see it. `moves` and `acts` are theirs to make now."""

    reference: str
    kind: str
    loop: str
    step: str
    step_title: str
    owner: str
    office: str
    seq: int
    outcome: str
    opened_at: datetime
    answered_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    opening: list[Said]
    history: list[Line]
    moves: list[str]
    acts: list[str]


class Station(Schema):
    code: str
    name: str


class Warning(Schema):
    """A warning to the public. `cap`: the address of its CAP 1.2 message."""

    reference: str
    station: str
    event: str
    headline: str
    sent: datetime
    expires: datetime
    lifted: datetime | None
    exercise: bool
    cap: str


class DeclaredStep(Schema):
    name: str
    title: str
    owner: str | None
    within: str | None
    end: bool


class DeclaredMove(Schema):
    name: str
    title: str
    start: list[str]
    to: str | None
    by: list[str]


class DeclaredLoop(Schema):
    """A way that matters go, as declared: what the program checks when it starts."""

    name: str
    title: str
    openings: list[str]
    steps: list[DeclaredStep]
    moves: list[DeclaredMove]
    acts: list[DeclaredMove]


class SignedState(Schema):
    """The newest checkpoint of the public log (C2SP tlog-checkpoint), and the key to check it."""

    note: str
    key: str
