"""Keys that live outside the database: one file each, readable by their owner only."""

import os
import secrets
import stat
from pathlib import Path


class KeyPermissionError(Exception):
    """A key file can be read by others than its owner."""


class KeyMissingError(Exception):
    """A key that something was sealed or signed with is gone. A new one would open nothing."""


class Keyring:
    """A folder (0700) of key files (0600), each made at first use.

    Creating is atomic: two processes that both miss a key end with the same one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def names(self, prefix: str = "") -> list[str]:
        """Names of the keys that exist, sorted."""
        return sorted(p.stem for p in self.folder.glob(f"{prefix}*.key"))

    def secret(self, name: str, size: int = 32) -> bytes:
        """`size` random bytes, made at first use.

        Raises KeyPermissionError where group or others may read the file.
        """
        path = self.path(name)
        try:
            return self._read(path)
        except FileNotFoundError:
            self.store(name, secrets.token_bytes(size))
            return self._read(path)

    def existing(self, name: str) -> bytes:
        """A key that was made before. Raises KeyMissingError, or KeyPermissionError."""
        try:
            return self._read(self.path(name))
        except FileNotFoundError:
            raise KeyMissingError(f"{name}.key") from None

    def text(self, name: str) -> str:
        """The secret as 64 hex digits."""
        return self.secret(name).hex()

    def store(self, name: str, value: bytes, *, replace: bool = False) -> None:
        """Write a key once; one that exists stays as it is, unless it is to be replaced."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(value)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                draft.replace(self.path(name))
            else:
                os.link(draft, self.path(name))
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)

    def loose(self) -> list[Path]:
        """Key files that someone beside their owner may read."""
        return [p for p in self.folder.glob("*.key") if _is_loose(p)]

    @staticmethod
    def _read(path: Path) -> bytes:
        value = path.read_bytes()
        if _is_loose(path):
            raise KeyPermissionError(f"{path.name}: run chmod 600 on it")
        return value


def _is_loose(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
