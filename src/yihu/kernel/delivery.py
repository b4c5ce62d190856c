"""Keeping what the outbox promised: by mail, or through a webhook.

Rows are claimed in one short transaction and sent outside of any; so many clocks
may work side by side, and a killed one leaves rows that are tried again when their
lease is over. A message may therefore arrive twice, with the same Message-ID, but
never not at all without `yihu doctor` saying so.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPResponseException
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, mailers
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yihu.kernel import ledger, letters, vault, webhook
from yihu.kernel.access import directory
from yihu.kernel.letters import BLANK, Letter, full, short, subject
from yihu.kernel.models import Channel, Delivery, OutboxMessage, Party
from yihu.kernel.outbox import MOST_ATTEMPTS, pause_after
from yihu.kernel.queries import visible_to

log = logging.getLogger(__name__)

LIMIT = 20
LEASE = timedelta(minutes=10)
"""How long a claimed row is left alone: longer than LIMIT messages can take."""

_PHONE = re.compile(r"\+?[0-9]{7,15}")
_IN_PHONE = str.maketrans("", "", " -()（）\t")


class NotWanted(Exception):
    """This message is not to be sent, now or ever; the text is a code that says why."""


class NobodyThere(Exception):
    """Nobody answers for the role at present: tried again, since somebody should."""


@dataclass(frozen=True, slots=True)
class Failed:
    """What a failed attempt leaves in its row: the kind of fault, and no address or words."""

    fault: str

    @classmethod
    def by(cls, fault: Exception) -> Self:
        match fault:
            case NobodyThere() | webhook.NotTaken() | webhook.BadWebhook():
                return cls(str(fault))
            case SMTPResponseException():
                return cls(f"{type(fault).__name__} {fault.smtp_code}")
        return cls(type(fault).__name__)


def waiting(now: datetime) -> QuerySet[OutboxMessage]:
    """What is to be sent by now."""
    return OutboxMessage.objects.filter(
        delivery=Delivery.WAITING,
        next_attempt_at__lte=now,
        channel__in=(Channel.MAIL, Channel.WEBHOOK),
    )


def deliver(now: datetime | None = None, limit: int = LIMIT) -> int:
    """Try what is due, the longest waiting first; how many were tried."""
    moment = now or timezone.now()
    rows = claim(waiting(moment), moment, limit)
    if rows:
        with Mailbox() as mailbox:
            for row in rows:
                _try(row, mailbox, now)
    return len(rows)


def retry(messages: QuerySet[OutboxMessage]) -> int:
    """Give dead letters a fresh start; how many there were."""
    return messages.filter(delivery=Delivery.DEAD).update(
        delivery=Delivery.WAITING, attempts=0, next_attempt_at=timezone.now(), fault=""
    )


def claim(
    due: QuerySet[OutboxMessage], now: datetime, limit: int, lease: timedelta = LEASE
) -> list[OutboxMessage]:
    """Some of these rows, which no other clock touches until the lease is over."""
    if not due.exists():  # spares an idle clock the write lock
        return []
    with transaction.atomic():
        rows = list(
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("matter", "party", "person", "organisation")
            .order_by("next_attempt_at")[:limit]
        )
        for row in rows:
            row.attempts += 1
            row.next_attempt_at = now + lease
        OutboxMessage.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _try(row: OutboxMessage, mailbox: "Mailbox", now: datetime | None) -> None:
    try:
        if (
            row.while_step_seq is not None
            and row.matter
            and row.matter.step_seq != row.while_step_seq
        ):
            raise NotWanted("moved_on")
        _send(row, mailbox)
    except Exception as fault:
        settle(row, now or timezone.now(), fault)
    else:
        settle(row, now or timezone.now())


def settle(row: OutboxMessage, now: datetime, fault: Exception | None = None) -> None:
    """What an attempt came to: sent, dropped, tried again later, or laid aside."""
    match fault:
        case None:
            _write(row, delivery=Delivery.SENT, sent_at=now, fault="")
        case NotWanted():
            _write(row, delivery=Delivery.DROPPED, fault=str(fault))
        case _:
            said = Failed.by(fault).fault[:200]
            dead = row.attempts >= MOST_ATTEMPTS
            _write(
                row,
                delivery=Delivery.DEAD if dead else Delivery.WAITING,
                next_attempt_at=now + pause_after(row.attempts),
                fault=said,
            )
            log.warning("%s %s: %s, attempt %d", row.channel, row.template, said, row.attempts)


def _write(row: OutboxMessage, **fields: Any) -> None:
    """Erasure may have dropped the row meanwhile; then it stays dropped."""
    OutboxMessage.objects.filter(pk=row.pk, delivery=Delivery.WAITING).update(**fields)


def _send(row: OutboxMessage, mailbox: "Mailbox") -> None:
    letter = letters.of(row)
    send = partial(_mail, row, mailbox) if row.channel == Channel.MAIL else partial(_post, row)
    if row.party is not None:
        contact, blank = _contact(row.party)
        send(letter=BLANK if blank else letter, to=[contact], reference=_reference(row, blank))
    else:
        to = _staff(row) if row.channel == Channel.MAIL else [_group(row)]
        send(letter=letter, to=to, reference=_reference(row))


def _reference(row: OutboxMessage, blank: bool = False) -> str:
    return "" if blank or row.matter is None else row.matter.reference


# --- to whom -------------------------------------------------------------------------------------


def _contact(party: Party) -> tuple[str, bool]:
    """A party's own contact, and whether it may be told nothing of the matter."""
    if party.contact_safety == "never":
        raise NotWanted("contact_unsafe")
    part = party.own_parts.filter(what="contact").order_by("-seq").first()
    if part is None:
        raise NotWanted("no_contact")
    try:
        text = vault.unseal(part, vault.key_of(party)).text.strip()
    except vault.Erased:
        raise NotWanted("no_contact") from None
    return text, party.contact_safety != ""


