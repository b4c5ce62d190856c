"""Leave and stand-ins: who may record them, what they open, and that nothing is erased."""

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from tests.support.desk import address, do, login, offered, write
from tests.support.town import Town, build

from yihu.kernel.access import Refused, directory
from yihu.kernel.models import Channel, OutboxMessage
from yihu.people.actions import end_leave, grant_leave
from yihu.people.desk import Sitting
from yihu.people.models import Leave, Post

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def town() -> Town:
    return build()


def grant(town: Town, by: str, person: str, acting: str | None = None, **more: Any) -> Leave:
    now = timezone.now()
    period = {"since": now, "until": now + timedelta(days=3)} | more
    return grant_leave(
        actor=town.actor(by),
        person=town.people[person].id,
        acting=town.people[acting].id if acting else None,
        **period,
    )


def holders(town: Town, role: str = "station_chief") -> set[str]:
    names = {person.id: name for name, person in town.people.items()}
    return {names[found.person] for found in directory().holders(role, town.station.id)}


def later(**ahead: int) -> Any:
    moment: datetime = timezone.now() + timedelta(**ahead)
    return mock.patch("django.utils.timezone.now", return_value=moment)


def test_an_acting_holder_sees_and_does_what_the_absent_one_would(town: Town) -> None:
    sent = write(town)
    client = login(town, "officer")
    assert client.get(address(sent.matter)).status_code == 404
    grant(town, "chief", "chief", "officer")
    assert holders(town) == {"officer"}
    page = client.get(address(sent.matter))
    assert "contact" in offered(page)
    assert "代所长" in page.text
    assert sent.matter.reference in client.get("/desk/").text
    assert do(town.actor("officer"), sent.matter, "contact", words="您好").step == "contacted"


def test_without_an_acting_holder_the_alternate_steps_in(town: Town) -> None:
    sent = write(town)
    client = login(town, "deputy")
    assert not offered(client.get(address(sent.matter)))
    grant(town, "chief", "chief")
    assert holders(town) == {"deputy"}
    page = client.get(address(sent.matter))
    assert "contact" in offered(page)
    assert "代所长" in page.text


def test_notices_and_mail_go_to_whoever_acts_and_the_absent_one_may_still_read(
    town: Town,
) -> None:
    grant(town, "chief", "chief", "officer")
    sent = write(town)
    assert sent.matter.reference in login(town, "officer").get("/desk/notices/").text
    mail = OutboxMessage.objects.get(channel=Channel.MAIL)
    addresses = directory().holders(mail.role, mail.organisation_id)
    assert [address.email for address in addresses] == ["officer@example.org"]
    away = login(town, "chief")
    page = away.get("/desk/").text
    assert "您在请假" in page
    assert "轮到officer办" in page
    assert sent.matter.reference in page
    assert sent.matter.reference not in away.get("/desk/?whose=turn").text
    assert 'class="button primary"' not in away.get(address(sent.matter)).text
    assert "您在请假" not in login(town, "officer").get("/desk/").text


def test_the_acting_one_is_named_as_acting_until_the_leave_is_over(town: Town) -> None:
    grant(town, "chief", "chief", "officer")
    titles = ["民警 · station", "代所长 · station"]
    assert Sitting.of(town.people["officer"]).titles == titles
    with later(days=4):
        assert Sitting.of(town.people["officer"]).titles == ["民警 · station"]
        assert not Sitting.of(town.people["chief"]).away


def test_where_nobody_acts_the_absent_one_reads_that_somebody_must_be_named(town: Town) -> None:
    grant(town, "chief", "deputy")
    grant(town, "chief", "chief")
    assert "还没有人代理" in login(town, "chief").get("/desk/").text


def test_a_leader_stands_in_for_an_absent_supervisor(town: Town) -> None:
    from yihu.direct.kinds import About, Kind

    sent = write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    client = login(town, "leader")
    assert "decide" not in offered(client.get(address(sent.matter)))
    grant(town, "supervisor", "supervisor")
    assert "decide" in offered(client.get(address(sent.matter)))


