"""The desk's half of the chief's direct code: clocks, retaliation, burying, what is never kept."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.utils import timezone
from tests.support.desk import address, do, login, offered, post, teller, write
from tests.support.town import Town, build

from yihu.direct.kinds import About, Kind
from yihu.kernel import lapses
from yihu.kernel.models import Entry, Escalation, Matter, SealedPart
from yihu.people.models import Leave, Organisation, Person, Post

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext
    from tests.support.site import Site

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=timezone.get_default_timezone())
"""A working day in the morning, far from any holiday."""


@pytest.fixture
def town(db: None) -> Town:
    return build()


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", return_value=moment):
        lapses.fire_due(moment)
        yield


def told(client: Client, matter: Matter) -> int:
    """How many lines about a matter stand in somebody's notices."""
    return client.get("/desk/notices/").text.count(f">{matter.reference}<")


# --- L65 -----------------------------------------------------------------------------------------


def test_L65_receive_contact_act_each_has_its_clock_and_escalates(town: Town) -> None:
    """received: 2 service hours; contacted: 1 working day; handling: 5 working days."""
    clients = {n: login(town, n) for n in ("chief", "supervisor", "leader", "officer")}
    with clock_at(MONDAY):
        matter = write(town).matter
        assert "还剩 2 小时" in clients["chief"].get("/desk/").text
    with clock_at(MONDAY + timedelta(hours=2, minutes=5)):
        assert "超时 5 分钟" in clients["chief"].get("/desk/?due=late").text
        assert told(clients["supervisor"], matter) == 1
        assert told(clients["leader"], matter) == 0
        assert "超过时限，已报告监督员" in clients["supervisor"].get(address(matter)).text
    with clock_at(MONDAY + timedelta(days=2)):  # a working day after the first rung
        assert told(clients["leader"], matter) == 1
        assert clients["leader"].get(address(matter)).status_code == 200
        done = post(clients["chief"], matter, "contact", how="phone", words="您好")
        assert done.status_code == 302
        assert told(clients["supervisor"], matter) == 1
    with clock_at(MONDAY + timedelta(days=4)):
        assert told(clients["supervisor"], matter) == 2
        handler = town.people["officer"].id
        assert post(clients["chief"], matter, "assign", handler=handler).status_code == 302
        assert matter.reference in clients["officer"].get("/desk/").text
    with clock_at(MONDAY + timedelta(days=11)):
        assert 'class="clock late"' not in clients["officer"].get("/desk/").text
        before = told(clients["chief"], matter)
    with clock_at(MONDAY + timedelta(days=14)):
        assert told(clients["chief"], matter) == before + 1
        assert 'class="clock late"' in clients["officer"].get("/desk/?due=late").text
    fired = Escalation.objects.filter(matter=matter).values_list("step_seq", "role")
    by_stay: dict[int, list[str]] = {}
    for stay, role in fired.order_by("step_seq", "rung"):
        by_stay.setdefault(stay, []).append(role)
    assert [roles[0] for roles in by_stay.values()] == ["supervisor", "supervisor", "station_chief"]


def test_L65_a_question_pauses_the_clock_and_the_list_says_so(town: Town) -> None:
    with clock_at(MONDAY):
        sent = write(town)
        post(login(town, "chief"), sent.matter, "ask", words="哪个单元？")
        assert "已暂停，等对方回答" in login(town, "chief").get("/desk/").text
        do(teller(sent), sent.matter, "reply", words="三单元")
        assert "已暂停" not in login(town, "chief").get("/desk/").text


# --- C4: retaliation -----------------------------------------------------------------------------


def complaint_about(town: Town, name: str) -> Matter:
    """A complaint with a contact, whose subject the supervisor has named."""
    matter = write(
        town,
        "他收了钱",
        kind=Kind.COMPLAINT,
        about=About.PERSON,
        name="某某",
        contact="000-0000-123",
    ).matter
    supervisor = town.actor("supervisor")
    if name in ("chief", "deputy"):
        do(supervisor, matter, "take_over", words="由我们办")
    do(supervisor, matter, "name_subject", person=town.people[name].id)
    return matter


@pytest.mark.parametrize(
    ("subject", "blind"),
    [
        ("officer", ["officer"]),
        ("deputy", ["deputy", "officer", "colleague", "auxiliary"]),
        ("chief", ["chief", "deputy", "officer", "colleague", "auxiliary"]),
    ],
)
def test_C4_neither_the_one_complained_about_nor_anyone_below_reads_a_word(
    town: Town, subject: str, blind: list[str]
) -> None:
    matter = complaint_about(town, subject)
    for name in blind:
        client = login(town, name)
        for page in (address(matter), "/desk/", "/desk/?list=all", "/desk/notices/"):
            text = client.get(page).text
            assert "他收了钱" not in text, (name, page)
            assert "data-matter" not in text, (name, page)
        for words in ("他收了钱", matter.reference, matter.reference[:5]):
            assert "data-matter" not in client.get("/desk/", {"q": words}).text
        answer = client.post(address(matter, "identity"), {"reason": "想知道是谁"})
        assert answer.status_code == 404
        assert "000-0000-123" not in answer.text


