"""Time passes: each rung fires exactly once, whoever was killed and however many clocks run."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from tests.conftest import CommittedDatabase
from tests.support.matters import answered, do, teller, write
from tests.support.town import Town, build

from yihu.cli.ticking import JOBS, run_once
from yihu.direct.actions import Message, new_matter
from yihu.direct.kinds import Kind
from yihu.kernel import actions as kernel
from yihu.kernel import lapses, ledger, schedule, watch
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.models import Entry, Escalation, Matter, OutboxMessage, Pending


@pytest.fixture
def town(db: None) -> Town:
    return build()


def rungs(matter: Matter) -> list[tuple[int, str]]:
    return list(matter.escalations.order_by("rung").values_list("rung", "role"))


def test_nothing_fires_before_its_time(town: Town) -> None:
    matter = write(town).matter
    assert lapses.fire_due(matter.lapses_at - timedelta(seconds=1)) == 0
    assert not rungs(matter)


def test_the_ladder_is_climbed_once_rung_by_rung(town: Town) -> None:
    matter = write(town).matter
    assert lapses.fire_due(matter.lapses_at) == 1
    assert lapses.fire_due(matter.lapses_at) == 0
    matter.refresh_from_db()
    assert rungs(matter) == [(1, "supervisor")]
    assert matter.watched
    assert lapses.fire_due(matter.lapses_at) == 1
    matter.refresh_from_db()
    assert rungs(matter) == [(1, "supervisor"), (2, "subdistrict_leader")]
    assert matter.lapses_at is None
    assert lapses.fire_due(timezone.now() + timedelta(days=3000)) == 0


def test_a_clock_that_was_away_catches_up_with_the_true_times(town: Town) -> None:
    matter = write(town).matter
    due = matter.due_at
    later = due + timedelta(days=60)
    assert lapses.fire_due(later) == 2
    escalated = matter.entries.filter(kind="escalated").order_by("seq")
    assert escalated[0].occurred_at == due
    assert all(entry.occurred_at < later for entry in escalated)
    assert len(rungs(matter)) == 2


def test_each_stay_in_a_step_has_a_ladder_of_its_own(town: Town) -> None:
    sent = write(town)
    lapses.fire_due(sent.matter.lapses_at)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    sent.matter.refresh_from_db()
    assert sent.matter.rungs_fired == 0
    lapses.fire_due(sent.matter.lapses_at)
    assert sorted(rungs(sent.matter)) == [(1, "supervisor"), (1, "supervisor")]
    assert sent.matter.escalations.values("step_seq").distinct().count() == 2


def test_whoever_is_escalated_to_is_told_and_sees_it(town: Town) -> None:
    matter = write(town).matter
    lapses.fire_due(matter.lapses_at)
    told = OutboxMessage.objects.filter(template="escalated", role="supervisor")
    assert told.filter(organisation=town.supervisor_office).count() == 2  # in the app, by mail
    do(town.actor("supervisor"), matter, "note", words="已知悉")


def test_silence_ends_an_answered_matter_once_and_leaves_it_reopenable(town: Town) -> None:
    sent = answered(town)
    sent.matter.refresh_from_db()
    lapses.fire_due(sent.matter.lapses_at)
    sent.matter.refresh_from_db()
    assert sent.matter.step == "rested"
    assert lapses.fire_due(timezone.now() + timedelta(days=3000)) == 0
    do(teller(sent), sent.matter, "dispute")
    assert sent.matter.entries.filter(kind="moved", body__contains='"move":"rest"').count() == 1


def test_a_question_moves_what_fires(town: Town) -> None:
    sent = write(town)
    first = sent.matter.lapses_at
    do(town.actor("chief"), sent.matter, "ask", words="哪一栋？")
    sent.matter.refresh_from_db()
    assert sent.matter.lapses_at > first
    assert lapses.fire_due(first) == 0


def test_history_from_elsewhere_never_escalates(town: Town) -> None:
    message = Message(kind=Kind.HELP, words="去年的信")
    new = new_matter(town.station, message, None, "import", origin="旧系统")
    past = timezone.now() - timedelta(days=400)
    resident = Actor(ActorKind.PARTY, None, town.station.district)
    matter = kernel.open_matter(
        actor=resident, new=new, client_key=b"k" * 16, occurred_at=past
    ).matter
    assert matter.lapses_at is None
    assert lapses.fire_due(timezone.now() + timedelta(days=3000)) == 0
    assert not Escalation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_matter_that_cannot_be_reckoned_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = write(town).matter, write(town).matter
    Matter.objects.filter(pk=broken.pk).update(loop="no_such_loop")
    when = sound.lapses_at + timedelta(hours=1)
    assert lapses.fire_due(when) == 1
    assert rungs(sound)
    assert "unknown_loop" in {finding.code for finding in watch.look(when)}


def test_columns_are_what_the_entries_say(town: Town) -> None:
    sent = answered(town)
    matter = Matter.objects.get(pk=sent.matter.pk)
    kept = matter.due_at, matter.lapses_at, matter.paused_until
    schedule.reckon(matter, schedule.events(matter.entries.order_by("seq")))
    assert (matter.due_at, matter.lapses_at, matter.paused_until) == kept


# --- several clocks, and clocks that die -------------------------------------------------------


def test_two_clocks_racing_fire_each_rung_once(committed_db: CommittedDatabase) -> None:
    town = build()
    sent = [write(town) for _ in range(6)] + [answered(town) for _ in range(4)]
    later = timezone.now() + timedelta(days=90)
    start = threading.Barrier(3)
    faults: list[BaseException] = []

    def clock() -> None:
        try:
            start.wait()
            lapses.fire_due(later)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    clocks = [threading.Thread(target=clock) for _ in range(3)]
    for thread in clocks:
        thread.start()
    for thread in clocks:
        thread.join(20)
    assert not faults
    assert Escalation.objects.count() == 12
    for one in sent[:6]:
        assert rungs(one.matter) == [(1, "supervisor"), (2, "subdistrict_leader")]
    for one in sent[6:]:
        one.matter.refresh_from_db()
        assert one.matter.step == "rested"
        assert one.matter.entries.filter(body__contains='"move":"rest"').count() == 1
    assert lapses.fire_due(later) == 0


def _clock(url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "YIHU_HOME": str(settings.YIHU_HOME),
        "YIHU_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "yihu.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "yihu", "clock"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _wait_for(condition: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def test_a_clock_killed_again_and_again_loses_and_doubles_nothing(
    committed_db: CommittedDatabase,
) -> None:
    town = build()
    past = timezone.now() - timedelta(days=90)
    message = Message(kind=Kind.HELP, words="很久以前")
    resident = Actor(ActorKind.PARTY, None, town.station.district)
    for n in range(60):
        new = new_matter(town.station, message, None, "code")
        kernel.open_matter(
            actor=resident, new=new, client_key=f"{n:016}".encode(), occurred_at=past
        )
    for target in (10, 50, 90):
        clock = _clock(committed_db.url)
        _wait_for(lambda target=target: Escalation.objects.count() >= target)
        clock.send_signal(signal.SIGKILL)
        clock.communicate()
    clock = _clock(committed_db.url)
    _wait_for(lambda: Escalation.objects.count() == 120 and not Pending.objects.exists())
    clock.terminate()
    _, said = clock.communicate(timeout=20)
    assert clock.returncode == 0, said.decode()
    assert Entry.objects.filter(kind="escalated").count() == 120
    assert Entry.objects.count() == 180
    per_matter = [json.loads(body)["rung"] for body in _escalated_bodies()]
    assert sorted(per_matter) == [1] * 60 + [2] * 60
    assert ledger.latest_checkpoint().size == 180
    assert not [f for f in watch.look() if f.code in ("not_escalated", "promise_broken")]


def _escalated_bodies() -> list[str]:
    return list(Entry.objects.filter(kind="escalated").values_list("body", flat=True))


def test_once_does_everything_there_is_to_do(committed_db: CommittedDatabase) -> None:
    town = build()
    write(town)
    assert run_once(JOBS) == []
    assert not Pending.objects.exists()
    assert not OutboxMessage.objects.filter(delivery="waiting").exists()
