"""The desk: what each reader sees and may do, what it costs, and that nothing typed is lost."""

import ast
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image
from tests.support.desk import address, do, hidden, login, offered, post, teller, write
from tests.support.town import Town, build

import yihu.kernel
from yihu.direct import schemas, words
from yihu.direct.actions import Picture
from yihu.direct.inbox import PAGE
from yihu.direct.kinds import About, Kind
from yihu.direct.loops import COMPLAINT, DIRECT
from yihu.direct.replies import CONTACTS
from yihu.direct.schema_forms import form_class
from yihu.kernel.letters import LETTERS
from yihu.kernel.models import Entry, Matter, OutboxMessage, SealedPart
from yihu.kernel.timeline import timeline
from yihu.people.actions import grant_leave
from yihu.people.roles import TELLER

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Queries = Callable[..., Any]


@pytest.fixture
def town() -> Town:
    return build()


def at(moment: datetime) -> Any:
    return mock.patch("django.utils.timezone.now", return_value=moment)


def references(text: str) -> list[str]:
    return re.findall(r'data-matter="([\w-]+)"', text)


# --- the list ------------------------------------------------------------------------------------


def test_the_list_is_ordered_by_what_is_due(town: Town) -> None:
    now = timezone.now()
    made = {}
    for hours in (1, 30, 5):
        with at(now - timedelta(hours=hours)):
            made[hours] = write(town).matter
    due = sorted(made.values(), key=lambda m: (m.due_at, str(m.id)))
    assert references(login(town, "chief").get("/desk/").text) == [m.reference for m in due]


def test_a_list_of_a_hundred_takes_at_most_twelve_statements(town: Town, queries: Queries) -> None:
    for n in range(PAGE + 4):
        about = (About.CHIEF, About.PERSON)[n % 2]
        write(town, kind=Kind.COMPLAINT, about=about)
        write(town)
    for name in ("chief", "deputy", "supervisor", "leader"):
        client = login(town, name)
        with queries(at_most=12):
            page = client.get("/desk/")
        assert len(references(page.text)) == PAGE


def test_each_matter_is_on_exactly_one_page(town: Town) -> None:
    with mock.patch("yihu.direct.inbox.PAGE", 3):
        made = {write(town).matter.reference for _ in range(8)}
        client, seen, here = login(town, "chief"), [], "/desk/"
        while here:
            page = client.get(here).text
            seen += references(page)
            onward = re.search(r'href="([^"]+)" rel="next"', page)
            here = "/desk/" + onward[1].replace("&amp;", "&") if onward else ""
    assert (len(seen), set(seen)) == (8, made)


def test_counts_go_through_visibility_and_stop_counting(town: Town) -> None:
    for _ in range(5):
        write(town)
    write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    with mock.patch("yihu.direct.inbox.PAGE", 2):
        assert 'number">5</small>' in login(town, "chief").get("/desk/").text
        with mock.patch("yihu.direct.inbox.MOST_COUNTED", 3):
            assert 'number">3+</small>' in login(town, "chief").get("/desk/").text
    assert 'number">1</small>' in login(town, "supervisor").get("/desk/").text


def test_filters_are_plain_links(town: Town) -> None:
    chief = town.actor("chief")
    praise = write(town, kind=Kind.PRAISE).matter
    contacted = do(chief, write(town).matter, "contact", words="您好")
    handled = do(chief, contacted, "assign", handler=town.people["officer"].id)
    now = timezone.now()
    with at(now - timedelta(days=9)):
        late = write(town).matter
    client = login(town, "chief")
    for query, expected in (
        ("kind=praise", {praise}),
        ("step=handling", {handled}),
        ("due=late", {late}),
        ("whose=turn", {praise, late}),
        ("kind=nonsense&step=x&due=y&after=z", {praise, late, handled}),
    ):
        found = set(references(client.get(f"/desk/?{query}").text))
        assert found == {m.reference for m in expected}, query
    assert references(login(town, "officer").get("/desk/?whose=solve").text) == [handled.reference]


def test_the_line_on_top_counts_what_its_filters_find(town: Town) -> None:
    client = login(town, "chief")
    assert 'class="today"' not in client.get("/desk/").text
    with at(timezone.now() - timedelta(days=9)):
        write(town), write(town)
    write(town)
    page = client.get("/desk/").text
    late = references(client.get("/desk/?due=late").text)
    today = references(client.get("/desk/?due=today").text)
    assert len(late) == 2
    assert "超时 2" in page
    assert (f"今天到期 {len(today)}" in page) == bool(today)
    assert not set(late) & set(today)


