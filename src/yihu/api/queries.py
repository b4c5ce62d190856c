"""Whose a token is, and what is subscribed."""

import hmac
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from yihu.api.models import ApiToken, Subscription
from yihu.kernel import ledger
from yihu.kernel.access import Actor
from yihu.kernel.models import Leaf
from yihu.keyring import Keyring


@lru_cache(maxsize=2)
def _pepper(ring: Keyring, name: str) -> bytes:
    return ring.secret(name, 32)


def token_hash(secret: str) -> bytes:
    """What the database keeps of a token. 256 random bits need no slow hash."""
    return hmac.digest(_pepper(settings.KEYRING, "api-tokens"), secret.encode(), "sha256")


def token_with(secret: str) -> ApiToken | None:
    """The live token with this secret, and its holder; notes the day on its first use in it."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("person")
        .filter(hash=token_hash(secret), revoked_at=None, expires_at__gt=now)
        .filter(person__is_active=True)
        .first()
    )
    if token is not None and token.last_used != (today := timezone.localdate(now)):
        ApiToken.objects.filter(pk=token.pk).update(last_used=today)
    return token


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """A person's own tokens, the newest first. Nobody else sees them."""
    return ApiToken.objects.filter(person=actor.id).order_by("-created_at")


def subscriptions_of(organisations: Iterable[UUID]) -> QuerySet[Subscription]:
    found = Subscription.objects.filter(organisation__in=list(organisations))
    return found.select_related("organisation", "created_by").order_by("-created_at")


def signing_secret(subscription: UUID) -> bytes:
    """What deliveries to a subscription are signed with: 32 bytes that no row holds."""
    key = _pepper(settings.KEYRING, "webhooks")
    return hmac.digest(key, subscription.bytes, "sha256")


def next_place() -> int:
    """The place that the next entry takes in the public log."""
    newest = Leaf.objects.filter(log=ledger.PUBLIC).order_by("-index").first()
    return newest.index + 1 if newest else 0
