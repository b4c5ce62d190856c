"""What reports keeps: a reading of the ledger that can be made anew from it at any time."""

from datetime import datetime, timedelta

from django.db import models

from yihu.kernel.models import Matter
from yihu.people.models import Organisation
from yihu.reports.measures import LATER, LIMITS, Case, Seconds


class DirectCase(models.Model):
    """A message as the figures count it, read from its entries up to number `seq`.

    No word of it and nobody's name. `station` is whom it is about, `office` who has it
    now. `month`: when it was opened, as in 202611. Durations are whole seconds. `flag`:
    whether it came in a flood, or is a duplicate of the case `first`, or is still to be
    compared with others.
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
    kind = models.CharField(max_length=32)
    came_as = models.CharField(max_length=32)
    reporter = models.CharField(max_length=24)
    flag = models.CharField(max_length=16)
    first = models.UUIDField(null=True)
    received = models.PositiveIntegerField(null=True)
    contacted = models.PositiveIntegerField(null=True)
    answered = models.PositiveIntegerField(null=True)
    ended = models.CharField(max_length=32)
    reopened = models.BooleanField()
    invited = models.BooleanField()
    verdict = models.CharField(max_length=16)
    rating = models.PositiveSmallIntegerField(null=True)
    own_network = models.BooleanField()
    excused = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["station", "opened_at"], name="case_by_station"),
            models.Index(
                fields=["matter"], condition=models.Q(flag="to_compare"), name="case_to_compare"
            ),
        ]

    def __str__(self) -> str:
        return str(self.matter_id)

    def case(self, now: datetime) -> Case:
        """As `queries.pile` has the database put it."""
        old = now - self.opened_at
        return Case(
            kind=self.kind,
            came_as=self.came_as,
            reporter=self.reporter,
            flag="" if self.flag == self.Flag.TO_COMPARE else self.flag,
            age=max((days for days in LIMITS if old >= timedelta(days=days)), default=0),
            answered=self._answered_within(),
            ended=self.ended,
            reopened=self.reopened,
            invited=self.invited,
            verdict=self.verdict,
            rating=self.rating,
            own_network=self.own_network,
            excused=self.excused,
        )

    def _answered_within(self) -> int | None:
        if self.answered is None:
            return None
        return next((days for days in LIMITS if self.answered <= days * 86_400), LATER)

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
