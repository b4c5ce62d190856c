"""Talk groups, who is on them, and what was said."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yihu.people.models import Organisation


class GroupKind(models.TextChoices):
    STATION = "station", _("派出所")
    SITES = "sites", _("重点单位")
    PATROL = "patrol", _("巡防")
    BROADCAST = "broadcast", _("全区广播")


class TalkGroup(models.Model):
    """People who hear one another. On a broadcast group only those marked `talks` may ask for
    the floor."""

    code = models.SlugField(max_length=32, primary_key=True)
    district = models.CharField(max_length=16)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="talkgroups"
    )
    kind = models.CharField(max_length=16, choices=GroupKind)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class GroupMember(models.Model):
    """A person on a talk group for a period. `talks`: not only listens."""

    group = models.ForeignKey(TalkGroup, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="talkgroups"
    )
    talks = models.BooleanField(default=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(until=None), name="member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.group_id}"


class Burst(models.Model):
    """One burst of speech: who, where, when. Its sound lies sealed in `file`, in the data folder.

    `ended_at` is None while it is being spoken; after a crash, for one that was cut off.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    group = models.ForeignKey(TalkGroup, on_delete=models.PROTECT, related_name="bursts")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bursts"
    )
    level = models.CharField(max_length=16)
    started_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["group", "-started_at"], name="burst_by_group")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.started_at:%Y-%m-%d %H:%M:%S}"
