"""Praise and what follows from it, as the acceptance table asks."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.support.desk import address, do, login, offered, write
from tests.support.thanks import TEXT, commended, credit, face, issue, praised, revoke
from tests.support.town import Town, build

from yihu.cli.demo.words import LONG_PRAISE
from yihu.direct.actions import Safety
from yihu.direct.kinds import Kind, Reporter
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.kernel.timeline import timeline
from yihu.people.models import Organisation, OrganisationKind, Person, Post
from yihu.people.roles import MEDIATOR
from yihu.thanks import actions, queries
from yihu.thanks.models import Commendation, PhotoConsent

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def order_page(order: Commendation) -> str:
    return f"/orders/{order.station.code}/{order.year}-{order.number}/"


def test_L69_each_kind_takes_its_own_way(town: Town) -> None:
    """Praise is verified, a complaint is watched from outside, the others are worked on."""
    chief = login(town, "chief")
    found = {kind: write(town, kind=kind).matter for kind in Kind}
    loops = {kind: matter.loop for kind, matter in found.items()}
    assert loops[Kind.PRAISE] == "praise"
    assert loops[Kind.COMPLAINT] == "complaint"
    assert loops[Kind.SUGGESTION] == loops[Kind.HELP] == "direct"
    assert [kind for kind, matter in found.items() if matter.watched] == [Kind.COMPLAINT]
    verifiable = {k for k, m in found.items() if "verify" in offered(chief.get(address(m)))}
    assert verifiable == {Kind.PRAISE}


def test_L70_an_order_drafted_without_verification_is_refused(town: Town) -> None:
    sent, chief = write(town, kind=Kind.PRAISE), login(town, "chief")
    page = chief.post(f"/desk/thanks/m/{sent.matter.reference}/", {"key": "0" * 32, "text": TEXT})
    assert page.status_code == 422
    assert "还没有核实" in page.text
    assert TEXT in page.text
    assert not Commendation.objects.exists()


def test_L70_whoever_verifies_is_not_the_praised_nor_under_them(town: Town) -> None:
    sent, chief = write(town, kind=Kind.PRAISE), town.actor("chief")
    for handler, praise in (("officer", "officer"), ("officer", "chief"), ("auxiliary", "deputy")):
        people = {name: town.people[name].id for name in (handler, praise)}
        with pytest.raises(Refused) as told:
            do(chief, sent.matter, "verify", praised=[people[praise]], handler=people[handler])
        assert told.value.code == "praised"


def test_L71_an_order_is_numbered_dated_public_and_revocable_with_notice(town: Town) -> None:
    sent, chief = praised(town, contact="someone@example.org"), login(town, "chief")
    draft = f"/desk/thanks/m/{sent.matter.reference}/"
    assert draft in chief.get(address(sent.matter)).text
    assert chief.post(draft, {"key": "1" * 32, "text": TEXT}).status_code == 302
    assert chief.post(draft, {"key": "1" * 32, "text": TEXT}).status_code == 302  # a retry
    order = Commendation.objects.get()
    page = Client().get(order_page(order)).text
    today = timezone.localtime()
    dated = f"{today.year}年{today.month}月{today.day}日"
    for said in (TEXT, dated, f"{order.year} 年第 1 号", "officer", "station"):
        assert said in page
    assert "someone@example.org" not in page
    officer = login(town, "officer")
    assert "您得到了表扬" in officer.get("/desk/notices/").text
    assert f"{order.year} 年第 1 号" in Client().get(f"/r/{sent.secret}/").text

    revoked = chief.post(f"/desk/thanks/{order.pk}/revoke/", {"key": "2" * 32, "reason": "写错"})
    assert revoked.status_code == 302
    page = Client().get(order_page(order)).text
    assert "已撤销" in page
    assert "写错" in page
    assert TEXT not in page
    assert "officer" not in page
    assert "写错" in Client().get(f"/r/{sent.secret}/").text
    assert "撤销了" in officer.get("/desk/notices/").text


def test_L71_the_credited_read_the_order_and_never_the_letter(town: Town) -> None:
    order = commended(town, words="只有来信人知道的话")
    officer = login(town, "officer")
    page = officer.get("/desk/thanks/mine/").text + officer.get("/desk/notices/").text
    assert "/desk/thanks/mine/" in page
    assert order.matter.reference not in page
    assert officer.get(address(order.matter)).status_code == 404
    assert "只有来信人知道的话" not in page


def test_L76_property_staff_are_counted_apart_from_residents(town: Town) -> None:
    for reporter in (Reporter.RESIDENT, Reporter.RESIDENT, Reporter.PROPERTY, Reporter.KIN):
        write(town, kind=Kind.PRAISE, reporter=reporter)
    issue(town.actor("chief"), praised(town, reporter=Reporter.PROPERTY).matter)
    write(town, kind=Kind.COMPLAINT, reporter=Reporter.PROPERTY)
    found = {
        one.reporter: (one.praise, one.commended)
        for one in queries.by_reporter(Matter.objects.all())
    }
    assert found == {
        Reporter.RESIDENT: (2, 0),
        Reporter.PROPERTY: (2, 1),
        Reporter.STAFF: (0, 0),
        Reporter.KIN: (1, 0),
        Reporter.PAID: (0, 0),
    }


def test_L77_without_a_consent_the_wall_shows_words_alone(town: Town) -> None:
    order = commended(town)
    wall = Client().get("/wall/station/").text
    assert TEXT in wall
    assert "officer" in wall
    assert "<img" not in wall
    given = actions.consent(
        actor=town.actor("officer"), credit=credit(order, town).pk, photo=face(), wording="同意"
    )
    assert f"/orders/photo/{given.pk}/" in Client().get("/wall/station/").text


def test_L77_the_wall_turns_to_the_next_and_forgets_old_and_revoked_orders(town: Town) -> None:
    chief = town.actor("chief")
    old = timezone.now() - timedelta(days=91)
    issue(chief, praised(town).matter, "很久以前的一份", occurred_at=old)
    first = issue(chief, praised(town).matter, "头一份")
    issue(chief, praised(town).matter, "第二份")
    shown = [Client().get(f"/wall/station/?n={n}").text for n in (0, 1, 2, "x")]
    assert [("第二份" in text, "头一份" in text) for text in shown] == [
        (True, False),
        (False, True),
        (True, False),
        (True, False),
    ]
    assert 'data-next="?n=1"' in shown[0]
    revoke(chief, first)
    assert all("头一份" not in Client().get(f"/wall/station/?n={n}").text for n in (0, 1))
    assert "很久以前的一份" not in "".join(shown)


def test_L82_635_characters_for_two_of_different_organisations_credit_both_and_count_once(
    town: Town,
) -> None:
    studio = Organisation.objects.create(
        district=town.station.district,
        code="studio",
        kind=OrganisationKind.MEDIATION_STUDIO,
        name="调解工作室",
        parent=town.subdistrict,
    )
    mediator = Person.objects.create_user(
        "mediator", name="mediator", district=town.station.district
    )
    Post.objects.create(
        person=mediator, role=MEDIATOR.code, organisation=studio, since=timezone.now()
    )
    town.people["mediator"] = mediator
    assert len(LONG_PRAISE) == 635
    sent = praised(town, "officer", "mediator", words=LONG_PRAISE)
    assert timeline(sent.matter, "office")[0].said[0].text == LONG_PRAISE
    order = issue(town.actor("chief"), sent.matter)
    assert {(c.name, c.house) for c in order.credits.all()} == {
        ("officer", "station"),
        ("mediator", "调解工作室"),
    }
    everything = Matter.objects.all()
    assert queries.commended(everything).count() == 1
    assert sum(one.commended for one in queries.by_reporter(everything)) == 1
    for name in ("officer", "mediator"):
        assert TEXT in login(town, name).get("/desk/thanks/mine/").text


# --- C12: a face on the wall without consent -----------------------------------------------------


def give(town: Town, order: Commendation, name: str = "officer") -> PhotoConsent:
    own = credit(order, town)
    return actions.consent(actor=town.actor(name), credit=own.pk, photo=face(), wording="同意")


def test_C12_a_photo_is_given_by_its_person_dated_with_the_sentence_agreed_to(town: Town) -> None:
    order = commended(town)
    where = f"/desk/thanks/mine/{credit(order, town).pk}/consent/"
    officer = login(town, "officer")

    def send(client: Client, **more: object) -> int:
        photo = SimpleUploadedFile("me.jpg", face(), "image/jpeg")
        return client.post(where, {"photo": photo, **more}).status_code

    assert send(officer) == 422  # not agreed
    assert send(login(town, "chief"), agreed="on") == 404
    assert not PhotoConsent.objects.exists()
    assert send(officer, agreed="on") == 302
    given = PhotoConsent.objects.get()
    assert "随时可以撤回" in given.wording
    assert given.given_at <= timezone.now()
    page = officer.get("/desk/thanks/mine/").text
    assert given.wording in page
    assert f"/desk/thanks/mine/{credit(order, town).pk}/withdraw/" in page


def test_C12_a_withdrawn_photo_is_gone_at_once(town: Town) -> None:
    order = commended(town)
    given = give(town, order)
    where = f"/orders/photo/{given.pk}/"
    shown = Client().get(where)
    assert (shown.status_code, shown.content) == (200, face())
    assert "no-store" in shown.headers["Cache-Control"]
    officer = login(town, "officer")
    assert officer.post(f"/desk/thanks/mine/{credit(order, town).pk}/withdraw/").status_code == 302
    gone = Client().get(where)
    assert gone.status_code == 404
    assert "no-store" in gone.headers["Cache-Control"]
    given.refresh_from_db()
    assert bytes(given.photo) == b""
    assert given.withdrawn_at is not None
    assert "<img" not in Client().get("/wall/station/").text + Client().get(order_page(order)).text


def test_C12_the_photo_of_a_revoked_order_is_gone_too(town: Town) -> None:
    order = commended(town)
    given = give(town, order)
    revoke(town.actor("chief"), order)
    assert Client().get(f"/orders/photo/{given.pk}/").status_code == 404
    assert login(town, "officer").get(f"/desk/thanks/mine/photo/{given.pk}/").status_code == 404


# --- C8, C14: nothing public of whom it could harm; no praise made to order -----------------------


@pytest.mark.parametrize("safety", ["blank", "never"])
def test_C8_a_praise_by_whom_a_contact_could_harm_is_shown_to_nobody_outside(
    town: Town, safety: str
) -> None:
    order = commended(town, safety=Safety(safety), contact="someone@example.org")
    given = give(town, order)
    for where in (order_page(order), f"/orders/photo/{given.pk}/"):
        for reader in (Client(), login(town, "stranger")):
            assert reader.get(where).status_code == 404
    for where in ("/wall/station/", "/orders/station/"):
        assert TEXT not in Client().get(where).text
    for name in ("chief", "officer"):
        page = login(town, name).get(order_page(order))
        assert TEXT in page.text
        assert "只在内部可见" in page.text
    assert TEXT not in login(town, "stranger").get("/desk/thanks/").text


def test_C8_what_turns_out_to_be_a_complaint_leaves_the_wall(town: Town) -> None:
    order = commended(town)
    do(town.actor("chief"), order.matter, "answer", outcome="commended", words="谢谢")
    do(town.actor("chief"), order.matter, "reclassify", kind="complaint", words="其实是投诉")
    assert TEXT not in Client().get("/wall/station/").text
    assert TEXT not in Client().get("/orders/station/").text
    assert Client().get(order_page(order)).status_code == 404


def test_C14_praise_by_staff_kin_or_the_paid_says_so_on_the_order_and_the_wall(
    town: Town,
) -> None:
    sent, chief = praised(town, reporter=Reporter.KIN), login(town, "chief")
    draft = f"/desk/thanks/m/{sent.matter.reference}/"
    page = chief.get(draft).text
    assert "被表扬人的亲友" in page
    assert chief.post(draft, {"key": "1" * 32, "text": TEXT}).status_code == 422
    told = {"key": "1" * 32, "text": TEXT, "declaration": "另有两位邻居证实"}
    assert chief.post(draft, told).status_code == 302
    page = Client().get(order_page(Commendation.objects.get())).text
    assert "来信人声明：被表扬人的亲友。" in page
    assert "另有两位邻居证实" in page
    assert "来信人声明" in Client().get("/wall/station/").text


def test_C14_praise_pays_nothing(town: Town) -> None:
    """No points, no amounts, no totals for a person: neither kept nor shown."""
    for model in (Commendation, PhotoConsent):
        names = {field.name for field in model._meta.get_fields()}
        assert not names & {"points", "amount", "score", "bonus", "rank"}
    commended(town)
    commended(town)
    page = login(town, "officer").get("/desk/thanks/mine/").text
    assert "2 次" not in page
    assert "共" not in page


def test_L70_a_praise_of_the_chief_is_verified_and_issued_from_outside(town: Town) -> None:
    with pytest.raises(Refused):
        praised(town, "chief", handler="officer")
    sent = praised(town, "chief", handler="supervisor")
    with pytest.raises(Refused):
        issue(town.actor("chief"), sent.matter)
    order = issue(town.actor("supervisor"), sent.matter)
    assert order.number == 1