def _staff(row: OutboxMessage) -> list[str]:
    """Mail addresses of those who answer for the row's role, or of its person.

    Only of those who may know of the matter: whoever a complaint turns out to be
    about is not told of it.
    """
    if row.person is not None:
        found = {row.person.pk: row.person.email} if row.person.is_active else {}
    elif row.organisation_id is not None:
        holders = directory().holders(row.role, row.organisation_id)
        found = {address.person: address.email for address in holders}
    else:
        found = {}
    if not found:
        raise NobodyThere("nobody_holds_the_role")
    actors = [(directory().actor(person), email) for person, email in found.items()]
    told = [
        email
        for actor, email in actors
        if actor and (row.matter is None or visible_to(actor).filter(pk=row.matter.pk).exists())
    ]
    if not told:
        raise NotWanted("not_theirs_to_know")
    addresses = sorted({email for email in told if email})
    if not addresses:
        raise NotWanted("no_mail_address")
    return addresses


def _group(row: OutboxMessage) -> str:
    """How a gateway for staff tells its groups apart: role@code of the organisation."""
    return f"{row.role}@{row.organisation.code}" if row.organisation else row.role


# --- by mail -------------------------------------------------------------------------------------


class Mailbox:
    """One connection for a batch of mail. A server that did not answer is not asked again."""

    def __init__(self) -> None:
        self._mailer: Any = None
        self._fault: OSError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Raises NotWanted where no mail server is set; OSError, of which SMTP's are a kind."""
        if not settings.MAIL_CONFIGURED:
            raise NotWanted("mail_not_configured")
        if self._fault is not None:
            raise self._fault
        if self._mailer is None:
            mailer = mailers.default
            try:
                mailer.open()
            except OSError as fault:
                self._fault = fault
                raise
            self._mailer = mailer
        try:
            self._mailer.send_messages([message])
        except Exception:
            self._close()  # it may be half way through a message
            raise

    def _close(self) -> None:
        mailer, self._mailer = self._mailer, None
        if mailer is not None:
            try:
                mailer.close()
            except OSError:
                log.info("the mail server hung up first")


def message_id(name: str) -> str:
    """The same for each attempt, and telling nothing."""
    place = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{name}.{ledger.origin().rpartition('/')[2]}@{place}>"


def _mail(
    row: OutboxMessage, mailbox: Mailbox, *, letter: Letter, to: list[str], reference: str
) -> None:
    if row.party is not None:
        try:
            validate_email(to[0])
        except ValidationError:
            raise NotWanted("not_a_mail_address") from None
    mailbox.send(
        EmailMessage(
            subject(letter, reference),
            full(letter, reference),
            to=to,
            headers={"Message-ID": message_id(str(row.pk)), "Auto-Submitted": "auto-generated"},
        )
    )


# --- through a webhook ---------------------------------------------------------------------------


def _post(row: OutboxMessage, *, letter: Letter, to: list[str], reference: str) -> None:
    name = "staff" if row.party is None else "sms"
    url = settings.WEBHOOKS.get(name)
    if not url:
        raise NotWanted("webhook_not_configured")
    recipient = to[0] if row.party is None else phone_number(to[0])
    template = settings.WEBHOOKS.get(f"{name}_template") or webhook.PLAIN_TEMPLATE
    values = {"to": recipient, "title": subject(letter, reference), "text": short(letter)}
    webhook.post(url, webhook.fill(template, values), key=message_id(str(row.pk)))


def phone_number(said: str) -> str:
    """A telephone number as gateways want it. Raises NotWanted."""
    number = said.translate(_IN_PHONE)
    if not _PHONE.fullmatch(number):
        raise NotWanted("not_a_phone_number")
    return number
