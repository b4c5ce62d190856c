"""The resident's pages, without a browser: what is taken, what is kept, what is shown."""

import gzip
import json
import re
import secrets
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.support.town import Town, build

from yihu.direct.actions import Message, Picture, Sent, send
from yihu.direct.kinds import About, Kind
from yihu.direct.models import CodeReport, DirectCode
from yihu.direct.pictures import LARGEST
from yihu.direct.schemas import LONGEST
from yihu.kernel import actions, ledger, proofs, sealed
from yihu.kernel.access import Actor
from yihu.kernel.models import Answer, Entry, Matter, SealedPart
from yihu.kernel.receipt import State, verify_receipt
from yihu.kernel.timeline import timeline

pytestmark = pytest.mark.django_db
FORM = "/d/demo/"
WHOLE_PAGE = 14 * 1024


@pytest.fixture
def town() -> Town:
    town = build()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    return town


@pytest.fixture
def browser_like() -> Client:
    """A browser with no token and no cookie: what a resident's is."""
    return Client(enforce_csrf_checks=True)


def typed(**fields: Any) -> dict[str, Any]:
    return {"key": secrets.token_hex(16), "kind": "help", "words": "楼道灯坏了"} | fields


def photo(name: str = "a.jpg") -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (60, 40), "green").save(written, "JPEG", comment=b"where I live")
    return SimpleUploadedFile(name, written.getvalue(), "image/jpeg")


def write(town: Town, words: str = "楼道灯坏了", **more: Any) -> Sent:
    message = Message(**({"kind": Kind.HELP, "words": words} | more))
    return send(station=town.station, message=message, client_key=secrets.token_bytes(16))


def staff(actor: Actor, sent: Sent, name: str, **fields: Any) -> Matter:
    """What staff do at their desk."""
    matter = Matter.objects.get(pk=sent.matter.pk)
    move = matter.declared.move(name, matter.step)
    way = move or matter.declared.act(name, matter.step)
    assert way is not None
    assert way.takes is not None
    done: dict[str, Any] = {
        "actor": actor,
        "matter": matter.id,
        "name": name,
        "client_key": secrets.token_bytes(16),
        "payload": way.takes(**fields),
    }
    return (actions.move(seq=matter.seq, **done) if move else actions.act(**done)).matter


def hidden(form: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def press(client: Client, sent: Sent, name: str, **fields: Any) -> HttpResponse:
    """Fill in one of the receipt's small forms as its page shows it, and send it."""
    page = client.get(f"/r/{sent.secret}/").text
    form = re.search(rf'action="/r/{sent.secret}/{name}/".*?</form>', page, re.DOTALL)
    shown = {"key": secrets.token_hex(16), "seq": "1"} | hidden(form[0] if form else "")
    return client.post(f"/r/{sent.secret}/{name}/", shown | fields)


# --- the form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_the_form_comes_whole_in_one_light_answer(
    client: Client, town: Town, language: str, size: str
) -> None:
    client.cookies[site_settings.LANGUAGE_COOKIE_NAME] = language
    client.cookies["yihu_size"] = size
    response = client.get(FORM)
    assert len(gzip.compress(response.content)) < WHOLE_PAGE
    assert 'rel="stylesheet"' not in response.text
    assert "<link" not in response.text.replace('<link rel="icon"', "")
    assert set(re.findall(r'<script[^>]*src="([^"]+)"', response.text)) == {
        "/static/direct/send.js"
    }
    assert not re.search(r'(src|href)="(https?:)?//', response.text)
    assert 'href="tel:110"' in response.text


def test_the_form_asks_for_no_name_and_says_so(client: Client, town: Town) -> None:
    page = client.get(FORM).text
    assert "不必留名" in page
    assert not re.search(r'name="(name|contact|about|whom)"[^>]*required', page)
    assert "匿名" not in page
    assert "！" not in page


def test_the_form_sets_no_cookie_and_is_kept_by_no_cache(client: Client, town: Town) -> None:
    response = client.get(FORM)
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_each_form_has_a_key_of_its_own(client: Client, town: Town) -> None:
    keys = {re.search(r'name="key" value="(\w{32})"', client.get(FORM).text)[1] for _ in range(3)}
    assert len(keys) == 3


