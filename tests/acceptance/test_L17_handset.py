"""L17: a fight, opened on the handset of a guard who stands near: the steps for a guard, what a
guard may not do, and ticks with the time at which each was done."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.calls_taken import called
from tests.support.desk import login
from tests.support.matters import key
from tests.support.respond import asked
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch.kinds import Kind, UnitKind
from yihu.dispatch.models import Incident, Tick
from yihu.dispatch.run_cards import card_of, read

pytestmark = pytest.mark.django_db


def test_L17_a_fight_opens_on_the_handset_with_the_role_s_steps_and_limits() -> None:
    town: Town = build()
    matter = called(town, Kind.FIGHT, words="夜市两拨人打起来了")
    case = Incident.objects.select_related("matter").get(pk=matter.pk)
    offer = asked(town, case, unit(town, "guard"))
    handset = login(town, "guard")

    asking = handset.get("/respond/").text
    assert "打架" in asking
    assert "<b>协助</b>" in asking  # beside the police, never in their place
    assert "不搜查，不扣东西，不限制人身自由" in asking
    assert "夜市两拨人" not in asking  # what the caller said is the control room's

    handset.post(f"/respond/offers/{offer.pk}/accept/", {"key": key().hex(), "eta": "2"})
    page, card = handset.get("/respond/").text, read(card_of(case))
    steps = card.steps_for(UnitKind.GUARD)
    assert steps
    assert all(step.text in page for step in steps)
    assert all(line.text in page for line in card.limits[UnitKind.GUARD])
    for step in card.steps_for(UnitKind.POLICE):
        assert (step.text in page) == (step in steps)

    first, second = steps[0], steps[1]
    began = timezone.now() - timedelta(minutes=5)
    Incident.objects.filter(pk=case.pk).update(called_at=began)
    done_at = began + timedelta(minutes=2)
    tick = f"/respond/{matter.reference}/tick/"
    handset.post(tick, {"key": key().hex(), "step": first.code, "at": done_at.isoformat()})
    handset.post(tick, {"key": key().hex(), "step": second.code})
    done = {one.step: one.occurred_at for one in Tick.objects.filter(incident=case)}
    assert done[first.code] == done_at
    assert done[second.code] > done_at
    shown = handset.get(f"/respond/{matter.reference}/scene/").text
    assert f"{timezone.localtime(done_at):%H:%M:%S}" in shown

    story = login(town, "dispatcher").get(f"/desk/incidents/{matter.reference}/").text
    assert first.text in story
