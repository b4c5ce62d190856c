"""City apps speak Open311: help, suggestions and praise go in and are read by their own token."""

import json
import uuid
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.faults import nasties
from tests.support.desk import do, write
from tests.support.town import Town, build

from yihu.api.georeport import written
from yihu.direct.kinds import Kind
from yihu.direct.models import DirectCode
from yihu.kernel.models import Matter, SealedPart

BASE = "/open311/v2"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def post(client: Client | None = None, form: str = "json", **said: Any) -> HttpResponse:
    said = {"service_code": "help-station", "description": "楼道灯坏了"} | said
    return (client or Client()).post(f"{BASE}/requests.{form}", said)


def errors(answer: HttpResponse) -> list[dict[str, Any]]:
    found = answer.json()
    assert all(set(error) == {"code", "description"} for error in found)
    assert all(error["code"] == answer.status_code for error in found)
    return list(found)


def test_services_are_each_stations_and_never_complaints(town: Town) -> None:
    found = Client().get(f"{BASE}/services.json").json()
    codes = [service["service_code"] for service in found]
    assert codes == [
        f"{kind}-{station}"
        for station in ("other-station", "station")
        for kind in ("help", "suggestion", "praise")
    ]
    assert all(service["metadata"] is False for service in found)
    one = Client().get(f"{BASE}/services.json", {"jurisdiction_id": "station"}).json()
    assert [service["group"] for service in one] == ["station"] * 3
    root = ElementTree.fromstring(Client().get(f"{BASE}/services.xml").content)
    assert root.tag == "services"
    assert [s.findtext("service_code") for s in root.iter("service")] == codes


def test_a_request_is_posted_and_read_by_its_own_token(town: Town) -> None:
    answer = post(first_name="示", last_name="例", email="a@example.org", address_string="东门")
    assert answer.status_code == 201
    (opened,) = answer.json()
    reference, token = opened["service_request_id"], opened["token"]
    (read,) = Client().get(f"{BASE}/requests/{reference}.json", {"token": token}).json()
    assert read["status"] == "open"
    assert read["service_code"] == "help-station"
    assert read["description"] == "楼道灯坏了\n地点：东门"
    header = Client(headers={"Authorization": f"Receipt {token}"})
    assert header.get(f"{BASE}/requests/{reference}.json").json() == [read]
    assert header.get(f"{BASE}/requests.json").json() == [read]
    (known,) = Client().get(f"{BASE}/tokens/{token}.json").json()
    assert known["service_request_id"] == reference
    assert Matter.objects.get().door == "open311"
    assert "示" not in str(read)


def test_the_same_as_xml(town: Town) -> None:
    root = ElementTree.fromstring(post(form="xml", description="灯\x0b<坏>了").content)
    assert root.tag == "service_requests"
    token, reference = (root.findtext(f"request/{n}") for n in ("token", "service_request_id"))
    found = Client().get(f"{BASE}/requests/{reference}.xml", {"token": token})
    read = ElementTree.fromstring(found.content)
    assert read.findtext("request/description") == "灯<坏>了"
    wrong = ElementTree.fromstring(Client().get(f"{BASE}/requests/x.xml").content)
    assert (wrong.tag, wrong.findtext("error/code")) == ("errors", "404")


def test_without_its_token_nothing_is_read(town: Town) -> None:
    reference = post().json()[0]["service_request_id"]
    other = post().json()[0]["token"]
    assert Client().get(f"{BASE}/requests.json").json() == []
    for asked in ({}, {"token": "0" * 16}, {"token": other}, {"token": reference}):
        answer = Client().get(f"{BASE}/requests/{reference}.json", asked)
        assert answer.status_code == 404
        assert errors(answer)
    (mine,) = Client().get(f"{BASE}/requests.json", {"token": other}).json()
    assert mine["service_request_id"] != reference


def test_complaints_are_neither_taken_nor_read(town: Town) -> None:
    answer = post(service_code="complaint-station")
    assert answer.status_code == 404
    assert errors(answer)
    assert Client().get(f"{BASE}/services/complaint-station.json").status_code == 404
    sent = write(town, kind=Kind.COMPLAINT)
    asked = {"token": sent.secret}
    assert Client().get(f"{BASE}/requests.json", asked).json() == []
    where = f"{BASE}/requests/{sent.matter.reference}.json"
    assert Client().get(where, asked).status_code == 404
    assert Client().get(f"{BASE}/tokens/{sent.secret}.json").status_code == 404


def test_what_becomes_a_complaint_is_read_no_more(town: Town) -> None:
    sent = write(town)
    do(town.actor("chief"), sent.matter, "reclassify", kind="complaint", words="其实是投诉")
    assert Client().get(f"{BASE}/requests.json", {"token": sent.secret}).json() == []


def test_a_jurisdiction_is_a_station_or_a_poster(town: Town) -> None:
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    for jurisdiction in ("station", "demo"):
        answer = post(service_code="suggestion", jurisdiction_id=jurisdiction)
        assert answer.status_code == 201, answer.content
    assert set(Matter.objects.values_list("office", flat=True)) == {town.station.id}
    assert post(service_code="help").status_code == 404  # which of two stations?
    assert post(jurisdiction_id="other-station").status_code == 404
    assert post(jurisdiction_id="nowhere").status_code == 404