def test_an_unknown_code_says_what_to_do(client: Client, town: Town) -> None:
    response = client.get("/d/nowhere/")
    assert response.status_code == 404
    assert "重新扫一次" in response.text


def test_it_says_who_will_read_a_complaint_and_promises_nothing_it_cannot_keep(
    client: Client, town: Town
) -> None:
    assert f"外部监督单位（{town.supervisor_office.name}）同时看到" in client.get(FORM).text
    town.station.supervisor = None
    town.station.save()
    page = client.get(FORM).text
    assert "还没有登记外部监督单位" in page
    assert "不经过派出所" not in page


# --- sending -------------------------------------------------------------------------------------


def test_a_message_is_taken_without_a_token_and_answered_with_its_receipt(
    browser_like: Client, town: Town
) -> None:
    response = browser_like.post(FORM, typed())
    assert response.status_code == 303
    page = browser_like.get(response.headers["Location"])
    assert Matter.objects.get().reference in page.text
    assert "请先保存" in page.text


def test_all_that_was_said_is_kept(client: Client, town: Town) -> None:
    client.post(
        FORM,
        typed(
            kind="complaint", about="person", whom="高个子\r\n短发", words="第一行\r\n第二行",
            photos=[photo(), photo("b.png")], name="甲", contact="000-1234", safety="blank",
        ),
    )  # fmt: skip
    parts = SealedPart.objects.order_by("id")
    said = [s for h in timeline(Matter.objects.get(), "party") for s in h.said]
    assert sorted(s.text for s in said if s.text) == sorted(["第一行\n第二行", "高个子\n短发"])
    assert parts.filter(what="photo", media_type="image/jpeg").count() == 2
    assert parts.filter(audience="identity").count() == 2
    assert CodeReport.objects.get().about == About.PERSON
    assert Matter.objects.get().parties.get().contact_safety == "blank"


def test_the_longest_message_goes_whole_line_breaks_counted_once(
    client: Client, town: Town
) -> None:
    words = ("路" * 99 + "\n") * (LONGEST // 100 - 1) + "路" * 100
    assert len(words) == LONGEST
    assert client.post(FORM, typed(words=words.replace("\n", "\r\n"))).status_code == 303
    assert timeline(Matter.objects.get(), "party")[0].said[0].text == words


def test_a_kept_address_shows_the_answer_first_and_no_longer_how_to_save(
    client: Client, town: Town
) -> None:
    """The address with ?new is what people keep; it must not greet them for ever."""
    sent = write(town)
    kept = f"/r/{sent.secret}/?new"
    assert "收到了" in client.get(kept).text
    staff(town.actor("chief"), sent, "answer", outcome="solved", words="修好了")
    page = client.get(kept).text
    assert "请先保存" not in page
    assert page.index("您说了算") < page.index("保存回执")


def test_a_retry_gets_the_same_receipt(client: Client, town: Town) -> None:
    message = typed()
    first, again = (client.post(FORM, message).headers["Location"] for _ in range(2))
    assert again == first.split("?")[0]
    assert Matter.objects.count() == 1


def test_other_words_under_the_same_key_are_shown_again_then_taken_as_new(
    client: Client, town: Town
) -> None:
    message = typed()
    client.post(FORM, message)
    changed = message | {"words": "楼道灯又坏了"}
    response = client.post(FORM, changed)
    assert response.status_code == 409
    assert Matter.objects.get().reference in response.text
    assert "楼道灯又坏了" in response.text
    key = re.search(r'name="key" value="(\w{32})"', response.text)[1]
    assert client.post(FORM, changed | {"key": key}).status_code == 303
    assert Matter.objects.count() == 2


def refused(response: HttpResponse, *, status: int = 422, keeps: str) -> str:
    assert response.status_code == status
    assert keeps in response.text
    assert not Matter.objects.exists()
    return response.text


def test_what_is_missing_is_said_at_its_field_and_the_rest_kept(client: Client, town: Town) -> None:
    page = refused(client.post(FORM, typed(words=" \n ", name="赵某")), keeps="赵某")
    assert "请写一句" in page
    assert 'aria-invalid="true"' in page
    assert '<details class="confirm" open>' in page
    refused(client.post(FORM, typed(kind="")), keeps="楼道灯坏了")
    page = refused(client.post(FORM, typed(kind="complaint")), keeps="楼道灯坏了")
    assert 'id="id_about_error"' in page


def test_one_character_too_many_is_said_with_numbers_and_nothing_is_cut(
    client: Client, town: Town
) -> None:
    words = "长" * (LONGEST + 1)
    page = refused(client.post(FORM, typed(words=words)), keeps=words)
    assert f"最多 {LONGEST} 字，现在是 {LONGEST + 1} 字" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "threat"},
        {"about": "mayor", "kind": "complaint"},
        {"safety": "maybe"},
        {"whom": "长" * 201},
        {"contact": "1" * 121},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_values_nobody_offered_are_refused_kindly(
    client: Client, town: Town, wrong: dict[str, str]
) -> None:
    refused(client.post(FORM, typed(**wrong)), keeps="楼道灯坏了")


