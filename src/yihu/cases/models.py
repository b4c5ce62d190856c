"""What the case library keeps. No row here counts, rates or ranks a person."""

import re
import uuid

from django.conf import settings
from django.db import models

from yihu.kernel.models import Matter
from yihu.people.models import Organisation


class HardMatter(models.Model):
    """An ended matter to learn from. Why it was hard is sealed in its entry `seq`."""

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="hard"
    )
    seq = models.PositiveIntegerField()
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.matter_id)


class SharingSession(models.Model):
    """Colleagues learn from a hard matter: what was to be talked about, with what, who came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    hard = models.ForeignKey(HardMatter, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField(max_length=80)
    held_at = models.DateTimeField()
    host = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agenda = models.TextField()
    material = models.TextField(blank=True)
    attendance = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["district", "-held_at"])]

    def __str__(self) -> str:
        return self.title


class CaseStudy(models.Model):
    """A case. Its versions are sealed in the matter; the text stands here once two people who
    did not write it have found nobody in it. `source` is the matter it was learned from."""

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="case_study"
    )
    district = models.CharField(max_length=16)
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(HardMatter, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=80, blank=True)
    situation = models.TextField(blank=True)
    method = models.TextField(blank=True)
    result = models.TextField(blank=True)
    lessons = models.TextField(blank=True)
    tags = models.CharField(max_length=80, blank=True)
    published_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["district", "published_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def tag_list(self) -> list[str]:
        return list(dict.fromkeys(re.split(r"[\s,，、]+", self.tags.strip()))) if self.tags else []


class CaseReuse(models.Model):
    """A case helped to handle a matter: said once for each matter. Of persons it knows nothing."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="reuses")
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "matter"], name="case_reused_once_a_matter")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.matter_id}"


class CaseReview(models.Model):
    """What a colleague found of a case: one each, changed by saying it again."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="reviews")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    helpful = models.BooleanField()
    words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "by"], name="case_review_once_each")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.helpful}"


class CaseRead(models.Model):
    """One's own learning log: that a case was read, shown to nobody but the reader."""

    case = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "case"], name="case_read_once_each")]

    def __str__(self) -> str:
        return str(self.case_id)


class Theme(models.Model):
    """Matters of one station that are alike: no word of them, only which they are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["station", "-last_at"])]

    def __str__(self) -> str:
        return str(self.id)


class ThemeMatter(models.Model):
    """A matter's place in a theme; each has one."""

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="theme_place"
    )
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="places")

    def __str__(self) -> str:
        return f"{self.matter_id} in {self.theme_id}"


class Measure(models.Model):
    """What is done about a theme. `quarter` ("2026Q1"): opened because it came back in that one."""

    matter = models.OneToOneField(
        Matter, primary_key=True, on_delete=models.PROTECT, related_name="measure"
    )
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="measures")
    quarter = models.CharField(max_length=6, blank=True)

    def __str__(self) -> str:
        return str(self.matter_id)
