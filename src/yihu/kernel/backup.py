"""One encrypted file that holds all: the database as of one moment, and the keys.

The file is a tar archive of `data.age` and, where a passphrase guards it, `key.age`:
the one-time key of `data.age`, encrypted with the passphrase. The plain `age` tool
opens both:

    tar xf FILE && age -d -i key.age data.age | tar xz

`data.age` streams, so that memory stays flat whatever the size. Inside are
`backup.json` (what this is), the database and the folder `keys`.
"""

import io
import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

import psycopg
import pyrage
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from yihu.kernel import ledger
from yihu.kernel.inspection import sqlite_snapshot

FORMAT = "yihu-backup/1"
SQLITE, POSTGRESQL = "yihu.sqlite3", "database.pgdump"
DATA, KEY, ABOUT = "data.age", "key.age", "backup.json"
SMALL = 1_048_576
_EXPECTED = re.compile(r"backup\.json|yihu\.sqlite3|database\.pgdump|keys/[\w-]+\.key")


class BackupFault(Exception):
    """A backup that cannot be made or opened. `code` names the reason, `detail` says more."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself. `database`: the vendor; `checkpoint`: the newest note."""

    format: str
    made_at: str
    database: str
    checkpoint: str | None


# --- making --------------------------------------------------------------------------------------


def make(target: Path, *, passphrase: str | None = None, recipient: str | None = None) -> int:
    """Write a backup of the running system, readable with the passphrase or the recipient's key.

    Returns its size. The file appears under its name when it is whole, or not at all.
    Raises BackupFault; OSError where it cannot be written.
    """
    if (passphrase is None) == (recipient is None):
        raise ValueError("a backup is for a passphrase or for a recipient")
    key, guard = _lock(passphrase, recipient)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as file, _database_copy() as (name, database):
            about = About(
                FORMAT,
                datetime.now(UTC).isoformat(timespec="seconds"),
                connection.vendor,
                _newest_note(database) if connection.vendor == "sqlite" else _note(),
            )
            if guard is not None:
                _put(file, KEY, guard)
            with _member(file, DATA):
                _stream_out(file, key, lambda tar: _pack(tar, about, name, database))
            file.write(bytes(2 * tarfile.BLOCKSIZE))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _lock(passphrase: str | None, recipient: str | None) -> tuple[Any, bytes | None]:
    """The recipient that data is encrypted to; and its own key under the passphrase."""
    if recipient is not None:
        try:
            return pyrage.x25519.Recipient.from_str(recipient), None
        except pyrage.RecipientError as fault:
            raise BackupFault("bad_recipient", str(fault)) from None
    identity = pyrage.x25519.Identity.generate()
    return identity.to_public(), pyrage.passphrase.encrypt(f"{identity}\n".encode(), passphrase)


def _pack(tar: tarfile.TarFile, about: About, name: str, database: Path) -> None:
    said = json.dumps(asdict(about), ensure_ascii=False).encode()
    info = tarfile.TarInfo(ABOUT)
    info.size = len(said)
    tar.addfile(info, io.BytesIO(said))
    tar.add(database, name, filter=_nameless)
    for path in sorted(settings.KEYRING.folder.glob("*.key")):  # after the database that needs them
        tar.add(path, f"keys/{path.name}", filter=_nameless)


