"""The demo's live day: drawn from a seed, played through real doors, and counted in no figure."""

from collections import Counter
from collections.abc import Callable
from itertools import islice, repeat
from random import Random
from threading import Thread

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.site import Site
from tests.support.town import DISTRICT, Town, build

from yihu.cli.live_demo import script, stage
from yihu.cli.live_demo.director import Director
from yihu.cli.live_demo.visitor import Forms
from yihu.direct.actions import Message, send
from yihu.direct.kinds import Kind as Direct
from yihu.dispatch import ladder
from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import Door, UnitKind
from yihu.dispatch.models import Assignment, Incident, Unit, UnitMember
from yihu.kernel.models import EXERCISE, Matter
from yihu.places.models import KeySite, SiteKind
from yihu.places.models import Site as Spot
from yihu.radio import positions
from yihu.radio.actions import raise_alarm
from yihu.reports import projection
from yihu.reports.models import DirectCase

SPEED = 60.0
HERE = Place(121.0, 30.0)


@pytest.fixture
def town(site: Site) -> Town:
    """A guard at a mall with a place, and one police unit that is near."""
    town = build()
    talkgroup(town, on=("chief", "guard", "officer", "dispatcher"))
    mall = town.people["guard"].posts.get().organisation
    KeySite.objects.create(
        organisation=mall,
        kind=SiteKind.objects.create(district=DISTRICT, code="mall", name="商场"),
        address="一号",
        longitude=HERE.longitude,
        latitude=HERE.latitude,
        duty_contact="值班室",
        duty_phone="000",
        sets_required=1,
    )
    Spot.objects.create(
        district=DISTRICT, code="park", kind="park", name="公园", longitude=121.001, latitude=30.0
    )
    unit = Unit.objects.create(
        district=DISTRICT,
        organisation=town.station,
        code="car",
        name="一号车",
        kind=UnitKind.POLICE.value,
        travel="car",
    )
    UnitMember.objects.create(unit=unit, person=town.people["officer"], since=timezone.now())
    positions.report(actor=town.actor("officer"), place=HERE)
    return town


@pytest.fixture
def everybody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No dice: whoever is asked accepts, and every incident is an alarm that ends soon."""
    monkeypatch.setattr(stage, "LEFT_ALONE", frozenset({"chief"}))
    monkeypatch.setattr(script, "reply", lambda random, kind: ("accept", 1.0))
    happening = script.Happening(
        after=5, kind=script.Kind.PANIC_ALARM, words="", by_alarm=True, answers=6, stays=30,
        outcome="settled", scans="",
    )  # fmt: skip
    monkeypatch.setattr(script, "day", lambda random, per_day: repeat(happening))


@given(seed=st.integers(0, 1000))
def test_equal_seeds_give_equal_days(seed: int) -> None:
    one, two = (list(islice(script.day(Random(seed), 480), 50)) for _ in range(2))
    assert one == two
    assert all(happening.after >= 0 and happening.stays > 0 for happening in one)


def test_whom_nobody_accepts_for_some_decline_and_some_stay_silent() -> None:
    random = Random(1)
    said = Counter(script.reply(random, UnitKind.GUARD)[0] for _ in range(2000))
    assert said["accept"] / 2000 == pytest.approx(script.ACCEPTS[UnitKind.GUARD], abs=0.05)
    assert said["decline"]
    assert said[""]


def test_a_form_is_sent_as_it_stands() -> None:
    page = (
        '<form action="/a/"><input type="hidden" name="seq" value="3">'
        '<input type="checkbox" name="seen"><input type="checkbox" name="told" checked></form>'
        '<input name="outside" value="1">'
    )
    assert Forms(page).found == {"/a/": {"seq": "3", "told": "on"}}


def played(site: Site, until: Callable[[Director], bool]) -> Director:
    """A director at work until something is so, or its day is over."""
    director = Director(
        base=site.url,
        stage=stage.Stage(DISTRICT, Random(1)),
        random=Random(1),
        speed=SPEED,
        say=lambda line: None,
    )
    play = Thread(target=director.run, args=(3600.0,), daemon=True)
    play.start()
    while play.is_alive() and not until(director):  # the clock's part, and no longer than the day
        ladder.advance()
        play.join(0.2)
    director.stop.set()
    play.join(30)
    return director


def test_an_alarm_is_answered_reached_and_closed_through_the_real_doors(
    site: Site, town: Town, everybody_comes: None
) -> None:
    director = played(site, until=lambda director: director.closed > 0)
    assert director.faults == 0
    done = Incident.objects.filter(matter__step="closed").first()
    assert done is not None, site.log()
    assert done.matter.door == EXERCISE
    assert "演练" in done.get_kind_display()
    gone = Assignment.objects.filter(incident=done).exclude(on_scene_at=None).first()
    assert gone is not None
    assert gone.cleared_at is not None


def test_what_was_left_running_by_a_director_before_is_ended_too(
    site: Site, town: Town, everybody_comes: None
) -> None:
    left = raise_alarm(actor=town.actor("guard"), client_key=b"left", door=Door.TRAINING)
    real = raise_alarm(actor=town.actor("guard"), client_key=b"real").matter

    def ended() -> bool:
        return Matter.objects.filter(pk=left.matter.pk, step="closed").exists()

    played(site, until=lambda director: ended())
    assert ended(), site.log()
    real.refresh_from_db()
    assert real.is_open


def test_exercises_count_in_no_figure(site: Site, town: Town) -> None:
    praise = Message(Direct.PRAISE, "谢谢")
    send(station=town.station, message=praise, client_key=b"exercise", door=EXERCISE)
    real = send(station=town.station, message=praise, client_key=b"real").matter
    projection.catch_up()
    assert [one.pk for one in DirectCase.objects.all()] == [real.pk]
    raise_alarm(actor=town.actor("guard"), client_key=b"drill", door=Door.TRAINING)
    page = login(town, "chief").get("/desk/figures/dispatch/").text
    assert "演练" in page  # it is said that they were left out