def test_C4_a_complaints_identity_is_the_supervisors_alone(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.OFFICE, contact="000-0000-123").matter
    chief = login(town, "chief")
    assert "申请查看联系方式" not in chief.get(address(matter)).text
    refused = chief.post(address(matter, "identity"), {"reason": "想知道是谁"})
    assert (refused.status_code, "000-0000-123" in refused.text) == (422, False)
    shown = login(town, "supervisor").post(address(matter, "identity"), {"reason": "核实情况"})
    assert "000-0000-123" in shown.text


def test_C4_each_unsealing_names_its_reason_and_the_teller_sees_it(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.OFFICE, contact="000-0000-123")
    supervisor = login(town, "supervisor")
    for reason in ("核实第一次", "核实第二次"):
        supervisor.post(address(sent.matter, "identity"), {"reason": reason})
    assert Entry.objects.filter(matter=sent.matter, kind="read").count() == 2
    receipt = Client().get(f"/r/{sent.secret}/").text
    assert "核实第一次" in receipt
    assert "核实第二次" in receipt
    assert supervisor.post(address(sent.matter, "identity"), {"reason": ""}).status_code == 422
    assert Entry.objects.filter(matter=sent.matter, kind="read").count() == 2


def test_C4_no_call_back_by_the_unit_concerned(town: Town) -> None:
    """Once the supervisor has it, nobody of the station contacts, asks or answers."""
    matter = complaint_about(town, "deputy")
    assert {"ask", "decide"} <= offered(login(town, "supervisor").get(address(matter)))
    for name in ("chief", "deputy", "officer", "colleague"):
        client = login(town, name)
        for deed in ("contact", "ask", "answer", "decide"):
            answer = client.post(address(matter, "do", deed), {"seq": 9, "words": "是您告的吗"})
            assert answer.status_code == 404, (name, deed)
    assert not SealedPart.objects.filter(matter=matter, what="question").exists()


def test_C4_a_handler_who_turns_out_to_be_the_subject_loses_it_at_once(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.PERSON).matter
    chief = town.actor("chief")
    do(chief, matter, "contact", words="您好")
    do(chief, matter, "assign", handler=town.people["officer"].id)
    officer = login(town, "officer")
    assert officer.get(address(matter)).status_code == 200
    do(town.actor("supervisor"), matter, "name_subject", person=town.people["officer"].id)
    assert officer.get(address(matter)).status_code == 404
    assert str(town.people["officer"].id) not in login(town, "chief").get(address(matter)).text


# --- C5: burying ---------------------------------------------------------------------------------


def test_C5_every_complaint_is_before_the_supervisor_at_once(town: Town) -> None:
    supervisor = login(town, "supervisor")
    for about in About:
        matter = write(town, kind=Kind.COMPLAINT, about=about).matter
        assert matter.reference in supervisor.get("/desk/").text
        assert told(supervisor, matter) == 1
    help_ = write(town).matter
    assert help_.reference not in supervisor.get("/desk/").text


def test_C5_a_complaint_about_the_chief_is_not_the_stations_to_see_or_close(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.CHIEF).matter
    for name in ("chief", "deputy", "officer"):
        client = login(town, name)
        assert matter.reference not in client.get("/desk/").text
        for deed in ("answer", "close", "refer", "merge"):
            data = {"seq": 1, "words": "算了", "outcome": "solved", "to": "别处"}
            assert client.post(address(matter, "do", deed), data).status_code == 404
    matter.refresh_from_db()
    assert matter.step == "oversight"
    assert "decide" in offered(login(town, "supervisor").get(address(matter)))


def test_C5_no_complaint_is_closed_without_an_answer_or_a_second_person(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.OFFICE).matter
    chief = login(town, "chief")
    assert "close" not in offered(chief.get(address(matter)))
    post(chief, matter, "excuse", reason="unreachable", words="打不通")
    assert post(chief, matter, "confirm_excuse", words="确认").status_code == 422
    assert post(chief, matter, "close", words="就这样").status_code == 422
    supervisor = login(town, "supervisor")
    assert post(supervisor, matter, "confirm_excuse", words="核实过").status_code == 302
    assert post(chief, matter, "close", words="就这样").status_code == 302
    matter.refresh_from_db()
    assert matter.step == "rested"


def test_C5_the_chief_cannot_be_named_and_keep_it(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.PERSON).matter
    supervisor = login(town, "supervisor")
    chief = town.people["chief"].id
    refused = post(supervisor, matter, "name_subject", person=chief)
    assert refused.status_code == 422
    assert "先由监督单位接手" in refused.text
    assert post(supervisor, matter, "take_over", words="由我们办").status_code == 302
    assert post(supervisor, matter, "name_subject", person=chief).status_code == 302
    assert login(town, "chief").get(address(matter)).status_code == 404


# --- C1, C2, C3: what is never kept, and what is never lost --------------------------------------

