"""Programs open, read and move as people do: with the same schemas, the same rights, no more."""

import base64
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.support.desk import do, write
from tests.support.town import Town, build

from yihu.api.actions import make_token, revoke_token
from yihu.api.models import ApiToken, Scope
from yihu.direct import visitors
from yihu.direct.actions import Sent
from yihu.direct.kinds import Kind
from yihu.direct.models import CodeReport, DirectCode
from yihu.kernel import ledger
from yihu.kernel.models import Entry, Matter, Party, SealedPart
from yihu.kernel.receipt import verify_receipt
from yihu.people.models import Post

pytestmark = pytest.mark.both_databases
API = "/api/v1"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def key() -> str:
    return uuid.uuid4().hex


def token(town: Town, name: str = "chief", scope: Scope = Scope.WRITE) -> str:
    return make_token(actor=town.actor(name), name="测试", scope=scope, days=30)[1]


def call(
    path: str,
    said: Any = None,
    *,
    bearer: str = "",
    receipt: str = "",
    client_key: str = "",
    **headers: str,
) -> HttpResponse:
    """GET, or POST where something is said."""
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    if receipt:
        headers["Authorization"] = f"Receipt {receipt}"
    client = Client(headers=headers)
    if said is None:
        return client.get(API + path)
    headers = {"Idempotency-Key": client_key or key()}
    return client.post(API + path, json.dumps(said), "application/json", headers=headers)


def open_message(town: Town, client_key: str = "", **said: Any) -> HttpResponse:
    message = {"kind": "help", "words": "楼道灯坏了", **said}
    return call("/stations/station/messages", message, client_key=client_key)


def problem(answer: HttpResponse) -> Any:
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"] == f"urn:yihu:problem:{found['code']}"
    assert found["detail"]
    return found


# --- opening -------------------------------------------------------------------------------------


def test_a_message_is_opened_and_its_receipt_read(town: Town) -> None:
    answer = open_message(town, name="示例", contact="000-0000")
    assert answer.status_code == 201
    opened = answer.json()
    assert opened["receipt_url"].endswith(f"/r/{opened['secret']}/")
    assert opened["promise"]["text"]
    receipt = call("/receipt", receipt=opened["secret"]).json()
    assert receipt["reference"] == opened["reference"]
    assert receipt["step"] == "received"
    assert "楼道灯坏了" in receipt["history"][0]["text"]
    assert receipt["moves"] == ["withdraw"]
    assert "add" in receipt["acts"]
    assert "reply" not in receipt["acts"]  # nobody has asked
    assert Matter.objects.get().door == "api"
    assert Party.objects.get().kind == "resident"


def test_a_posters_code_opens_too(town: Town) -> None:
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    answer = call("/stations/demo/messages", {"kind": "help", "words": "灯"})
    assert answer.status_code == 201


def test_a_retry_gets_the_same_answer_and_other_content_a_conflict(town: Town) -> None:
    mine = key()
    first, second = open_message(town, mine), open_message(town, mine)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    ledger.sequence()
    assert open_message(town, mine).content == first.content
    other = open_message(town, mine, words="别的")
    assert other.status_code == 409
    assert problem(other)["code"] == "key_reused"
    assert Matter.objects.count() == 1


def test_a_key_may_be_a_uuid_with_hyphens(town: Town) -> None:
    mine = uuid.uuid4()
    assert open_message(town, str(mine)).json() == open_message(town, mine.hex).json()


def test_photos_are_re_encoded(town: Town) -> None:
    drawn = BytesIO()
    picture = Image.new("RGB", (8, 8), "green")
    picture.save(drawn, "PNG")
    sent = base64.b64encode(drawn.getvalue()).decode()
    assert open_message(town, photos=[sent]).status_code == 201
    assert SealedPart.objects.get(what="photo").media_type == "image/jpeg"
    for bad in ("///", base64.b64encode(b"no photo").decode(), "not base64", "é"):
        answer = open_message(town, photos=[bad])
        assert answer.status_code == 422
        assert problem(answer)["errors"][0]["field"] == "photos.0"
    assert open_message(town, photos=[sent] * 4).status_code == 422


def test_a_photo_larger_than_forms_take_is_read(town: Town) -> None:
    import random

    noise = Image.frombytes("RGB", (1200, 900), random.Random(1).randbytes(1200 * 900 * 3))
    drawn = BytesIO()
    noise.save(drawn, "PNG")
    assert len(drawn.getvalue()) > 3_000_000
    sent = base64.b64encode(drawn.getvalue()).decode()
    assert open_message(town, photos=[sent]).status_code == 201


