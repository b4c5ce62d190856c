"""Keys for programs that act for a person, and the addresses that hear what happens."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ORGANISATION = "people.Organisation"


class Scope(models.TextChoices):
    READ = "read", _("只读")
    WRITE = "write", _("读，也能办理")


class ApiToken(models.Model):
    """A key with which a program acts as a member of staff, with their posts and no others.

    Of the key itself only a keyed hash is kept. `last_used` is a day, not a moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(max_length=60)
    hash = models.BinaryField(max_length=32, unique=True)
    scope = models.CharField(max_length=8, choices=Scope)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Event(models.TextChoices):
    OPENED = "opened", _("收到")
    MOVED = "moved", _("往前走了一步")
    ANSWERED = "answered", _("答复了来信人")
    CLOSED = "closed", _("办结")
    ESCALATED = "escalated", _("超时上报")
    INCIDENT = "incident", _("警情：收到、进展、办结、超时")


class Subscription(models.Model):
    """An address that is told what happens in an office, in the log's order.

    `cursor` is the place in the public log that is read next: nothing else says what
    was delivered. `events` are names with spaces between. Its signing secret is made
    from `id` and a key outside the database, so it stands nowhere in here. `fault` is
    why the last attempt failed; `dead_at`: it failed too often and is laid aside.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    url = models.URLField(max_length=400)
    events = models.CharField(max_length=80)
    cursor = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=80, blank=True, default="")
    dead_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(disabled_at=None, dead_at=None),
                name="subscription_due",
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def wants(self) -> frozenset[str]:
        return frozenset(self.events.split())
