"""The district and what stands in it."""

from typing import Protocol

from django.db import models
from django.utils.translation import get_language


class Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def title(thing: Named) -> str:
    """A thing's name in the reader's language."""
    english = (get_language() or "").startswith("en")
    return (thing.name_en if english else "") or thing.name


class District(models.Model):
    """A subdistrict, which is also a tenant: every row of every room carries its code."""

    code = models.SlugField(max_length=16, primary_key=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    demo = models.BooleanField(default=False)
    area_km2 = models.FloatField(null=True, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A named place. Position WGS-84, in degrees."""

    district = models.CharField(max_length=16)
    code = models.SlugField(max_length=32)
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    community = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="site_code_once_a_district")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return title(self)


class SiteKind(models.Model):
    """A kind of key site, such as a mall or a school; a district adds its own.

    `sets_required`: how many sets a site of this kind is to have, where nothing else is said.
    """

    district = models.CharField(max_length=16)
    code = models.SlugField(max_length=24)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)
    sets_required = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="site_kind_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return title(self)


class KeySite(models.Model):
    """A mall, a compound, a school: an organisation with a place, and whom to reach there.

    Position WGS-84, in degrees.
    """

    organisation = models.OneToOneField(
        "people.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="key_site"
    )
    kind = models.ForeignKey(SiteKind, on_delete=models.PROTECT, related_name="sites")
    address = models.CharField(max_length=120)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    duty_contact = models.CharField(max_length=60)
    duty_phone = models.CharField(max_length=24)
    sets_required = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind_id} {self.organisation_id}"


class ForceKind(models.Model):
    """A kind of community force, such as guards or a mini fire station, with its permit limits:
    what its people may do, and what they may not, a line each."""

    district = models.CharField(max_length=16)
    code = models.SlugField(max_length=24)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)
    may = models.TextField()
    may_not = models.TextField()

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="force_kind_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return title(self)


class Force(models.Model):
    """People of one kind who can be called, of one unit: `unit` is their site or community."""

    organisation = models.OneToOneField(
        "people.Organisation", on_delete=models.PROTECT, primary_key=True, related_name="force"
    )
    kind = models.ForeignKey(ForceKind, on_delete=models.PROTECT, related_name="forces")
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="forces")
    strength = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind_id} {self.organisation_id}"


class RoadClosure(models.Model):
    """A road that is closed for a while, which vehicles are sent round.

    Position WGS-84, in degrees; all roads within `radius` metres of it, or the one that
    OpenStreetMap calls `way`.
    """

    district = models.CharField(max_length=16)
    longitude = models.FloatField()
    latitude = models.FloatField()
    radius = models.PositiveSmallIntegerField(default=0)
    way = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=120)
    by = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["district", "until"], name="closures_in_force")]

    def __str__(self) -> str:
        return f"{self.district} {self.pk}"