def test_a_complaint_says_whom_it_is_about_and_goes_past_the_chief(town: Town) -> None:
    lacking = open_message(town, kind="complaint")
    assert lacking.status_code == 422
    assert problem(lacking)["errors"][0]["code"] == "about_needed"
    assert open_message(town, kind="complaint", about="chief").status_code == 201
    assert Matter.objects.get().office_id == town.supervisor_office.id


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"words": ""}, "words", "string_too_short"),
        ({"words": "  \n"}, "words", "string_too_short"),
        ({"words": "字" * 5001}, "words", "string_too_long"),
        ({"words": None}, "words", "string_type"),
        ({"kind": "gossip"}, "kind", "enum"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
        ({"safety": "perhaps"}, "safety", "enum"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    town: Town, said: dict[str, Any], field: str, code: str
) -> None:
    answer = open_message(town, **said)
    assert answer.status_code == 422
    error = problem(answer)["errors"][0]
    assert (error["field"], error["code"]) == (field, code)
    assert error["detail"]
    assert not Matter.objects.exists()


def test_a_problem_speaks_the_readers_language(town: Town) -> None:
    path = "/stations/nowhere/messages"
    client = Client(headers={"Accept-Language": "zh-CN"})
    answer = client.post(API + path, "{", "application/json", headers={"Idempotency-Key": key()})
    assert problem(answer)["detail"] == "请求的内容不是 JSON，或不完整。"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"kind": NaN}',
        '{"a": ' * 5000,
        "9" * 10_000,
        '{"kind": "help", "words": "\\ud800"}',
        '{"kind": "help", "words": 1e999}',
    ],
)
def test_any_body_is_answered_with_a_clear_4xx(town: Town, body: str) -> None:
    client = Client(headers={"Idempotency-Key": key()})
    answer = client.post(f"{API}/stations/station/messages", body, "application/json")
    assert answer.status_code in (400, 411, 422)
    assert problem(answer)


def test_nul_is_dropped_as_in_a_form(town: Town) -> None:
    secret = open_message(town, words="灯\0坏了\r\n三楼").json()["secret"]
    text = call("/receipt", receipt=secret).json()["history"][0]["text"]
    assert text == "灯坏了\n三楼"


def test_a_body_beyond_the_limit_is_not_read(town: Town) -> None:
    client = Client(headers={"Idempotency-Key": key()})
    large = "x" * (1024 * 1024 + 1)
    path = f"{API}/receipt/acts/add"
    answer = client.post(path, json.dumps({"words": large}), "application/json")
    assert answer.status_code == 413
    assert problem(answer)["code"] == "too_large"


@pytest.mark.parametrize("code", ["nowhere", "%00", "a" * 300, "灯", "STATION%0A"])
def test_an_unknown_station_is_a_404(town: Town, code: str) -> None:
    answer = call(f"/stations/{code}/messages", {"kind": "help", "words": "灯"})
    assert problem(answer)["code"] == "not_found"


# --- by receipt ----------------------------------------------------------------------------------


def test_without_its_secret_nothing_of_a_receipt_is_read(town: Town) -> None:
    write(town)
    for header in ("", "Receipt", "Receipt ", "Receipt nonsense", "Bearer x", "Receipt \x00"):
        client = Client(headers={"Authorization": header} if header else {})
        answer = client.get(f"{API}/receipt")
        assert answer.status_code == 401
        assert problem(answer)["code"] == "no_receipt"
        assert answer.headers["WWW-Authenticate"] == "Receipt"


def test_the_proof_verifies_by_itself(town: Town) -> None:
    secret = open_message(town).json()["secret"]
    ledger.sequence()
    proof = call("/receipt/proof", receipt=secret)
    assert verify_receipt(proof.content, str(ledger.public_key())).index == 0


def test_a_receipts_holder_adds_answers_and_judges(town: Town) -> None:
    sent = write(town)
    added = call("/receipt/acts/add", {"words": "在三楼"}, receipt=sent.secret)
    assert added.status_code == 200, added.content
    chief = town.actor("chief")
    do(chief, sent.matter, "ask", words="哪一栋？")
    assert call("/receipt", receipt=sent.secret).json()["question"] == "哪一栋？"
    replied = call("/receipt/acts/reply", {"words": "二栋"}, receipt=sent.secret)
    assert replied.status_code == 200
    matter = do(chief, sent.matter, "answer", outcome="solved", words="修好了")
    said = {"rating": 5, "words": "谢谢"}
    done = call(f"/receipt/moves/confirm?seq={matter.seq}", said, receipt=sent.secret)
    assert done.json()["step"] == "closed"
    assert call("/receipt", receipt=sent.secret).json()["moves"] == ["dispute"]


def test_a_party_cannot_do_what_is_the_stations(town: Town) -> None:
    sent = write(town)
    for path in ("/receipt/moves/answer?seq=1", "/receipt/acts/note", "/receipt/moves/rest?seq=1"):
        answer = call(path, {"outcome": "solved", "words": "好了"}, receipt=sent.secret)
        assert problem(answer)["code"] == "not_found"