def test_what_is_chosen_is_said_where_the_filters_are_folded(town: Town) -> None:
    page = login(town, "chief").get("/desk/?due=late&kind=help&whose=turn&q=灯").text
    folded = re.search(r'<details class="fold">(.*?)</details>', page, re.DOTALL)
    assert folded is not None
    assert "已超时、轮到我、求助、灯" in folded[1]


def test_a_ready_sentence_stands_for_words_and_own_words_stand_before_it(town: Town) -> None:
    chief = login(town, "chief")
    for own in ("", "我今天下午来看"):
        matter = write(town).matter
        sent = post(chief, matter, "contact", how="receipt", ready="heard", words=own)
        assert sent.status_code == 302
        said = timeline(Matter.objects.get(pk=matter.pk), "party")[-1].said[0].text
        assert said == (own or str(CONTACTS[Kind.HELP]["heard"]))
    wrong = post(chief, write(town).matter, "contact", how="receipt", ready="no such")
    assert wrong.status_code == 422


def test_an_outcome_that_owes_its_reason_has_no_sentence_ready(town: Town) -> None:
    matter = do(town.actor("chief"), write(town).matter, "contact", words="您好")
    chief = login(town, "chief")
    page = post(chief, matter, "answer", outcome="not_possible", words="")
    assert page.status_code == 422
    assert "请写一句。" in page.text
    assert post(chief, matter, "answer", outcome="commended", words="好").status_code == 422
    assert post(chief, matter, "answer", outcome="solved", words="").status_code == 302


def test_a_matter_is_found_by_reference_however_it_is_typed(town: Town) -> None:
    matter = write(town).matter
    write(town)
    client = login(town, "chief")
    bare = matter.reference.replace("-", "")
    for typed in (matter.reference, bare.lower(), f" {bare[:4]} {bare[4:]} ", bare[:6]):
        assert references(client.get("/desk/", {"q": typed}).text) == [matter.reference], typed
    assert not references(login(town, "stranger").get("/desk/", {"q": bare}).text)


def test_a_matter_is_found_by_its_words_and_the_page_says_how_far_it_looked(town: Town) -> None:
    found = write(town, "河边的护栏断了" + "。" * 200 + "请派人来").matter
    write(town, "路灯")
    hidden_one = write(town, "请派人来", kind=Kind.COMPLAINT, about=About.CHIEF)
    page = login(town, "chief").get("/desk/", {"q": "派人"}).text
    assert references(page) == [found.reference]
    assert "最急的 2 件" in page
    assert hidden_one.matter.reference not in page


def test_ended_matters_are_found_in_the_whole_list(town: Town) -> None:
    sent = write(town)
    do(town.actor("chief"), sent.matter, "answer", outcome="solved", words="好了")
    do(teller(sent), sent.matter, "confirm")
    client = login(town, "chief")
    assert not references(client.get("/desk/").text)
    assert references(client.get("/desk/?list=all").text) == [sent.matter.reference]


def test_the_lists_walk_an_index(town: Town) -> None:
    """The plan of the chief's list: no sort, so its cost does not grow with what is open."""
    if connection.vendor != "sqlite":
        pytest.skip("a planner with few rows prefers to sort")
    from yihu.direct.inbox import lists_of
    from yihu.people.desk import Sitting

    for name in ("chief", "supervisor"):
        for found in lists_of(Sitting.of(town.people[name]))[:-1]:
            plan = found[:100].explain()
            assert "matter_open_by" in plan, plan
            assert "TEMP B-TREE" not in plan, plan


# --- one matter ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["chief", "deputy", "officer", "supervisor"])
def test_a_matter_takes_at_most_twelve_statements(town: Town, queries: Queries, name: str) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON, name="甲", contact="000-0000")
    chief = town.actor("chief")
    supervisor = town.actor("supervisor")
    do(supervisor, sent.matter, "name_subject", person=town.people["colleague"].id)
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "assign", handler=town.people["officer"].id, words="去看看")
    for n in range(5):
        do(chief, sent.matter, "note", words=f"第{n}次")
    client = login(town, name)
    with queries(at_most=12):
        assert client.get(address(sent.matter)).status_code == 200


