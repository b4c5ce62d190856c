"""The demo's orders: what a visitor finds on the wall."""

from yihu.cli.demo.words import LONG_PRAISE
from yihu.kernel.timeline import excerpts
from yihu.thanks.models import Commendation, PhotoConsent


def test_36_orders_one_revoked_two_photos_and_two_houses_for_the_long_praise(
    demo_db: object,
) -> None:
    orders = Commendation.objects.order_by("issued_at").select_related("matter")
    assert len(orders) == 36
    assert sum(order.revoked_at is not None for order in orders) == 1
    assert PhotoConsent.objects.filter(withdrawn_at=None).count() == 2
    last = orders[35]
    assert excerpts([last.matter], 1000)[last.matter_id] == LONG_PRAISE
    houses = last.credits.values_list("organisation__kind", flat=True)
    assert sorted(houses) == ["mediation_studio", "station"]
