"""Matters by the hundred thousand, in minutes: real ones, copied with names of their own.

A few hundred patterns walk through the real doors: past ones through `kernel.history`
with answers and verdicts, open ones through `send`, some of them contacted. A copy is a
pattern with new random ids, reference, receipt secret, party keys, salts and times
moved; its words are sealed anew, its entries chained and hashed anew, and the real
sequencer gives them their places. So the database holds what that many real messages
would have left, and `yihu verify` finds nothing to say.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched, islice
from operator import attrgetter, itemgetter
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from bench import letters
from bench.town import House, Town
from yihu.direct import schemas
from yihu.direct.actions import Message, new_matter, send
from yihu.direct.kinds import About, Kind
from yihu.direct.models import CodeReport
from yihu.kernel import actions, history, ledger, proofs, vault
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.entry import NO_PREVIOUS, Header, canonical_time, entry_bytes, entry_hash
from yihu.kernel.history import PastMatter, PastMove
from yihu.kernel.loop import LOOPS
from yihu.kernel.models import (
    Answer,
    Entry,
    Matter,
    OutboxMessage,
    Party,
    Pending,
    Reply,
    SealedPart,
)
from yihu.kernel.reference import encode, grouped, key_hash, receipt_secret, secret_hash
from yihu.people.directory import actor_for

CHUNK = 5000  # matters in one transaction
PAST, OPEN = 60, 12  # patterns for each station
ANSWER = "您好，您反映的情况已经核实，当天就请物业换好了路灯，请您放心，有事随时再写信来。"


type Row = dict[str, Any]
type Rows = dict[type[Model], list[Row]]


@dataclass(slots=True)
class Pattern:
    """A matter's rows as plain values; what its sealed parts hold, and how entries name that."""

    matter: Row
    rows: Rows
    contents: dict[UUID, bytes]
    commitments: dict[UUID, str]

    @classmethod
    def of(cls, matter: Matter) -> "Pattern":
        kinds = (Party, SealedPart, Entry, Reply, CodeReport, OutboxMessage)
        rows: Rows = {
            kind: list(kind.objects.filter(matter=matter).order_by("pk").values()) for kind in kinds
        }
        rows[Entry].sort(key=itemgetter("seq"))
        rows[Answer] = list(Answer.objects.filter(party__matter=matter).values())
        parts = matter.sealed_parts.select_related("party")
        sealed = [one for row in rows[Entry] for one in json.loads(row["body"]).get("sealed", ())]
        return cls(
            Matter.objects.values().get(pk=matter.pk),
            rows,
            {part.id: vault.unseal(part, vault.key_of(part.party)).content for part in parts},
            {UUID(one["part"]): one["commitment"] for one in sealed},
        )


def patterns(town: Town) -> tuple[list[Pattern], list[Pattern]]:
    """Past ones and open ones, the same number at each station."""
    random = Random(110)
    now = timezone.now()
    for house in town.houses:
        resident = Actor(ActorKind.PARTY, None, house.station.district)
        history.record(actor=resident, matters=list(_past(house, now, random)))
        _open(house)
    ledger.sequence()
    kept = [Pattern.of(matter) for matter in Matter.objects.all()]
    past = [one for one in kept if one.matter["closed_at"] is not None]
    return past, [one for one in kept if one.matter["closed_at"] is None]


def _messages() -> Iterator[Message]:
    for fields in letters.letters():
        about = About(fields.get("about", About.OFFICE))
        kind, words = Kind(fields["kind"]), fields["words"]
        contact, name = fields.get("contact", ""), fields.get("name", "")
        yield Message(kind=kind, words=words, about=about, contact=contact, name=name)


def _past(house: House, now: datetime, random: Random) -> Iterator[PastMatter]:
    """Contacted within hours, answered within days; three in four with a verdict."""
    chief, officer = actor_for(house.chief), actor_for(house.officer)
    resident = Actor(ActorKind.PARTY, None, house.station.district)
    hashed = hashlib.sha256(house.code.encode())
    for number, message in enumerate(islice(_messages(), PAST)):
        opened = now - timedelta(days=random.uniform(30, 700))
        answered = opened + timedelta(days=random.uniform(0.3, 9))
        hashed.update(b".")
        happened = [
            PastMove(
                "contact",
                chief,
                opened + timedelta(hours=random.uniform(0.2, 6)),
                schemas.Contacted(words="您好，来信收到了，马上安排。"),
            ),
            PastMove(
                "answer",
                chief if message.kind == Kind.PRAISE else officer,
                answered,
                schemas.Answered(outcome=schemas.Outcome.SOLVED, words=ANSWER),
            ),
        ]
        if message.kind != Kind.PRAISE:
            handed = happened[0].occurred_at + timedelta(minutes=20)
            happened.insert(
                1, PastMove("assign", chief, handed, schemas.Assigned(handler=house.officer.id))
            )
        if number % 4:
            said = answered + timedelta(days=random.uniform(0.2, 6))
            happened.append(PastMove("confirm", resident, said, schemas.Confirmed(rating=5)))
        new = new_matter(house.station, message, hashed.digest(), "code", "bench")
        yield PastMatter(new, opened, happened)


