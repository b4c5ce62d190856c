"""Making and ending keys for programs, and addresses that hear what happens."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yihu.api import receivers
from yihu.api.models import ApiToken, Event, Scope, Subscription
from yihu.api.queries import next_place, subscriptions_of, token_hash, tokens_of
from yihu.kernel.access import Actor, Refused
from yihu.people.roles import OVERSEEING

TOKEN_PREFIX = "yihu_"  # noqa: S105 -- so that a leaked one is recognised, not a secret
LIFETIMES = (30, 90, 365)
"""Days that a token may live."""
MOST_TOKENS = 20
MOST_SUBSCRIPTIONS = 10
"""For one person, and for one office."""


def make_token(*, actor: Actor, name: str, scope: Scope, days: int) -> tuple[ApiToken, str]:
    """A token of the actor's own, and its secret, which nobody can read again."""
    now = timezone.now()
    if days not in LIFETIMES:
        raise Refused("not_a_lifetime", "a token lives as long as one of LIFETIMES", field="days")
    if tokens_of(actor).filter(revoked_at=None, expires_at__gt=now).count() >= MOST_TOKENS:
        raise Refused("too_many", "revoke a token first", field="name")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person_id=_person(actor),
        name=name,
        hash=token_hash(secret),
        scope=scope,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, secret


def revoke_token(*, actor: Actor, token: UUID) -> None:
    """Raises ApiToken.DoesNotExist for one that is not the actor's own."""
    found = tokens_of(actor).get(pk=token)
    ApiToken.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=timezone.now())


def _person(actor: Actor) -> UUID:
    if actor.id is None:
        raise Refused("not_yours", "only a person has tokens and subscriptions")
    return actor.id


# --- addresses that hear what happens -------------------------------------------------------------


def subscribing_for(actor: Actor) -> frozenset[UUID]:
    """The organisations whose happenings an actor may have sent on: those they oversee."""
    return frozenset(post.organisation for post in actor.posts if post.role in OVERSEEING)


@transaction.atomic
def subscribe(
    *, actor: Actor, organisation: UUID, url: str, events: Iterable[Event]
) -> Subscription:
    """Tell an address from now on what happens in an office.

    Raises Refused where the office is not in the actor's hands, or the address is one
    that this machine must not call.
    """
    if organisation not in subscribing_for(actor):
        raise Refused("elsewhere", "this office is not the actor's", field="organisation")
    try:
        receivers.check(url, private=settings.PRIVATE_RECEIVERS)
    except receivers.NotAllowed:
        raise Refused("bad_receiver", "not an address to call", field="url") from None
    alive = Subscription.objects.filter(organisation=organisation, disabled_at=None)
    if alive.count() >= MOST_SUBSCRIPTIONS:
        raise Refused("too_many", "disable another one first", field="url")
    now = timezone.now()
    return Subscription.objects.create(
        district=actor.district,
        organisation_id=organisation,
        created_by_id=_person(actor),
        url=url,
        events=" ".join(sorted(event.value for event in set(events))),
        cursor=next_place(),
        created_at=now,
        next_attempt_at=now,
    )


def disable(*, actor: Actor, subscription: UUID) -> None:
    """Nothing is sent there any more, for good. Raises Subscription.DoesNotExist."""
    found = subscriptions_of(subscribing_for(actor)).get(pk=subscription)
    Subscription.objects.filter(pk=found.pk, disabled_at=None).update(
        disabled_at=timezone.now(), disabled_by_id=actor.id
    )


def resume(*, actor: Actor, subscription: UUID) -> None:
    """Go on with one that was laid aside, where it stopped. What it is told from now on is
    what the actor may see. Raises Subscription.DoesNotExist."""
    found = subscriptions_of(subscribing_for(actor)).get(pk=subscription, disabled_at=None)
    Subscription.objects.filter(pk=found.pk).update(
        created_by_id=actor.id,
        dead_at=None,
        attempts=0,
        fault="",
        next_attempt_at=timezone.now(),
    )
