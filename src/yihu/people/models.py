"""Organisations, the people in them, and the posts they hold."""

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    SUBDISTRICT = "subdistrict", _("街道")
    STATION = "station", _("派出所")
    POLICE_ROOM = "police_room", _("警务室")
    COMMUNITY = "community", _("村/社区")
    SUPERVISOR = "supervisor", _("外部监督")
    KEY_SITE = "key_site", _("重点单位")
    COMMUNITY_FORCE = "community_force", _("群防群治力量")
    MEDIATION_STUDIO = "mediation_studio", _("调解工作室")


class Organisation(models.Model):
    """A body that holds posts. `parent` is who it answers to in the line of command."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, choices=OrganisationKind)
    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    supervisor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervises",
        help_text=_("收到对本单位全部投诉的外部监督单位"),
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Person":
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """A member of staff. What they may do follows from the posts they hold, from nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=40)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = PersonManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PushSubscription(models.Model):
    """A browser that somebody wants to be told in while its page is closed: its address at its
    maker's push service, and the keys with which it alone reads what comes."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="pushes")
    endpoint = models.CharField(max_length=500, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"a browser of {self.person_id}"


class Post(models.Model):
    """A role that a person holds in an organisation for a period; `acting` for someone absent.

    `covers`: the leave for which an acting holder was appointed.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    acting = models.BooleanField(default=False)
    covers = models.ForeignKey(
        "Leave", null=True, blank=True, on_delete=models.PROTECT, related_name="stand_ins"
    )

    class Meta:
        indexes = [models.Index(fields=["person"]), models.Index(fields=["organisation", "role"])]

    def __str__(self) -> str:
        return f"{self.role} @ {self.organisation_id}"


class Leave(models.Model):
    """A period in which a person's posts are not answered by them.

    Ended early, `until` moves forward and `ended_by` says who did it; the row stays.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leaves")
    since = models.DateTimeField()
    until = models.DateTimeField()
    recorded_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["person", "until"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.since:%Y-%m-%d}"


class Shift(models.Model):
    """A person's time on duty. It is over at `until`, or before, when somebody ended it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="shifts")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-until"], name="shift_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="shift_runs"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.since:%Y-%m-%d %H:%M}"