@pytest.mark.parametrize("key", ["", "short", "g" * 32, "A" * 32, "0" * 64])
def test_a_damaged_key_is_replaced_and_the_words_kept(client: Client, town: Town, key: str) -> None:
    page = refused(client.post(FORM, typed(key=key)), status=400, keeps="楼道灯坏了")
    fresh = re.search(r'name="key" value="(\w{32})"', page)[1]
    assert client.post(FORM, typed(key=fresh)).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}],
    ids=["origin", "fetch metadata"],
)
def test_what_another_site_sends_off_is_shown_and_not_taken(
    client: Client, town: Town, headers: dict[str, str]
) -> None:
    refused(client.post(FORM, typed(), headers=headers), status=400, keeps="楼道灯坏了")


def test_our_own_pages_may_hide_where_they_are(client: Client, town: Town) -> None:
    """Under our referrer policy a browser sends `Origin: null` from our own form."""
    response = client.post(
        FORM, typed(), headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    )
    assert response.status_code == 303


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([SimpleUploadedFile("r.pdf", b"%PDF-1.7", "application/pdf")], "“r.pdf”不是照片"),
        ([SimpleUploadedFile("e.jpg", b"", "image/jpeg")], "“e.jpg”不是照片"),
        ([SimpleUploadedFile("big.jpg", b"\xff" * (LARGEST + 1))], "“big.jpg”太大"),
        ([photo() for _ in range(4)], "最多 3 张"),
        ([SimpleUploadedFile("x.jpg", b"\xff" * LARGEST) for _ in range(5)], "最多 3 张"),
    ],
    ids=["pdf", "empty", "big", "four", "more than memory"],
)
def test_photos_we_cannot_take_are_named_at_the_field(
    client: Client, town: Town, files: list[SimpleUploadedFile], said: str
) -> None:
    page = refused(client.post(FORM, typed(photos=files)), keeps="楼道灯坏了")
    assert said in page
    assert "写下的字还在" in page


BOUNDARY = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--b\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\nhalf", BOUNDARY),
        (b"garbage", BOUNDARY),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=" + "b" * 300),
        (b"words=%ED%A0%80%00&kind=help", "application/x-www-form-urlencoded"),
        (b"words=x", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"&".join(b"f%d=1" % n for n in range(500)), "application/x-www-form-urlencoded"),
        (b"words=" + b"x" * 3_000_000, "application/x-www-form-urlencoded"),
        (b'{"words": 1}', "application/json"),
        (b"", "text/plain"),
    ],
    ids=[
        "half", "garbage", "no boundary", "long boundary", "surrogate", "charset", "fields",
        "huge", "json", "nothing",
    ],
)  # fmt: skip
def test_what_cannot_be_read_brings_the_form_back(
    client: Client, town: Town, body: bytes, kind: str
) -> None:
    response = client.post(FORM, body, content_type=kind)
    assert response.status_code in (400, 413, 422)
    assert 'id="say"' in response.text
    assert not Matter.objects.exists()


