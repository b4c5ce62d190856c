"""What reports keeps: a reading of the ledger that can be made anew from it at any time."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from yihu.kernel.models import Matter
from yihu.people.models import Organisation
from yihu.reports.measures import Case, Seconds, age_of


class DirectCase(models.Model):
    """A message as the figures count it, read from its entries up to number `seq`.

    No word of it and nobody's name. `station` is whom it is about, `office` who has it
    now. `month`: when it was opened, as in 202611. `traits`: all that figures ask of it
    (`measures.Case.text`). Durations are whole seconds. `flag`: whether it came in a flood,
    or is a duplicate of the case `first`, or is still to be compared with others.
    """

    class Flag(models.TextChoices):
        FLOOD = "flood"
        DUPLICATE = "duplicate"
        TO_COMPARE = "to_compare"

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    seq = models.PositiveIntegerField()
    station = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    office = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    imported = models.BooleanField()
    opened_at = models.DateTimeField()
    month = models.PositiveIntegerField()
    traits = models.CharField(max_length=250)
    received = models.PositiveIntegerField(null=True)
    contacted = models.PositiveIntegerField(null=True)
    answered = models.PositiveIntegerField(null=True)
    flag = models.CharField(max_length=16)
    first = models.UUIDField(null=True)

    class Meta:
        indexes = [
            # With all that a dashboard reads, so that it reads nothing else.
            models.Index(
                fields=[
                    "station",
                    "imported",
                    "opened_at",
                    "office",
                    "matter",
                    "month",
                    "traits",
                    "received",
                    "contacted",
                    "answered",
                ],
                name="case_by_station",
            ),
            models.Index(fields=["matter"], condition=Q(flag="to_compare"), name="case_to_compare"),
            models.Index(
                fields=["station"], condition=Q(first__isnull=False), name="case_duplicate"
            ),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)

    def case(self, now: datetime) -> Case:
        return Case.of_text(self.traits, age_of(now - self.opened_at))

    @property
    def took(self) -> Seconds:
        return self.received, self.contacted, self.answered


class Reclassification(models.Model):
    """A case that somebody gave another kind, by entry `seq`; both kinds stay."""

    case = models.ForeignKey(DirectCase, on_delete=models.CASCADE, related_name="reclassifications")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    was = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    role = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="reclassified_once")]

    def __str__(self) -> str:
        return f"{self.case_id}#{self.seq}"


class LogRead(models.Model):
    """How many places of a log have been read. Its row is locked by whoever reads on."""

    log = models.CharField(max_length=16, primary_key=True)
    size = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.log} {self.size}"
