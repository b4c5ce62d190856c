"""A simulation computed as the clock has it computed: by a process of its own, and its workers."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from signal import SIGKILL

import pytest
from django.conf import settings
from django.utils import timezone
from tests.conftest import CommittedDatabase
from tests.support import plans, sims
from tests.support.town import DISTRICT, Town, build

from yihu.places import map_files
from yihu.planning import computing, sim_actions
from yihu.planning.models import Simulation

WAITS = 120
"""Seconds; a machine that does other things needs some."""
LONG = {"runs": 200, "days": 28, "calls": 40.0}
"""Long enough to be met in the middle of it."""


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
    sims.units(town)
    yield town
    shutil.rmtree(map_files.folder(DISTRICT))


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAITS
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.2)


def begun(simulation: Simulation) -> "subprocess.Popen[bytes]":
    """A process that computes it, in a group of its own, once it is simulating."""
    claimed = computing.claim(Simulation)
    assert claimed is not None
    number, run = map(str, claimed)
    program = [sys.executable, "-P", "-m", "yihu", "compute", "simulation", number, run]
    process = subprocess.Popen(program, start_new_session=True)

    def simulating() -> bool:
        simulation.refresh_from_db()
        return simulation.progress.get("value") is not None

    until(simulating)
    assert simulation.progress["bound"] == LONG["runs"]
    return process


def is_gone(group: int) -> bool:
    """Whether nobody of a group of processes is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_that_was_killed_in_the_middle_is_taken_up_again_and_leaves_no_worker(
    town: Town,
) -> None:
    simulation = sims.asked(town, **LONG)
    process = begun(simulation)
    os.kill(process.pid, SIGKILL)
    process.wait()
    until(lambda: is_gone(process.pid))
    assert computing.compute_due(Simulation) == 0, "who computes it may be back"
    Simulation.objects.update(seen_at=timezone.now() - computing.GONE - timedelta(seconds=1))
    assert computing.compute_due(Simulation) == 1
    simulation.refresh_from_db()
    assert simulation.state == Simulation.State.DONE, simulation.fault
    assert simulation.answer["calls"][2] == LONG["runs"]


def test_one_that_was_stopped_ends_with_all_its_workers(town: Town) -> None:
    simulation = sims.asked(town, **LONG)
    process = begun(simulation)
    sim_actions.stop(actor=town.actor("deputy"), simulation=simulation.pk)
    assert process.wait(WAITS) == 0
    until(lambda: is_gone(process.pid))
    simulation.refresh_from_db()
    assert (simulation.state, simulation.answer) == (Simulation.State.STOPPED, None)
