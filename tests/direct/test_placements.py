"""The desk's pages of codes: the list, one placement and its inspection, posters."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.direct import actions, queries
from yihu.direct.kinds import PlacementKind
from yihu.direct.models import DirectCode, Inspection, ScanDay
from yihu.direct.posters import Condition, Judged
from yihu.kernel.access import Refused

pytestmark = pytest.mark.django_db
Queries = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture
def town() -> Town:
    return build()


def place(town: Town, where: str = "3 幢 2 单元", **more: Any) -> DirectCode:
    kind = more.pop("kind", PlacementKind.RESIDENTIAL)
    code = actions.place_code(
        actor=town.actor("chief"), station=town.station, kind=kind, place=where
    )
    if more:
        DirectCode.objects.filter(pk=code.pk).update(**more)
    return code


def days_ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def look(town: Town, code: DirectCode, condition: Condition, days: float = 0) -> None:
    found = actions.inspect_code(actor=town.actor("auxiliary"), code=code, judged=Judged(condition))
    Inspection.objects.filter(pk=found.pk).update(at=days_ago(days))


# --- placing and retiring ------------------------------------------------------------------------


@pytest.mark.both_databases
def test_serials_count_up_in_each_station_and_addresses_cannot_be_guessed(town: Town) -> None:
    codes = [place(town) for _ in range(3)]
    assert [code.serial for code in codes] == [1, 2, 3]
    assert len({code.code for code in codes}) == 3
    assert all(len(code.code) == 8 and not set(code.code) & set("ilou") for code in codes)
    other = actions.place_code(
        actor=town.actor("stranger"),
        station=town.other_station,
        kind=PlacementKind.OTHER,
        place="门厅",
    )
    assert other.serial == 1


@pytest.mark.parametrize("name", ["officer", "auxiliary", "supervisor", "stranger"])
def test_only_chief_and_deputy_decide_where_codes_hang(town: Town, name: str) -> None:
    code = place(town)
    with pytest.raises(Refused):
        actions.place_code(
            actor=town.actor(name), station=town.station, kind=PlacementKind.OTHER, place="墙上"
        )
    with pytest.raises(Refused):
        actions.retire_code(actor=town.actor(name), code=code)
    assert login(town, name).post(f"/desk/codes/{code.code}/retire/").status_code == 404
    code.refresh_from_db()
    assert code.retired_at is None


def test_the_deputy_places_a_code_through_the_page(town: Town) -> None:
    client = login(town, "deputy")
    fields = {"station": town.station.id, "kind": "room_door", "place": "警务室\u202e门口"}
    answer = client.post("/desk/codes/", fields, follow=True)
    assert "第 1 号已经建好" in answer.text
    assert DirectCode.objects.get().place == "警务室门口"


def test_what_is_missing_is_said_at_its_field(town: Town) -> None:
    client = login(town, "chief")
    fields = {"station": town.station.id, "kind": "room_door", "place": ""}
    answer = client.post("/desk/codes/", fields)
    assert answer.status_code == 422
    assert "请写贴在哪里" in answer.text
    invisible = client.post("/desk/codes/", fields | {"place": "\u202e\u200b"})
    assert "请写贴在哪里" in invisible.text
    elsewhere = client.post("/desk/codes/", fields | {"station": town.other_station.id})
    assert elsewhere.status_code == 422
    assert not DirectCode.objects.exists()


def test_whoever_may_not_place_is_not_asked_to(town: Town) -> None:
    client = login(town, "auxiliary")
    assert "新的张贴点" not in client.get("/desk/codes/").text
    assert client.post("/desk/codes/", {"place": "墙上"}).status_code == 404


def test_retired_it_is_no_longer_printed_or_missed(town: Town) -> None:
    code = place(town, posted_at=days_ago(300))
    client = login(town, "chief")
    assert client.post(f"/desk/codes/{code.code}/retire/").status_code == 302
    page = client.get("/desk/codes/")
    assert "已停用" in page.text
    assert "该检查了" not in page.text
    assert client.get("/desk/codes/posters/").status_code == 404


# --- who sees them -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["chief", "officer", "auxiliary", "supervisor"])
def test_whoever_works_for_the_station_or_above_it_sees_its_codes(town: Town, name: str) -> None:
    code = place(town)
    assert list(queries.placements(town.actor(name))) == [code]


def test_another_station_sees_nothing(town: Town) -> None:
    code = place(town)
    client = login(town, "stranger")
    assert "3 幢 2 单元" not in client.get("/desk/codes/").text
    for address in (f"/desk/codes/{code.code}/", f"/desk/codes/posters/?code={code.code}"):
        assert client.get(address).status_code == 404


def test_the_list_takes_at_most_twelve_statements(town: Town, queries: Queries) -> None:
    for n in range(60):
        code = place(town)
        look(town, code, Condition.IN_PLACE)
        ScanDay.objects.create(code=code, day=timezone.localdate(), scans=n, repeated=n // 2)
    client = login(town, "chief")
    with queries(at_most=12):
        assert client.get("/desk/codes/").status_code == 200


# --- inspecting ----------------------------------------------------------------------------------


def inspect(town: Town, code: DirectCode, **fields: str) -> Any:
    return login(town, "auxiliary").post(f"/desk/codes/{code.code}/", fields)


def test_the_paper_is_scanned_and_found_in_place(town: Town) -> None:
    code = place(town)
    read = f"http://testserver/d/{code.code}/"
    assert inspect(town, code, read=read, finding="in_place").status_code == 302
    found = Inspection.objects.get()
    assert (found.finding, found.foreign, found.by) == ("in_place", "", town.people["auxiliary"])


def test_a_form_that_says_too_little_is_shown_again_with_what_was_typed(town: Town) -> None:
    code = place(town)
    for fields, sentence in (
        ({"finding": "in_place", "note": "门厅"}, "请扫一下海报上的码"),
        ({"finding": "in_place", "read": str(code.serial), "note": "门厅"}, "编号只说明纸还在"),
        ({"finding": "damaged", "read": "99", "note": "门厅"}, "另一张海报的编号"),
        ({"read": "", "note": "门厅"}, "请选一项"),
    ):
        answer = inspect(town, code, **fields)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="门厅"' in answer.text
    assert not Inspection.objects.exists()


def test_a_look_is_missed_after_the_days_that_are_allowed(town: Town, settings: Any) -> None:
    settings.INSPECT_WITHIN_DAYS = 10
    new, old, fresh = place(town), place(town, posted_at=days_ago(11)), place(town)
    look(town, fresh, Condition.IN_PLACE, days=11)
    look(town, fresh, Condition.IN_PLACE, days=9)
    found = {p.pk: queries.wants_inspection(p) for p in queries.placements(town.actor("chief"))}
    assert found == {new.pk: False, old.pk: True, fresh.pk: False}


# --- posters -------------------------------------------------------------------------------------


def test_several_posters_come_in_one_print_run_under_the_public_name(
    town: Town, settings: Any
) -> None:
    settings.PUBLIC_HOSTS = ["yihu.example"]
    codes = [place(town) for _ in range(3)]
    client = login(town, "chief")
    every = client.get("/desk/codes/posters/").text
    assert every.count('class="poster"') == 3
    chosen = client.get(f"/desk/codes/posters/?code={codes[0].code}&code={codes[2].code}").text
    assert chosen.count('class="poster"') == 2
    assert f"<b>yihu.example</b><wbr>/d/{codes[2].code}/" in chosen
    assert "testserver" not in chosen
    assert client.get("/desk/codes/posters/?code=%00&code=%F0").status_code == 404
