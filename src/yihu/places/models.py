"""The district and what stands in it."""

from django.db import models


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