def test_a_move_on_something_older_is_a_conflict_with_the_fresh_state(town: Town) -> None:
    sent = write(town)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    answer = call("/receipt/moves/withdraw?seq=1", {}, receipt=sent.secret)
    assert answer.status_code == 409
    assert problem(answer)["current"]["step"] == "contacted"


# --- staff ---------------------------------------------------------------------------------------


def test_a_token_shows_its_holders_list_and_no_others(town: Town) -> None:
    sent = write(town)
    mine = call("/matters", bearer=token(town)).json()
    assert [row["reference"] for row in mine["matters"]] == [sent.matter.reference]
    assert mine["matters"][0]["excerpt"] == "楼道灯坏了"
    for name in ("stranger", "auxiliary"):
        theirs = token(town, name)
        assert call("/matters", bearer=theirs).json()["matters"] == []
        answer = call(f"/matters/{sent.matter.reference}", bearer=theirs)
        assert problem(answer)["code"] == "not_found"
        note = f"/matters/{sent.matter.reference}/acts/note"
        assert call(note, {"words": "备注"}, bearer=theirs).status_code == 404


def test_the_list_costs_no_more_than_a_page(town: Town, queries: Callable[..., Any]) -> None:
    for _ in range(5):
        write(town)
    bearer = token(town)
    call("/matters", bearer=bearer)
    with queries(at_most=8):
        assert len(call("/matters", bearer=bearer).json()["matters"]) == 5


def test_a_move_takes_exactly_what_the_page_takes_and_is_the_persons_own(town: Town) -> None:
    sent = write(town)
    bearer = token(town)
    at = f"/matters/{sent.matter.reference}"
    read = call(at, bearer=bearer).json()
    assert {"contact", "answer"} <= set(read["moves"])
    lacking = call(f"{at}/moves/contact?seq=1", {"how": "phone"}, bearer=bearer)
    assert problem(lacking)["errors"][0]["field"] == "words"
    said = {"how": "phone", "words": "您好"}
    done = call(f"{at}/moves/contact?seq={read['seq']}", said, bearer=bearer)
    assert done.json()["step"] == "contacted"
    last = call(at, bearer=bearer).json()["history"][-1]
    assert last["who"] == "chief · 所长"
    assert last["said"][0]["text"] == "您好"


def test_a_move_made_twice_with_one_key_is_made_once(town: Town) -> None:
    sent, bearer, mine = write(town), token(town), key()
    path = f"/matters/{sent.matter.reference}/moves/contact?seq=1"
    first = call(path, {"words": "您好"}, bearer=bearer, client_key=mine)
    again = call(path, {"words": "您好"}, bearer=bearer, client_key=mine)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    other = call(path, {"words": "别的"}, bearer=bearer, client_key=mine)
    assert problem(other)["code"] == "key_reused"


def test_who_was_quicker_is_shown(town: Town) -> None:
    sent, bearer = write(town), token(town)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    said = {"outcome": "solved", "words": "好了"}
    path = f"/matters/{sent.matter.reference}/moves/answer?seq=1"
    current = problem(call(path, said, bearer=bearer))["current"]
    assert (current["seq"], current["step"]) == (2, "contacted")


def test_a_refusal_says_why(town: Town) -> None:
    sent, bearer = write(town), token(town)
    at = f"/matters/{sent.matter.reference}"
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    wrong = call(f"{at}/moves/assign?seq=2", {"handler": str(uuid.uuid4())}, bearer=bearer)
    assert wrong.status_code == 422
    assert problem(wrong)["errors"][0]["field"] == "handler"
    away = call(f"{at}/moves/attest?seq=2", {"finding": "partly", "words": "x"}, bearer=bearer)
    assert away.status_code == 409
    deputys = call(
        f"{at}/moves/assign?seq=2",
        {"handler": str(town.people["officer"].pk)},
        bearer=token(town, "deputy"),
    )
    assert deputys.status_code == 403
    assert problem(deputys)["code"] == "not_yours"


def test_the_complained_about_learn_nothing_through_the_interface(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT)
    officer = town.people["officer"]
    do(town.actor("supervisor"), sent.matter, "take_over", words="接手")
    do(town.actor("supervisor"), sent.matter, "name_subject", person=officer.pk)
    for name in ("officer", "colleague", "stranger"):
        answer = call(f"/matters/{sent.matter.reference}", bearer=token(town, name))
        assert problem(answer)["code"] == "not_found"


def test_names_and_contacts_are_not_in_any_answer(town: Town) -> None:
    sent = write(town, name="示例名", contact="000-0000")
    read = call(f"/matters/{sent.matter.reference}", bearer=token(town)).content.decode()
    assert "示例名" not in read
    assert "000-0000" not in read


