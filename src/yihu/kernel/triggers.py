"""The database's own refusal to change what was recorded.

Installed after every migration, since SQLite's table rebuild drops triggers, and
checked by `yihu doctor`. SQLite's REPLACE deletes without firing a delete trigger,
so inserting over a row that exists is refused, too.
"""

from django.db import connections

APPEND_ONLY: dict[str, tuple[tuple[str, ...], ...]] = {
    "kernel_entry": (("id",), ("matter_id", "seq")),
    "kernel_leaf": (("id",), ("log", "index"), ("entry_id",)),
    "kernel_node": (("id",), ("log", "level", "index")),
    "kernel_checkpoint": (("id",),),
}
"""Tables, each with the keys that identify a row."""

KEPT: dict[str, tuple[tuple[str, ...], ...]] = {
    "kernel_matter": (("id",), ("reference",)),
    "kernel_party": (("id",), ("secret_hash",)),
    "kernel_sealedpart": (("id",),),
    "kernel_answer": (("id",), ("party_id", "round")),
    "kernel_escalation": (("id",), ("matter_id", "step_seq", "rung")),
}
"""Tables whose rows may change but never go, likewise."""

FUNCTION = "yihu_keeps_what_was_recorded"
BODY = (
    " BEGIN RAISE EXCEPTION '% keeps what was recorded', TG_TABLE_NAME"
    " USING ERRCODE = 'integrity_constraint_violation'; END "
)
BEFORE_EACH_ROW = {"DELETE": 11, "UPDATE": 19}
BEFORE_STATEMENT = {"TRUNCATE": 34}
"""`tgtype` of PostgreSQL's triggers: ROW 1, BEFORE 2, DELETE 8, UPDATE 16, TRUNCATE 32."""


def install(using: str = "default") -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, statement in _sqlite().items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(statement)
        else:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger"
                f" AS $${BODY}$$ LANGUAGE plpgsql"
            )
            for name, (table, when) in _postgresql().items():
                each = "ROW" if when in BEFORE_EACH_ROW else "STATEMENT"
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each}"
                    f" EXECUTE FUNCTION {FUNCTION}()"
                )
                # ALWAYS: for a session that says it only replicates, too
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def expected(vendor: str) -> set[str]:
    """The names of the triggers that must be there."""
    return set(_sqlite() if vendor == "sqlite" else _postgresql())


def missing(using: str = "default") -> set[str]:
    """Triggers that are gone, switched off, or not what they are called."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return {name for name, statement in _sqlite().items() if found.get(name) != statement}
        cursor.execute(
            "SELECT t.tgname, c.relname, t.tgtype FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid AND pg_table_is_visible(c.oid)"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr::text = ''"
            " AND p.prosrc = %s",
            [BODY],
        )
        there = set(cursor.fetchall())
        kinds = BEFORE_EACH_ROW | BEFORE_STATEMENT
        return {
            name
            for name, (table, when) in _postgresql().items()
            if (name, table, kinds[when]) not in there
        }


def _sqlite() -> dict[str, str]:
    """Each trigger's name and the statement that makes it."""

    def refuse(name: str, when: str, table: str, condition: str = "") -> tuple[str, str]:
        return name, (
            f"CREATE TRIGGER {name} BEFORE {when} ON {table} {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{table} keeps what was recorded'); END"
        )

    made = []
    for table, keys in (APPEND_ONLY | KEPT).items():
        taken = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE "  # noqa: S608 (our own constants)
            + " AND ".join(f'"{column}" = NEW."{column}"' for column in key)
            + ")"
            for key in keys
        )
        made.append(refuse(f"{table}_no_delete", "DELETE", table))
        made.append(refuse(f"{table}_no_replace", "INSERT", table, f"WHEN {taken}"))
    made += [refuse(f"{table}_no_update", "UPDATE", table) for table in APPEND_ONLY]
    return dict(made)


def _postgresql() -> dict[str, tuple[str, str]]:
    """Each trigger's name, its table and what it refuses."""
    made = {}
    for table in APPEND_ONLY | KEPT:
        made[f"{table}_no_delete"] = table, "DELETE"
        made[f"{table}_no_truncate"] = table, "TRUNCATE"
    made |= {f"{table}_no_update": (table, "UPDATE") for table in APPEND_ONLY}
    return made
