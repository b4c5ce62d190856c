"""The net's register: who may arrange what, sets that have one holder, and groups."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.support import register
from tests.support.desk import hidden, login, offered
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, Matter
from yihu.people import actions as people
from yihu.people.shifts import begin_shift, on_shift
from yihu.radio import custody, groups, net_queries
from yihu.radio.models import Custody, GroupKind, GroupMember, Happening, Radio, TalkGroup
from yihu.radio.queries import rights_of, stunned

DEVICE, OTHER = "a" * 32, "b" * 32
SITE = {
    "name": "新城小学",
    "kind": "school",
    "address": "书院路 3 号",
    "duty_contact": "门卫室",
    "duty_phone": "0570-0000002",
    "sets_required": "2",
    "longitude": "120.11",
    "latitude": "30.21",
}


@pytest.fixture
def town(db: None) -> Town:
    return build()


def move(town: Town, matter: Matter, name: str, **fields: str) -> Matter:
    now = Matter.objects.get(pk=matter.pk)
    declared = now.declared.move(name, now.step)
    assert declared is not None
    return custody.move(
        actor=town.actor("dispatcher"),
        matter=matter.pk,
        name=name,
        seq=now.seq,
        client_key=secrets.token_bytes(16),
        payload=declared.takes(**fields) if declared.takes else None,
    ).matter


# --- sites and who is in them --------------------------------------------------------------------


def test_whoever_directs_registers_a_site_and_nobody_else(town: Town) -> None:
    given = SITE | {"parent": str(town.station.pk)}
    for name in ("officer", "auxiliary", "guard", "supervisor"):
        assert login(town, name).post("/net/sites/new/", given).status_code == 404
    assert login(town, "dispatcher").post("/net/sites/new/", given).status_code == 302
    page = login(town, "officer").get("/net/sites/").text
    assert "新城小学" in page
    assert "书院路 3 号" in page
    assert "登记一个单位" not in page
    assert "新城小学" not in login(town, "stranger").get("/net/sites/").text


def test_a_stations_director_puts_no_site_under_another_station(town: Town) -> None:
    given = SITE | {"parent": str(town.other_station.pk)}
    answer = login(town, "chief").post("/net/sites/new/", given)
    assert answer.status_code == 422
    assert 'value="新城小学"' in answer.text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "请填写"),
        ("duty_phone", "打听一下", "电话只写数字"),
        ("latitude", "", "要么都写"),
        ("longitude", "东经", "请写度数"),
        ("latitude", "91", "90"),
        ("kind", "", "请选一项"),
        ("sets_required", "-1", "0"),
    ],
)
def test_what_is_wrong_with_a_site_is_said_at_the_field(
    town: Town, field: str, value: str, says: str
) -> None:
    given = SITE | {"parent": str(town.station.pk), field: value}
    answer = login(town, "chief").post("/net/sites/new/", given)
    assert answer.status_code == 422
    assert f'id_{field}_error">' in answer.text
    assert says in answer.text.split(f'id_{field}_error">')[1].split("</p>")[0]
    assert 'value="书院路 3 号"' in answer.text


def test_a_name_is_not_given_twice(town: Town) -> None:
    register.site(town)
    given = SITE | {"parent": str(town.station.pk), "name": register.PLAZA.name}
    assert "已经有同名的单位" in login(town, "chief").post("/net/sites/new/", given).text


def test_a_guard_sees_the_own_site_alone(town: Town) -> None:
    own, other = register.site(town), register.site(town, "别的商场")
    register.guard(town, own)
    client = login(town, "plaza1")
    page = client.get("/net/sites/").text
    assert own.organisation.name in page
    assert other.organisation.name not in page
    assert client.get(f"/net/sites/{own.organisation.code}/").status_code == 200
    assert client.get(f"/net/sites/{other.organisation.code}/").status_code == 404
    assert client.get(f"/net/sites/{own.organisation.code}/edit/").status_code == 404
    nav = page.split("</nav>")[0]
    assert "我的单位" in nav
    assert not [one for one in ("对讲网</a>", "来信", "警情", "数字", "接口") if one in nav]
    assert client.get("/desk/").headers["Location"] == "/respond/"


def test_nobody_is_made_police_through_the_register(town: Town) -> None:
    site = register.site(town)
    for role in ("officer", "dispatcher", "station_chief"):
        with pytest.raises(Refused, match="only guards and volunteers"):
            people.enrol(
                actor=town.actor("chief"), username="x1", name="乙", role=role, unit=site.pk
            )


def test_a_password_is_given_to_guards_of_ones_own_net_only(town: Town) -> None:
    site = register.site(town)
    guard = register.guard(town, site)
    made = people.give_password(actor=town.actor("dispatcher"), person=guard.pk)
    guard.refresh_from_db()
    assert guard.check_password(made)
    for actor, person in (
        ("dispatcher", town.people["chief"].pk),
        ("dispatcher", town.people["officer"].pk),
        ("officer", guard.pk),
        ("stranger", guard.pk),
    ):
        with pytest.raises(Refused):
            people.give_password(actor=town.actor(actor), person=person)


def test_whoever_leaves_is_off_the_net_at_once(town: Town) -> None:
    guard = register.guard(town, register.site(town))
    begin_shift(actor=town.actor("plaza1"))
    group = talkgroup(town, on=("chief",))
    groups.put_on(actor=town.actor("chief"), group=group.code, person=guard.pk)
    assert rights_of([guard.pk])[guard.pk]
    groups.dismiss(actor=town.actor("dispatcher"), person=guard.pk)
    assert rights_of([guard.pk])[guard.pk] == ()
    assert not on_shift().filter(person=guard).exists()
    assert not GroupMember.objects.filter(person=guard, until=None).exists()
    guard.refresh_from_db()
    assert not guard.is_active


# --- sets in custody -----------------------------------------------------------------------------


def test_a_lost_set_is_stunned_with_the_move_and_back_it_is_nobodys_device(town: Town) -> None:
    site = register.site(town)
    guard = register.guard(town, site)
    radio = register.radio(town)
    matter = register.issue(town, radio, site, guard)
    custody.bind_device(actor=town.actor("plaza1"), number="B-0001", device=DEVICE)
    ticketed = f"{guard.pk.hex}-{DEVICE}"
    assert stunned([ticketed]) == set()
    move(town, matter, "lose", words="昨晚在停车场")
    assert stunned([ticketed]) == {ticketed}
    assert net_queries.issued([site.pk])[site.pk] == 0
    with pytest.raises(Refused, match="reported lost"):
        custody.bind_device(actor=town.actor("plaza1"), number="B-0001", device=OTHER)
    move(town, matter, "find")
    radio.refresh_from_db()
    assert (radio.stunned_at, radio.device) == (None, "")
    assert Custody.objects.get(pk=matter.pk).ended_at is not None
    assert stunned([ticketed]) == set()


def test_a_set_written_off_stays_stunned_and_is_issued_no_more(town: Town) -> None:
    site = register.site(town)
    guard = register.guard(town, site)
    radio = register.radio(town)
    matter = register.issue(town, radio, site, guard)
    custody.bind_device(actor=town.actor("plaza1"), number="B-0001", device=DEVICE)
    move(town, matter, "lose", words="掉进河里")
    move(town, matter, "write_off", words="找过三天")
    assert stunned([f"{guard.pk.hex}-{DEVICE}"])
    with pytest.raises(Refused, match="written off"):
        register.issue(town, radio, site, guard)


def test_a_browser_is_one_set_and_a_set_one_units(town: Town) -> None:
    site, other = register.site(town), register.site(town, "别的商场")
    guard, stranger = register.guard(town, site), register.guard(town, other, "other1", "乙")
    for number in ("B-0001", "B-0002"):
        register.issue(town, register.radio(town, number), site, guard)
    custody.bind_device(actor=town.actor("plaza1"), number="B-0001", device=DEVICE)
    with pytest.raises(Refused, match="another set"):
        custody.bind_device(actor=town.actor("plaza1"), number="B-0002", device=DEVICE)
    with pytest.raises(Refused, match="another unit"):
        custody.bind_device(actor=town.actor("other1"), number="B-0002", device=OTHER)
    with pytest.raises(Refused, match="hex digits"):
        custody.bind_device(actor=town.actor("plaza1"), number="B-0002", device="mine")
    assert login(town, "other1").get("/net/here/B-0001/").status_code == 404
    with pytest.raises(Refused, match="not of this unit"):
        register.issue(town, register.radio(town, "B-0003"), site, stranger)


def test_a_retry_of_an_issue_is_the_same_custody(town: Town) -> None:
    site = register.site(town)
    guard, radio, key = register.guard(town, site), register.radio(town), secrets.token_bytes(16)
    common = {"actor": town.actor("dispatcher"), "radio": radio, "holder": site.pk}
    first = custody.issue(**common, received_by=guard.pk, client_key=key)
    again = custody.issue(**common, received_by=guard.pk, client_key=key)
    assert (again.matter.pk, again.repeated) == (first.matter.pk, True)
    assert Custody.objects.count() == 1


@pytest.mark.both_databases
def test_of_many_who_are_given_one_set_at_once_one_has_it(committed_db: object) -> None:
    town = build()
    sites = [register.site(town, f"商场{n}") for n in range(4)]
    guards = [register.guard(town, one, f"guard{n}", f"卫{n}") for n, one in enumerate(sites)]
    radio = register.radio(town)
    start = Barrier(len(sites))

    def issue(n: int) -> str:
        start.wait()
        try:
            register.issue(town, radio, sites[n], guards[n])
            return "has it"
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sites)) as pool:
        found = sorted(pool.map(issue, range(len(sites))))
    assert found == ["has it", "held", "held", "held"]
    assert Custody.objects.count() == Matter.objects.filter(loop="custody").count() == 1


def test_a_custody_is_moved_on_its_page(town: Town) -> None:
    site = register.site(town)
    matter = register.issue(town, register.radio(town), site, register.guard(town, site))
    client, where = login(town, "dispatcher"), f"/net/custody/{matter.reference}/"
    page = client.get(where)
    assert offered(page) == {"check", "take_back", "lose", "note"}
    lost = client.post(f"/net/do/{matter.reference}/lose/", hidden(page, "lose") | {"words": ""})
    assert lost.status_code == 422
    assert Radio.objects.get().stunned_at is None
    client.post(f"/net/do/{matter.reference}/lose/", hidden(page, "lose") | {"words": "公交车上"})
    page = client.get(where)
    assert offered(page) == {"find", "write_off", "note"}
    assert "公交车上" in page.text
    assert "这台没有登记过设备" in page.text


def test_a_site_with_sets_is_not_closed(town: Town) -> None:
    site = register.site(town)
    matter = register.issue(town, register.radio(town), site, register.guard(town, site))
    client, where = login(town, "chief"), f"/net/sites/{site.organisation.code}/close/"
    assert "先收回，再停用" in client.post(where, follow=True).text
    assert site.organisation.name in client.get("/net/sites/").text
    move(town, matter, "take_back")
    assert client.post(where, follow=True).status_code == 200
    assert site.organisation.name not in client.get("/net/sites/").text


# --- talk groups ---------------------------------------------------------------------------------


def test_a_group_is_opened_filled_and_closed_on_its_pages(town: Town) -> None:
    client = login(town, "dispatcher")
    given = {"name": "商场联防", "kind": GroupKind.SITES, "organisation": str(town.station.pk)}
    given["key"] = secrets.token_hex(16)
    answer = client.post("/net/groups/", given)
    assert client.post("/net/groups/", given).url == answer.url, "a double click, one group"
    assert answer.status_code == 302
    where = answer.headers["Location"]
    reference = where.split("/")[-2]
    guard = town.people["guard"].pk
    assert str(guard) in client.get(f"{where}?q=guard").text
    client.post(f"{where}members/", {"person": guard, "talks": "no"})
    assert "只听" in client.get(where).text
    client.post(f"{where}members/{guard}/off/")
    page = client.get(where)
    names = [json.loads(entry.body).get("act") for entry in _entries(reference)]
    assert names == [None, "put_on", "take_off"]
    assert "put_on" not in offered(page)
    client.post(f"/net/do/{reference}/close/", hidden(page, "close"))
    assert "商场联防" not in client.get("/net/groups/").text
    told = Happening.objects.filter(topic="group").last()
    assert told is not None
    assert told.people == [town.people["dispatcher"].pk.hex]


def _entries(reference: str) -> list[Entry]:
    return list(Entry.objects.filter(matter__reference=reference).order_by("seq"))


def test_a_sites_own_group_is_looked_after_at_the_station(town: Town) -> None:
    site = register.site(town)
    given = {"name": "万和", "kind": GroupKind.SITES, "organisation": str(site.pk), "whole": "on"}
    given["key"] = secrets.token_hex(16)
    guard = register.guard(town, site)
    login(town, "dispatcher").post("/net/groups/", given)
    group = TalkGroup.objects.get()
    assert (group.organisation, group.matter.office) == (site.organisation, town.station)
    people = set(group.members.values_list("person", flat=True))
    assert people == {guard.pk, town.people["dispatcher"].pk}


def test_a_force_is_closed_once_its_sets_are_back(town: Town) -> None:
    force = register.force(town, register.site(town))
    client, where = login(town, "dispatcher"), f"/net/forces/{force.organisation.code}/close/"
    assert login(town, "officer").post(where).status_code == 404
    assert client.post(where, follow=True).status_code == 200
    assert "还没有登记力量" in client.get("/net/forces/").text


def test_everybody_of_a_unit_is_put_on_and_on_a_broadcast_few_talk(town: Town) -> None:
    given = {
        "name": "广播",
        "kind": GroupKind.BROADCAST,
        "organisation": str(town.station.pk),
        "whole": "on",
        "key": secrets.token_hex(16),
    }
    login(town, "chief").post("/net/groups/", given)
    talks = dict(GroupMember.objects.values_list("person__username", "talks"))
    assert {name for name, may in talks.items() if may} == {"chief", "deputy", "dispatcher"}
    assert {"officer", "guard", "auxiliary"} < set(talks)
    assert "stranger" not in talks


def test_a_group_of_another_station_is_not_there(town: Town) -> None:
    group = talkgroup(town)
    where = f"/net/groups/{group.matter.reference}/"
    for name in ("stranger", "officer", "guard"):
        client = login(town, name)
        assert client.get(where).status_code == 404
        person = town.people["guard"].pk
        assert client.post(f"{where}members/", {"person": person}).status_code == 404
        assert client.post(f"/net/do/{group.matter.reference}/close/").status_code == 404
    client = login(town, "chief")
    assert client.post(f"{where}members/", {"person": "nobody"}).status_code == 404
    for act in ("put_on", "take_off"):
        assert client.post(f"/net/do/{group.matter.reference}/{act}/").status_code == 404


# --- coverage ------------------------------------------------------------------------------------


def test_a_site_is_bare_then_short_then_silent_then_here(town: Town) -> None:
    site = register.site(town)
    guard = register.guard(town, site)

    def state() -> str:
        return net_queries.reach(town.actor("dispatcher"))[0].state

    assert state() == "bare"
    matter = register.issue(town, register.radio(town), site, guard)
    assert state() == "short"
    register.issue(town, register.radio(town, "B-0002"), site, guard)
    assert state() == "silent"
    begin_shift(actor=town.actor("plaza1"))
    assert state() == "silent"  # on duty, and on no group
    talkgroup(town, on=("plaza1",))
    assert state() == "here"
    move(town, matter, "lose", words="丢了")
    assert state() == "short"


def test_the_coverage_as_geojson_has_every_site_and_no_person(town: Town) -> None:
    register.site(town)
    register.site(town, "没有位置的", longitude=None, latitude=None)
    guard = register.guard(town, register.site(town, "第三家"))
    answer = login(town, "officer").get("/net/coverage.geojson")
    said = json.loads(answer.content)
    points = {one["properties"]["name"]: one["geometry"] for one in said["features"]}
    assert points["没有位置的"] is None
    assert points["万和商场"]["coordinates"] == [120.1, 30.2]
    for secret in (guard.name, guard.username, register.PLAZA.duty_phone):
        assert f'"{secret}"' not in answer.content.decode()


def test_the_coverage_page_costs_the_same_for_many_sites(town: Town, queries: object) -> None:
    for n in range(12):
        register.site(town, f"商场{n}")
    with queries(at_most=9):  # type: ignore[operator]
        assert len(net_queries.reach(town.actor("dispatcher"))) == 12
