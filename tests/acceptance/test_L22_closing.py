"""L22–L24, L63, C14: an incident ends once its review was looked at and whoever raised it was told
with the same sentence as everybody; the unit that reported it reads how it ended."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.support.desk import hidden, login, offered
from tests.support.town import Town, build
from tests.support.units import incident

from yihu.direct.models import DirectCode
from yihu.dispatch.models import Incident
from yihu.kernel.models import Entry, Matter, Party
from yihu.people.models import Person, Post
from yihu.people.roles import GUARD
from yihu.people.shifts import begin_shift

pytestmark = pytest.mark.django_db
REMINDER = "任何时候都可以直接给所长留言"


@pytest.fixture
def town() -> Town:
    town = build()
    DirectCode.objects.create(code="door", district="test", station=town.station)
    return town


@pytest.fixture
def alarm(town: Town) -> Incident:
    return incident(town)


def page_of(one: Incident) -> str:
    return f"/desk/incidents/{one.matter.reference}/"


def done(client: Client, one: Incident, name: str, **said: Any) -> int:
    """Fill in a deed's form as the page shows it now, and send it."""
    address = page_of(one)
    page = client.get(address)
    assert name in offered(page), (name, offered(page))
    return client.post(f"{address}do/{name}/", hidden(page, name) | said).status_code


def resolved(client: Client, one: Incident) -> None:
    done(client, one, "answer")
    done(client, one, "resolve", outcome="settled", words="已劝开")


def test_L22_the_missed_steps_are_shown_before_it_ends_and_kept_with_it(
    town: Town, alarm: Incident
) -> None:
    client = login(town, "dispatcher")
    assert "复盘" not in client.get(page_of(alarm)).text.split("do/")[0]
    resolved(client, alarm)
    client.post(f"{page_of(alarm)}card/", {"step": "listen_in"})
    page = client.get(page_of(alarm)).text
    missed = page.split('class="missed"')[1].split("</ul>")[0]
    assert "先确认报警人安全" in missed
    assert "接起对讲先听" not in missed
    done(client, alarm, "tell", ready="settled", reminded="on")
    assert done(client, alarm, "close") == 422  # the review was not looked at
    assert (
        "请先看过复盘"
        in client.post(
            f"{page_of(alarm)}do/close/", hidden(client.get(page_of(alarm)), "close")
        ).text
    )
    assert done(client, alarm, "close", seen="on", words="下次先确认人") == 302
    closing = json.loads(Entry.objects.filter(matter=alarm.pk).latest("seq").body)
    assert "raiser_safe" in closing["facts"]["missed"]
    assert "先确认报警人安全" in client.get(page_of(alarm)).text  # in what happened


def test_L23_it_does_not_end_before_the_teller_was_told(town: Town, alarm: Incident) -> None:
    client = login(town, "dispatcher")
    resolved(client, alarm)
    page = client.get(page_of(alarm))
    assert not {"close", "close_untold"} & offered(page)
    form = {**hidden(page, "tell"), "seen": "on"}
    assert client.post(f"{page_of(alarm)}do/close_untold/", form).status_code == 422
    assert Matter.objects.get(pk=alarm.pk).is_open


def test_L23_a_reason_why_not_counts_once_a_second_person_confirms_it(
    town: Town, alarm: Incident
) -> None:
    client, other = login(town, "dispatcher"), login(town, "deputy")
    resolved(client, alarm)
    done(client, alarm, "excuse", reason="unreachable", words="打了三次没有人接")
    assert done(client, alarm, "confirm_excuse", words="同意") == 422  # by its own author
    assert done(client, alarm, "close_untold", seen="on") == 422
    assert done(other, alarm, "confirm_excuse", words="我也打过") == 302
    assert done(client, alarm, "close_untold", seen="on") == 302
    assert Matter.objects.get(pk=alarm.pk).step == "closed"


def test_L24_the_unit_that_reported_reads_in_plain_words_how_it_ended(
    town: Town, alarm: Incident
) -> None:
    mate = Person.objects.create(district="test", username="mate", name="同事")
    Post.objects.create(
        person=mate,
        role=GUARD.code,
        organisation=town.people["guard"].posts.get().organisation,
        since=alarm.matter.opened_at,
    )
    town.people["mate"] = mate
    client = login(town, "dispatcher")
    resolved(client, alarm)
    done(client, alarm, "tell", ready="settled", reminded="on")
    told = "您报的警情已经处理完毕，现场已经平息"
    assert told in login(town, "guard").get("/radio/alarms/").text
    assert told not in login(town, "mate").get("/radio/alarms/").text  # off duty
    begin_shift(actor=town.actor("mate"))
    page = login(town, "mate").get("/radio/alarms/").text
    assert told in page
    assert "现场已平息" in page  # the outcome
    begin_shift(actor=town.actor("auxiliary"))
    assert told not in login(town, "auxiliary").get("/radio/alarms/").text  # of another unit


def test_L63_everybody_is_given_the_same_sentence(town: Town, alarm: Incident) -> None:
    second = incident(town, by="officer", key=b"second")
    client, said = login(town, "dispatcher"), []
    for one, outcome in ((alarm, "settled"), (second, "nothing_found")):
        done(client, one, "answer")
        done(client, one, "resolve", outcome=outcome, words="看过")
        page = client.get(page_of(one)).text
        said.append(page[page.index(REMINDER) :].split("<")[0])
        done(client, one, "tell", words="看过了，没有事", reminded="on")
    assert said[0] == said[1]
    assert said[0].endswith("/d/door/")
    assert REMINDER in login(town, "guard").get("/radio/alarms/").text


def test_C14_nobody_is_reminded_whom_a_contact_could_harm(town: Town, alarm: Incident) -> None:
    Party.objects.filter(matter=alarm.pk, role="reporter").update(contact_safety="never")
    client = login(town, "dispatcher")
    resolved(client, alarm)
    page = client.get(page_of(alarm)).text
    assert REMINDER not in page
    assert "不作提醒" in page
    assert done(client, alarm, "tell", words="已经处理", reminded="on") == 302  # it is not sent
    told = json.loads(Entry.objects.filter(matter=alarm.pk).latest("seq").body)
    assert told["facts"]["reminded"] is False