def test_nul_is_dropped_and_the_rest_kept(client: Client, town: Town) -> None:
    assert client.post(FORM, typed(words="楼道\0灯")).status_code == 303
    assert timeline(Matter.objects.get(), "party")[0].said[0].text == "楼道灯"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    fields=st.dictionaries(
        st.sampled_from(
            [
                "key",
                "kind",
                "about",
                "whom",
                "words",
                "name",
                "contact",
                "safety",
                "photos",
                "prefer",
            ]
        ),
        st.text(max_size=60)
        | st.sampled_from(["complaint", "help", "person", "chief", "never", "0" * 32, "\ud800"]),
    ),
    raw=st.binary(max_size=80),
)
def test_nothing_typed_breaks_the_form(
    client: Client, town: Town, fields: dict[str, str], raw: bytes
) -> None:
    sendable = {k: v.encode("utf-8", "replace").decode() for k, v in fields.items()}
    assert client.post(FORM, sendable).status_code < 500
    kinds = ("application/x-www-form-urlencoded", BOUNDARY)
    assert all(client.post(FORM, raw, content_type=kind).status_code < 500 for kind in kinds)


def test_switching_the_language_keeps_what_was_typed_and_takes_nothing(
    client: Client, town: Town
) -> None:
    message = typed(kind="", words="没写完", prefer="lang=en")
    moved = client.post(f"/prefer/?next={FORM}", message)
    assert moved.status_code == 307
    page = client.post(moved.headers["Location"], message).text
    assert "没写完" in page
    assert message["key"] in page
    assert 'lang="en"' in page
    assert 'class="wrong"' not in page
    assert not Matter.objects.exists()


# --- the receipt ---------------------------------------------------------------------------------


def test_the_receipt_shows_reference_secret_code_and_steps_to_come(
    client: Client, town: Town
) -> None:
    sent = write(town)
    page = client.get(f"/r/{sent.secret}/").text
    for shown in (sent.matter.reference, "svg", "收到您的求助", "楼道灯坏了", "所长回应您"):
        assert shown in page
    assert "已签名承诺" in page
    ledger.sequence()
    assert "已记入台账第 0 号" in client.get(f"/r/{sent.secret}/").text


def test_a_complaint_about_the_chief_sends_nobody_to_the_station(
    client: Client, town: Town
) -> None:
    past = write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    page = client.get(f"/r/{past.secret}/").text
    assert f"到{town.supervisor_office.name}问" in page
    assert "接待大厅" not in page
    usual = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    assert "接待大厅" in client.get(f"/r/{usual.secret}/").text


def test_the_receipt_is_private(client: Client, town: Town) -> None:
    sent = write(town)
    for page in ("", "receipt.json", "receipt.png"):
        response = client.get(f"/r/{sent.secret}/{page}")
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response.headers["X-Robots-Tag"]


def test_the_status_page_takes_at_most_twelve_statements(
    client: Client, town: Town, queries: Any
) -> None:
    sent = write(town, kind=Kind.COMPLAINT, pictures=[Picture(photo().read(), "image/jpeg")])
    for n in range(5):
        write(town, words=f"第{n}件")
    ledger.sequence()
    write(town)
    ledger.sequence()
    chief = town.actor("chief")
    staff(chief, sent, "contact", words="您好")
    staff(chief, sent, "assign", handler=town.people["officer"].id)
    staff(chief, sent, "ask", words="几号楼")
    client.get("/d/demo/")
    with queries(at_most=12):
        client.get(f"/r/{sent.secret}/")


def test_the_secret_may_be_typed_as_it_is_read(client: Client, town: Town) -> None:
    sent = write(town)
    spoken = "-".join(sent.secret[i : i + 4] for i in range(0, 16, 4)).lower()
    response = client.post("/r/", {"secret": f" {spoken} "})
    assert response.headers["Location"] == f"/r/{sent.secret}/"
    assert client.get(f"/r/{spoken}/").status_code == 200


@pytest.mark.parametrize("wrong", ["0" * 16, "x", "7F3K-9Q2M", "%00", "%F0%9F%98%80" * 30])
def test_a_wrong_secret_says_how_to_type_it(client: Client, town: Town, wrong: str) -> None:
    write(town)
    response = client.get(f"/r/{wrong}/")
    assert response.status_code == 404
    assert "查询码" in response.text
    assert client.post("/r/", {"secret": wrong}).status_code == 422


