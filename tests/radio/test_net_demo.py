"""The demo's net: enough of it to try everything, and nobody's real number."""

from yihu.places.models import Force, KeySite
from yihu.radio.models import Custody, GroupMember, Radio


def test_the_demo_has_sites_with_guards_on_duty_and_most_of_their_sets(demo_db: object) -> None:
    sites = KeySite.objects.select_related("kind")
    required = sum(site.sets_required for site in sites)
    held = Custody.objects.filter(ended_at=None)
    assert len(sites) == 41
    assert len({site.kind.code for site in sites}) == 7
    assert 0.8 < held.count() / required < 0.9
    assert Radio.objects.count() > held.count()
    assert {site.duty_phone[:4] for site in sites} == {"000-"}  # no number was ever issued there
    assert all(site.longitude and site.latitude for site in sites)
    assert Force.objects.values("kind").distinct().count() == 4
    on_the_group = GroupMember.objects.filter(group__kind="sites", person__posts__role="guard")
    assert on_the_group.count() == len(sites)
    assert on_the_group.filter(person__shifts__isnull=False).count() > len(sites) / 2