def test_what_is_missing_or_wrong_is_said(town: Town) -> None:
    assert [e["code"] for e in errors(post(service_code=""))] == [400]
    assert "description" in errors(post(description=" "))[0]["description"]
    wrong = errors(post(lat="north", long="200"))
    assert len(wrong) == 2
    assert not Matter.objects.exists()
    assert Client().get(f"{BASE}/services.yaml").status_code == 404
    assert Client().get(
        f"{BASE}/requests.json", {"token": "x", "start_date": "昨天"}
    ).status_code in (
        200,
        400,
    )


def test_a_retry_with_a_key_is_the_same_request(town: Town) -> None:
    client = Client(headers={"Idempotency-Key": uuid.uuid4().hex})
    first = post(client)
    assert post(client).content == first.content
    assert post(client, description="别的").status_code == 409
    bad = Client(headers={"Idempotency-Key": "1"})
    assert post(bad).status_code == 400


def test_requests_are_narrowed_as_asked(town: Town) -> None:
    sent = write(town)
    asked = {"token": sent.secret}

    def found(**more: str) -> int:
        return len(Client().get(f"{BASE}/requests.json", asked | more).json())

    assert found(status="open") == found(service_code="help-station") == 1
    assert found(status="closed") == found(service_code="praise-station") == 0
    assert found(start_date="2000-01-01T00:00:00Z") == 1
    assert found(end_date="2000-01-01T00:00:00Z") == 0
    assert found(service_request_id=sent.matter.reference) == 1
    yesterday = Client().get(f"{BASE}/requests.json", asked | {"start_date": "昨天"})
    assert yesterday.status_code == 400


@pytest.mark.parametrize("value", nasties.TEXTS.values(), ids=nasties.TEXTS)
def test_any_text_in_any_field(town: Town, value: bytes) -> None:
    names = (b"service_code", b"description", b"lat", b"long", b"media_url", b"first_name")
    good = {b"service_code": b"help-station", b"description": b"x"}
    for name in (*names, b"jurisdiction_id", b"email", b"phone", b"address_string"):
        body = nasties.multipart((good | {name: value}).items())
        for form in ("json", "xml"):
            answer = Client().generic("POST", f"{BASE}/requests.{form}", body, nasties.MULTIPART)
            assert answer.status_code < 500, name


@pytest.mark.parametrize("address", ["services", "requests", "tokens"])
@pytest.mark.parametrize("name", ["%00", "a" * 3000, "%ED%A0%80", "灯", "..%2F..", "%F0%9F%92%A5"])
def test_any_name_in_any_address(town: Town, address: str, name: str) -> None:
    for form in ("json", "xml", "exe"):
        for query in ({}, {"token": name, "jurisdiction_id": name, "start_date": name}):
            answer = Client().get(f"{BASE}/{address}/{name}.{form}", query)
            assert answer.status_code in (400, 404)


@pytest.mark.parametrize(("content_type", "body"), nasties.broken_bodies().values())
def test_a_broken_body(town: Town, content_type: str, body: bytes) -> None:
    answer = Client().generic("POST", f"{BASE}/requests.json", body, content_type)
    assert 400 <= answer.status_code < 500


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("a_b"), inner),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.sampled_from(["name", "text"]), values), max_size=4))
def test_whatever_it_holds_it_is_well_formed(found: list[Any]) -> None:
    root = ElementTree.fromstring(written("xml", "rows", "row", found))
    assert len(root) == len(found)
    assert json.loads(written("json", "rows", "row", found)) == found


# --- a public client against the running server --------------------------------------------------


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """PyPI's `three` 0.8, as it is. It was written for Python 2: it is given the one name that
    has gone from the language since, `itertools.ifilter`, and nothing else."""
    import importlib
    import itertools
    import sys

    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    yield importlib.import_module("three")
    for name in [name for name in sys.modules if name.split(".")[0] == "three"]:
        del sys.modules[name]


def test_an_existing_client_discovers_posts_and_reads(site: Any, three: Any) -> None:
    build()
    city = three.Three(f"{site.url}{BASE}", jurisdiction="station")
    assert city.discovery()["endpoints"][0]["url"] == f"{site.url}{BASE}"
    assert "help-station" in [service["service_code"] for service in city.services()]
    assert city.services("help-station")["attributes"] == []
    (refused,) = city.post("help-station", description="灯", media=b"no photo")
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "green").save(drawn, "PNG")
    assert refused["code"] == 400
    (opened,) = city.post(
        "help-station",
        description="楼道灯坏了",
        name="示 例",
        phone="000-0000",
        address="东门",
        lat="30.1",
        long="120.2",
        media=drawn.getvalue(),
    )
    (found,) = city.token(opened["token"])
    assert found["service_request_id"] == opened["service_request_id"]
    (read,) = city.request(opened["service_request_id"], token=opened["token"])
    assert read["description"] == "楼道灯坏了\n地点：东门 · 30.100000, 120.200000"
    assert city.requests() == []
    assert len(city.requests(token=opened["token"])) == 1
    assert city.request(opened["service_request_id"])[0]["code"] == 404
    assert set(SealedPart.objects.values_list("what", flat=True)) >= {"contact", "photo"}
    assert "Traceback" not in site.log()