def test_when_a_leave_is_over_everything_is_as_before(town: Town) -> None:
    grant(town, "chief", "chief", "officer")
    with later(days=4):
        assert holders(town) == {"chief"}
        assert not any(p.role == "station_chief" for p in town.actor("officer").posts)


def test_a_leave_ends_early_and_its_record_stays(town: Town) -> None:
    leave = grant(town, "chief", "chief", "officer")
    ended = end_leave(actor=town.actor("deputy"), leave=leave.pk)
    assert ended.ended_by == town.people["deputy"]
    assert holders(town) == {"chief"}
    assert Leave.objects.count() == 1
    assert Post.objects.filter(covers=leave, acting=True).count() == 1


@pytest.mark.parametrize(
    ("by", "person", "acting", "code"),
    [
        ("officer", "colleague", None, "elsewhere"),
        ("auxiliary", "officer", None, "elsewhere"),
        ("stranger", "officer", None, "elsewhere"),
        ("chief", "supervisor", None, "elsewhere"),
        ("supervisor", "chief", None, "elsewhere"),
        ("chief", "chief", "stranger", "elsewhere"),
        ("chief", "officer", "officer", "same_person"),
        ("deputy", "chief", "deputy", "appoints_self"),
    ],
)
def test_nobody_arranges_what_is_not_in_their_hands(
    town: Town, by: str, person: str, acting: str | None, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        grant(town, by, person, acting)
    assert refused.value.code == code
    assert not Leave.objects.exists()
    assert not Post.objects.filter(acting=True).exists()


def test_nobody_ends_a_leave_that_is_not_in_their_hands(town: Town) -> None:
    leave = grant(town, "chief", "officer")
    for name in ("stranger", "officer", "supervisor"):
        with pytest.raises(Leave.DoesNotExist):
            end_leave(actor=town.actor(name), leave=leave.pk)
        assert login(town, name).post(f"/desk/posts/leave/{leave.pk}/end/").status_code == 404


def test_a_stand_in_is_there_and_a_period_is_one(town: Town) -> None:
    now = timezone.now()
    grant(town, "chief", "officer")
    for more, code in (
        ({"acting": "officer"}, "stand_in_away"),
        ({"until": now - timedelta(days=1)}, "not_a_period"),
    ):
        with pytest.raises(Refused) as refused:
            grant(town, "chief", "chief", **more)
        assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        grant(town, "chief", "officer")
    assert refused.value.code == "already_away"


def test_an_acting_chief_commands_like_one(town: Town) -> None:
    """Whoever is complained about binds those below also while only acting."""
    grant(town, "chief", "chief", "officer")
    assert town.people["officer"].id in town.actor("colleague").superiors


def test_a_page_takes_two_statements_to_know_who_sits_there(town: Town, queries: Any) -> None:
    with queries(at_most=2):
        sitting = Sitting.of(town.people["chief"])
        assert sitting.actor.posts
        assert sitting.titles == ["所长 · station"]


def test_the_page_records_a_leave_and_ends_it(town: Town) -> None:
    client = login(town, "chief")
    today = timezone.localdate()
    form = {
        "person": str(town.people["chief"].id),
        "since": today.isoformat(),
        "until": (today + timedelta(days=2)).isoformat(),
        "acting": str(town.people["deputy"].id),
    }
    assert client.post("/desk/posts/", form).status_code == 302
    page = client.get("/desk/posts/").text
    assert "由deputy代理" in page
    assert "chief登记" in page
    leave = Leave.objects.get()
    assert timezone.localtime(leave.until).date() == today + timedelta(days=3)
    again = client.post("/desk/posts/", form)
    assert again.status_code == 422
    assert "已经登记过请假" in again.text
    assert client.post(f"/desk/posts/leave/{leave.pk}/end/").status_code == 302
    assert "chief提前结束" in client.get("/desk/posts/").text


def test_others_see_their_office_and_no_form(town: Town) -> None:
    page = login(town, "officer").get("/desk/posts/").text
    assert "登记请假" not in page
    assert "deputy" in page
    denied = login(town, "officer").post("/desk/posts/", {"person": "x"})
    assert denied.status_code == 404