def test_the_reference_alone_opens_nothing(client: Client, town: Town) -> None:
    sent = write(town)
    response = client.post("/r/", {"secret": sent.matter.reference})
    assert "16 位查询码" in response.text


def test_the_proof_file_verifies_without_us(client: Client, town: Town) -> None:
    sent = write(town)
    response = client.get(f"/r/{sent.secret}/receipt.json")
    assert "attachment" in response.headers["Content-Disposition"]
    assert sent.matter.reference in response.headers["Content-Disposition"]
    verdict = verify_receipt(response.content, str(ledger.public_key()))
    assert verdict.state is State.PROMISED
    assert [word.text for word in verdict.words] == ["楼道灯坏了"]
    ledger.sequence()
    logged = verify_receipt(client.get(f"/r/{sent.secret}/receipt.json").content)
    assert logged.state is State.LOGGED


def test_the_image_is_a_picture_of_the_receipt(client: Client, town: Town) -> None:
    response = client.get(f"/r/{write(town).secret}/receipt.png")
    with Image.open(BytesIO(response.content)) as image:
        assert image.format == "PNG"
        assert image.width == 720


def test_the_text_to_copy_holds_what_proves_it(client: Client, town: Town) -> None:
    sent = write(town)
    page = client.get(f"/r/{sent.secret}/").text
    proof = proofs.receipt_for(sent.matter.parties.get())
    text = re.search(r'<textarea id="copy".*?>(.*?)</textarea>', page, re.DOTALL)[1]
    for value in (
        sent.matter.reference,
        f"http://testserver/r/{sent.secret}/",
        proof["promise"]["text"].split("\n")[2],
        proof["promise"]["signature"],
    ):
        assert value in text


def test_photos_are_shown_to_their_sender_alone(client: Client, town: Town) -> None:
    client.post(FORM, typed(photos=[photo()]))
    matter = Matter.objects.get()
    part = SealedPart.objects.get(what="photo")
    other = write(town)
    secret = re.search(
        r"/r/(\w{16})/", client.post(FORM, typed(words="又一件")).headers["Location"]
    )[1]
    assert client.get(f"/r/{other.secret}/photo/{part.id}/").status_code == 404
    assert client.get(f"/r/{secret}/photo/{part.id}/").status_code == 404
    sent = write(town, words="有图", pictures=[Picture(photo().read(), "image/jpeg")])
    page = client.get(f"/r/{sent.secret}/").text
    shown = re.search(rf"/r/{sent.secret}/photo/[0-9a-f-]+/", page)[0]
    assert client.get(shown).headers["Content-Type"] == "image/jpeg"
    words = sent.matter.sealed_parts.get(what="words")
    assert client.get(f"/r/{sent.secret}/photo/{words.id}/").status_code == 404
    assert matter.pk != sent.matter.pk


# --- what the holder does ------------------------------------------------------------------------


def test_a_question_is_shown_and_answered(browser_like: Client, town: Town) -> None:
    sent = write(town)
    staff(town.actor("chief"), sent, "ask", words="是几号楼")
    page = browser_like.get(f"/r/{sent.secret}/").text
    assert page.index("是几号楼") < page.index("办到哪一步")
    assert "等您回答" in page
    assert press(browser_like, sent, "reply", words="三号楼").status_code == 303
    page = browser_like.get(f"/r/{sent.secret}/").text
    assert "三号楼" in page
    assert "要请您回答" not in page


def test_an_empty_answer_is_said_at_the_field(client: Client, town: Town) -> None:
    sent = write(town)
    response = press(client, sent, "add", words="  ")
    assert response.status_code == 422
    assert 'id="add-words_error"' in response.text
    assert re.search(r"<details class=\"confirm\" open>.{0,400}/add/", response.text, re.DOTALL)


