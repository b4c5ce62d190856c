"""An incident as an Emergency Incident Data Object, for another dispatch system. Pure.

NENA-STA-021.1 (EIDO 1.0): names and structure after the public schema that goes with it
(github.com/NENA911/EIDO-JSON, Schema/openapi.yaml 1.0.0). What is not known is absent, never
empty and never nought. The standard has no field for most moments of an incident, so that each
of them is a note with its time. No person is named: agents are the houses' own systems.

Types of incidents are APCO's common codes, as the standard asks. Of the registries of statuses,
roles and kinds of units only some values are published in the open; those below that are not
among them say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from yihu.dispatch.kinds import Kind, Milestone, Secondary, Status, UnitKind, Urgency

VERSION = "1.0"
VOCABULARY = "./JSON-LD_Contexts/EmergencyIncidentDataObjectType.jsonld"

TYPES: Final[Mapping[Kind, str]] = {
    Kind.PANIC_ALARM: "ALRPANA",
    Kind.WEAPON: "WEAPON",
    Kind.FIGHT: "FIGHT",
    Kind.DOMESTIC_VIOLENCE: "DVA",
    Kind.BREAK_IN: "BURGLARY",
    Kind.THEFT: "LARCENY",
    Kind.FRAUD: "FRAUD",
    Kind.HARASSMENT: "HARR",
    Kind.CROWD: "DISORD",
    Kind.FIRE: "FUNK",
    Kind.TRAFFIC: "MVA",
    Kind.MEDICAL: "SICK",
    Kind.MISSING: "ATL",
    Kind.SELF_HARM: "SUICTHRT",
    Kind.SUSPICIOUS: "SUSP",
    Kind.DISPUTE: "CIVIL",
    Kind.NOISE: "NOISE",
    Kind.HELP: "CITASST",
    Kind.FACILITIES: "PUBWKS",
    Kind.OTHER: "INFO",
}
"""APCO ANS 2.103, common incident types for data exchange."""
PRIORITIES: Final[Mapping[Urgency, int]] = {
    Urgency.NOW: 9,
    Urgency.SOON: 6,
    Urgency.CAN_WAIT: 3,
}
"""From 0 to 10, and 10 is the highest."""
STATUSES: Final[Mapping[Status, str]] = {
    Status.AVAILABLE: "Available",
    Status.DISPATCHED: "Dispatched",
    Status.ACKNOWLEDGED: "Acknowledged",
    Status.EN_ROUTE: "Enroute",
    Status.ON_SCENE: "OnScene",
    Status.UNAVAILABLE: "Unavailable",
}
"""Of the registry of primary unit statuses, section 3.9; its spellings are not published in the
open. `unitStatusInternal` carries ours."""
AGENCIES: Final[Mapping[UnitKind, str]] = {
    UnitKind.POLICE: "police",
    UnitKind.AUXILIARY: "police",
    UnitKind.MINI_FIRE: "fire",
}
"""Of IANA's urn:emergency:service:responder; houses of other forces are "other"."""
OTHER = "other"
EXERCISE = "EXERCISE: nobody is to be sent"


class Direction(StrEnum):
    """What became of another incident that this one was joined with, or was cut from."""

    REPLACING = "REPLACING"
    REPLACED = "REPLACED"
    SPLIT = "SPLIT"


@dataclass(frozen=True, slots=True)
class Agency:
    """An organisation, by its code. `owns`: the incident is its."""

    code: str
    kind: str
    owns: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A unit that was sent. `sent_at`: when; `eta`: when it said that it would be there. `active`:
    its status is about this incident; `stacked`: it is to come once it is done elsewhere."""

    id: UUID
    code: str
    kind: UnitKind
    agency: str
    status: Status
    status_at: datetime | None
    secondary: Sequence[Secondary] = ()
    sent_at: datetime | None = None
    eta: datetime | None = None
    active: bool = False
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of an incident at a moment.

    `issuer`: the host that says it. `place`: a landmark in words, of nobody's home. `point`:
    WGS-84, longitude and latitude in degrees, and metres it may be off. `joined`: other incidents
    with what became of them; `related`: those that belong to it.
    """

    issuer: str
    id: UUID
    reference: str
    kind: Kind
    kind_title: str
    urgency: Urgency
    urgency_title: str
    step: str
    is_open: bool
    updated_at: datetime
    agencies: Sequence[Agency]
    moments: Mapping[Milestone, datetime | None]
    resources: Sequence[Resource] = ()
    place: str = ""
    point: tuple[float, float, float | None] | None = None
    joined: Sequence[tuple[UUID, Direction]] = ()
    related: Sequence[UUID] = ()
    is_exercise: bool = False


