"""Talk groups, who is on them, what was said, and what happened on the net."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yihu.kernel.models import Matter
from yihu.people.models import Organisation


class GroupKind(models.TextChoices):
    STATION = "station", _("派出所")
    SITES = "sites", _("重点单位")
    PATROL = "patrol", _("巡防")
    BROADCAST = "broadcast", _("全区广播")
    TEMPORARY = "temporary", _("临时组")
    PRIVATE = "private", _("单独通话")


class TalkGroup(models.Model):
    """People who hear one another. On a broadcast group only those marked `talks` may ask for
    the floor. Its matter holds who was put on it and taken off; it is over when that is closed.

    `about`: the incident that a temporary group is for.
    """

    code = models.SlugField(max_length=48, primary_key=True)
    district = models.CharField(max_length=16)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="talkgroup")
    about = models.ForeignKey(
        Matter, null=True, on_delete=models.PROTECT, related_name="talkgroups_about"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="talkgroups"
    )
    kind = models.CharField(max_length=16, choices=GroupKind)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)

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

    `ended_at` is None while it is being spoken. `about`: the incident it was spoken in, with
    which it is kept. `stored`: spoken without a line and sent later, at `received_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    group = models.ForeignKey(TalkGroup, on_delete=models.PROTECT, related_name="bursts")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bursts"
    )
    about = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="bursts")
    level = models.CharField(max_length=16)
    started_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    stored = models.BooleanField(default=False)
    received_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["group", "-started_at"], name="burst_by_group")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.started_at:%Y-%m-%d %H:%M:%S}"


class Happening(models.Model):
    """Something that sets are to be told of, written with the act itself; the relay reads it.

    To everybody on these groups and to these people; `ref` names what it is about, and nothing
    of it: whoever is told asks the web process, which knows what they may see.
    """

    id = models.BigAutoField(primary_key=True)
    district = models.CharField(max_length=16)
    topic = models.CharField(max_length=16)
    ref = models.CharField(max_length=64)
    groups: Any = models.JSONField(default=list)
    people: Any = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.topic} {self.ref}"


class Radio(models.Model):
    """A set of the stock: a tablet, a telephone, a desk screen. `channel`: where it listens first.

    `device`: the browser that it is, once it was signed in with its number. A lost set is stunned:
    nothing of the net reaches it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    number = models.CharField(max_length=24)
    model = models.CharField(max_length=60, blank=True)
    channel = models.ForeignKey(
        TalkGroup, null=True, on_delete=models.PROTECT, related_name="radios"
    )
    device = models.CharField(max_length=32, blank=True)
    stunned_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["district", "number"], name="radio_number_once"),
            models.UniqueConstraint(
                fields=["device"], condition=~Q(device=""), name="one_radio_a_device"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Custody(models.Model):
    """A set in a unit's hands, from its receipt to its return: the row of a custody matter."""

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="custody"
    )
    radio = models.ForeignKey(Radio, on_delete=models.PROTECT, related_name="custodies")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="custodies")
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="custodies"
    )
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["radio"], condition=Q(ended_at=None), name="one_holder_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.radio_id} @ {self.holder_id}"


class CallKind(models.TextChoices):
    TEXT = "text", _("文字")
    PHOTO = "photo", _("照片")
    POSITION = "position", _("位置")
    INSTRUCTION = "instruction", _("指令")
    GROUP_CALL = "group_call", _("组呼")
    ROLL_CALL = "roll_call", _("点名")


class Call(models.Model):
    """Something sent over the net that is not speech: to a group, or to one person.

    What it says is sealed in its matter, beside `asks`: an instruction's parts, as codes.
    `erased_at`: since when what it said is gone (`retention`).
    """

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="call"
    )
    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, choices=CallKind)
    group = models.ForeignKey(TalkGroup, null=True, on_delete=models.PROTECT, related_name="calls")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="calls_sent"
    )
    about = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="calls")
    asks: Any = models.JSONField(default=dict)
    sent_at = models.DateTimeField(db_index=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["sent_at"], condition=Q(erased_at=None), name="call_to_erase")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.matter_id}"


class Addressee(models.Model):
    """Somebody whom a call is for, or a unit that is to answer it, and when they did what.

    `heard_at`: a set of theirs has shown it. `answered_at`: they said so. `mismatch`: what they
    read back is not what was asked.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="addressees")
    party = models.UUIDField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="called"
    )
    unit = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="called"
    )
    heard_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    read_back: Any = models.JSONField(null=True)
    mismatch = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="called_person")]

    def __str__(self) -> str:
        return f"{self.person_id or self.unit_id} of {self.call_id}"


class Position(models.Model):
    """Where somebody on duty was. WGS-84, degrees; accuracy in metres.

    Coarse after a day, gone after thirty (`retention`).
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="positions"
    )
    district = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    accuracy = models.FloatField(null=True)
    coarse = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="position_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"


class Whereabouts(models.Model):
    """Where somebody on duty is now: the newest of their positions, so that all can be had at
    once. Gone with the shift (`positions.fade`), and never read off it."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="whereabouts",
    )
    district = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    accuracy = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d %H:%M}"


class PositionLook(models.Model):
    """Somebody looked at where somebody was; that person may know."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looked_for"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looked"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="look_by_person")]

    def __str__(self) -> str:
        return f"{self.by_id} looked for {self.person_id}"


class Hazard(models.Model):
    """A danger that somebody on the net found: who is to mend it by when stands in its matter."""

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="hazard"
    )
    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=24)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hazards_found"
    )
    unit = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="hazards"
    )
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    mend_by = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.matter_id}"
