"""L67, L75: what keeps coming back is found, shown to whoever may know of it, and acted on."""

import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support.cases import BARBECUE, go, measured, published, themed
from tests.support.desk import address, do, login, write
from tests.support.town import Town, build

from yihu.cases import actions, quarters, queries
from yihu.cases.gathering import Gatherer
from yihu.cases.models import Measure, Theme, ThemeMatter
from yihu.cases.schemas import Given
from yihu.direct.actions import Message, Safety, send
from yihu.direct.kinds import About, Kind
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def three(town: Town, **more: Any) -> list[Matter]:
    return [write(town, words, **more).matter for words in BARBECUE]


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


# --- L75: three alike in thirty days --------------------------------------------------------------


def test_L75_the_third_alike_makes_a_theme_and_the_fourth_joins_it(
    town: Town, queries: Any
) -> None:
    gatherer = Gatherer()
    gatherer.gather()
    for words, places in ((BARBECUE[0], 0), (BARBECUE[1], 0), (BARBECUE[2], 3)):
        write(town, words)
        gatherer.gather()
        assert ThemeMatter.objects.count() == places
    write(town, "想问居住证续签要带什么材料")
    write(town, "又是烧烤摊，半夜扰民")
    gatherer.gather()
    assert (Theme.objects.count(), ThemeMatter.objects.count()) == (1, 4)
    with queries(at_most=1):
        assert gatherer.gather() == 0


def test_L75_a_killed_job_comes_to_the_same_themes(town: Town) -> None:
    three(town)
    Gatherer().gather()
    before = set(ThemeMatter.objects.values_list("matter", "theme"))
    assert Gatherer().gather() == 0
    write(town, "又是烧烤摊，半夜扰民")
    assert Gatherer().gather() == 1
    assert before < set(ThemeMatter.objects.values_list("matter", "theme"))


def test_L75_what_is_a_month_apart_is_no_theme(town: Town) -> None:
    for words, days in zip(BARBECUE, (40, 10, 1), strict=True):
        send(
            station=town.station,
            message=Message(kind=Kind.HELP, words=words),
            client_key=secrets.token_bytes(8),
            occurred_at=timezone.now() - timedelta(days=days),
        )
    Gatherer().gather()
    assert not Theme.objects.exists()


def test_L75_praise_and_tellers_in_danger_are_in_no_theme(town: Town) -> None:
    three(town, kind=Kind.PRAISE)
    three(town, contact="000-0000", safety=Safety.NEVER)
    Gatherer().gather()
    assert not Theme.objects.exists()


def test_L75_a_theme_shows_only_what_its_reader_may_know_of(town: Town) -> None:
    """Of three complaints one turns out to be about the chief: to the chief there are two; of
    two about the chief, none of it."""
    found = three(town, kind=Kind.COMPLAINT, about=About.PERSON)
    Gatherer().gather()
    supervisor = town.actor("supervisor")
    for matter, seen in zip(found[:2], (2, 0), strict=True):
        do(supervisor, matter, "take_over", words="由我们办")
        do(supervisor, matter, "name_subject", person=town.people["chief"].id)
        shown = queries.themes(town.actor("chief"))
        assert sum(len(known) for _theme, known in shown) == seen
    assert len(queries.themes(supervisor)[0][1]) == 3
    for name in ("officer", "stranger"):
        assert queries.themes(town.actor(name)) == []


def test_L75_a_matters_page_offers_the_alike_the_case_and_a_measure(town: Town) -> None:
    published(
        town, title="夜市烧烤怎么劝", situation="烧烤摊半夜扰民，楼下住户睡不着。", tags="烧烤 扰民"
    )
    matter = three(town)[2]
    Gatherer().gather()
    chief = login(town, "chief")
    assert f"/desk/cases/alike/{matter.reference}/" in chief.get(address(matter)).text
    text = chief.get(f"/desk/cases/alike/{matter.reference}/").text
    assert "30 天内还有 2 件相似" in text
    assert "夜市烧烤怎么劝" in text
    assert "都提到" in text
    assert f"/desk/cases/themes/{Theme.objects.get().pk}/" in text


