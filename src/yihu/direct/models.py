"""What the direct code alone keeps."""

from django.db import models

from yihu.kernel.models import Matter
from yihu.people.models import Organisation


class DirectCode(models.Model):
    """A code on a wall: it leads to one station's chief."""

    code = models.SlugField(max_length=16, primary_key=True)
    district = models.CharField(max_length=16)
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="codes")
    place = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.code


class CodeReport(models.Model):
    """A message that came through a code. It keeps the door only, not which poster was scanned."""

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="code_report"
    )
    about = models.CharField(max_length=8)
    characters = models.PositiveIntegerField()
    photos = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.matter_id)
