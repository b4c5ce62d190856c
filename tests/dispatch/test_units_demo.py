"""The demo's units: forces of every kind, and a place for whoever is on shift, for nobody else."""

from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import UnitKind
from yihu.people.shifts import on_shift
from yihu.radio.models import Whereabouts


def test_the_demo_has_units_of_every_kind_and_they_are_where_they_belong(demo_db: object) -> None:
    found = crews("liangshui")
    assert {crew.kind for crew in found} == set(UnitKind)
    assert len(found) == len({crew.code for crew in found}) > 60
    assert all((crew.fix is not None) == crew.on_duty for crew in found)
    here = set(on_shift().values_list("person", flat=True))
    assert set(Whereabouts.objects.values_list("person", flat=True)) <= here
    assert 0 < sum(not crew.on_duty for crew in found) < len(found) / 3