def _open(house: House) -> None:
    chief = actor_for(house.chief)
    for number, message in enumerate(islice(_messages(), OPEN)):
        key = f"{house.code} {number}".encode()
        sent = send(station=house.station, message=message, client_key=key)
        if number % 2:
            actions.move(
                actor=chief,
                matter=sent.matter.id,
                name="contact",
                seq=1,
                client_key=key,
                payload=schemas.Contacted(words="您好，来信收到了，马上安排。"),
            )


# --- copies ------------------------------------------------------------------------------------


class Copier:
    """Makes copies of patterns. Copy `number` answers to the secret `secret_of(number)`."""

    def __init__(self) -> None:
        self.entry_id = Entry.objects.aggregate(last=Max("id"))["last"] or 0
        self.pepper = proofs.pepper()

    def secret_of(self, number: int) -> str:
        return receipt_secret(self.pepper, b"copy %d" % number)

    def copy(self, pattern: Pattern, number: int, moved: timedelta) -> Rows:
        """The copy's rows."""
        old = [pattern.matter, *pattern.rows[Party], *pattern.rows[SealedPart]]
        ids = {row["id"]: uuid4() for row in old}
        matter = _moved(pattern.matter, ids, moved)
        matter["reference"] = grouped(encode((number * 0x9E3779B1 % 2**40).to_bytes(5)))
        rows: Rows = {Matter: [matter]}
        for kind, kept in pattern.rows.items():
            rows[kind] = [_moved(row, ids, moved) for row in kept]
        said = {before.hex: after.hex for before, after in ids.items()}
        said[pattern.matter["reference"]] = matter["reference"]
        said |= self._seal(pattern, rows, number)
        self._chain(matter, rows, said)
        for reply in rows[Reply]:
            reply["key_hash"] = key_hash(f"copy {number}", reply["key_hash"])
        for row in (*rows[Answer], *rows[OutboxMessage]):
            del row["id"]
        return rows

    def _seal(self, pattern: Pattern, rows: Rows, number: int) -> dict[str, str]:
        """Fresh keys and salts; each commitment of the pattern with the copy's own."""
        keys = {}
        for party in rows[Party]:
            keys[party["id"]], party["wrapped_key"], party["key_name"] = vault.new_key(party["id"])
            if party["secret_hash"] is not None:
                party["secret_hash"] = secret_hash(self.pepper, self.secret_of(number))
        commitments = {}
        for part, kept in zip(rows[SealedPart], pattern.rows[SealedPart], strict=True):
            content, key = pattern.contents[kept["id"]], keys[part["party_id"]]
            part["sealed"], fresh = vault.seal(key, part["id"], content)
            commitments[pattern.commitments[kept["id"]]] = fresh.hex()
        return commitments

    def _chain(self, matter: Row, rows: Rows, said: dict[str, str]) -> None:
        """Entries that speak of the copy, each with the hash of the one before."""
        log, head = LOOPS[matter["loop"]].log, NO_PREVIOUS
        rows[Pending] = []
        for entry in rows[Entry]:
            for before, after in said.items():
                entry["body"] = entry["body"].replace(before, after)
            self.entry_id += 1
            entry |= {"id": self.entry_id, "prev": head}
            header = Header(
                entry["district"],
                matter["id"].hex,
                entry["seq"],
                head,
                entry["kind"],
                canonical_time(entry["occurred_at"]),
                canonical_time(entry["recorded_at"]),
            )
            head = entry_hash(entry_bytes(header, entry["body"]))
            rows[Pending].append({"entry_id": self.entry_id, "log": log, "hash": head})
        matter["head"] = head


def _moved(row: Row, ids: dict[UUID, UUID], moved: timedelta) -> Row:
    """The row with other ids, at another time; when it was recorded stays as it is."""
    changed = dict(row)
    for name, value in row.items():
        if type(value) is UUID:
            changed[name] = ids.get(value, value)
        elif type(value) is datetime and name != "recorded_at":
            changed[name] = value + moved
    return changed


# --- writing -----------------------------------------------------------------------------------


def load(copies: Iterable[Rows], progress: Callable[[int], object]) -> None:
    """Write copies, CHUNK of them in a transaction, and give their entries their places."""
    for some in batched(copies, CHUNK):
        together: Rows = {}
        for rows in some:
            for model, kept in rows.items():
                together.setdefault(model, []).extend(kept)
        with transaction.atomic():
            for model, kept in together.items():
                if kept:
                    _write(model, kept)
        ledger.sequence()
        progress(len(some))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # entries came with their numbers
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('kernel_entry', 'id'), max(id))"
                " FROM kernel_entry"
            )


def _write(model: type[Model], rows: list[Row]) -> None:
    columns = {f.attname: f.column for f in model._meta.local_concrete_fields}
    names = ", ".join(f'"{columns[name]}"' for name in rows[0])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(list(row.values()))
            return
        adapt = {UUID: attrgetter("hex"), datetime: connection.ops.adapt_datetimefield_value}
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(
            f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})",
            [
                [f(value) if (f := adapt.get(type(value))) else value for value in row.values()]
                for row in rows
            ],
        )