PROFILING = re.compile(
    r"ethnic|nationalit|race\b|racial|religio|faith|belief|politic|party_member|民族|宗教|政治"
)
JUDGING = re.compile(r"[._](score|rank|grade|credit|points?|blacklist|colou?r|reputation)")


def ours() -> Iterator[type[models.Model]]:
    return (m for m in apps.get_models() if m.__module__.startswith("yihu."))


def test_C1_no_column_for_ethnicity_religion_or_politics() -> None:
    fields = [f"{m.__name__}.{f.name} {f.db_column or ''}" for m in ours() for f in m._meta.fields]
    assert len(fields) > 100
    assert not [name for name in fields if PROFILING.search(name.lower())]


def test_C2_no_number_is_attached_to_a_person() -> None:
    numbers = (models.IntegerField, models.FloatField, models.DecimalField)
    for model in (Person, Post, Leave, Organisation):
        for field in model._meta.concrete_fields:
            if not field.primary_key and not field.is_relation:
                assert not isinstance(field, numbers), f"{model.__name__}.{field.name}"
    names = [f"{m.__name__}.{f.name}" for m in ours() for f in m._meta.fields]
    assert not [name for name in names if JUDGING.search(name.lower())]


def test_C3_nobody_at_the_desk_is_offered_to_delete(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.OFFICE).matter
    for name in ("chief", "supervisor", "leader"):
        page = login(town, name).get(address(matter)).text
        assert "删除" not in page
        assert not {d for d in offered(login(town, name).get(address(matter))) if "delete" in d}


# --- in a browser --------------------------------------------------------------------------------

DESK = {"width": 1440, "height": 900}
type NewContext = Callable[..., "BrowserContext"]


@pytest.fixture
def staffed(site: "Site") -> Town:
    return build()


def seated(new_context: NewContext, town: Town, **options: Any) -> Any:
    """The chief at the desk, logged in."""
    context = new_context(viewport=DESK, **options)
    session = login(town, "chief").cookies[settings.SESSION_COOKIE_NAME].value
    page = context.new_page()
    page.goto("/")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}])
    page.goto("/desk/")
    return page


def test_L65_the_chief_walks_the_list_by_keyboard(staffed: Town, new_context: NewContext) -> None:
    both = [write(staffed, words).matter for words in ("河边的灯坏了", "桥上的灯坏了")]
    first, second = sorted(both, key=lambda matter: (matter.due_at, str(matter.id)))
    page = seated(new_context, staffed)
    rows = page.locator("[data-row]")
    rows.first.focus()
    page.keyboard.press("j")
    assert second.reference in rows.nth(1).inner_text()
    page.keyboard.press("Enter")
    pane = page.locator("#pane article")
    pane.wait_for()
    assert second.reference in pane.inner_text()
    page.keyboard.press("q")
    question = pane.get_by_label("问来信人什么")
    page.wait_for_function("document.activeElement.id === 'ask_words'")
    page.keyboard.type("jkca")  # in a field, letters are letters
    assert question.input_value() == "jkca"
    pane.locator("form[data-deed=ask] button[type=submit]").click()
    page.get_by_text("向来信人提了问", exact=True).last.wait_for()
    page.locator("tr", has_text=second.reference).get_by_text("已暂停").wait_for()
    page.locator("#pane h1").focus()
    page.keyboard.press("c")  # the expected move's form stands open: c leads into it
    page.wait_for_function("document.activeElement.id === 'contact_words'")
    assert Entry.objects.filter(matter=second).count() == 2
    assert Entry.objects.filter(matter=first).count() == 1


def test_L65_shortcuts_can_be_switched_off(staffed: Town, new_context: NewContext) -> None:
    write(staffed)
    page = seated(new_context, staffed)
    page.get_by_role("link", name="关掉单键快捷键").click()
    page.locator("[data-row]").first.focus()
    page.keyboard.press("Enter")
    page.locator("#pane article").wait_for()
    page.keyboard.press("q")
    assert not page.locator("details.deed[open]").count()


def test_L65_without_javascript_the_same_road_is_walked(
    staffed: Town, new_context: NewContext
) -> None:
    matter = write(staffed).matter
    page = seated(new_context, staffed, java_script_enabled=False)
    page.locator("[data-open]").click()
    page.get_by_label("写给来信人").first.fill("您好，收到了")
    page.get_by_role("button", name="联系来信人").click()
    page.get_by_text("已记下").wait_for()
    matter.refresh_from_db()
    assert matter.step == "contacted"


def test_L65_a_conflict_in_the_pane_keeps_what_was_typed(
    staffed: Town, new_context: NewContext
) -> None:
    matter = write(staffed).matter
    page = seated(new_context, staffed)
    page.locator("a[data-pane]").click()
    page.get_by_label("写给来信人").first.fill("我慢慢写的话")
    do(staffed.actor("chief"), matter, "answer", outcome="solved", words="别人已答复")
    page.locator("form[data-deed=contact] button[type=submit]").click()
    page.get_by_text("有了新的进展").wait_for()
    shown = page.locator("#pane").inner_text()
    assert "我慢慢写的话" in shown
    assert "别人已答复" in shown
