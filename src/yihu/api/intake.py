"""Incidents that other systems hand over: a 110 centre, the 12345 hotline, a grid's own program."""

from http import HTTPStatus
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field
from pydantic_core import PydanticCustomError

from yihu.api.access import WRITES
from yihu.api.making import Key, client_key, titled
from yihu.api.problems import Problem
from yihu.api.shapes import short
from yihu.direct.actions import Safety
from yihu.dispatch import words
from yihu.dispatch.actions import Place
from yihu.dispatch.intake import Caller, Spot, take
from yihu.dispatch.intake_places import landmarks, spot_named
from yihu.dispatch.intake_queries import alike_to
from yihu.dispatch.kinds import Door, Kind, Urgency
from yihu.dispatch.schemas import OptionalText, Schema
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.people.desk import Sitting
from yihu.places.datum import UndeclaredDatumError, declared, to_wgs84

router = Router(tags=["staff"])


def _known(name: str) -> str:
    try:
        return declared(name).value
    except UndeclaredDatumError:
        raise PydanticCustomError("datum", "say in which datum the position is") from None


class Position(Schema):
    """Degrees and metres. `datum` has no default: a guess would send people to the next street."""

    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    datum: Annotated[
        str,
        Field(max_length=16, description="wgs84, gcj02 or bd09"),
        AfterValidator(_known),
    ]
    accuracy: Annotated[float, Field(ge=0, lt=1e6)] | None = None

    @property
    def place(self) -> Place:
        longitude, latitude = to_wgs84((self.longitude, self.latitude), declared(self.datum))
        return Place(longitude, latitude, self.accuracy)


class Called(Schema):
    """Who called. Sealed; nothing is sent to the number."""

    name: short(40) = ""  # type: ignore[valid-type]
    phone: short(24) = ""  # type: ignore[valid-type]
    safety: Safety = Safety.OPEN


class NewIncident(Schema):
    """An incident as it is handed over. `place` is what was said of it: a name on the map in it is
    recognised, all else is sealed. `external`: its number at whoever hands it over."""

    kind: Kind
    door: Door
    words: OptionalText = ""
    place: short(120) = ""  # type: ignore[valid-type]
    position: Position | None = None
    caller: Called = Called()
    priority: Urgency | None = None
    units_needed: Annotated[int, Field(ge=1, le=20)] | None = None
    called_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    external: short(40) = ""  # type: ignore[valid-type]


class Taken(BaseModel):
    """`alike`: incidents that it may be the same as; whether it is, somebody decides."""

    reference: str
    step: str
    seq: int
    repeated: bool
    alike: list[str]


@router.post(
    "/incidents",
    auth=WRITES,
    response={201: Taken},
    operation_id="openIncident",
    summary=titled(_("转来一件警情")),
)
def open_incident(request: HttpRequest, incident: NewIncident, key: Key) -> dict[str, Any]:
    """Hand an incident to the station of the token's holder. It waits there for somebody to answer
    it. A retry with the same key gets the same answer. `door: training` marks an exercise."""
    sitting: Sitting = request.auth  # type: ignore[attr-defined]
    try:
        done = take(
            actor=sitting.actor,
            kind=incident.kind,
            door=incident.door,
            client_key=client_key(key),
            words=incident.words,
            spot=_spot(sitting, incident),
            caller=Caller(**incident.caller.model_dump()),
            priority=incident.priority,
            units_needed=incident.units_needed,
            called_at=incident.called_at,
            answered_at=incident.answered_at,
            by_program=True,
            facts={"external": incident.external} if incident.external else {},
        )
    except KeyReused:
        raise Problem(HTTPStatus.CONFLICT, "key_reused") from None
    except Refused as no:
        raise _refused(no) from None
    matter = done.matter
    alike = [] if done.repeated else alike_to(sitting.actor, matter.incident)
    return {
        "reference": matter.reference,
        "step": matter.step,
        "seq": matter.seq,
        "repeated": done.repeated,
        "alike": [one.incident.matter.reference for one in alike],
    }


def _spot(sitting: Sitting, incident: NewIncident) -> Spot:
    known = landmarks(sitting.actor.district)
    place = incident.position.place if incident.position else None
    return spot_named(known, incident.place, place=place)


def _refused(no: Refused) -> Problem:
    sentence, field = words.refusal(no.code), no.data.get("field")
    if field is None:
        return Problem(HTTPStatus.FORBIDDEN, no.code, sentence)
    error = {"field": str(field), "code": no.code, "detail": sentence}
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, no.code, sentence, errors=[error])
