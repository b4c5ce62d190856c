"""Sending units to an incident: who is asked, what their status becomes, and how it ends."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.desk import do
from tests.support.matters import key
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch import assignments
from yihu.dispatch.assignments import assign, hand_over, responder, stand_down
from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import Milestone, Status
from yihu.dispatch.merging import merge
from yihu.dispatch.milestones import police_arrived
from yihu.dispatch.models import Assignment, Incident, Offer, Unit, Wave
from yihu.dispatch.queries import assigned_to
from yihu.dispatch.units import report_status
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, Matter, Party
from yihu.people.shifts import end_shift
from yihu.radio.actions import move_incident
from yihu.radio.models import GroupMember, Happening, TalkGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def case(town: Town) -> Incident:
    return incident(town)


def sent(town: Town, case: Incident, of: Unit, **more: object) -> Assignment:
    return assign(
        actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key(), **more
    )


def status(of: Unit) -> tuple[str, object]:
    of.refresh_from_db()
    return of.status, of.incident_id


def end(town: Town, case: Incident) -> None:
    """Move an incident to its end, as the control room does."""
    for name, said in (
        ("answer", {}),
        ("resolve", {"outcome": "settled", "words": "已劝开"}),
        ("tell", {"words": "已处理"}),
        ("close", {"seen": True}),
    ):
        matter = Matter.objects.get(pk=case.pk)
        takes = matter.declared.move(name, matter.step).takes
        move_incident(
            actor=town.actor("dispatcher"),
            matter=case.pk,
            name=name,
            seq=matter.seq,
            client_key=key(),
            payload=takes(**said) if takes else None,
        )


def reclassified(town: Town, case: Incident, kind: str) -> None:
    do(town.actor("dispatcher"), case.matter, "reclassify", kind=kind)


@pytest.mark.both_databases
def test_the_unit_knows_of_the_incident_from_then_on(town: Town, case: Incident) -> None:
    of = unit(town, "officer", "auxiliary")
    with pytest.raises(Incident.DoesNotExist):
        responder(town.actor("auxiliary"), case)
    made = sent(town, case, of)
    assert status(of) == (Status.DISPATCHED, case.pk)
    assert responder(town.actor("auxiliary"), case).id
    assert list(assigned_to(town.actor("auxiliary"))) == [made]
    told = Happening.objects.filter(topic="incident", ref=case.matter.reference).latest("id")
    people = {town.people[name].id.hex for name in ("officer", "auxiliary", "dispatcher")}
    assert people <= set(told.people)


@pytest.mark.both_databases
def test_sent_twice_it_goes_once(town: Town, case: Incident) -> None:
    of, once = unit(town, "officer"), key()
    how = {"actor": town.actor("dispatcher"), "incident": case.pk, "unit": of.pk}
    first = assign(**how, client_key=once)
    assert assign(**how, client_key=once) == first
    assert assign(**how, client_key=key()) == first
    stand_down(**how, client_key=key())
    assert assign(**how, client_key=once) == first  # a retry of what is over sends nobody again
    assert Assignment.objects.count() == 1
    assert Entry.objects.filter(body__contains='"act":"assign"').count() == 1


def test_nobody_off_shift_is_sent(town: Town, case: Incident) -> None:
    of = unit(town, "officer", on_shift=False)
    with pytest.raises(Refused) as why:
        sent(town, case, of)
    assert why.value.code == "off_duty"
    assert not Party.objects.filter(role="responder").exists()


@pytest.mark.parametrize(("name", "goes"), [("guard", False), ("auxiliary", True)])
def test_where_there_is_violence_a_guard_goes_beside_the_police_only(
    town: Town, case: Incident, name: str, goes: bool
) -> None:
    of = unit(town, name)
    reclassified(town, case, "fight")
    if not goes:
        with pytest.raises(Refused) as why:
            sent(town, case, of)
        assert why.value.code == "police_only"
    assert sent(town, case, of, alongside=not goes).alongside is not goes


@pytest.mark.parametrize("name", ["guard", "auxiliary", "stranger"])
def test_sending_is_for_those_who_work_on_it(town: Town, case: Incident, name: str) -> None:
    of = unit(town, "officer")
    with pytest.raises(Matter.DoesNotExist):
        assign(actor=town.actor(name), incident=case.pk, unit=of.pk, client_key=key())
    with pytest.raises(Matter.DoesNotExist):
        stand_down(actor=town.actor(name), incident=case.pk, unit=of.pk, client_key=key())


@pytest.mark.both_databases
def test_a_busy_unit_keeps_its_status_and_what_it_clears_leaves_the_other(
    town: Town, case: Incident
) -> None:
    of, other = unit(town, "officer"), incident(town, by="auxiliary", key=b"another")
    sent(town, case, of)
    report_status(
        actor=town.actor("officer"),
        unit=of.pk,
        status=Status.EN_ROUTE,
        incident=case.pk,
        client_key=key(),
    )
    sent(town, other, of)
    assert status(of) == (Status.EN_ROUTE, case.pk)
    stand_down(actor=town.actor("dispatcher"), incident=other.pk, unit=of.pk, client_key=key())
    assert status(of) == (Status.EN_ROUTE, case.pk)
    sent(town, other, of)
    report_status(
        actor=town.actor("officer"),
        unit=of.pk,
        status=Status.AVAILABLE,
        incident=case.pk,
        client_key=key(),
    )
    assert status(of) == (Status.DISPATCHED, other.pk)


def test_who_is_stood_down_can_be_sent_again(town: Town, case: Incident) -> None:
    of = unit(town, "officer")
    for _again in range(2):
        sent(town, case, of)
        assert not crews(town.station.district)[0].can_be_sent
        stand_down(actor=town.actor("officer"), incident=case.pk, unit=of.pk, client_key=key())
        assert crews(town.station.district)[0].can_be_sent
    with pytest.raises(Refused) as why:
        stand_down(actor=town.actor("officer"), incident=case.pk, unit=of.pk, client_key=key())
    assert why.value.code == "not_assigned"
    assert assignments.moments(case)[Milestone.ON_SCENE] is None


@pytest.mark.both_databases
def test_a_responder_hands_the_incident_over(town: Town, case: Incident) -> None:
    here, there = unit(town, "guard"), unit(town, "officer")
    sent(town, case, here)
    how = {"actor": town.actor("guard"), "incident": case.pk, "unit": here.pk, "client_key": key()}
    taken = hand_over(**how, to=there.pk, words="人在二楼")
    assert hand_over(**how, to=there.pk, words="人在二楼") == taken
    assert status(here) == (Status.AVAILABLE, None)
    assert status(there) == (Status.DISPATCHED, case.pk)
    given = Assignment.objects.get(unit=here)
    assert given.handed_to == taken
    assert given.ended_at is not None
    assert responder(town.actor("officer"), case).id


def test_a_retry_hands_nothing_over_that_was_handed_back(town: Town, case: Incident) -> None:
    here, there = unit(town, "guard"), unit(town, "officer")
    sent(town, case, here)
    how = {"actor": town.actor("guard"), "incident": case.pk, "unit": here.pk, "client_key": key()}
    taken = hand_over(**how, to=there.pk)
    hand_over(
        actor=town.actor("officer"),
        incident=case.pk,
        unit=there.pk,
        to=here.pk,
        client_key=key(),
    )
    assert hand_over(**how, to=there.pk) == taken
    assert status(here) == (Status.DISPATCHED, case.pk)
    assert Entry.objects.filter(body__contains='"act":"hand_over"').count() == 2


@pytest.mark.parametrize(("to", "code"), [("guard", "same_unit"), ("auxiliary", "off_duty")])
def test_nobody_hands_over_to_who_cannot_take_it(
    town: Town, case: Incident, to: str, code: str
) -> None:
    units = {"guard": unit(town, "guard"), "auxiliary": unit(town, "auxiliary")}
    sent(town, case, units["guard"])
    end_shift(actor=town.actor("auxiliary"))
    with pytest.raises(Refused) as why:
        hand_over(
            actor=town.actor("guard"),
            incident=case.pk,
            unit=units["guard"].pk,
            to=units[to].pk,
            client_key=key(),
        )
    assert why.value.code == code
    assert status(units["guard"]) == (Status.DISPATCHED, case.pk)


def test_who_was_not_asked_hands_nothing_over(town: Town, case: Incident) -> None:
    here, there = unit(town, "officer"), unit(town, "guard")
    sent(town, case, here)
    with pytest.raises(Incident.DoesNotExist):
        hand_over(
            actor=town.actor("guard"),
            incident=case.pk,
            unit=here.pk,
            to=there.pk,
            client_key=key(),
        )


def test_an_accepted_offer_is_the_acknowledgement(town: Town, case: Incident) -> None:
    of, now = unit(town, "guard"), timezone.now()
    wave = Wave.objects.create(
        incident=case, number=1, reach="best", opened_at=now, ends_at=now + timedelta(seconds=20)
    )
    offer = Offer.objects.create(
        wave=wave,
        incident=case,
        unit=of,
        offered_at=now,
        deadline=wave.ends_at,
        answer="accepted",
        answered_at=now + timedelta(seconds=7),
    )
    made = assign(
        actor=town.actor("guard"), incident=case.pk, unit=of.pk, client_key=key(), offer=offer
    )
    assert status(of) == (Status.ACKNOWLEDGED, case.pk)
    assert made.acknowledged_at == offer.answered_at
    found = assignments.moments(case)
    assert found[Milestone.DISPATCHED] == now
    assert found[Milestone.ACKNOWLEDGED] == offer.answered_at
    assert found[Milestone.EN_ROUTE] is None


def test_an_offer_that_nobody_answered_is_when_somebody_was_first_asked(
    town: Town, case: Incident
) -> None:
    of, now = unit(town, "guard"), timezone.now()
    wave = Wave.objects.create(incident=case, number=1, reach="best", opened_at=now, ends_at=now)
    Offer.objects.create(
        wave=wave, incident=case, unit=of, offered_at=now, deadline=now, answer="silent"
    )
    found = assignments.moments(case)
    assert found[Milestone.DISPATCHED] == now
    assert found[Milestone.ACKNOWLEDGED] is None


@pytest.mark.both_databases
def test_the_end_of_the_incident_frees_whoever_was_still_with_it(
    town: Town, case: Incident
) -> None:
    of = unit(town, "officer")
    sent(town, case, of)
    end(town, case)
    assert status(of) == (Status.AVAILABLE, None)
    made = Assignment.objects.get()
    assert made.ended_at is not None
    assert made.cleared_at is None  # nobody said that they had left


def test_the_milestones_of_an_incident(town: Town, case: Incident) -> None:
    of, guards = unit(town, "officer"), unit(town, "guard")
    sent(town, case, of)
    sent(town, case, guards, alongside=True)
    begun = assignments.begun(case)
    Incident.objects.filter(pk=case.pk).update(called_at=begun - timedelta(minutes=30))
    case = Incident.objects.select_related("matter").get(pk=case.pk)

    def said(name: str, by: Unit, what: Status, minutes: int) -> None:
        report_status(
            actor=town.actor(name),
            unit=by.pk,
            status=what,
            incident=case.pk,
            client_key=key(),
            occurred_at=begun - timedelta(minutes=minutes),
        )

    said("officer", of, Status.ON_SCENE, 10)
    said("guard", guards, Status.ON_SCENE, 20)
    said("officer", of, Status.EN_ROUTE, 25)
    for minutes in (9, 12, 11):
        assignments.contain(
            actor=town.actor("guard"),
            incident=case.pk,
            client_key=key(),
            occurred_at=begun - timedelta(minutes=minutes),
        )
    case.refresh_from_db()
    found = assignments.moments(case)
    assert found[Milestone.RECEIVED] == begun - timedelta(minutes=30)
    assert found[Milestone.CREATED] == begun
    assert found[Milestone.ON_SCENE] == begun - timedelta(minutes=20)
    assert found[Milestone.EN_ROUTE] == begun - timedelta(minutes=25)
    assert found[Milestone.CONTAINED] == begun - timedelta(minutes=12)
    assert found[Milestone.ACKNOWLEDGED] is None
    assert found[Milestone.CLOSED] is None
    assert police_arrived(assignments.courses(case)) == begun - timedelta(minutes=10)


# --- its talk group -------------------------------------------------------------------------------


def heard_by(case: Incident) -> set[str]:
    on_it = GroupMember.objects.filter(group__about=case.pk, until=None)
    return set(on_it.values_list("person__username", flat=True))


@pytest.mark.both_databases
def test_its_talk_group_is_opened_with_the_first_unit_and_joined_by_who_acknowledges(
    town: Town, case: Incident
) -> None:
    of, waiting = unit(town, "officer", "auxiliary"), unit(town, "colleague")
    assert not heard_by(case)
    sent(town, case, of)
    sent(town, case, waiting)
    assert TalkGroup.objects.filter(about=case.pk).count() == 1
    assert not {"officer", "auxiliary", "colleague"} & heard_by(case)
    end_shift(actor=town.actor("auxiliary"))
    report_status(
        actor=town.actor("officer"),
        unit=of.pk,
        status=Status.ACKNOWLEDGED,
        incident=case.pk,
        client_key=key(),
    )
    assert heard_by(case) == {"guard", "dispatcher", "deputy", "chief", "officer"}
    entry = Entry.objects.get(body__contains='"act":"put_on"')
    assert '"by":{"kind":"clock"}' in entry.body


@pytest.mark.parametrize(("kept", "runs"), [(False, False), (True, True)])
def test_its_talk_group_ends_with_it_unless_somebody_keeps_it(
    town: Town, case: Incident, kept: bool, runs: bool
) -> None:
    sent(town, case, unit(town, "officer"))
    group = TalkGroup.objects.get(about=case.pk)
    if kept:
        do(town.actor("dispatcher"), group.matter, "keep")
    end(town, case)
    assert Matter.objects.get(pk=group.matter_id).is_open is runs


def test_the_group_of_one_that_was_merged_ends_when_it_is_told_along(
    town: Town, case: Incident
) -> None:
    of, whole = unit(town, "officer"), incident(town, key=b"again")
    sent(town, case, of)
    stand_down(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    group = TalkGroup.objects.get(about=case.pk)
    case.matter.refresh_from_db()
    merge(
        actor=town.actor("dispatcher"),
        incident=case.pk,
        into=whole.matter.reference,
        seq=case.matter.seq,
        client_key=key(),
    )
    assert Matter.objects.get(pk=group.matter_id).is_open
    end(town, whole)
    assert Matter.objects.get(pk=case.pk).step == "merged"
    assert not Matter.objects.get(pk=group.matter_id).is_open
