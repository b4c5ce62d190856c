"""Taking checkpoints to a witness outside, so that nobody can sign a second history unseen.

A witness is a folder on a machine of someone else's (mounted), or a mailbox
(`mailto:`). A folder gets each note as a file of its own, never overwritten, and the
newest one as `latest`, from which `yihu verify` takes its word.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from yihu.kernel import ledger
from yihu.kernel.delivery import Mailbox, NotWanted, message_id
from yihu.kernel.models import Checkpoint, Witnessing

LATEST = "latest"
MAILTO = "mailto:"


class Unwitnessed(Exception):
    """Some witnesses could not be reached: which, and why, as (witness, kind of fault)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(", ".join(fault for _, fault in faults))
        self.faults = faults


def publish(now: datetime | None = None, *, at_once: bool = False) -> int:
    """Take the newest checkpoint to each witness whose turn it is (`at_once`: to all).

    Returns how many took it. Raises Unwitnessed when all have been tried.
    """
    now = now or timezone.now()
    newest = ledger.latest_checkpoint()
    if newest is None:
        return 0
    taken, faults = 0, []
    for witness in _due(newest, now, at_once):
        try:
            _take(witness, newest)
        except NotWanted as fault:
            faults.append((witness, str(fault)))
        except (OSError, ValueError) as fault:
            faults.append((witness, type(fault).__name__))
        else:
            Witnessing.objects.update_or_create(
                witness=witness, defaults={"checkpoint": newest, "delivered_at": now}
            )
            taken += 1
    if faults:
        raise Unwitnessed(faults)
    return taken


def _due(newest: Checkpoint, now: datetime, at_once: bool) -> list[str]:
    seen = {row.witness: row for row in Witnessing.objects.filter(witness__in=settings.WITNESSES)}

    def is_due(witness: str) -> bool:
        last = seen.get(witness)
        if at_once or last is None:
            return True
        return last.checkpoint_id != newest.pk and now - last.delivered_at >= _pause(witness)

    return [witness for witness in settings.WITNESSES if is_due(witness)]


def _pause(witness: str) -> timedelta:
    """How often at most a witness is given a new checkpoint: a mailbox is a person's."""
    return ledger.HEARTBEAT if witness.startswith(MAILTO) else timedelta(minutes=1)


def _take(witness: str, checkpoint: Checkpoint) -> None:
    if witness.startswith(MAILTO):
        _mail(unquote(witness.removeprefix(MAILTO)), checkpoint)
    else:
        _file(Path(witness), checkpoint)


def _mail(address: str, checkpoint: Checkpoint) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("一呼台账检查点 {size}").format(size=checkpoint.size)
    headers = {
        "Message-ID": message_id(f"checkpoint-{checkpoint.pk}"),
        "Auto-Submitted": "auto-generated",
    }
    with Mailbox() as mailbox:
        mailbox.send(EmailMessage(subject, checkpoint.note, to=[address], headers=headers))


def note_name(note: str, size: int) -> str:
    """The file of a note: its size, and eight digits of its hash."""
    return f"{size}-{hashlib.sha256(note.encode()).hexdigest()[:8]}.txt"


def _file(folder: Path, checkpoint: Checkpoint) -> None:
    """Raises FileNotFoundError where the folder is not there: a mount that is gone is not made."""
    for name in (note_name(checkpoint.note, checkpoint.size), LATEST):
        draft = folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with draft.open("x", encoding="utf-8") as file:
                file.write(checkpoint.note)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(folder / name)
        finally:
            draft.unlink(missing_ok=True)


def kept_outside() -> Iterator[tuple[str, str]]:
    """The newest note that each witness folder has and that can be read, as (witness, note)."""
    for witness in settings.WITNESSES:
        if not witness.startswith(MAILTO):
            try:
                yield witness, (Path(witness) / LATEST).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