def test_a_line_sent_twice_is_added_once(client: Client, town: Town) -> None:
    sent = write(town)
    line = {"key": "0" * 32, "seq": "1", "words": "还有四号楼"}
    for _ in range(2):
        assert client.post(f"/r/{sent.secret}/add/", line).status_code == 303
    assert Entry.objects.count() == 2
    other = client.post(f"/r/{sent.secret}/add/", line | {"words": "五号楼也是"})
    assert other.status_code == 409
    assert "五号楼也是" in other.text


def answered(town: Town, **more: Any) -> Sent:
    sent = write(town, **more)
    staff(town.actor("chief"), sent, "answer", outcome="solved", words="换了新灯")
    return sent


def test_the_verdict_is_the_residents(client: Client, town: Town) -> None:
    sent = answered(town)
    assert "换了新灯" in client.get(f"/r/{sent.secret}/").text
    press(client, sent, "verdict", verdict="solved", rating="4", words="谢谢")
    row = Answer.objects.get()
    assert (row.verdict, row.rating) == ("solved", 4)
    page = client.get(f"/r/{sent.secret}/").text
    assert "您说：解决了" in page
    assert "谢谢" in page


def test_not_solved_reopens_and_a_closed_one_can_be_opened_again(
    client: Client, town: Town
) -> None:
    sent = answered(town)
    press(client, sent, "verdict", verdict="unsolved")
    assert Matter.objects.get().step == "reopened"
    staff(town.actor("chief"), sent, "answer", outcome="explained", words="说明")
    press(client, sent, "verdict", verdict="solved")
    assert Matter.objects.get().step == "closed"
    press(client, sent, "reopen", words="又坏了")
    assert Matter.objects.get().step == "reopened"


