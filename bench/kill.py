"""kill -9 for web and clock, again and again, while residents write: nothing lost, nothing twice.

Each client keeps at its message, with the message's own key, until it is acknowledged;
beside them, messages come that are overdue already, so that the clock has limits to act
on. In the end everything acknowledged is looked for, opened with its receipt's secret,
and every clock reckoned anew from the entries.
"""

import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import connection
from django.utils import timezone
from tests.support.site import free_port

from bench import letters
from bench.figures import Figure
from bench.place import Place
from bench.town import House, build
from yihu.direct.actions import Message, send
from yihu.direct.kinds import Kind
from yihu.kernel import proofs, schedule
from yihu.kernel.models import Channel, Escalation, Matter, OutboxMessage, Pending
from yihu.kernel.timeline import timeline

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 6
BETWEEN_KILLS = 0.3, 2.0  # seconds
RECEIPT = re.compile(r"/r/([0-9A-Z]{16})/")
SETTLES_WITHIN = 60.0  # seconds for the last messages and the sequencer, once nobody kills


@dataclass(slots=True)
class Outcome:
    """What was done; and what went wrong, of which every count should be 0."""

    acknowledged: int = 0
    overdue: int = 0
    attempts: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, int] = field(default_factory=dict)


def measure(here: Place, seconds: float = 60.0) -> list[Figure]:
    outcome = rehearse(build().houses[0], here.url, seconds)

    def figure(what: str, value: float, unit: str = "", most: float | None = None) -> Figure:
        return Figure("kill", f"{here.database}: {what}", value, unit, most)

    return [
        figure("messages acknowledged", outcome.acknowledged),
        figure("… and messages already overdue", outcome.overdue),
        figure("attempts it took", outcome.attempts),
        *(figure(f"times {name} was killed", count) for name, count in outcome.killed.items()),
        *(figure(what, count, most=0) for what, count in outcome.wrong.items()),
    ]


def rehearse(house: House, url: str, seconds: float, seed: int = 9) -> Outcome:
    """Django must be set up on the database at `url`."""
    random, outcome, stop = Random(seed), Outcome(), threading.Event()
    kept: dict[str, dict[str, str]] = {}
    with running(url) as site:
        clients = [
            threading.Thread(
                target=_write, args=(site.port, house.code, stop, kept, outcome), daemon=True
            )
            for _ in range(CLIENTS)
        ]
        clients.append(
            threading.Thread(target=_write_late, args=(house, stop, outcome), daemon=True)
        )
        for client in clients:
            client.start()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(random.uniform(*BETWEEN_KILLS))
            outcome.killed.update(site.kill_one(random))
        stop.set()
        for client in clients:
            client.join(SETTLES_WITHIN)
        if any(client.is_alive() for client in clients):
            raise TimeoutError("a client was never acknowledged")
        _until(_nothing_waits)
    outcome.acknowledged = len(kept)
    outcome.wrong = _judge(kept, outcome.overdue) | {"faults that verify finds": verify(url)}
    return outcome


# --- the site, and who kills it ------------------------------------------------------------------


class Site:
    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port

    def processes(self, name: str) -> list[int]:
        """A program's process and its workers."""
        found = [pid for pid in children(self.process.pid) if _name(pid) == name]
        return [pid for one in found for pid in (one, *children(one))]

    def kill_one(self, random: Random) -> list[str]:
        """SIGKILL for one process of web or clock, which may be a worker; its program's name."""
        name = random.choice(["yihu-web", "yihu-clock"])
        group = self.processes(name)
        if not group:
            return []
        try:
            os.kill(random.choice(group), signal.SIGKILL)
        except ProcessLookupError:
            return []
        return [name]


@contextmanager
def running(url: str) -> Iterator[Site]:
    port = free_port()
    environment = {
        "DJANGO_SETTINGS_MODULE": "yihu.settings",
        "YIHU_HOME": str(settings.YIHU_HOME),
        "YIHU_DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.killable", str(port)],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Site(process, port)
    finally:
        process.terminate()
        process.wait(30)


def children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


# --- who writes ----------------------------------------------------------------------------------


def _write(
    port: int,
    code: str,
    stop: threading.Event,
    kept: dict[str, dict[str, str]],
    outcome: Outcome,
) -> None:
    """One message after the other, each until it is acknowledged."""
    for fields in letters.letters():
        if stop.is_set():
            return
        fields["words"] += f" {secrets.token_hex(8)}"
        kept[_acknowledged(port, code, fields, outcome)] = fields


