"""Settling a district: its boundary figures and its named places."""

from django.db import transaction

from yihu.places.demo_city import City
from yihu.places.models import District, Site


@transaction.atomic
def settle(*, code: str, name: str, name_en: str, city: City, demo: bool) -> District:
    """Make a district of a drawn city, with its sites. A district is settled once."""
    district = District.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        demo=demo,
        area_km2=round(city.area_km2, 2),
        population=city.population,
    )
    Site.objects.bulk_create(
        [
            Site(
                district=code,
                code=site.code,
                kind=site.kind,
                name=site.name,
                name_en=site.name_en,
                longitude=site.position[0],
                latitude=site.position[1],
                community=site.community_code,
            )
            for site in city.sites
        ],
        batch_size=500,
    )
    return district
