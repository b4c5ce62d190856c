"""A plan computed as the clock has it computed: by a process of its own, which looks at its row."""

import os
import shutil
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.models import QuerySet
from tests.conftest import CommittedDatabase
from tests.support import plans
from tests.support.town import DISTRICT, Town, build

from yihu.places import map_files
from yihu.planning import actions, computing, pulse
from yihu.planning.models import Plan

WAITS = 10
"""Seconds; a machine that does other things needs a few."""


@pytest.fixture
def town(committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    for name, value in (
        ("YIHU_DATABASE_URL", committed_db.url),
        ("YIHU_HOME", str(settings.YIHU_HOME)),
        ("DJANGO_SETTINGS_MODULE", "yihu.settings"),
    ):
        monkeypatch.setenv(name, value)
    town = build()
    plans.drawn(settings.MAPS)
    plans.houses()
    yield town
    shutil.rmtree(map_files.folder(DISTRICT))


def test_the_clock_has_a_plan_computed_beside_it(town: Town) -> None:
    plan = plans.asked(town, seconds=300)  # a slow machine proves it, too
    assert computing.compute_due(Plan) == 1
    plan.refresh_from_db()
    assert plan.state == Plan.State.DONE, plan.fault
    assert plan.answer["proven"]
    assert computing.compute_due(Plan) == 0


def test_whoever_computes_says_how_far_it_is_and_ends_once_the_plan_is_stopped(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plans.asked(town)
    claimed = computing.claim(Plan)
    assert claimed is not None
    ended = threading.Event()
    monkeypatch.setattr(pulse, "PULSE", 0.02)
    monkeypatch.setattr(os, "_exit", lambda _status: ended.set())
    with pulse.Pulse(Plan, *claimed) as beating:
        beating.tell("solving", 12.0, float("inf"), 0.5)
        said = threading.Event()
        for _each in range(WAITS * 10):
            plan.refresh_from_db()
            if plan.progress or said.wait(0.1):
                break
        assert plan.progress == {"stage": "solving", "value": 12.0, "bound": None, "seconds": 0.5}
        assert not ended.is_set()
        actions.stop(actor=town.actor("chief"), plan=plan.pk)
        assert ended.wait(WAITS)


def test_a_database_that_is_away_for_a_moment_ends_no_pulse(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plans.asked(town)
    claimed = computing.claim(Plan)
    assert claimed is not None
    tried = threading.Event()

    def away(of: type[Plan], number: int, run: UUID) -> QuerySet[Plan]:
        if not tried.is_set():
            tried.set()
            raise OperationalError("database is locked")
        return computing.owned(of, number, run)

    monkeypatch.setattr(pulse, "PULSE", 0.02)
    monkeypatch.setattr(pulse, "owned", away)
    with pulse.Pulse(Plan, *claimed) as beating:
        beating.tell("times")
        for _each in range(WAITS * 10):
            plan.refresh_from_db()
            if plan.progress or threading.Event().wait(0.1):
                break
    assert plan.progress["stage"] == "times"