def eido(seen: Snapshot) -> dict[str, Any]:
    """The object, ready for JSON."""
    return _Writer(seen).whole()


class _Writer:
    def __init__(self, seen: Snapshot) -> None:
        self.seen = seen
        self.owner = next(agency for agency in seen.agencies if agency.owns)

    def whole(self) -> dict[str, Any]:
        seen = self.seen
        return _present(
            self._part(self._incident(seen.id), seen.updated_at)
            | {
                "eidoVersion": VERSION,
                "issuingElementIdentification": seen.issuer,
                "agencyComponent": [*self._agencies()],
                "agentComponent": [*self._agents()],
                "incidentComponent": self._about(),
                "callComponent": [*self._calls()],
                "dispatchComponent": [*self._dispatches()],
                "emergencyResourceComponent": [*self._resources()],
                "locationComponent": [*self._locations()],
                "notesComponent": [*self._notes()],
                "mergeComponent": [*self._merges()],
                "linkComponent": [*self._links()],
                "@context": {"@vocab": VOCABULARY},
            }
        )

    # --- identifiers ------------------------------------------------------------------------

    def _incident(self, incident: UUID) -> str:
        return f"urn:emergency:uid:incidentid:{incident.hex}:{self.seen.issuer}"

    def _own(self, what: str) -> str:
        return f"{self.seen.id.hex}.{what}@{self.seen.issuer}"

    def _agency(self, code: str) -> str:
        return f"{code}.{self.seen.issuer}"

    def _agent(self, code: str) -> str:
        return f"dispatch@{self._agency(code)}"

    def _part(self, ident: str, at: datetime) -> dict[str, Any]:
        """What every component begins with."""
        return {
            "$id": ident,
            "lastUpdateTimeStamp": stamp(at),
            "updatedByAgencyReference": to(self._agency(self.owner.code)),
        }

    # --- who --------------------------------------------------------------------------------

    def _agencies(self) -> Iterable[dict[str, Any]]:
        for agency in self.seen.agencies:
            roles = ["CallReceiving", "Dispatch"] if agency.owns else [OTHER.capitalize()]
            yield self._part(self._agency(agency.code), self.seen.updated_at) | {
                "agencyRoleDescriptionRegistryText": roles,
                "agencyType": [agency.kind],
                "incidentOwningAgencyIndicator": agency.owns,
            }

    def _agents(self) -> Iterable[dict[str, Any]]:
        for agency in self.seen.agencies:
            yield self._part(self._agent(agency.code), self.seen.updated_at) | {
                "agentRoleRegistryText": ["Dispatching"],
                "agencyReference": to(self._agency(agency.code)),
            }

    # --- what, where and when ---------------------------------------------------------------

    def _about(self) -> dict[str, Any]:
        seen = self.seen
        return _present(
            self._part(self._own("incident"), seen.updated_at)
            | {
                "incidentTypeInternalCode": seen.kind.value,
                "incidentTypeInternalText": seen.kind_title,
                "incidentTypeCommonRegistryText": TYPES[seen.kind],
                "incidentStatusInternalText": [seen.step],
                "incidentStatusCommonRegistryText": ["Active" if seen.is_open else "Closed"],
                "internalIncidentId": seen.reference,
                "incidentPriorityInternalText": seen.urgency_title,
                "incidentCommonPriorityNumber": PRIORITIES[seen.urgency],
                "agentReference": [to(self._agent(self.owner.code))],
                "locationReference": [to(one["$id"]) for one in self._locations()],
                "notesReference": [to(one["$id"]) for one in self._notes()],
            }
        )

    def _calls(self) -> Iterable[dict[str, Any]]:
        received = self.seen.moments.get(Milestone.RECEIVED)
        if received is None:
            return
        answered = self.seen.moments.get(Milestone.ANSWERED)
        ident = f"urn:emergency:uid:callid:{self.seen.id.hex}:{self.seen.issuer}"
        yield _present(
            self._part(ident, answered or received)
            | {
                "callStateRegistryText": "callAnswered" if answered else "callBegin",
                "standardPrimaryCallType": "emergency",
                "direction": "incoming",
                "callStartTimestamp": stamp(received),
                "answerDate": stamp(answered) if answered else None,
            }
        )

    def _locations(self) -> Iterable[dict[str, Any]]:
        seen = self.seen
        if seen.point is None and not seen.place:
            return
        yield _present(
            self._part(self._own("location"), seen.updated_at)
            | {
                "locationTypeDescriptionRegistryText": "CurrentIncident",
                "locationByValue": pidf(self._own("location"), seen.point) if seen.point else None,
                "locationDescriptionText": seen.place,
            }
        )

    def _notes(self) -> Iterable[dict[str, Any]]:
        if self.seen.is_exercise:
            yield self._note("exercise", EXERCISE, self.seen.updated_at)
        for milestone, at in self.seen.moments.items():
            if at is not None:
                yield self._note(f"moment.{milestone.value}", milestone.value, at)

    def _note(self, what: str, text: str, at: datetime) -> dict[str, Any]:
        return self._part(self._own(what), at) | {
            "notesActionComments": f"<p>{text}</p>",
            "agentReference": to(self._agent(self.owner.code)),
        }

    # --- who goes ---------------------------------------------------------------------------

    def _resources(self) -> Iterable[dict[str, Any]]:
        seen = self.seen
        for unit in seen.resources:
            yield _present(
                self._part(self._resource(unit), unit.status_at or seen.updated_at)
                | {
                    "emergencyResourceTypeCommonRegistryText": OTHER.capitalize(),
                    "emergencyResourceTypeInternalText": unit.kind.value,
                    "emergencyResourceName": unit.code,
                    "resourceAttributeRegistryText": [OTHER.capitalize()],
                    "resourceAttributeInternalText": [unit.kind.value],
                    "primaryUnitStatusRegistryText": STATUSES[unit.status],
                    "unitStatusInternal": [unit.status.value, *map(str, unit.secondary)],
                    "agentReference": [to(self._agent(unit.agency))],
                    "unitDestinationReference": next(
                        (to(one["$id"]) for one in self._locations()), None
                    ),
                    "eta": stamp(unit.eta) if unit.eta else None,
                    "activeOnIncidentId": self._incident(seen.id) if unit.active else None,
                    "stackedOnIncidentId": [self._incident(seen.id)] if unit.stacked else None,
                }
            ) | {"secondaryUnitStatusRegistryText": []}

    def _dispatches(self) -> Iterable[dict[str, Any]]:
        for unit in self.seen.resources:
            if unit.sent_at is not None:
                yield self._part(self._own(f"dispatch.{unit.id.hex}"), unit.sent_at) | {
                    "agencyReference": to(self._agency(unit.agency)),
                    "agentReference": to(self._agent(self.owner.code)),
                    "emergencyResourceReference": [to(self._resource(unit))],
                }

    def _resource(self, unit: Resource) -> str:
        return f"{unit.id.hex}.unit@{self.seen.issuer}"

    # --- other incidents --------------------------------------------------------------------

    def _merges(self) -> Iterable[dict[str, Any]]:
        for other, direction in self.seen.joined:
            yield self._part(self._own(f"merge.{other.hex}"), self.seen.updated_at) | {
                "incidentTrackingIdentifier": self._incident(other),
                "incidentMergeDirectionCode": direction.value,
            }

    def _links(self) -> Iterable[dict[str, Any]]:
        for other in self.seen.related:
            yield self._part(self._own(f"link.{other.hex}"), self.seen.updated_at) | {
                "incidentTrackingIdentifier": self._incident(other),
                "linkDirectionCode": "RELATED",
            }


