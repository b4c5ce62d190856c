"""What the direct code alone keeps."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from yihu.direct.kinds import CONDITIONS, PlacementKind
from yihu.kernel.models import Matter
from yihu.people.models import Organisation


class DirectCode(models.Model):
    """A code on a wall: one placement, and a door to one station's chief.

    `serial` is printed on it, from 1 within its station. A retired code still opens the
    form: its paper may hang on.
    """

    code = models.SlugField(max_length=16, primary_key=True)
    district = models.CharField(max_length=16)
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="codes")
    kind = models.CharField(
        max_length=16, choices=PlacementKind, default=PlacementKind.SERVICE_WINDOW
    )
    place = models.CharField(max_length=80, blank=True)
    serial = models.PositiveIntegerField(default=1)
    posted_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["station", "serial"], name="code_serial_of_station")
        ]

    def __str__(self) -> str:
        return self.code


class ScanDay(models.Model):
    """How often a code was opened in a day: all that is kept of scans.

    Of `scans`, `repeated` came from a visitor who had come that day, and `bulk` from one who
    opened it too often within a minute. Nothing here leads to a message.
    """

    code = models.ForeignKey(
        DirectCode, on_delete=models.PROTECT, related_name="days", db_index=False
    )
    day = models.DateField()
    scans = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    bulk = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "day"], name="scans_of_a_day")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.day}"


class Inspection(models.Model):
    """Somebody stood before the paper and looked. `foreign`: the address of another's code that
    was pasted over ours, as it was read."""

    code = models.ForeignKey(DirectCode, on_delete=models.PROTECT, related_name="inspections")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=16, choices=list(CONDITIONS.items()))
    foreign = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.code_id} {self.finding}"


class CodeReport(models.Model):
    """A message that came through a code. It keeps the door only, not which poster was scanned.

    `flood`: it came while very many came. `alike` tells the same words to the same station
    from others, is `compared` once with those of the 30 days before, and forgotten after as
    many; `duplicate_of` is the first of them.
    """

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="code_report"
    )
    about = models.CharField(max_length=8)
    characters = models.PositiveIntegerField()
    photos = models.PositiveSmallIntegerField(default=0)
    flood = models.BooleanField(default=False)
    alike = models.BinaryField(max_length=16, null=True)
    compared = models.BooleanField(default=True)
    duplicate_of = models.ForeignKey(
        Matter, null=True, on_delete=models.PROTECT, related_name="duplicates"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["alike"], condition=Q(alike__isnull=False), name="report_by_likeness"
            ),
            models.Index(fields=["matter"], condition=Q(compared=False), name="report_to_compare"),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)


class Digest(models.Model):
    """The morning letters of a district were promised for a day: the row makes it once."""

    district = models.CharField(max_length=16)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "district"], name="digest_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.day}"