def _nameless(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """No name of a machine's account goes into a backup."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


@contextmanager
def _database_copy() -> Iterator[tuple[str, Path]]:
    """The database as of one moment, in a file that only its owner reads, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=settings.YIHU_HOME, prefix=".backup-") as folder:
        if connection.vendor == "sqlite":
            copy = Path(folder) / SQLITE
            _copy_sqlite(Path(connection.settings_dict["NAME"]), copy)
        else:
            copy = Path(folder) / POSTGRESQL
            arguments = ["--format=custom", "--no-owner", f"--file={copy}"]
            _tool("pg_dump", arguments, connection.settings_dict)
        yield copy.name, copy


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup, in one step: a snapshot, while others go on writing."""
    uri = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def _newest_note(database: Path) -> str | None:
    with sqlite_snapshot(database) as found:
        return found.newest_note()


def _note() -> str | None:
    found = ledger.latest_checkpoint()
    return found.note if found else None


def _tool(program: str, arguments: list[str], database: Mapping[str, Any]) -> None:
    """Run one of PostgreSQL's own tools; the password goes through the environment."""
    if shutil.which(program) is None:
        raise BackupFault("tool_missing", program)
    wanted, more = DatabaseClient.settings_to_cmd_args_env({"OPTIONS": {}, **database}, [])
    name = wanted.pop()
    command = [program, *wanted[1:], f"--dbname={name}", *arguments]
    done = subprocess.run(  # noqa: S603
        command,
        env=os.environ | (more or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFault("tool_failed", f"{program}: {done.stderr.strip()[-600:]}")


# --- opening -------------------------------------------------------------------------------------


def restore(
    source: Path,
    folder: Path,
    *,
    passphrase: str | None = None,
    identity: str | None = None,
    database: Mapping[str, Any] | None = None,
) -> About:
    """Open a backup into a fresh folder: keys, and the database file or an empty server database.

    `identity` is the secret key of the recipient it was made for; `database` are
    Django's settings of the server database. Everything is opened beside the folder
    first: it stays as it was unless all is whole. Raises BackupFault; OSError.
    """
    _refuse_unless_fresh(folder)
    if database is not None and "postgresql" in database["ENGINE"]:
        _refuse_unless_empty(database)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        about = _unpack(source, draft, passphrase, identity)
        if (draft / POSTGRESQL).exists():
            if database is None:
                raise BackupFault("needs_server")
            arguments = ["--exit-on-error", "--single-transaction", "--no-owner"]
            _tool("pg_restore", [*arguments, str(draft / POSTGRESQL)], database)
            (draft / POSTGRESQL).unlink()
        if folder.exists():
            shutil.rmtree(folder)
        draft.replace(folder)
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return about


def _refuse_unless_fresh(folder: Path) -> None:
    """A folder that this very command has made by starting holds one key, of no use to anyone."""
    if folder.exists():
        ours = {folder / "keys", folder / "keys" / "django.key"}
        if not folder.is_dir() or set(folder.rglob("*")) - ours:
            raise BackupFault("folder_not_empty", str(folder))


def _refuse_unless_empty(database: Mapping[str, Any]) -> None:
    wanted = ("HOST", "PORT", "USER", "PASSWORD", "NAME")
    names = ("host", "port", "user", "password", "dbname")
    parameters = {n: database[w] for n, w in zip(names, wanted, strict=True) if database.get(w)}
    try:
        with psycopg.connect(**parameters, **database.get("OPTIONS", {})) as server:
            found = server.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1")
            if found.fetchone():
                raise BackupFault("server_not_empty", str(database["NAME"]))
    except psycopg.OperationalError as fault:
        raise BackupFault("no_server", str(fault).strip()) from fault


def _unpack(source: Path, folder: Path, passphrase: str | None, identity: str | None) -> About:
    try:
        with tarfile.open(source, "r:") as archive:
            key = _unlock(archive, passphrase, identity)
            data = archive.extractfile(DATA)
            if data is None:
                raise BackupFault("not_a_backup")
            _stream_in(data, key, lambda tar: _extract(tar, folder))
    except (tarfile.TarError, KeyError, EOFError) as fault:
        raise BackupFault("not_a_backup", str(fault)) from fault
    try:
        about = About(**json.loads((folder / ABOUT).read_bytes()))
        (folder / ABOUT).unlink()
    except (OSError, ValueError, TypeError) as fault:
        raise BackupFault("not_a_backup", ABOUT) from fault
    if about.format != FORMAT:
        raise BackupFault("other_format", about.format)
    return about


def _unlock(archive: tarfile.TarFile, passphrase: str | None, identity: str | None) -> Any:
    """The key of the data: the one given, or the one that the passphrase guards."""
    guarded = KEY in archive.getnames()
    if identity is None:
        if not guarded:
            raise BackupFault("needs_identity")
        if passphrase is None:
            raise BackupFault("needs_passphrase")
        member = archive.getmember(KEY)
        held = archive.extractfile(member)
        if held is None or member.size > SMALL:
            raise BackupFault("not_a_backup", KEY)
        try:
            identity = pyrage.passphrase.decrypt(held.read(), passphrase).decode()
        except pyrage.DecryptError:
            raise BackupFault("wrong_passphrase") from None
    lines = [line.strip() for line in identity.splitlines()]
    secret = next((line for line in lines if line and not line.startswith("#")), "")
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError:
        raise BackupFault("bad_identity") from None


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    for member in tar:
        if not member.isfile() or not _EXPECTED.fullmatch(member.name):
            raise BackupFault("not_a_backup", member.name)
        path = folder / member.name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        content = tar.extractfile(member)
        if content is None:
            raise BackupFault("not_a_backup", member.name)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(content, file, SMALL)
            file.flush()
            os.fsync(file.fileno())


# --- the archive ---------------------------------------------------------------------------------


def _put(file: BinaryIO, name: str, content: bytes) -> None:
    with _member(file, name):
        file.write(content)


@contextmanager
def _member(file: BinaryIO, name: str) -> Iterator[None]:
    """A member of a tar archive whose size is known only once it is written."""
    header = file.tell()
    file.write(bytes(tarfile.BLOCKSIZE))
    yield
    end = file.tell()
    info = tarfile.TarInfo(name)
    info.size, info.mode = end - header - tarfile.BLOCKSIZE, 0o600
    file.write(bytes(-info.size % tarfile.BLOCKSIZE))
    after = file.tell()
    file.seek(header)
    file.write(info.tobuf(tarfile.GNU_FORMAT))  # which has room for more than 8 GB
    file.seek(after)


def _stream_out(file: BinaryIO, key: Any, pack: Callable[[tarfile.TarFile], None]) -> None:
    """Pack in this thread, encrypt in another, a pipe between them."""
    reading, writing = os.pipe()
    faults: list[BaseException] = []

    def encrypt() -> None:
        with os.fdopen(reading, "rb") as source:
            try:
                pyrage.encrypt_io(source, file, [key])
            except BaseException as fault:
                faults.append(fault)

    worker = threading.Thread(target=encrypt, name="encrypt")
    worker.start()
    try:
        with (
            suppress(BrokenPipeError),  # then the worker has said why
            os.fdopen(writing, "wb") as sink,
            tarfile.open(fileobj=sink, mode="w|gz", compresslevel=3) as tar,
        ):
            pack(tar)
    finally:
        worker.join()
    if faults:
        raise faults[0]


def _stream_in(data: IO[bytes], key: Any, unpack: Callable[[tarfile.TarFile], None]) -> None:
    """Decrypt in another thread, unpack in this one; the last block tells whether all is whole."""
    reading, writing = os.pipe()
    faults: list[BaseException] = []

    def decrypt() -> None:
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as sink:
            try:
                pyrage.decrypt_io(data, sink, [key])
            except BaseException as fault:
                faults.append(fault)

    worker = threading.Thread(target=decrypt, name="decrypt")
    worker.start()
    try:
        with os.fdopen(reading, "rb") as source:
            with tarfile.open(fileobj=source, mode="r|gz") as tar:
                unpack(tar)
            while source.read(SMALL):  # the padding, so that the worker sees its last block
                pass
    except (tarfile.TarError, EOFError, OSError) as fault:
        worker.join()
        if not faults:
            raise
        raise _cannot_decrypt(faults[0]) from fault
    finally:
        worker.join()
    if faults:
        raise _cannot_decrypt(faults[0])


def _cannot_decrypt(fault: BaseException) -> BackupFault:
    """No key of ours, or bytes that are not what was written."""
    code = "wrong_key" if isinstance(fault, pyrage.DecryptError) else "damaged"
    return BackupFault(code, str(fault))


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