def test_a_standing_deputy_needs_no_more_statements(town: Town, queries: Queries) -> None:
    now = timezone.now()
    grant_leave(
        actor=town.actor("chief"),
        person=town.people["chief"].id,
        since=now,
        until=now + timedelta(days=2),
    )
    sent = write(town)
    client = login(town, "deputy")
    with queries(at_most=12):
        page = client.get(address(sent.matter))
    assert "contact" in offered(page)


def test_everybody_is_offered_what_they_may_do_and_nothing_else(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    chief = town.actor("chief")
    acts = {"ask", "note", "excuse"}
    expected = {
        "chief": {"contact", "answer", "refer", "merge"} | acts,
        "supervisor": {"take_over", "name_subject", "reclassify"} | acts,
        "deputy": set(),
    }
    for name, deeds in expected.items():
        assert offered(login(town, name).get(address(sent.matter))) == deeds, name
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "assign", handler=town.people["officer"].id)
    assert offered(login(town, "officer").get(address(sent.matter))) == {"answer"} | acts


def test_the_form_shows_what_the_kernel_accepts(town: Town) -> None:
    """Every form of staff asks for exactly what its schema takes: page and API agree."""
    for declared in (*DIRECT.moves, *COMPLAINT.acts):
        if declared.takes is None or declared.by == (TELLER,):
            continue
        made = form_class(declared.takes, labels=words.FIELDS, titles=words.TITLES)
        assert set(made.base_fields) == set(declared.takes.model_fields), declared.name


def test_one_primary_action_a_screen(town: Town) -> None:
    sent = write(town)
    page = login(town, "chief").get(address(sent.matter)).text
    assert page.count('class="button primary"') == 1


def test_a_matter_walks_its_way_through_the_pages(town: Town) -> None:
    sent = write(town, contact="000-0000")
    chief, officer = login(town, "chief"), login(town, "officer")
    matter = sent.matter
    assert post(chief, matter, "contact", how="phone", words="您好").status_code == 302
    assert post(chief, matter, "ask", words="哪个单元").status_code == 302
    handler = town.people["officer"].id
    assert post(chief, matter, "assign", handler=handler, words="去看看").status_code == 302
    assert post(officer, matter, "note", words="已到现场").status_code == 302
    assert post(officer, matter, "answer", outcome="solved", words="修好了").status_code == 302
    matter.refresh_from_db()
    assert (matter.step, matter.outcome) == ("answered", "solved")
    page = chief.get(address(matter)).text
    for said in ("您好", "哪个单元", "去看看", "已到现场", "修好了", "打电话", "已解决"):
        assert said in page
    assert page.count("内部，居民看不到") == 2


