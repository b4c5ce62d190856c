"""The database itself refuses to change what was recorded, by whatever statement."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from tests.conftest import CommittedDatabase
from tests.support.matters import write
from tests.support.town import build

from yihu.kernel import ledger, triggers, watch
from yihu.kernel.models import Entry

SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def recorded(committed_db: CommittedDatabase) -> None:
    town = build()
    write(town, name="王某", contact="000")
    ledger.sequence()
    write(town)
    ledger.sequence()


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
        return cursor.fetchall()


@pytest.mark.usefixtures("recorded")
def test_what_is_append_only_takes_no_update_delete_replace_or_truncate() -> None:
    for table, keys in triggers.APPEND_ONLY.items():
        before = rows(table)
        assert before, table
        column = keys[0][0]
        attempts = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
        if SQLITE:
            attempts.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
            attempts.append(f"REPLACE INTO {table} SELECT * FROM {table}")
        else:
            attempts.append(f"TRUNCATE {table} CASCADE")
        for attempt in attempts:
            with pytest.raises(DatabaseError, match="keeps what was recorded"):
                run(attempt)
        assert rows(table) == before


@pytest.mark.usefixtures("recorded")
def test_a_row_cannot_be_replaced_by_its_other_keys() -> None:
    if not SQLITE:
        pytest.skip("only SQLite has REPLACE")
    replaced = (
        "INSERT OR REPLACE INTO kernel_entry"
        " SELECT id + 1000, district, seq, prev, kind, body, occurred_at, recorded_at, matter_id"
        " FROM kernel_entry"
    )
    columns = "(id, district, seq, prev, kind, body, occurred_at, recorded_at, matter_id)"
    with pytest.raises(DatabaseError, match="keeps what was recorded"):
        run(replaced.replace("kernel_entry SELECT", f"kernel_entry {columns} SELECT", 1))


@pytest.mark.usefixtures("recorded")
def test_matters_parties_and_sealed_parts_are_never_deleted() -> None:
    for table in triggers.KEPT:
        if rows(table):
            with pytest.raises(DatabaseError, match="keeps what was recorded"):
                run(f"DELETE FROM {table}")
            if not SQLITE:
                with pytest.raises(DatabaseError, match="keeps what was recorded"):
                    run(f"TRUNCATE {table} CASCADE")


@pytest.mark.usefixtures("recorded")
def test_models_have_no_way_round_it() -> None:
    entry = Entry.objects.first()
    assert entry is not None
    for attempt in (entry.delete, entry.save, lambda: Entry.objects.update(kind="other")):
        with pytest.raises(DatabaseError):
            _in_transaction(attempt)


def _in_transaction(attempt: Callable[[], object]) -> None:
    with transaction.atomic():
        attempt()


@pytest.mark.usefixtures("recorded")
def test_a_table_rebuilt_by_a_migration_gets_its_triggers_back() -> None:
    """SQLite alters a column by making a new table: the old one's triggers go with it."""
    assert not triggers.missing()
    model = apps.get_model("kernel", "Entry")
    old = model._meta.get_field("kind")
    new = models.CharField(max_length=48)
    new.set_attributes_from_name("kind")
    new.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new, strict=False)
    if SQLITE:
        assert triggers.missing()
        assert "triggers_missing" in {finding.code for finding in watch.look()}
    call_command("migrate", verbosity=0)
    assert not triggers.missing()
    with pytest.raises(DatabaseError, match="keeps what was recorded"):
        run("UPDATE kernel_entry SET kind = 'other'")


@pytest.mark.usefixtures("recorded")
def test_the_doctor_misses_a_trigger_that_is_gone_or_off() -> None:
    name = "kernel_entry_no_update"
    if SQLITE:
        run(f"DROP TRIGGER {name}")
    else:
        run(f"ALTER TABLE kernel_entry DISABLE TRIGGER {name}")
    assert triggers.missing() == {name}
    (finding,) = [found for found in watch.look() if found.code == "triggers_missing"]
    assert finding.grave
    assert name in finding.examples
