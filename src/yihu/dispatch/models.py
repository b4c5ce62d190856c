"""What dispatch keeps of an incident beside its matter."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from yihu.kernel.models import Matter
from yihu.people.models import Organisation


class Priority(models.IntegerChoices):
    NOW = 1, _("立即")
    SOON = 2, _("尽快")
    CAN_WAIT = 3, _("可以等")


class IncidentKind(models.TextChoices):
    PANIC_ALARM = "panic_alarm", _("一键报警")


class Incident(models.Model):
    """Where an incident is, how urgent, and who raised it.

    Position WGS-84, in degrees, with its accuracy in metres; None where none was given.
    """

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="incident"
    )
    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, choices=IncidentKind)
    priority = models.PositiveSmallIntegerField(choices=Priority)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="incidents_raised"
    )
    site = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="incidents"
    )
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.matter_id}"