@pytest.mark.parametrize(
    ("deed", "fields", "sentence"),
    [
        ("contact", {"how": "phone", "words": "  "}, "请写一句。"),
        ("contact", {"how": "smoke", "words": "您好"}, "请选一项。"),
        ("answer", {"words": "好了"}, "请选一项。"),
        ("answer", {"outcome": "solved", "words": "长" * 5001}, "太长了"),
        ("refer", {"to": "局", "words": "请找"}, "太短了"),
        ("merge", {"into": "0000-0000", "words": "一起办"}, "没有这个编号"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(
    town: Town, deed: str, fields: dict[str, str], sentence: str
) -> None:
    sent = write(town)
    page = post(login(town, "chief"), sent.matter, deed, **fields)
    assert page.status_code == 422
    assert sentence in page.text
    assert 'aria-invalid="true"' in page.text
    assert fields["words"].strip() in page.text
    assert Entry.objects.filter(matter=sent.matter).count() == 1


def test_a_refusal_comes_back_as_a_sentence(town: Town) -> None:
    sent = write(town)
    chief = login(town, "chief")
    post(chief, sent.matter, "excuse", reason="unreachable", words="打了三次")
    page = post(chief, sent.matter, "confirm_excuse", words="确认")
    assert page.status_code == 422
    assert "另一个人" in page.text
    assert "确认" in page.text


def test_someone_with_a_conflict_cannot_be_chosen(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    do(town.actor("supervisor"), sent.matter, "name_subject", person=town.people["officer"].id)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    chief = login(town, "chief")
    page = chief.get(address(sent.matter)).text
    assert str(town.people["colleague"].id) in page
    assert str(town.people["officer"].id) not in page
    refused = post(chief, sent.matter, "assign", handler=town.people["officer"].id, words="你去")
    assert refused.status_code == 422
    assert "这个人现在不能选" in refused.text


def test_a_double_submit_is_harmless(town: Town) -> None:
    sent = write(town)
    client = login(town, "chief")
    data = hidden(client.get(address(sent.matter)), "contact") | {"how": "phone", "words": "您好"}
    for _ in range(2):
        assert client.post(address(sent.matter, "do", "contact"), data).status_code == 302
    assert Entry.objects.filter(matter=sent.matter).count() == 2


def test_a_conflict_keeps_the_words_and_says_what_happened(town: Town) -> None:
    sent = write(town)
    chief = login(town, "chief")
    data = hidden(chief.get(address(sent.matter)), "answer")
    do(town.actor("chief"), sent.matter, "contact", words="已经打过电话")
    data |= {"outcome": "explained", "words": "我写了很久的答复"}
    page = chief.post(address(sent.matter, "do", "answer"), data)
    assert page.status_code == 409
    for said in ("有了新的进展", "联系了来信人", "已经打过电话", "我写了很久的答复"):
        assert said in page.text
    again = chief.post(address(sent.matter, "do", "answer"), data | hidden(page, "answer"))
    assert again.status_code == 302
    assert Matter.objects.get(pk=sent.matter.pk).step == "answered"


def test_words_for_what_can_no_longer_be_done_are_not_lost(town: Town) -> None:
    sent = write(town)
    chief = login(town, "chief")
    data = hidden(chief.get(address(sent.matter)), "contact")
    do(town.actor("chief"), sent.matter, "answer", outcome="solved", words="好了")
    data |= {"how": "phone", "words": "我刚打完电话"}
    page = chief.post(address(sent.matter, "do", "contact"), data)
    assert page.status_code == 409
    assert "我刚打完电话" in page.text
    assert "contact" not in offered(page)


def test_other_words_under_a_used_key_are_shown_again_and_not_swallowed(town: Town) -> None:
    sent = write(town)
    chief = login(town, "chief")
    data = hidden(chief.get(address(sent.matter)), "note")
    chief.post(address(sent.matter, "do", "note"), data | {"words": "第一句"})
    page = chief.post(address(sent.matter, "do", "note"), data | {"words": "第二句"})
    assert page.status_code == 409
    assert "第二句" in page.text
    assert hidden(page, "note")["key"] != data["key"]


def test_in_the_pane_only_the_matter_comes_and_the_list_is_told(town: Town) -> None:
    sent = write(town)
    client = login(town, "chief")
    pane = {"HX-Request": "true", "HX-Target": "pane"}
    page = client.get(address(sent.matter), headers=pane)
    assert "<html" not in page.text
    data = hidden(page, "contact") | {"how": "phone", "words": ""}
    wrong = client.post(address(sent.matter, "do", "contact"), data, headers=pane)
    assert (wrong.status_code, "<html" in wrong.text) == (422, False)
    right = client.post(
        address(sent.matter, "do", "contact"), data | {"words": "您好"}, headers=pane
    )
    assert right.headers["HX-Trigger"] == "moved"
    assert "assign" in offered(right)


def test_whoever_loses_a_matter_by_a_move_goes_back_to_the_list(town: Town) -> None:
    sent = write(town)
    chief = town.actor("chief")
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "assign", handler=town.people["officer"].id)
    officer = login(town, "officer")
    page = officer.get(address(sent.matter))
    do(chief, sent.matter, "reassign", handler=town.people["colleague"].id)
    data = hidden(page, "answer") | {"outcome": "solved", "words": "好了"}
    assert officer.post(address(sent.matter, "do", "answer"), data).status_code == 404


def test_damaged_hidden_fields_break_nothing(town: Town) -> None:
    sent = write(town)
    client = login(town, "chief")
    for seq, key in (("", ""), ("x", "zz"), ("9" * 30, "é"), ("-1", "0"), ("²", "00")):
        page = client.post(
            address(sent.matter, "do", "contact"),
            {"seq": seq, "key": key, "how": "phone", "words": "您好"},
        )
        assert page.status_code == 409
        assert "您好" in page.text
    assert client.post(address(sent.matter, "do", "explode")).status_code == 404


# --- what nobody else may know -------------------------------------------------------------------


def _body(text: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", text)


@pytest.mark.parametrize("name", ["stranger", "auxiliary", "colleague"])
def test_a_matter_not_yours_is_like_one_that_does_not_exist(town: Town, name: str) -> None:
    sent = write(town)
    client = login(town, name)
    hidden_one = client.get(address(sent.matter))
    nothing = client.get("/desk/m/0000-0000/")
    assert hidden_one.status_code == nothing.status_code == 404
    assert _body(hidden_one.text).replace(sent.matter.reference, "") == _body(nothing.text).replace(
        "0000-0000", ""
    )
    for deed in ("do/note", "identity", "erase"):
        assert client.post(address(sent.matter, deed), {"words": "x"}).status_code == 404


def picture() -> Picture:
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "green").save(drawn, "JPEG")
    return Picture(drawn.getvalue(), "image/jpeg")


def test_a_photo_is_served_to_whoever_may_know_of_the_matter(town: Town) -> None:
    shown = picture()
    sent = write(town, pictures=[shown])
    part = SealedPart.objects.get(matter=sent.matter, what="photo")
    where = address(sent.matter, "photo", str(part.id))
    assert where in login(town, "chief").get(address(sent.matter)).text
    answer = login(town, "chief").get(where)
    assert answer.content == shown.content
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in answer.headers["Cache-Control"]
    assert login(town, "stranger").get(where).status_code == 404
    words_part = SealedPart.objects.get(matter=sent.matter, what="words")
    other = address(sent.matter, "photo", str(words_part.id))
    assert login(town, "chief").get(other).status_code == 404


def test_contacts_are_shown_once_for_a_reason_and_the_teller_sees_it(town: Town) -> None:
    sent = write(town, name="某某", contact="000-0000-123")
    client = login(town, "chief")
    assert "000-0000-123" not in client.get(address(sent.matter)).text
    where = address(sent.matter, "identity")
    refused = client.post(where, {"reason": "  "})
    assert refused.status_code == 422
    assert "请写明" in refused.text
    assert "000-0000-123" not in refused.text
    shown = client.post(where, {"reason": "要上门看灯"})
    assert "000-0000-123" in shown.text
    assert "某某" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    later = client.get(address(sent.matter)).text
    assert "000-0000-123" not in later
    assert "要上门看灯" in later
    assert "000-0000-123" not in str(dict(client.session))
    resident = client.get(f"/r/{sent.secret}/").text
    assert "要上门看灯" in resident


def test_the_page_after_reading_a_contact_can_be_used_at_once(town: Town) -> None:
    sent = write(town, contact="000-0000-123")
    client = login(town, "chief")
    shown = client.post(address(sent.matter, "identity"), {"reason": "联系"})
    data = hidden(shown, "contact") | {"how": "phone", "words": "您好"}
    assert client.post(address(sent.matter, "do", "contact"), data).status_code == 302


def test_erasure_is_for_the_supervisor_of_an_ended_matter_where_it_was_asked_for(
    town: Town,
) -> None:
    sent = write(town, "请忘了我说的话", contact="000-0000-123")
    supervisor = login(town, "supervisor")
    where = address(sent.matter, "erase")
    do(town.actor("chief"), sent.matter, "answer", outcome="explained", words="解释一下")
    do(teller(sent), sent.matter, "confirm")
    assert supervisor.get(where).status_code == 404  # nobody asked, and it is not watched
    do(teller(sent), sent.matter, "ask_erasure")
    told = OutboxMessage.objects.filter(template="erasure_asked", channel="in_app").get()
    assert told.role == "supervisor"
    assert login(town, "chief").get(where).status_code == 404
    assert "找不回来" in supervisor.get(where).text
    assert SealedPart.objects.filter(matter=sent.matter, erased_at=None).exists()
    assert supervisor.post(where).status_code == 302
    assert not SealedPart.objects.filter(matter=sent.matter, erased_at=None).exists()
    page = supervisor.get(address(sent.matter)).text
    assert "请忘了我说的话" not in page
    assert "已抹除" in page
    assert supervisor.get(where).status_code == 404


# --- notices -------------------------------------------------------------------------------------


def test_notices_come_newest_first_and_are_marked_read(town: Town) -> None:
    first, second = write(town), write(town)
    client = login(town, "chief")
    page = client.get("/desk/notices/").text
    assert page.index(second.matter.reference) < page.index(first.matter.reference)
    assert '<span class="count">2</span>' in page
    newest = OutboxMessage.objects.filter(matter=second.matter, channel="in_app").get()
    client.post("/desk/notices/", {"notice": newest.pk})
    assert '<span class="count">1</span>' in client.get("/desk/").text
    client.post("/desk/notices/", {"upto": newest.pk})
    assert '<span class="count"></span>' in client.get("/desk/").text


def test_nobody_reads_or_marks_what_was_told_to_others(town: Town) -> None:
    sent = write(town)
    row = OutboxMessage.objects.get(matter=sent.matter, channel="in_app")
    for name in ("stranger", "auxiliary", "supervisor"):
        client = login(town, name)
        client.post("/desk/notices/", {"notice": row.pk})
        assert sent.matter.reference not in client.get("/desk/notices/").text
    row.refresh_from_db()
    assert row.read_at is None


def test_a_notice_goes_with_the_sight_of_its_matter(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    chief = town.actor("chief")
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "assign", handler=town.people["officer"].id)
    officer = login(town, "officer")
    assert sent.matter.reference in officer.get("/desk/notices/").text
    do(town.actor("supervisor"), sent.matter, "name_subject", person=town.people["officer"].id)
    assert sent.matter.reference not in officer.get("/desk/notices/").text


def test_many_notices_are_counted_no_further_than_99(town: Town) -> None:
    matter = write(town).matter
    told = OutboxMessage.objects.get(matter=matter, channel="in_app")
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            district=told.district,
            matter=matter,
            channel="in_app",
            template=told.template,
            role=told.role,
            organisation_id=told.organisation_id,
            created_at=told.created_at,
            next_attempt_at=told.created_at,
        )
        for _ in range(120)
    )
    page = login(town, "chief").get("/desk/notices/")
    assert '<span class="count">99+</span>' in page.text
    older = re.search(r'href="(\?before=\d+)"', page.text)
    assert older is not None
    assert "标为已读" in login(town, "chief").get("/desk/notices/" + older[1]).text


# --- the way a matter goes -----------------------------------------------------------------------


def test_the_loops_picture_is_one_click_from_the_matter(town: Town) -> None:
    sent = write(town)
    client = login(town, "chief")
    assert "/desk/loops/direct/" in client.get(address(sent.matter)).text
    page = client.get("/desk/loops/direct/").text
    assert "<svg" in page
    assert "监督单位办理" in page
    assert client.get("/desk/loops/nothing/").status_code == 404


# --- words ---------------------------------------------------------------------------------------


def test_every_refusal_has_its_sentence() -> None:
    known = set(words.REFUSALS)
    for path in Path(yihu.kernel.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                assert isinstance(node.args[0], ast.Constant), path
                assert node.args[0].value in known, (path.name, node.args[0].value)


def test_every_move_act_field_and_notice_has_its_words() -> None:
    for declared in (*DIRECT.moves, *DIRECT.acts, *COMPLAINT.acts):
        assert declared.name in words.DONE
        if declared.takes is not None:
            fields = set(declared.takes.model_fields) - {"rating", "verdict"}
            assert fields <= set(words.FIELDS), declared.name
    for enumeration in (schemas.Outcome, schemas.Excuse, schemas.Reach):
        assert set(words.TITLES[enumeration]) == set(enumeration)
    assert {"message_received", "your_turn", "escalated", "erasure_asked"} <= set(LETTERS)


def test_whoever_may_not_read_the_contact_is_told_to_answer_on_the_receipt(town: Town) -> None:
    left = write(town, kind=Kind.COMPLAINT, contact="13900000000").matter
    bare = write(town).matter
    chief, supervisor = login(town, "chief"), login(town, "supervisor")
    assert "密封" in chief.get(address(left)).text
    assert "可以正常联系" in supervisor.get(address(left)).text
    assert "没有留下姓名和联系方式" in chief.get(address(bare)).text


def test_the_office_comes_first_among_those_who_may_be_given_a_matter(town: Town) -> None:
    contacted = do(town.actor("chief"), write(town).matter, "contact", words="您好")
    page = login(town, "chief").get(address(contacted)).text
    named = re.findall(r'<option value="[0-9a-f-]{36}">([^<]+)</option>', page)
    rooms = [town.room.name in one for one in named]
    assert any(rooms)
    assert rooms == sorted(rooms)
