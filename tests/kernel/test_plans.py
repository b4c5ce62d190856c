"""What a page reads is found through an index, however much there is: both databases' own plans.

Which index it is, only SQLite says of a few rows; PostgreSQL chooses by how many there are,
so that of its plans we ask whether any index would do.
"""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from tests.support.town import Town, build

from yihu.direct import inbox
from yihu.direct import queries as direct
from yihu.direct.actions import Message, Sent, send
from yihu.direct.kinds import Kind
from yihu.kernel import ledger, notices, proofs, queries
from yihu.kernel.timeline import excerpts
from yihu.people.desk import Sitting

pytestmark = pytest.mark.django_db

MANY = 7
"""Enough for a proof of several nodes."""
KEPT = re.compile(r"(?:SCAN|Seq Scan on) (\w+)(?! USING)")
"""A table read from one end to the other, in SQLite's words and in PostgreSQL's."""
ALIAS = r'"(kernel_\w+)" "?({})"?\b'


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def sent(town: Town) -> Sent:
    for _ in range(MANY):
        message = Message(kind=Kind.COMPLAINT, words="楼道灯坏了", name="甲", contact="000-0000")
        found = send(station=town.station, message=message, client_key=secrets.token_bytes(16))
    ledger.sequence()
    return found


@contextmanager
def plans() -> Iterator[list[tuple[str, str]]]:
    """Each SELECT of the block with its plan."""
    selects: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "kernel_" in sql:
            selects.append((sql, params))
        return execute(sql, params, many, context)

    found: list[tuple[str, str]] = []
    with connection.execute_wrapper(keep):
        yield found
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN "
        if connection.vendor == "postgresql":  # so small a table is quicker read whole
            cursor.execute("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN "
        for sql, params in selects:
            cursor.execute(explain + sql, params)
            found.append((sql, "\n".join(str(row[-1]) for row in cursor.fetchall())))
    assert found


def scanned(found: list[tuple[str, str]]) -> set[str]:
    """The tables of the kernel that are read whole."""
    tables = set()
    for sql, plan in found:
        for name in KEPT.findall(plan):
            alias = re.search(ALIAS.format(name), sql)
            tables.add(alias[1] if alias else name)
    return {table for table in tables if table.startswith("kernel_")}


def test_an_inbox_is_a_walk_along_one_index(town: Town, sent: Sent) -> None:
    for who, organisation, watching, index in (
        ("chief", town.station, False, "matter_open_by_office"),
        ("supervisor", town.supervisor_office, True, "matter_open_by_watch"),
    ):
        actor = town.actor(who)
        with plans() as found:
            rows = list(queries.inbox(actor, organisation.id, watching=watching)[:100])
        assert len(rows) == MANY
        (plan,) = [plan for _, plan in found]
        assert " OR" not in plan
        assert scanned(found) == set()
        if connection.vendor == "sqlite":
            assert index in plan
            assert "TEMP B-TREE" not in plan, "sorted, though the index is in order"


@pytest.mark.parametrize("who", ["chief", "supervisor"])
def test_what_presses_is_counted_along_the_indexes_of_what_is_open(
    town: Town, sent: Sent, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Sitting.of(town.people[who])
    monkeypatch.setattr(inbox, "PAGE", MANY - 1)  # so that the rest is counted
    with plans() as found:
        inbox.today(sitting)
        page = inbox.read(sitting, inbox.Asked())
    assert page.count == MANY
    assert scanned(found) == set()
    if connection.vendor == "sqlite":
        for _sql, plan in found:
            walked = re.findall(r"kernel_matter USING INDEX (\w+)", plan)
            assert walked
            assert all(index.startswith("matter_open_by_") for index in walked), plan


def test_what_a_handler_solves_is_found_by_index(town: Town, sent: Sent) -> None:
    officer = town.actor("officer")
    with plans() as found:
        mine = queries.visible_to(officer).filter(solution_owner=officer.id, closed_at=None)
        list(mine.order_by("due_at", "id")[:100])
    assert scanned(found) == set()
    if connection.vendor == "sqlite":
        assert "matter_open_by_solver" in found[0][1]


def test_the_words_in_a_list_and_the_unread_notices_are_found_by_index(
    town: Town, sent: Sent
) -> None:
    with plans() as found:
        assert len(excerpts([sent.matter])) == 1
        assert notices.unread(town.actor("chief")) == MANY
    assert scanned(found) == set()
    once_for_each_notice = "SubPlan" if connection.vendor == "postgresql" else "CORRELATED SCALAR"
    assert once_for_each_notice in found[1][1]
    if connection.vendor == "sqlite":
        assert "outbox_unread_by_role" in found[1][1]


def test_a_receipt_is_opened_by_index(sent: Sent) -> None:
    with plans() as found:
        held = direct.held_with(sent.secret)
        assert held is not None
        assert proofs.receipt_for(held.party)["inclusion"]
    assert scanned(found) == set()
    if connection.vendor == "sqlite":  # PostgreSQL's planner goes by how few nodes there are
        nodes = next(plan for sql, plan in found if 'FROM "kernel_node"' in sql)
        assert not re.search(r"\(log=\?\)$", nodes, re.MULTILINE), nodes


def test_the_sequencer_finds_its_frontier_by_index(town: Town, sent: Sent) -> None:
    message = Message(kind=Kind.HELP, words="又一件")
    send(station=town.station, message=message, client_key=secrets.token_bytes(16))
    with plans() as found:
        assert ledger.sequence() == 1
    assert scanned([one for one in found if "kernel_pending" not in one[0]]) == set()


def instructions(work: Callable[[], object]) -> int:
    """How many instructions SQLite's machine runs for it: foreign keys and triggers included."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    connection.connection.set_progress_handler(step, 1)
    try:
        work()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return count


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL counts nothing alike")
def test_opening_a_matter_costs_the_same_however_many_there_are(town: Town) -> None:
    def open_one() -> None:
        message = Message(kind=Kind.COMPLAINT, words="楼道灯坏了")
        send(station=town.station, message=message, client_key=secrets.token_bytes(16))

    open_one()
    before = instructions(open_one)
    for _ in range(200):
        open_one()
    assert instructions(open_one) < before * 1.05
