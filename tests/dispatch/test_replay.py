"""An incident played again: in order, in seconds since it began; positions of the assigned only."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.support.courses import gone
from tests.support.desk import do, login
from tests.support.net import talkgroup
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch.models import Assignment, Incident
from yihu.dispatch.replay import Event, Fix, Recorded, Track, Voice, score, within
from yihu.kernel.access import clock_actor
from yihu.kernel.models import Entry
from yihu.people.shifts import begin_shift
from yihu.radio import archive
from yihu.radio.models import Burst, Position, PositionLook

BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
MOMENTS = st.integers(-500, 500).map(lambda seconds: BEGAN + timedelta(seconds=seconds))


# --- pure ---------------------------------------------------------------------------------------


@given(st.lists(MOMENTS, min_size=1), st.lists(MOMENTS))
def test_whatever_the_order_it_is_played_from_the_beginning_to_the_end(
    happened: list[datetime], seen: list[datetime]
) -> None:
    events = [Event(at, "x") for at in happened]
    track = Track("p1", "一组", "police", [Fix(at, 120.1, 30.2) for at in sorted(seen)])
    found = score(Recorded(events, [], [track]))
    times = [event["at"] for event in found["events"]]
    assert times == sorted(times)
    assert times[0] == 0
    assert times[-1] == found["lasts"]
    for one in found["tracks"]:
        assert all(0 <= at <= found["lasts"] for at, *_place in one["fixes"])
    json.dumps(found)


@given(st.lists(MOMENTS), st.lists(st.tuples(MOMENTS, MOMENTS), max_size=4))
def test_positions_outside_an_assignment_are_never_played(
    seen: list[datetime], spans: list[tuple[datetime, datetime]]
) -> None:
    fixes = [Fix(at, 120.1, 30.2) for at in seen]
    kept = within(fixes, spans)
    assert kept == sorted(kept, key=lambda fix: fix.at)
    for fix in fixes:
        assert (fix in kept) == any(since <= fix.at <= until for since, until in spans)


def test_nothing_recorded_is_nothing_to_play() -> None:
    assert score(Recorded([], [], []))["lasts"] == 0


def test_a_voice_lasts_as_long_as_it_did() -> None:
    voice = Voice(BEGAN + timedelta(seconds=5), BEGAN + timedelta(seconds=9), "甲", "/x.ogg")
    found = score(Recorded([Event(BEGAN, "报警")], [voice], []))
    assert (found["voices"][0]["at"], found["voices"][0]["until"], found["lasts"]) == (5, 9, 9)


# --- on its page --------------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    return town_on_the_net()


@pytest.fixture
def incident(town: Town) -> Incident:
    return incident_of(town)


def town_on_the_net() -> Town:
    town = build()
    talkgroup(town, on=("chief", "guard"))
    return town


def incident_of(town: Town) -> Incident:
    """A guard's alarm to which the officer's unit went, with positions before, during and after,
    and one burst."""
    began = timezone.now() - timedelta(minutes=45)
    officers = unit(town, "officer")
    found = gone(town, began, {officers: 6})
    Assignment.objects.update(ended_at=began + timedelta(minutes=20))
    officers.members.update(since=began - timedelta(days=1))
    for minutes in (-30, 2, 4, 40):
        Position.objects.create(
            person=town.people["officer"],
            district=town.station.district,
            at=began + timedelta(minutes=minutes),
            longitude=120.1 + minutes / 10_000,
            latitude=30.2,
        )
    burst = Burst(
        district=town.station.district,
        group_id="net",
        person=town.people["guard"],
        about=found.matter,
        level="normal",
        started_at=began + timedelta(minutes=1),
        ended_at=began + timedelta(minutes=1, seconds=3),
    )
    burst.file = archive.place_for(burst)
    archive.keep(burst, [b"\xf8\xff\xfe"] * 150)
    burst.save(force_insert=True)
    do(town.actor("dispatcher"), found.matter, "note", words="住户王某说在三楼")
    return found


def address(incident: Incident) -> str:
    return f"/desk/incidents/{incident.matter.reference}/replay/"


def played(client: Client, incident: Incident) -> dict[str, object]:
    page = client.get(address(incident)).text
    found = re.search(r'<script id="replay-data" type="application/json">(.*?)</script>', page)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def test_only_positions_while_assigned_and_whoever_was_seen_can_read_who_looked(
    town: Town, incident: Incident
) -> None:
    client = login(town, "dispatcher")
    tracks = played(client, incident)["tracks"]
    assert [len(track["fixes"]) for track in tracks] == [2]  # type: ignore[attr-defined]
    looks = PositionLook.objects.filter(person=town.people["officer"])
    assert [look.by.username for look in looks] == ["dispatcher"]
    played(client, incident)
    assert looks.count() == 1  # looking again within the hour is one look
    assert "dispatcher" in login(town, "officer").get("/radio/trail/").text


def test_whoever_had_left_the_unit_is_not_followed_any_further(
    town: Town, incident: Incident
) -> None:
    went = Assignment.objects.get()
    went.unit.members.update(until=went.assigned_at + timedelta(minutes=2))
    [track] = played(login(town, "dispatcher"), incident)["tracks"]  # type: ignore[misc]
    assert [at for at, *_ in track["fixes"]] == [120]


def test_who_does_not_direct_sees_what_happened_and_no_tracks(
    town: Town, incident: Incident
) -> None:
    assert played(login(town, "officer"), incident)["tracks"] == []
    assert not PositionLook.objects.exists()


@pytest.mark.parametrize(
    ("name", "status"),
    [("dispatcher", 200), ("officer", 200), ("guard", 404), ("auxiliary", 404), ("stranger", 404)],
)
def test_it_is_played_for_those_who_may_know_of_it(
    town: Town, incident: Incident, name: str, status: int
) -> None:
    assert login(town, name).get(address(incident)).status_code == status
    posted = login(town, name).post(address(incident) + "export/", {})
    assert posted.status_code == status


def test_what_happened_and_what_was_said_stand_in_their_order(
    town: Town, incident: Incident
) -> None:
    page = login(town, "chief").get(address(incident)).text
    assert "住户王某说在三楼" in page  # the desk's own note, for those who may read it
    assert "/radio/burst/" in page


# --- as a file ----------------------------------------------------------------------------------


def test_the_file_carries_the_voice_asks_nobody_and_names_no_resident(
    town: Town, incident: Incident
) -> None:
    answer = login(town, "dispatcher").post(address(incident) + "export/", {"key": "0a" * 16})
    assert answer.headers["Content-Disposition"].endswith(
        f'"yihu-replay-{incident.matter.reference}.html"'
    )
    page = answer.text
    assert "data:audio/ogg;base64," in page
    outside = re.findall(r"""(?:src|href|action)=["']([^"']*)""", page)
    assert all(one.startswith("data:") for one in outside)
    assert not re.search(r"https?://(?!www\.w3\.org)", page)
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert "王某" not in page  # nothing that anybody wrote
    assert "dispatcher 于" in page  # who took it out, and when
    assert "officer" not in re.sub(r'"replay-data".*?</script>', "", page, flags=re.DOTALL).replace(
        "officer组", ""
    ).replace('<span class="muted">officer</span>', "")


def test_what_the_clock_did_stands_in_the_file_in_words(town: Town, incident: Incident) -> None:
    do(clock_actor(incident.matter.district), incident.matter, "fall_silent", wave=1, units=[])
    page = login(town, "dispatcher").post(address(incident) + "export/", {"key": "0a" * 16}).text
    assert "系统按时限自动" in page
    assert ">clock<" not in page


def test_that_it_was_taken_out_is_an_entry_and_a_retry_is_one(
    town: Town, incident: Incident
) -> None:
    client, where = login(town, "dispatcher"), address(incident) + "export/"
    for _ in range(2):
        assert client.post(where, {"key": "0b" * 16}).status_code == 200
    entries = [json.loads(one.body) for one in Entry.objects.filter(matter=incident.pk)]
    assert [one["facts"].get("exported") for one in entries].count("replay") == 1


def test_it_can_be_taken_out_when_the_incident_is_over(town: Town, incident: Incident) -> None:
    dispatcher = town.actor("dispatcher")
    begin_shift(actor=dispatcher)
    for name, said in (
        ("answer", {}),
        ("resolve", {"outcome": "settled", "words": "已劝开"}),
        ("tell", {"words": "好了"}),
        ("close", {"seen": True}),
    ):
        do(dispatcher, incident.matter, name, **said)
    answer = login(town, "dispatcher").post(address(incident) + "export/", {"key": "0c" * 16})
    assert "replay-data" in answer.text