def _acknowledged(port: int, code: str, fields: dict[str, str], outcome: Outcome) -> str:
    """Send it until a receipt comes back: its secret."""
    body = letters.as_browsers_send(fields)
    head = {
        "Content-Type": f"multipart/form-data; boundary={letters.BOUNDARY}",
        "User-Agent": fields["key"],  # a phone of its own: a single one would be slowed down
    }
    while True:
        outcome.attempts += 1
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            server.request("POST", f"/d/{code}/", body, head)
            answer = server.getresponse()
            receipt = RECEIPT.search(answer.headers.get("Location") or "")
            if answer.status == 303 and receipt:
                return receipt[1]
        except (OSError, http.client.HTTPException):
            pass
        finally:
            server.close()
        time.sleep(0.05)


def _write_late(house: House, stop: threading.Event, outcome: Outcome) -> None:
    """Messages of a week ago that nobody looked at: two rungs of the ladder are due at once."""
    while not stop.wait(0.2):
        send(
            station=house.station,
            message=Message(Kind.HELP, f"上周写的 {secrets.token_hex(8)}"),
            client_key=secrets.token_bytes(16),
            occurred_at=timezone.now() - timedelta(days=14),
        )
        outcome.overdue += 1
    connection.close()


# --- the judgement -------------------------------------------------------------------------------


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SETTLES_WITHIN
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError("the clock did not catch up")
        time.sleep(0.2)


def _nothing_waits() -> bool:
    overdue = Matter.objects.filter(lapses_at__lte=timezone.now())
    return not Pending.objects.exists() and not overdue.exists()


def _judge(kept: dict[str, dict[str, str]], overdue: int) -> dict[str, int]:
    """Counts of what is not as it should be."""
    opened = [proofs.party_with(secret) for secret in kept]
    said = [_words(party.matter) if party else "" for party in opened]
    matters = list(Matter.objects.all())
    return {
        "messages lost": opened.count(None),
        "messages with other words": sum(
            words != fields["words"] for words, fields in zip(said, kept.values(), strict=True)
        ),
        "matters beyond those acknowledged": len(matters) - len(kept) - overdue,
        "wrong clocks": sum(not _clock_is_right(matter) for matter in matters),
        "promises to tell someone missing or doubled": sum(map(_promises_missing, matters)),
        "rungs missed or fired twice": sum(map(_rungs_missing, matters)),
    }


def _words(matter: Matter) -> str:
    (opening, *_rest) = timeline(matter, "party")
    return next(said.text or "" for said in opening.said if said.what == "words")


def _clock_is_right(matter: Matter) -> bool:
    reckoned = copy(matter)
    schedule.reckon(reckoned, schedule.events(matter.entries.order_by("seq")))
    columns = ("due_at", "paused_until", "lapses_at", "provisional")
    return all(getattr(matter, name) == getattr(reckoned, name) for name in columns)


def _promises_missing(matter: Matter) -> int:
    """The chief is told in the app and by mail, of a complaint the supervisor, too."""
    told = OutboxMessage.objects.filter(matter=matter, template__endswith="_received")
    found = Counter(told.values_list("template", "channel"))
    templates = ["message_received"]
    if matter.kind == Kind.COMPLAINT:
        templates.append("complaint_received")
    wanted = Counter((t, c.value) for t in templates for c in (Channel.IN_APP, Channel.MAIL))
    return (found - wanted).total() + (wanted - found).total()


def _rungs_missing(matter: Matter) -> int:
    """Each rung that is due has one row and one entry."""
    state = schedule.reckon(copy(matter), schedule.events(matter.entries.order_by("seq")))
    due = {rung.number for rung in state.rungs if rung.at <= timezone.now()} if state else set()
    rows = list(Escalation.objects.filter(matter=matter).values_list("rung", flat=True))
    entries = matter.entries.filter(kind="escalated").count()
    return len(due ^ set(rows)) + len(rows) - len(set(rows)) + abs(entries - len(rows))


def verify(url: str) -> int:
    environment = {
        "DJANGO_SETTINGS_MODULE": "yihu.settings",
        "YIHU_HOME": str(settings.YIHU_HOME),
        "YIHU_DATABASE_URL": url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "yihu", "verify", "--json"],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode
