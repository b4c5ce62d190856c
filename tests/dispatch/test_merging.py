"""Two calls about one thing, one call about two: nobody is left untold and no entry is lost."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.calls_taken import TOLD, called, go_on, join, key, resolved
from tests.support.desk import do, hidden, login, offered
from tests.support.town import Town, build

from yihu.direct.actions import Safety
from yihu.dispatch.actions import move
from yihu.dispatch.assignments import contain
from yihu.dispatch.intake import Caller, Spot
from yihu.dispatch.kinds import Kind
from yihu.dispatch.merging import link, merge, split
from yihu.dispatch.models import Assignment, Incident, IncidentLink, Unit
from yihu.kernel.access import Refused
from yihu.kernel.models import Answer, Entry, Matter
from yihu.kernel.timeline import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def test_somebody_whom_a_call_could_harm_is_not_told_along(town: Town) -> None:
    first = called(town)
    second = called(town, caller=Caller("李", "000", Safety.NEVER))
    join(town, second, first)
    resolved(town, first)
    go_on(town.actor("dispatcher"), first, "tell", **TOLD)
    second.refresh_from_db()
    assert second.step == "joined"
    assert not Answer.objects.filter(party__matter=second, answered_at__isnull=False).exists()


def test_nor_is_whom_somebody_of_us_found_it_unsafe_to_tell(town: Town) -> None:
    first, second = called(town), called(town)
    join(town, second, first)
    do(town.actor("officer"), second, "excuse", reason="unsafe", words="丈夫拿着电话")
    resolved(town, first)
    go_on(town.actor("dispatcher"), first, "tell", **TOLD)
    second.refresh_from_db()
    assert second.step == "joined"


def test_whoever_is_told_along_is_reminded_though_the_first_must_not_be(town: Town) -> None:
    first = called(town, caller=Caller("李", "000", Safety.NEVER))
    second = called(town)
    join(town, second, first)
    resolved(town, first)
    go_on(town.actor("dispatcher"), first, "tell", **TOLD, reminded=False)
    said = [json.loads(entry.body) for entry in Entry.objects.filter(matter=second.pk)]
    told = {body["move"]: body["facts"] for body in said if "move" in body}
    assert told["tell_along"] == {"reminded": True}


def test_a_referral_tells_them_all(town: Town) -> None:
    first, second = called(town, Kind.NOISE), called(town, Kind.NOISE)
    join(town, second, first)
    go_on(town.actor("dispatcher"), first, "refer", to="community", words="已转社区")
    second.refresh_from_db()
    assert (Matter.objects.get(pk=first.pk).step, second.step) == ("referred", "merged")


@pytest.mark.both_databases
def test_no_entry_is_lost_by_merging_separating_splitting_or_linking(town: Town) -> None:
    first, second = called(town), called(town)
    dispatcher = town.actor("dispatcher")
    before = {entry.pk: entry.body for entry in Entry.objects.all()}
    join(town, second, first)
    go_on(dispatcher, second, "separate", words="不是同一件")
    link(actor=dispatcher, incident=second.pk, other=first.reference, client_key=key())
    cut = split(
        actor=dispatcher,
        incident=first.pk,
        kind=Kind.FIRE,
        words="旁边垃圾桶着火",
        client_key=key(),
    ).matter
    kept = {entry.pk: entry.body for entry in Entry.objects.filter(pk__in=before)}
    assert kept == before
    for matter in (first, second, cut):
        entries = list(matter.entries.order_by("seq").values_list("seq", flat=True))
        assert entries == list(range(1, len(entries) + 1))
    assert [h.name for h in timeline(second, "office")][-2:] == ["separate", "link"]
    assert [h.name for h in timeline(first, "office")][-2:] == ["link", "split"]


def test_it_goes_on_where_the_other_one_went_itself(town: Town) -> None:
    first, second, third = [called(town) for _ in range(3)]
    join(town, second, first)
    joined = join(town, third, second)
    assert joined.merged_into == first


@pytest.mark.parametrize("into", ["itself", "nowhere", "closed", "circle"])
def test_what_it_cannot_go_into_is_refused_at_the_field(town: Town, into: str) -> None:
    first, second = called(town), called(town)
    target = {"itself": first.reference, "nowhere": "0000-0000"}.get(into, second.reference)
    if into == "closed":
        go_on(town.actor("dispatcher"), second, "resolve", outcome="settled", words="好了")
        go_on(town.actor("dispatcher"), second, "tell", **TOLD)
        go_on(town.actor("dispatcher"), second, "close", seen=True)
    if into == "circle":
        join(town, second, first)
    first.refresh_from_db()
    with pytest.raises(Refused) as refused:
        merge(
            actor=town.actor("dispatcher"),
            incident=first.pk,
            into=target,
            seq=first.seq,
            client_key=key(),
        )
    assert refused.value.code == "no_such_matter"


def test_units_on_their_way_are_never_on_their_way_to_nothing(town: Town) -> None:
    first, second = called(town), called(town)
    unit = Unit.objects.create(
        district=first.district, organisation=town.station, code="u1", name="一组",
        kind="police", travel="car",
    )  # fmt: skip
    Assignment.objects.create(incident=first.incident, unit=unit, assigned_at=timezone.now())
    with pytest.raises(Refused) as refused:
        join(town, first, second)
    assert refused.value.code == "units_on_way"
    assert join(town, second, first).step == "joined"


def test_a_retry_merges_once(town: Town) -> None:
    first, second = called(town), called(town)
    given = {
        "actor": town.actor("dispatcher"),
        "incident": second.pk,
        "into": first.reference,
        "seq": second.seq,
        "client_key": key(),
    }
    assert not merge(**given).repeated
    assert merge(**given).repeated
    assert second.entries.count() == 3
    assert first.entries.filter(body__contains='"link"').count() == 1


def test_what_was_split_off_is_an_incident_of_its_own_and_the_first_waits_for_it(
    town: Town,
) -> None:
    first = called(town, spot=Spot("广场", address="广场 3 幢 501"))
    dispatcher = town.actor("dispatcher")
    cut = split(
        actor=dispatcher, incident=first.pk, kind=Kind.FIRE, words="旁边着火", client_key=key()
    ).matter
    incident = Incident.objects.get(pk=cut.pk)
    assert (incident.kind, incident.place, cut.step) == ("fire", "广场", "handling")
    assert IncidentLink.objects.get().split
    resolved(town, first)
    go_on(dispatcher, first, "tell", **TOLD)
    with pytest.raises(Refused) as refused:
        go_on(dispatcher, first, "close", seen=True)
    assert refused.value.code == "children_open"
    resolved(town, cut)
    go_on(dispatcher, cut, "tell", **TOLD)
    go_on(dispatcher, cut, "close", seen=True)
    assert go_on(dispatcher, first, "close", seen=True).step == "closed"


def test_linking_twice_is_one_link_and_both_sides_show_it(town: Town) -> None:
    first, second = called(town), called(town)
    dispatcher = town.actor("dispatcher")
    link(actor=dispatcher, incident=first.pk, other=second.reference, client_key=key())
    link(actor=dispatcher, incident=second.pk, other=first.reference, client_key=key())
    assert IncidentLink.objects.count() == 1
    client = login(town, "dispatcher")
    for one, other in ((first, second), (second, first)):
        page = client.get(f"/desk/incidents/{one.reference}/")
        assert f"/desk/incidents/{other.reference}/" in page.text


def test_an_officer_links_but_only_the_control_room_splits(town: Town) -> None:
    first = called(town)
    page = login(town, "officer").get(f"/desk/incidents/{first.reference}/kin/")
    assert "关联另一件" in page.text
    assert "拆出一件" not in page.text
    answer = login(town, "officer").post(f"/desk/incidents/{first.reference}/split/", {})
    assert answer.status_code == 404


# --- the page ------------------------------------------------------------------------------------


def test_the_page_offers_what_may_be_the_same_with_its_reasons(town: Town) -> None:
    first = called(town, words="广场上两个人在吵架")
    second = called(town, words="广场那边吵架，好几个人围着")
    client = login(town, "dispatcher")
    page = client.get(f"/desk/incidents/{second.reference}/").text
    assert "同一件？" in page
    assert first.reference in page
    assert "相距 0 米" in page
    far = called(town, Kind.FIRE, "冒烟", spot=Spot("远处"))
    Matter.objects.filter(pk=far.pk).update(opened_at=timezone.now() - timedelta(hours=8))
    assert far.reference not in client.get(f"/desk/incidents/{second.reference}/").text


def test_merging_from_the_page_leads_to_where_it_goes_on(town: Town) -> None:
    first, second = called(town), called(town)
    client = login(town, "dispatcher")
    form = {"key": key().hex(), "seq": str(second.seq), "other": first.reference}
    answer = client.post(f"/desk/incidents/{second.reference}/merge/", form)
    assert answer.headers["Location"] == f"/desk/incidents/{first.reference}/"
    page = client.get(answer.headers["Location"]).text
    assert "告知时一起告知" in page
    assert second.reference in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"other": "0000-0000"}, "没有找到这个编号"),
        ({"other": ""}, "请写一句"),
        ({"other": "FIRST", "seq": "1"}, "刚有了新进展"),
    ],
)
def test_a_wrong_reference_is_said_at_its_field(
    town: Town, form: dict[str, str], sentence: str
) -> None:
    first, second = called(town), called(town)
    form = {name: value.replace("FIRST", first.reference) for name, value in form.items()}
    client = login(town, "dispatcher")
    answer = client.post(f"/desk/incidents/{second.reference}/merge/", {"key": key().hex(), **form})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert form["other"] in answer.text


def test_splitting_from_the_page(town: Town) -> None:
    first = called(town)
    client, address = login(town, "dispatcher"), f"/desk/incidents/{first.reference}/split/"
    empty = client.post(address, {"key": key().hex(), "kind": "fire", "place": "后门"})
    assert empty.status_code == 422
    assert "后门" in empty.text
    answer = client.post(
        address, {"key": key().hex(), "kind": "fire", "place": "后门", "words": "着火"}
    )
    cut = Matter.objects.exclude(pk=first.pk).get(loop="incident")
    assert answer.headers["Location"] == f"/desk/incidents/{cut.reference}/"
    page = client.get(answer.headers["Location"]).text
    assert "这一件从它拆出" in page
    assert "后门" in page


def test_on_the_page_of_a_joined_one_it_can_be_told_or_taken_apart(town: Town) -> None:
    first, second = called(town), called(town)
    join(town, second, first)
    page = login(town, "dispatcher").get(f"/desk/incidents/{second.reference}/")
    assert offered(page) >= {"tell_along", "separate", "excuse"}
    assert "merge" not in offered(page)
    address = f"/desk/incidents/{second.reference}/do/separate/"
    login(town, "dispatcher").post(address, hidden(page, "separate") | {"words": "两件事"})
    second.refresh_from_db()
    assert (second.step, second.merged_into) == ("apart", None)


# --- referral ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.DISPUTE, Kind.HARASSMENT, Kind.FIGHT])
def test_what_may_turn_violent_is_seen_before_it_is_referred(town: Town, kind: Kind) -> None:
    matter = called(town, kind)
    dispatcher = town.actor("dispatcher")
    said = {"to": "mediation", "words": "请调解工作室联系"}
    with pytest.raises(Refused) as refused:
        go_on(dispatcher, matter, "refer", **said)
    assert refused.value.code == "look_first"
    contain(actor=dispatcher, incident=matter.pk, client_key=key())
    assert go_on(dispatcher, matter, "refer", **said).step == "referred"


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        (Kind.NOISE, "community"),
        (Kind.FACILITIES, "hotline_12345"),
        (Kind.THEFT, "other_station"),
    ],
)
def test_what_is_not_the_police_s_is_referred_and_its_teller_told(
    town: Town, kind: Kind, to: str
) -> None:
    matter = called(town, kind)
    assert go_on(town.actor("dispatcher"), matter, "refer", to=to, words="已转").step == "referred"
    assert Incident.objects.get(pk=matter.pk).told_at is not None


def test_what_is_for_the_police_stays_with_police(town: Town) -> None:
    matter = called(town, Kind.THEFT)
    with pytest.raises(Refused) as refused:
        go_on(town.actor("dispatcher"), matter, "refer", to="community", words="已转")
    assert refused.value.code == "for_police"


def test_a_refused_referral_leaves_the_words_and_says_what_comes_first(town: Town) -> None:
    matter = called(town, Kind.DISPUTE)
    client, address = login(town, "dispatcher"), f"/desk/incidents/{matter.reference}/"
    page = client.get(address)
    form = hidden(page, "refer") | {"to": "community", "words": "社区会联系您"}
    answer = client.post(f"{address}do/refer/", form)
    assert answer.status_code == 422
    assert "先派人到场" in answer.text
    assert "社区会联系您" in answer.text
    assert "由他们联系您" in page.text  # a sentence that is ready


def test_a_guard_can_neither_merge_nor_refer(town: Town) -> None:
    """C9: what becomes of an incident is decided by police."""
    matter = called(town)
    with pytest.raises(Matter.DoesNotExist):
        move(
            actor=town.actor("guard"),
            matter=matter.pk,
            name="refer",
            seq=matter.seq,
            client_key=key(),
        )
    for path in ("kin/", "kin/now/", "place/"):
        answer = login(town, "guard").get(f"/desk/incidents/{matter.reference}/{path}")
        assert answer.status_code == 404
