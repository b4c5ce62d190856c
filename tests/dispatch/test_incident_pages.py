"""The control room's pages: what stands on them, for whom, and that they follow what happens."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from tests.support.desk import hidden, login, offered
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.kernel.models import Matter
from yihu.radio.actions import raise_alarm
from yihu.radio.models import Burst, Happening, TalkGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    town = build()
    talkgroup(town, on=("chief", "guard"))
    return town


@pytest.fixture
def matter(town: Town) -> Matter:
    return raise_alarm(actor=town.actor("guard"), client_key=b"held").matter


def polled(client: Client, page: str) -> str:
    """The address that a page asks again and again, as it stands on the page."""
    found = re.search(r'hx-get="([^"]+now/[^"]*)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_the_list_shows_it_to_the_control_room_at_once(town: Town) -> None:
    client = login(town, "dispatcher")
    before = client.get("/desk/incidents/").text
    assert "现在没有在办的警情" in before
    again = client.get(polled(client, before))
    assert again.status_code == 200  # the first answer names what has been seen
    assert client.get(polled(client, again.text)).status_code == 204
    raised = raise_alarm(actor=town.actor("guard"), client_key=b"held")
    now = client.get(polled(client, again.text))
    assert raised.matter.reference in now.text
    assert 'data-unanswered="1"' in now.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("dispatcher", 200), ("officer", 200), ("guard", 404), ("auxiliary", 404), ("stranger", 404)],
)
def test_it_is_for_those_who_work_on_it(town: Town, matter: Matter, name: str, status: int) -> None:
    client = login(town, name)
    assert client.get(f"/desk/incidents/{matter.reference}/").status_code == status
    assert client.get(f"/desk/incidents/{matter.reference}/now/").status_code == status
    assert (matter.reference in client.get("/desk/incidents/").text) == (status == 200)


def test_the_dispatcher_answers_resolves_and_tells(town: Town, matter: Matter) -> None:
    client, address = login(town, "dispatcher"), f"/desk/incidents/{matter.reference}/"
    assert "没有收到" in client.get(address).text  # the position
    for name, said in (
        ("answer", {}),
        ("resolve", {"outcome": "settled", "words": "已劝开"}),
        ("tell", {"ready": "settled", "reminded": "on"}),
        ("close", {"seen": "on"}),
    ):
        page = client.get(address)
        assert name in offered(page)
        client.post(f"{address}do/{name}/", hidden(page, name) | said)
    matter.refresh_from_db()
    assert matter.step == "closed"
    assert "现场已经平息" in login(town, "guard").get("/radio/alarms/").text
    told = Happening.objects.filter(topic="incident", ref=matter.reference)
    assert [one.people.count(town.people["guard"].id.hex) for one in told] == [1, 1, 1, 1]


def test_what_was_typed_stays_where_somebody_was_quicker(town: Town, matter: Matter) -> None:
    client, address = login(town, "dispatcher"), f"/desk/incidents/{matter.reference}/"
    page = client.get(address)
    stale = hidden(page, "resolve") | {"outcome": "settled", "words": "已劝开两人"}
    other = login(town, "officer")
    other.post(f"{address}do/answer/", hidden(other.get(address), "answer"))
    again = client.post(f"{address}do/resolve/", stale)
    assert again.status_code == 409
    assert "已劝开两人" in again.text
    wrong = client.post(f"{address}do/resolve/", hidden(client.get(address), "resolve"))
    assert wrong.status_code == 422


def test_an_open_page_follows_and_says_when_the_next_step_has_come(
    town: Town, matter: Matter
) -> None:
    client, address = login(town, "dispatcher"), f"/desk/incidents/{matter.reference}/"
    story = client.get(polled(client, client.get(address).text))
    assert client.get(polled(client, story.text)).status_code == 204
    Burst.objects.create(
        district=matter.district,
        group_id="net",
        person=town.people["guard"],
        level="emergency",
        started_at=timezone.now(),
        about=matter,
    )
    heard = client.get(polled(client, story.text))
    assert "<audio" in heard.text
    assert "走到了下一步" not in heard.text
    other = login(town, "officer")
    other.post(f"{address}do/answer/", hidden(other.get(address), "answer"))
    assert "走到了下一步" in client.get(polled(client, heard.text)).text


def test_a_burst_of_an_incident_is_heard_by_those_who_know_of_it(
    town: Town, matter: Matter
) -> None:
    from yihu.radio.queries import burst

    said = Burst.objects.create(
        district=matter.district,
        group_id="net",
        person=town.people["guard"],
        level="emergency",
        started_at=timezone.now(),
        about=matter,
    )
    assert burst(town.actor("officer"), said.pk) == said  # on no group at all
    assert burst(town.actor("auxiliary"), said.pk) is None
    assert burst(town.actor("stranger"), said.pk) is None


def test_no_police_power_is_offered_to_a_guard(town: Town, matter: Matter) -> None:
    for name in ("answer", "resolve", "tell", "note"):
        answer = login(town, "guard").post(f"/desk/incidents/{matter.reference}/do/{name}/", {})
        assert answer.status_code == 404


def test_an_incident_has_one_group_of_its_own_and_ends_without_it(
    town: Town, matter: Matter
) -> None:
    client = login(town, "dispatcher")
    address = f"/desk/incidents/{matter.reference}/group/"
    where = {client.post(address).headers["Location"] for _again in range(2)}
    group = TalkGroup.objects.get(about=matter)
    assert where == {f"/net/groups/{group.matter.reference}/"}
    on_it = set(group.members.values_list("person__username", flat=True))
    assert on_it == {"guard", "dispatcher", "deputy", "chief"}
    matter.refresh_from_db()
    assert not matter.children.exists()  # it would keep the incident from being closed


@pytest.mark.parametrize(("name", "groups"), [("officer", 0), ("guard", 0), ("deputy", 1)])
def test_its_group_is_opened_by_whoever_directs(
    town: Town, matter: Matter, name: str, groups: int
) -> None:
    login(town, name).post(f"/desk/incidents/{matter.reference}/group/")
    assert TalkGroup.objects.filter(about=matter).count() == groups