def test_L75_a_theme_keeps_no_word(town: Town) -> None:
    themed(town)
    names = {field.name for field in Theme._meta.get_fields() if not field.is_relation}
    assert names == {"id", "district", "first_at", "last_at"}


# --- L67: a corrective measure with owner and check -----------------------------------------------


def opened(town: Town, owner: str = "officer") -> Matter:
    return measured(town, themed(town), owner)


def waited(monkeypatch: pytest.MonkeyPatch, days: int = 31) -> None:
    later = timezone.now() + timedelta(days=days)
    monkeypatch.setattr(timezone, "now", lambda: later)


def test_L67_a_measure_has_a_named_owner_a_limit_and_a_check(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = opened(town)
    assert matter.solution_owner == town.people["officer"]
    assert matter.due_at is not None
    go(town.actor("officer"), matter, "carried_out", words="去了十次")
    waited(monkeypatch)
    done = go(town.actor("chief"), matter, "effective", words="没有人再写来")
    assert done.step == "done"
    counted = queries.checks(list(queries.measures(town.actor("chief"))))
    assert dict(counted[matter.pk]) | {"effect": ""} == {
        "before": 3,
        "after": 0,
        "days": 30,
        "effect": "",
    }


def test_L67_the_owner_does_not_check_and_nobody_checks_too_early(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = opened(town, owner="chief")
    go(town.actor("chief"), matter, "carried_out", words="做了")
    with refused("own_text"):
        go(town.actor("chief"), matter, "effective", words="好了")
    with refused("too_early"):
        go(town.actor("deputy"), matter, "effective", words="好了")
    waited(monkeypatch)
    assert go(town.actor("deputy"), matter, "effective", words="好了").step == "done"


def test_L67_what_does_not_help_comes_back_once_and_then_goes_to_the_supervisor(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = opened(town)
    for days, step in ((31, "planned"), (62, "oversight")):
        go(town.actor("officer"), matter, "carried_out", words="做了")
        with monkeypatch.context() as later:
            waited(later, days + 31)
            assert go(town.actor("chief"), matter, "not_effective", words="还有").step == step
    assert go(town.actor("supervisor"), matter, "conclude", words="换了办法").step == "concluded"


def test_L67_one_measure_at_a_time_opened_by_who_sees_the_whole_office(town: Town) -> None:
    theme = Theme.objects.get(measures=opened(town).pk)
    payload = Given(handler=town.people["officer"].id, words="再来")
    for name, code in (("officer", "not_yours"), ("stranger", "not_yours"), ("chief", "running")):
        with refused(code):
            actions.open_measure(
                actor=town.actor(name), theme=theme, payload=payload, client_key=b"again"
            )


def test_L67_when_a_quarter_ends_what_came_back_gets_a_measure_once(town: Town) -> None:
    now = timezone.now()
    since, until, name = quarters.last_quarter(timezone.localdate(now))
    theme = themed(town)
    days = [since, since + timedelta(days=35), until - timedelta(days=1)]
    for place, day in zip(theme.places.all(), days, strict=True):
        moment = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 12))
        Matter.objects.filter(pk=place.matter_id).update(opened_at=moment)
    quarters._looked_at.clear()
    assert quarters.open_due(now) == 1
    quarters._looked_at.clear()
    assert quarters.open_due(now) == 0
    measure = Measure.objects.get()
    assert (measure.quarter, measure.matter.step) == (name, "planned")
    chief = town.actor("chief")
    assert do(chief, measure.matter, "assign", handler=town.people["officer"].id, words="你来")


@pytest.mark.parametrize(
    ("today", "name"),
    [(date(2026, 1, 1), "2025Q4"), (date(2026, 3, 31), "2025Q4"), (date(2026, 11, 24), "2026Q3")],
)
def test_L67_a_quarter_is_the_one_before(today: date, name: str) -> None:
    since, until, found = quarters.last_quarter(today)
    assert found == name
    assert since < until <= today
