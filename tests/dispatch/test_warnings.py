"""Warnings: issued and lifted by whoever directs, read as CAP 1.2 by anybody's program."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.support.desk import do, hidden, login, offered
from tests.support.town import Town, build
from tests.support.warned import warned

from yihu.dispatch import warnings
from yihu.dispatch.cap import (
    NAMESPACE,
    Alert,
    Certainty,
    Circle,
    Event,
    Response,
    Severity,
    Urgency,
    cap,
)
from yihu.dispatch.warning_words import EVENTS
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.kernel.sealed import forget

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
ALERT = ["identifier", "sender", "sent", "status", "msgType", "scope", "references", "info"]
INFO = [
    *("language", "category", "event", "responseType", "urgency", "severity", "certainty"),
    *("effective", "expires", "senderName", "headline", "description", "instruction", "area"),
]
"""The elements that we say, in the order of the OASIS schema."""
REQUIRED = {
    *("identifier", "sender", "sent", "status", "msgType", "scope"),
    *("info", "category", "event", "urgency", "severity", "certainty", "area", "areaDesc"),
}
"""Those without which a message is none: CAP 1.2, section 3.2; info and area as we use them."""
VALUES = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "responseType": "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}
"""What an element may say, where the schema lists it."""
CIRCLE = re.compile(r"-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?")

# --- pure ---------------------------------------------------------------------------------------

ALERTS = st.builds(
    Alert,
    sender=st.just("station@yihu.example.cn"),
    sender_name=st.just("良水派出所"),
    reference=st.just("7F3K-9Q2M"),
    sent=st.just(AT),
    expires=st.just(AT + timedelta(hours=4)),
    event=st.sampled_from(list(Event)),
    event_title=st.just("火灾"),
    response=st.sampled_from(list(Response)),
    urgency=st.sampled_from(list(Urgency)),
    severity=st.sampled_from(list(Severity)),
    certainty=st.sampled_from(list(Certainty)),
    headline=st.text(min_size=1),
    description=st.text(),
    instruction=st.text(),
    area=st.just("人民路"),
    circle=st.none() | st.just(Circle(120.1, 30.2, 500)),
    lifted=st.none() | st.just(AT + timedelta(hours=1)),
    is_exercise=st.booleans(),
)


def told(message: bytes) -> dict[str, str]:
    """What each element says, once its order was looked at."""
    root = ElementTree.fromstring(message)
    assert root.tag == f"{{{NAMESPACE}}}alert"
    names = [one.tag.removeprefix(f"{{{NAMESPACE}}}") for one in root]
    assert names == [name for name in ALERT if name in names]
    info = root[-1]
    parts = [one.tag.removeprefix(f"{{{NAMESPACE}}}") for one in info]
    assert parts == [name for name in INFO if name in parts]
    found = {one.tag.removeprefix(f"{{{NAMESPACE}}}"): one.text or "" for one in root.iter()}
    for name in ("sent", "effective", "expires"):
        assert STAMP.fullmatch(found[name])
    for name in ("identifier", "sender"):
        assert not set(found[name]) & set(" ,<&")
    assert found.keys() >= REQUIRED
    assert all(found[name].strip() for name in REQUIRED - {"info", "area"})
    assert all(found[name] in allowed.split() for name, allowed in VALUES.items())
    assert [one.tag.rpartition("}")[2] for one in info[-1]] in (
        ["areaDesc"],
        ["areaDesc", "circle"],
    )
    assert CIRCLE.fullmatch(found.get("circle", "0,0 0"))
    return found


@given(ALERTS)
def test_it_is_cap_whatever_was_written(alert: Alert) -> None:
    said = told(cap(alert))
    assert said["msgType"] == ("Cancel" if alert.lifted else "Alert")
    assert said["status"] == ("Exercise" if alert.is_exercise else "Actual")
    assert ("references" in said) == (alert.lifted is not None)
    if alert.circle:
        assert said["circle"] == "30.20000,120.10000 0.500"


def test_lifting_refers_to_the_message_that_it_takes_back() -> None:
    fields: dict[str, Any] = {
        "sender": "s@h",
        "sender_name": "所",
        "reference": "7F3K-9Q2M",
        "sent": AT,
        "expires": AT + timedelta(hours=1),
        "event": Event.FIRE,
        "event_title": "火灾",
        "response": Response.AVOID,
        "urgency": Urgency.IMMEDIATE,
        "severity": Severity.SEVERE,
        "certainty": Certainty.LIKELY,
        "headline": "火",
        "description": "",
        "instruction": "",
        "area": "路",
    }
    first = told(cap(Alert(**fields)))
    second = told(cap(Alert(**fields, lifted=AT + timedelta(minutes=5))))
    named = ",".join(first[name] for name in ("sender", "identifier", "sent"))
    assert second["references"] == named
    assert second["identifier"] != first["identifier"]
    assert second["responseType"] == "AllClear"


def test_every_event_has_a_title() -> None:
    assert set(EVENTS) == set(Event)


# --- issued and lifted ----------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    return build()


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Client().get("/api/v1/warnings").json()
    return found


def test_anybodys_program_reads_what_holds_and_that_it_was_lifted(town: Town) -> None:
    matter = warned(town, circle=Circle(120.1, 30.2, 500))
    (row,) = listed()
    assert (row["event"], row["station"], row["lifted"]) == ("gas_leak", "station", None)
    answer = Client(headers={"Accept-Language": "en"}).get(row["cap"].partition("testserver")[2])
    assert answer.headers["Content-Type"] == "application/cap+xml"
    said = told(answer.content)
    assert said["event"] == "燃气泄漏"  # in the language of what was written
    assert said["headline"] == "人民路燃气泄漏，请离开 <东门> & 周边"
    assert said["msgType"] == "Alert"
    do(town.actor("dispatcher"), matter, "lift")
    (row,) = listed()
    assert row["lifted"] is not None
    assert told(Client().get(f"/api/v1/warnings/{matter.reference}.cap").content)["msgType"] == (
        "Cancel"
    )


def test_many_cost_no_more_statements_than_one(
    town: Town, django_assert_max_num_queries: Any
) -> None:
    for _several in range(5):
        warned(town)
    with django_assert_max_num_queries(3):
        assert len(list(warnings.listed())) == 5


def test_what_has_expired_is_listed_no_longer(town: Town) -> None:
    matter = warned(town, hours=1)
    Matter.objects.filter(pk=matter.pk).update(opened_at=timezone.now() - timedelta(hours=2))
    assert listed() == []


def test_a_day_after_it_was_lifted_nobody_outside_reads_it(town: Town) -> None:
    matter = warned(town)
    do(town.actor("dispatcher"), matter, "lift")
    address = f"/api/v1/warnings/{matter.reference}.cap"
    assert Client().get(address).status_code == 200
    Matter.objects.filter(pk=matter.pk).update(closed_at=timezone.now() - timedelta(hours=25))
    assert Client().get(address).status_code == 404
    assert listed() == []
    page = login(town, "dispatcher").get(f"/desk/warnings/{matter.reference}/")
    assert page.status_code == 200


def test_once_its_words_are_erased_it_says_only_what_and_by_whom(town: Town) -> None:
    matter = warned(town, headline="找示例名")
    do(town.actor("dispatcher"), matter, "lift")
    forget(matter.pk)
    message = Client().get(f"/api/v1/warnings/{matter.reference}.cap").content
    assert "示例名" not in message.decode()
    assert told(message)["areaDesc"] == "station"


def test_another_matter_is_no_warning(town: Town) -> None:
    assert Client().get("/api/v1/warnings/0000-0000.cap").status_code == 404


@pytest.mark.parametrize("name", ["officer", "guard", "supervisor", "stranger"])
def test_only_whoever_directs_the_station_warns(town: Town, name: str) -> None:
    with pytest.raises(Refused, match="not the actor's"):
        warned(town, by=name)


# --- its pages ------------------------------------------------------------------------------------

FORM = {
    "event": "gas_leak",
    "headline": "人民路燃气泄漏",
    "area": "人民路",
    "response": "Evacuate",
    "severity": "Severe",
    "urgency": "Immediate",
    "certainty": "Observed",
    "hours": "4",
    "radius": "500",
    "key": "0a" * 16,
}


def test_it_is_issued_once_and_lifted_at_the_desk(town: Town) -> None:
    client = login(town, "dispatcher")
    for _ in range(2):
        answer = client.post("/desk/warnings/", FORM | {"longitude": "120.1", "latitude": "30.2"})
        assert answer.status_code == 302
    matter = Matter.objects.get(loop="warning")
    address = f"/desk/warnings/{matter.reference}/"
    page = client.get(address)
    assert "人民路燃气泄漏" in page.text
    assert "lift" in offered(page)
    assert "lift" not in offered(login(town, "officer").get(address))
    client.post(f"{address}do/lift/", hidden(page, "lift") | {"words": ""})
    matter.refresh_from_db()
    assert matter.step == "lifted"
    assert "已解除" in client.get("/desk/warnings/").text


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(town: Town) -> None:
    client = login(town, "dispatcher")
    page = client.post("/desk/warnings/", FORM | {"headline": "", "area": "人民路东门"})
    assert page.status_code == 422
    assert "人民路东门" in page.text
    assert "请写一句" in page.text
    assert not Matter.objects.filter(loop="warning").exists()


def test_an_exercise_says_so_everywhere(town: Town) -> None:
    matter = warned(town, is_exercise=True)
    assert told(Client().get(f"/api/v1/warnings/{matter.reference}.cap").content)["status"] == (
        "Exercise"
    )
    assert listed()[0]["exercise"] is True
    page = login(town, "chief").get(f"/desk/warnings/{matter.reference}/").text
    assert "这是演练" in page