@pytest.mark.parametrize("reference", ["7F3K-9Q2M", "%00", "x" * 500, "灯灯灯灯灯灯灯灯灯"])
def test_an_unknown_reference_is_a_404(town: Town, reference: str) -> None:
    assert call(f"/matters/{reference}", bearer=token(town)).status_code == 404


# --- tokens --------------------------------------------------------------------------------------


def refused(town: Town, bearer: str, path: str = "/matters") -> str:
    return str(problem(call(path, bearer=bearer))["code"])


def test_a_token_is_hashed_and_its_last_day_of_use_is_kept(town: Town) -> None:
    bearer = token(town)
    row = ApiToken.objects.get()
    assert bearer.encode() not in bytes(row.hash)
    assert row.last_used is None
    call("/matters", bearer=bearer)
    assert ApiToken.objects.get().last_used == timezone.localdate()


def test_a_token_ends_by_being_revoked_by_time_and_with_its_holder(town: Town) -> None:
    chief = town.actor("chief")
    bearer = token(town)
    row = ApiToken.objects.get()
    with pytest.raises(ApiToken.DoesNotExist):
        revoke_token(actor=town.actor("deputy"), token=row.id)
    assert call("/matters", bearer=bearer).status_code == 200
    revoke_token(actor=chief, token=row.id)
    assert refused(town, bearer) == "no_token"

    bearer = token(town)
    ApiToken.objects.filter(revoked_at=None).update(expires_at=timezone.now())
    assert refused(town, bearer) == "no_token"

    bearer = token(town)
    Post.objects.filter(person=town.people["chief"]).update(
        until=timezone.now() - timedelta(seconds=1)
    )
    assert refused(town, bearer) == "no_post"
    town.people["chief"].is_active = False
    town.people["chief"].save()
    assert refused(town, bearer) == "no_token"


def test_a_reading_token_moves_nothing(town: Town) -> None:
    sent = write(town)
    reading = token(town, scope=Scope.READ)
    note = f"/matters/{sent.matter.reference}/acts/note"
    assert problem(call(note, {"words": "备注"}, bearer=reading))["code"] == "scope"
    assert call("/matters", bearer=reading).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic eA==", "Receipt x"])
def test_without_a_token_there_is_nothing(town: Town, header: str) -> None:
    client = Client(headers={"Authorization": header} if header else {})
    answer = client.get(f"{API}/matters")
    assert answer.status_code == 401
    assert problem(answer)["code"] == "no_token"


# --- what anyone may read ------------------------------------------------------------------------


def test_stations_loops_and_the_logs_state_are_public(town: Town) -> None:
    sent: Sent = write(town)
    assert problem(call("/log/checkpoint"))["code"] == "not_found"
    ledger.sequence()
    assert [s["code"] for s in call("/stations").json()] == ["other-station", "station"]
    loops = {loop["name"]: loop for loop in call("/loops").json()}
    assert set(loops) == {"direct", "complaint", "praise"}
    assert loops["direct"]["steps"][0]["within"] == "2 hours"
    state = call("/log/checkpoint").json()
    assert state["key"] == str(ledger.public_key())
    assert sent.secret not in str(loops)


def test_an_address_that_is_none_is_a_problem_too(town: Town) -> None:
    assert problem(call("/no/such/thing"))["code"] == "not_found"


def test_nothing_is_kept_by_caches(town: Town) -> None:
    sent = write(town)
    for answer in (call("/receipt", receipt=sent.secret), call("/receipt"), call("/stations")):
        assert answer.headers["Cache-Control"] == "no-store"


# --- floods, and the station's own network --------------------------------------------------------


def test_who_sends_too_many_is_asked_to_wait_and_loses_nothing(town: Town) -> None:
    visitor = {"User-Agent": f"program {key()}"}
    said = {"kind": "help", "words": "灯"}
    where = "/stations/station/messages"
    codes = [call(where, said, **visitor).status_code for _ in range(visitors.BURST)]
    assert set(codes) == {201}
    mine = key()
    late = call(where, said, client_key=mine, **visitor)
    assert problem(late)["code"] == "too_many"
    assert late.headers["Retry-After"] == "60"
    assert call(where, said, client_key=mine, **{"User-Agent": "another"}).status_code == 201
    assert CodeReport.objects.filter(flood=True).exists()  # flagged, and counted all the same


def test_a_verdict_from_the_stations_own_network_is_flagged(town: Town, settings: Any) -> None:
    settings.STATION_NETWORKS = [ip_network("127.0.0.0/8")]
    sent = write(town)
    matter = do(town.actor("chief"), sent.matter, "answer", outcome="solved", words="好了")
    call(f"/receipt/moves/confirm?seq={matter.seq}", {}, receipt=sent.secret)
    last = Entry.objects.order_by("-seq")[0]
    assert json.loads(last.body)["facts"]["own_network"] is True