def test_the_supervisors_answer_is_judged_too(client: Client, town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    staff(town.actor("supervisor"), sent, "decide", outcome="explained", words="已谈话")
    press(client, sent, "verdict", verdict="unsolved", rating="1")
    assert Matter.objects.get().step == "concluded"
    assert Answer.objects.get().verdict == "unsolved"


def test_a_verdict_on_what_has_moved_on_is_not_taken_and_its_words_are_kept(
    client: Client, town: Town
) -> None:
    sent = answered(town)
    client.get(f"/r/{sent.secret}/")
    late = {"key": "1" * 32, "seq": "1", "verdict": "solved", "words": "挺好的"}
    response = client.post(f"/r/{sent.secret}/verdict/", late)
    assert response.status_code == 409
    assert "新进展" in response.text
    assert "挺好的" in response.text
    assert Matter.objects.get().step == "answered"
    again = hidden(response.text[response.text.index('id="verdict"') :])
    assert client.post(f"/r/{sent.secret}/verdict/", late | again).status_code == 303


def test_what_can_no_longer_be_done_says_so_and_keeps_the_words(client: Client, town: Town) -> None:
    sent = answered(town)
    press(client, sent, "verdict", verdict="solved")
    response = press(client, sent, "add", words="还想说一句")
    assert response.status_code == 409
    assert "现在不能这样做" in response.text
    assert "还想说一句" in response.text


def test_withdrawing_asks_again_and_keeps_the_record(client: Client, town: Town) -> None:
    sent = write(town)
    page = client.get(f"/r/{sent.secret}/").text
    assert "撤回以后不再办理" in page
    press(client, sent, "withdraw")
    assert Matter.objects.get().step == "withdrawn"
    page = client.get(f"/r/{sent.secret}/").text
    assert "您撤回了" in page
    assert "楼道灯坏了" in page


def test_erasure_is_asked_for_then_seen(client: Client, town: Town) -> None:
    sent = answered(town)
    press(client, sent, "verdict", verdict="solved")
    press(client, sent, "erasure", words="不想留着")
    assert "请求抹除我写的内容" not in client.get(f"/r/{sent.secret}/").text
    party = sent.matter.parties.get()
    sealed.erase_party(actor=town.actor("supervisor"), matter=sent.matter.id, party=party.id)
    page = client.get(f"/r/{sent.secret}/").text
    assert "已抹除" in page
    assert "楼道灯坏了" not in page
    assert "<form method" not in page
    assert press(client, sent, "reopen", words="还有话").status_code == 409
    assert client.get(f"/r/{sent.secret}/receipt.json").status_code == 200


def test_whoever_reads_the_contact_is_shown_with_the_reason(client: Client, town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, contact="000-1234")
    sealed.read_identity(actor=town.actor("supervisor"), matter=sent.matter.id, reason="回电核实")
    page = client.get(f"/r/{sent.secret}/").text
    assert "查看了您的姓名和联系方式" in page
    assert "监督员" in page
    assert "理由：回电核实" in page
    assert "000-1234" not in page


def test_no_name_of_staff_stands_on_the_residents_page(client: Client, town: Town) -> None:
    for person in town.people.values():
        person.name = f"姓{person.username}"
        person.save()
    sent = write(town)
    staff(town.actor("chief"), sent, "contact", words="您好")
    page = client.get(f"/r/{sent.secret}/").text
    assert "所长 · station" in page
    assert "姓" not in page.replace("姓名", "")


def test_every_step_of_every_road_can_be_shown(client: Client, town: Town) -> None:
    """All that staff and the clock can do leaves a page in both languages."""
    chief, officer = town.actor("chief"), town.actor("officer")
    supervisor = town.actor("supervisor")
    into = write(town, words="另一件", kind=Kind.COMPLAINT)
    roads = [
        [(chief, "refer", {"to": "城管中队", "words": "由城管办理"})],
        [(chief, "merge", {"into": into.matter.reference, "words": "并案"})],
        [
            (chief, "contact", {"how": "phone", "words": "您好"}),
            (chief, "assign", {"handler": officer.id}),
            (officer, "excuse", {"reason": "unreachable", "words": "无"}),
            (chief, "confirm_excuse", {"words": "是"}),
            (chief, "close", {"words": "办结"}),
        ],
        [
            (supervisor, "take_over", {"words": "接手"}),
            (supervisor, "decide", {"outcome": "not_possible", "words": "办不到"}),
        ],
    ]
    for road in roads:
        sent = write(town, kind=Kind.COMPLAINT)
        for actor, name, fields in road:
            staff(actor, sent, name, **fields)
            for language in ("zh-hans", "en"):
                client.cookies[site_settings.LANGUAGE_COOKIE_NAME] = language
                response = client.get(f"/r/{sent.secret}/")
                assert response.status_code == 200, name


# --- checking ------------------------------------------------------------------------------------


def test_a_receipt_is_checked_without_javascript_and_says_who_checks(
    browser_like: Client, town: Town
) -> None:
    sent = write(town)
    ledger.sequence()
    file = browser_like.get(f"/r/{sent.secret}/receipt.json").content
    upload = SimpleUploadedFile("receipt.json", file, "application/json")
    page = browser_like.post("/verify/", {"file": upload}).text
    assert 'data-verdict="logged"' in page
    assert "服务器自己核对自己" in page
    assert "楼道灯坏了" in page


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("reference", "AAAA-AAAA", "条目被改过"),
        ("words", [], "回执完好"),
        ("entry", "x", "不是一张完整的回执"),
        ("origin", "someone/else", "不是本台账的公钥"),
    ],
)
def test_a_changed_receipt_is_judged_in_words(
    client: Client, town: Town, name: str, value: object, said: str
) -> None:
    sent = write(town)
    receipt = json.loads(client.get(f"/r/{sent.secret}/receipt.json").content) | {name: value}
    page = client.post("/verify/", {"text": json.dumps(receipt)}).text
    output = re.search(r"<output.*?</output>", page, re.DOTALL)[0]
    assert said in output


def test_nothing_to_check_is_said_at_the_field(client: Client, town: Town) -> None:
    for sent in ({}, {"text": " "}, {"file": SimpleUploadedFile("e.json", b"")}):
        assert client.post("/verify/", sent).status_code == 422
    assert "不是一张完整的回执" in client.post("/verify/", {"text": "\0{"}).text


def test_the_log_shows_its_key_and_newest_checkpoint(client: Client, town: Town) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    write(town)
    ledger.sequence()
    note = client.get("/log/checkpoint")
    assert note.text == ledger.latest_checkpoint().note
    assert note.headers["Content-Type"].startswith("text/plain")
    assert client.get("/log/key").text.strip() == str(ledger.public_key())
