"""Reaching somebody whose page is closed: a push to their browser, an SMS, a voice call.

Rows of the outbox like all others, seen to by a job of their own, since a mail server that does
not answer must not delay a call. The database is asked before and after; the ports in between are
called side by side, so that a batch takes as long as its slowest and no longer.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from yihu.kernel import bulk, delivery, letters, vault, webhook, webpush
from yihu.kernel.delivery import NotWanted
from yihu.kernel.letters import Letter, short, subject
from yihu.kernel.models import Channel, Delivery, Matter, OutboxMessage
from yihu.kernel.webpush import BadSubscription, Browser

CHANNELS = (Channel.PUSH, Channel.SMS, Channel.VOICE)
LIMIT = 20
LEASE = timedelta(minutes=1)
"""How long a claimed row is left alone: longer than the slowest port may take."""
KEPT = 60
"""Seconds that a push service keeps a message for a browser that is away."""
GONE = ("HTTP 404", "HTTP 410")
"""What a push service answers for a browser that takes no messages any more."""

type Port = Callable[[], list[str]]
"""Calls out, and gives the browsers of the person that take nothing any more."""


def promise(
    matter: Matter,
    template: str,
    people: Iterable[UUID],
    channels: Sequence[Channel],
    now: datetime,
) -> None:
    """Write the rows that promise to reach these people, with the transaction that is open."""
    bulk.insert(
        OutboxMessage(
            district=matter.district,
            matter=matter,
            channel=channel,
            template=template,
            person_id=person,
            created_at=now,
            next_attempt_at=now,
            delivery=Delivery.WAITING,
        )
        for person in people
        for channel in channels
    )


def waiting(now: datetime) -> QuerySet[OutboxMessage]:
    """Who is to be reached by now."""
    return OutboxMessage.objects.filter(
        delivery=Delivery.WAITING, next_attempt_at__lte=now, channel__in=CHANNELS
    )


def ring(now: datetime | None = None, limit: int = LIMIT) -> int:
    """A job of the clock: try what is due, all at once; how many were tried."""
    moment = now or timezone.now()
    rows = delivery.claim(waiting(moment), moment, limit, LEASE)
    ports: list[tuple[OutboxMessage, Port]] = []
    for row in rows:
        try:
            ports.append((row, _port(row, moment)))
        except Exception as fault:
            delivery.settle(row, moment, fault)
    if ports:
        with ThreadPoolExecutor(len(ports), thread_name_prefix="ringing") as pool:
            tried = [(row, pool.submit(port)) for row, port in ports]
        for row, attempt in tried:
            _finish(row, attempt, now or timezone.now())
    return len(rows)


def _finish(row: OutboxMessage, attempt: "Future[list[str]]", now: datetime) -> None:
    fault: Exception | None = None
    try:
        gone = attempt.result()
    except BrowsersGone as all_of_them:
        fault, gone = all_of_them, all_of_them.endpoints
    except Exception as other:
        fault, gone = other, []
    if gone:
        person: Any = row.person
        person.pushes.filter(endpoint__in=gone).delete()
    delivery.settle(row, now, fault)


def _port(row: OutboxMessage, now: datetime) -> Port:
    """What is to be called for a row, with all that it needs; it asks the database nothing.

    Raises NotWanted where nobody is to be reached, or not this way.
    """
    person: Any = row.person
    if person is None or not person.is_active:
        raise NotWanted("nobody_to_reach")
    letter = letters.of(row)
    key = delivery.message_id(str(row.pk))
    if row.channel == Channel.PUSH:
        return _push(letter, person.pushes.all(), now)
    if not person.phone:
        raise NotWanted("no_phone")
    url = settings.WEBHOOKS.get(row.channel)
    if not url:
        raise NotWanted("webhook_not_configured")
    template = settings.WEBHOOKS.get(f"{row.channel}_template") or webhook.PLAIN_TEMPLATE
    values = {
        "to": delivery.phone_number(person.phone),
        "title": subject(letter),
        "text": short(letter),
    }
    return partial(_post, url, webhook.fill(template, values), key)


def _post(url: str, body: bytes, key: str) -> list[str]:
    webhook.post(url, body, key)
    return []


# --- to browsers ---------------------------------------------------------------------------------


class BrowsersGone(NotWanted):
    """None of somebody's browsers takes messages any more."""

    def __init__(self, endpoints: list[str]) -> None:
        super().__init__("browser_gone")
        self.endpoints = endpoints


def push_key() -> str:
    """What a browser subscribes with: our public key, as the Web writes it."""
    key = webpush.key_of(vault.keyring().secret("push"))
    return webpush.padless(webpush.point(key.public_key()))


def _push(letter: Letter, subscriptions: Iterable[Any], now: datetime) -> Port:
    said = {"title": subject(letter), "text": short(letter)}
    if letter.page:
        said["page"] = reverse(letter.page)
    text = json.dumps(said, ensure_ascii=False).encode()
    key = webpush.key_of(vault.keyring().secret("push"))
    contact = f"mailto:{settings.DEFAULT_FROM_EMAIL}"
    messages = []
    for one in subscriptions:
        try:
            browser = Browser.of(one.endpoint, one.p256dh, one.auth, settings.PUSH_SERVICES)
        except BadSubscription:  # its service is allowed no more
            continue
        headers = {
            "Authorization": webpush.permission(browser.endpoint, key, contact, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT),
            "Urgency": "high",
        }
        messages.append((browser.endpoint, webpush.encrypted(text, browser), headers))
    if not messages:
        raise NotWanted("no_browser")
    return partial(_push_all, messages)


def _push_all(messages: Sequence[tuple[str, bytes, dict[str, str]]]) -> list[str]:
    """To each browser of one person; one that takes it is enough. Raises where none does."""
    gone: list[str] = []
    taken, fault = False, None
    for endpoint, body, headers in messages:
        try:
            webhook.send(endpoint, body, headers)
            taken = True
        except OSError as why:
            if str(why) in GONE:
                gone.append(endpoint)
            else:
                fault = why
    if taken:
        return gone
    raise fault or BrowsersGone(gone)
