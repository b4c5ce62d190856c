"""A warning in the Common Alerting Protocol, for whatever passes warnings on. Pure.

OASIS CAP 1.2 (ITU-T X.1303bis): elements in the order of its schema. An alert that was lifted is a
message of its own, a Cancel that refers to the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"


class Event(StrEnum):
    """What is warned of; the titles are in `warning_words.EVENTS`."""

    FIRE = "fire"
    GAS_LEAK = "gas_leak"
    FLOOD = "flood"
    STORM = "storm"
    ROAD_CLOSED = "road_closed"
    CROWD = "crowd"
    DANGEROUS_PERSON = "dangerous_person"
    MISSING_PERSON = "missing_person"
    POWER_CUT = "power_cut"
    FRAUD_WAVE = "fraud_wave"
    OTHER = "other"


CATEGORIES: Mapping[Event, str] = MappingProxyType(
    {
        Event.FIRE: "Fire",
        Event.GAS_LEAK: "Safety",
        Event.FLOOD: "Met",
        Event.STORM: "Met",
        Event.ROAD_CLOSED: "Transport",
        Event.CROWD: "Safety",
        Event.DANGEROUS_PERSON: "Security",
        Event.MISSING_PERSON: "Rescue",
        Event.POWER_CUT: "Infra",
        Event.FRAUD_WAVE: "Security",
        Event.OTHER: "Other",
    }
)


class Response(StrEnum):
    """What whoever reads it should do."""

    EVACUATE = "Evacuate"
    SHELTER = "Shelter"
    AVOID = "Avoid"
    PREPARE = "Prepare"
    MONITOR = "Monitor"


class Urgency(StrEnum):
    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"


class Severity(StrEnum):
    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"


class Certainty(StrEnum):
    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"


@dataclass(frozen=True, slots=True)
class Circle:
    """WGS-84 in degrees, and metres around it."""

    longitude: float
    latitude: float
    radius: float

    def __str__(self) -> str:
        return f"{self.latitude:.5f},{self.longitude:.5f} {self.radius / 1000:.3f}"


@dataclass(frozen=True, slots=True)
class Alert:
    """A warning as it is said. `sender`: whoever says it, as code@host. `lifted`: when it was
    taken back; None while it holds. `language`: of the words."""

    sender: str
    sender_name: str
    reference: str
    sent: datetime
    expires: datetime
    event: Event
    event_title: str
    response: Response
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    headline: str
    description: str
    instruction: str
    area: str
    circle: Circle | None = None
    language: str = "zh-CN"
    lifted: datetime | None = None
    is_exercise: bool = False

    @property
    def identifier(self) -> str:
        return _identifier(self.reference, 2 if self.lifted else 1)


def _identifier(reference: str, number: int) -> str:
    return f"{reference}-{number}"


def cap(alert: Alert) -> bytes:
    """The message as it stands now."""
    root = Element("alert", xmlns=NAMESPACE)
    say(root, "identifier", alert.identifier)
    say(root, "sender", alert.sender)
    say(root, "sent", stamp(alert.lifted or alert.sent))
    say(root, "status", "Exercise" if alert.is_exercise else "Actual")
    say(root, "msgType", "Cancel" if alert.lifted else "Alert")
    say(root, "scope", "Public")
    if alert.lifted:
        first = _identifier(alert.reference, 1)
        say(root, "references", f"{alert.sender},{first},{stamp(alert.sent)}")
    info = SubElement(root, "info")
    say(info, "language", alert.language)
    say(info, "category", CATEGORIES[alert.event])
    say(info, "event", alert.event_title)
    say(info, "responseType", "AllClear" if alert.lifted else alert.response.value)
    say(info, "urgency", "Past" if alert.lifted else alert.urgency.value)
    say(info, "severity", alert.severity.value)
    say(info, "certainty", alert.certainty.value)
    say(info, "effective", stamp(alert.sent))
    say(info, "expires", stamp(alert.expires))
    say(info, "senderName", alert.sender_name)
    say(info, "headline", alert.headline)
    say(info, "description", alert.description)
    say(info, "instruction", alert.instruction)
    area = SubElement(info, "area")
    say(area, "areaDesc", alert.area)
    if alert.circle:
        say(area, "circle", str(alert.circle))
    message: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return message


def say(parent: Element, name: str, text: str) -> None:
    """One element; none for what nobody said."""
    if text:
        SubElement(parent, name).text = "".join(sign for sign in text if _may_stand(sign))


def _may_stand(sign: str) -> bool:
    """Whether XML 1.0 has a place for it (section 2.2)."""
    return (
        sign in "\t\n\r"
        or "\x20" <= sign <= "\ud7ff"
        or "\ue000" <= sign <= "\ufffd"
        or (sign >= "\U00010000")
    )


def stamp(at: datetime) -> str:
    """Whole seconds with their offset; CAP knows no Z."""
    return at.isoformat(timespec="seconds")