def to(ident: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": ident}


def stamp(at: datetime) -> str:
    """A moment with its offset, as NENA-STA-010 section 2.3 has it."""
    return at.isoformat(timespec="milliseconds")


def pidf(entity: str, point: tuple[float, float, float | None]) -> str:
    """A position as PIDF-LO: a point, or a circle where one knows how far off it may be
    (RFC 5491, section 5.2)."""
    longitude, latitude, accuracy = point
    where = f"<gml:pos>{latitude:.6f} {longitude:.6f}</gml:pos>"
    shape = f'<gml:Point srsName="urn:ogc:def:crs:EPSG::4326">{where}</gml:Point>'
    if accuracy:
        metres = f'<gs:radius uom="urn:ogc:def:uom:EPSG::9001">{accuracy:.0f}</gs:radius>'
        shape = f'<gs:Circle srsName="urn:ogc:def:crs:EPSG::4326">{where}{metres}</gs:Circle>'
    spaces = " ".join(f"xmlns{name}={quoteattr(uri)}" for name, uri in _SPACES.items())
    return (
        f"<presence {spaces} entity={quoteattr('pres:' + escape(entity))}>"
        f'<dm:device id="scene"><gp:geopriv><gp:location-info>{shape}</gp:location-info>'
        "<gp:usage-rules/></gp:geopriv></dm:device></presence>"
    )


_SPACES = {
    "": "urn:ietf:params:xml:ns:pidf",
    ":dm": "urn:ietf:params:xml:ns:pidf:data-model",
    ":gp": "urn:ietf:params:xml:ns:pidf:geopriv10",
    ":gml": "http://www.opengis.net/gml",
    ":gs": "http://www.opengis.net/pidflo/1.0",
}


def _present(component: dict[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in component.items() if value not in (None, "", [])}
