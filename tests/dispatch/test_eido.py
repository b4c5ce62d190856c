"""An incident as an EIDO: what the public schema asks for, and nothing that nobody knows.

The schema is NENA911/EIDO-JSON, Schema/openapi.yaml 1.0.0: for each component, its required
members and all those that it knows.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.support import programs
from tests.support.courses import gone, unit
from tests.support.town import Town, build

from yihu.api.models import Scope
from yihu.dispatch.eido import TYPES, Agency, Direction, Resource, Snapshot, eido
from yihu.dispatch.kinds import Door, Kind, Milestone, Secondary, Status, UnitKind, Urgency
from yihu.dispatch.models import Incident, IncidentLink, Unit
from yihu.kernel.models import Matter

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
PROLOGUE = {"$id", "lastUpdateTimeStamp", "updatedByAgencyReference"}
REQUIRED = {
    "agencyComponent": {"agencyRoleDescriptionRegistryText", "agencyType"},
    "agentComponent": {"agentRoleRegistryText", "agencyReference"},
    "incidentComponent": {"incidentTypeCommonRegistryText"},
    "callComponent": {
        *("callStateRegistryText", "standardPrimaryCallType"),
        *("direction", "callStartTimestamp"),
    },
    "dispatchComponent": set[str](),
    "emergencyResourceComponent": {
        *("agentReference", "emergencyResourceTypeCommonRegistryText"),
        *("primaryUnitStatusRegistryText", "resourceAttributeRegistryText"),
        "secondaryUnitStatusRegistryText",
    },
    "locationComponent": {"locationTypeDescriptionRegistryText"},
    "notesComponent": {"notesActionComments"},
    "mergeComponent": {"incidentMergeDirectionCode", "incidentTrackingIdentifier"},
    "linkComponent": {"incidentTrackingIdentifier", "linkDirectionCode"},
}
KNOWN = {
    "agencyComponent": {"incidentOwningAgencyIndicator"},
    "agentComponent": set[str](),
    "incidentComponent": {
        *("incidentTypeInternalCode", "incidentTypeInternalText", "incidentStatusInternalText"),
        *("incidentStatusCommonRegistryText", "internalIncidentId", "agentReference"),
        *("locationReference", "incidentPriorityInternalText", "incidentCommonPriorityNumber"),
        "notesReference",
    },
    "callComponent": {"answerDate"},
    "dispatchComponent": {"agencyReference", "agentReference", "emergencyResourceReference"},
    "emergencyResourceComponent": {
        *("emergencyResourceTypeInternalText", "resourceAttributeInternalText"),
        *("emergencyResourceName", "unitStatusInternal", "unitDestinationReference", "eta"),
        *("activeOnIncidentId", "stackedOnIncidentId"),
    },
    "locationComponent": {"locationByValue", "locationDescriptionText"},
    "notesComponent": {"agentReference"},
    "mergeComponent": set[str](),
    "linkComponent": set[str](),
}
LISTS = {
    *("agencyRoleDescriptionRegistryText", "agencyType", "agentRoleRegistryText"),
    *("incidentStatusInternalText", "incidentStatusCommonRegistryText", "unitStatusInternal"),
    *("resourceAttributeRegistryText", "resourceAttributeInternalText", "stackedOnIncidentId"),
    *("secondaryUnitStatusRegistryText", "emergencyResourceReference", "locationReference"),
    "notesReference",
}
TOP = {"eidoVersion", "issuingElementIdentification", "agencyComponent"}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")


def components(whole: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, value in whole.items():
        if name.endswith("Component"):
            found += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return found


def check(whole: dict[str, Any]) -> None:
    """That it is what the schema asks for, and that every reference leads somewhere."""
    assert set(whole) >= TOP | PROLOGUE
    assert whole["eidoVersion"] == "1.0"
    assert {name for name in whole if name.endswith("Component")} <= set(REQUIRED)
    ids = [whole["$id"]]
    for name, one in components(whole):
        assert PROLOGUE | REQUIRED[name] <= set(one), name
        assert set(one) <= PROLOGUE | REQUIRED[name] | KNOWN[name], name
        ids.append(one["$id"])
        for member, value in one.items():
            assert value is not None, member
            if member in LISTS:
                assert isinstance(value, list), member
            if member.lower().endswith(("timestamp", "date")) or member == "eta":
                assert STAMP.fullmatch(value), member
    assert len(ids) == len(set(ids)), "an identifier stands twice"
    for reference in references(whole):
        assert reference in ids
    json.dumps(whole)


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [one for each in value.values() for one in references(each)]
    if isinstance(value, list):
        return [one for each in value for one in references(each)]
    return []


# --- pure ---------------------------------------------------------------------------------------

MOMENTS = st.dictionaries(st.sampled_from(list(Milestone)), st.none() | st.just(AT))
UNITS = st.builds(
    Resource,
    id=st.uuids(),
    code=st.sampled_from(["p1", "g1"]),
    kind=st.sampled_from(list(UnitKind)),
    agency=st.sampled_from(["station", "mall"]),
    status=st.sampled_from(list(Status)),
    status_at=st.none() | st.just(AT),
    secondary=st.lists(st.sampled_from(list(Secondary)), unique=True),
    sent_at=st.none() | st.just(AT),
    eta=st.none() | st.just(AT),
    active=st.booleans(),
)
SNAPSHOTS = st.builds(
    Snapshot,
    issuer=st.just("yihu.example.cn"),
    id=st.uuids(),
    reference=st.just("7F3K-9Q2M"),
    kind=st.sampled_from(list(Kind)),
    kind_title=st.just("打架"),
    urgency=st.sampled_from(list(Urgency)),
    urgency_title=st.just("立即"),
    step=st.just("handling"),
    is_open=st.booleans(),
    updated_at=st.just(AT),
    agencies=st.just([Agency("station", "police", owns=True), Agency("mall", "other")]),
    moments=MOMENTS,
    resources=st.lists(UNITS, unique_by=lambda one: one.id, max_size=3),
    place=st.sampled_from(["", "<文化广场> & 北门"]),
    point=st.none() | st.just((120.1, 30.2, None)) | st.just((120.1, 30.2, 25.0)),
    joined=st.lists(
        st.tuples(st.uuids(), st.sampled_from(list(Direction))),
        unique_by=lambda one: one[0],
        max_size=2,
    ),
    related=st.lists(st.uuids(), unique=True, max_size=2),
    is_exercise=st.booleans(),
)


@given(SNAPSHOTS)
def test_it_is_what_the_schema_asks_for(seen: Snapshot) -> None:
    whole = eido(seen)
    check(whole)
    notes = {one["notesActionComments"] for one in whole.get("notesComponent", [])}
    for milestone, at in seen.moments.items():
        assert (f"<p>{milestone.value}</p>" in notes) == (at is not None)
    assert ("callComponent" in whole) == (seen.moments.get(Milestone.RECEIVED) is not None)
    for one in whole.get("locationComponent", []):
        if "locationByValue" in one:
            ElementTree.fromstring(one["locationByValue"])


def test_every_kind_has_a_common_code() -> None:
    assert set(TYPES) == set(Kind)


# --- from the database ----------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    return build()


@pytest.fixture
def incident(town: Town) -> Incident:
    police = unit(town, "p1", UnitKind.POLICE, town.station)
    found = gone(town, AT, {police: 6})
    Unit.objects.filter(pk=police.pk).update(
        status="on_scene", status_at=AT + timedelta(minutes=6), incident=found
    )
    return found


def asked(client: Client, incident: Incident) -> dict[str, Any]:
    answer = client.get(f"/api/v1/incidents/{incident.matter.reference}/eido")
    assert answer.status_code == 200
    whole: dict[str, Any] = answer.json()
    check(whole)
    return whole


def reader(town: Town, name: str = "chief") -> Client:
    return programs.with_token(town, name, Scope.READ)


def test_a_program_reads_it_with_units_and_moments(town: Town, incident: Incident) -> None:
    whole = asked(reader(town), incident)
    (resource,) = whole["emergencyResourceComponent"]
    assert resource["primaryUnitStatusRegistryText"] == "OnScene"
    assert resource["unitStatusInternal"] == ["on_scene"]
    assert resource["activeOnIncidentId"] == whole["$id"]
    notes = {one["notesActionComments"]: one for one in whole["notesComponent"]}
    assert notes["<p>on_scene</p>"]["lastUpdateTimeStamp"].startswith("2026-03-01T08:06:00")
    assert "<p>contained</p>" not in notes
    assert "mergeComponent" not in whole


def test_nobodys_name_is_in_it(town: Town, incident: Incident) -> None:
    whole = json.dumps(asked(reader(town), incident), ensure_ascii=False)
    for person in ("guard", "chief"):
        assert f'"{person}"' not in whole


def test_what_was_joined_and_what_it_was_joined_with(town: Town, incident: Incident) -> None:
    other = gone(town, AT, {})
    Matter.objects.filter(pk=other.pk).update(merged_into=incident.matter)
    cut = gone(town, AT, {})
    IncidentLink.objects.create(incident=incident, other=cut, split=True, at=AT)
    kin = gone(town, AT, {})
    IncidentLink.objects.create(incident=kin, other=incident, at=AT)

    def joined(one: Incident) -> set[tuple[str, str]]:
        merged = asked(reader(town), one).get("mergeComponent", [])
        return {
            (each["incidentTrackingIdentifier"].split(":")[4], each["incidentMergeDirectionCode"])
            for each in merged
        }

    def hexed(one: Incident) -> str:
        return UUID(str(one.pk)).hex

    assert joined(incident) == {(hexed(other), "REPLACING"), (hexed(cut), "SPLIT")}
    assert joined(Incident.objects.get(pk=other.pk)) == {(hexed(incident), "REPLACED")}
    (link,) = asked(reader(town), incident)["linkComponent"]
    assert hexed(kin) in link["incidentTrackingIdentifier"]


def test_an_exercise_says_so(town: Town, incident: Incident) -> None:
    Matter.objects.filter(pk=incident.pk).update(door=Door.TRAINING)
    notes = asked(reader(town), incident)["notesComponent"]
    assert any("EXERCISE" in one["notesActionComments"] for one in notes)


@pytest.mark.parametrize("name", ["stranger", "guard"])
def test_to_whoever_may_not_know_of_it_it_does_not_exist(
    town: Town, incident: Incident, name: str
) -> None:
    where = f"/api/v1/incidents/{incident.matter.reference}/eido"
    assert reader(town, name).get(where).status_code == 404
    assert programs.without().get(where).status_code == 401
