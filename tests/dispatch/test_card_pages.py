"""Cards and handovers at the desk: written row by row, compared, published; made and signed."""

import re
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.support.desk import hidden, login, offered
from tests.support.town import Town, build
from tests.support.units import incident

from yihu.dispatch import run_cards
from yihu.dispatch.kinds import Kind
from yihu.dispatch.models import Handover, RunCard

pytestmark = pytest.mark.django_db
CARD = "/desk/cards/noise/"
EDIT, DRAFT = f"{CARD}edit/control/", f"{CARD}draft/"
GUARDS = f"{CARD}edit/guard/"


@pytest.fixture
def town() -> Town:
    return build()


def fields(page: HttpResponse) -> dict[str, str]:
    """Every field of the form as the page shows it."""
    form = re.search(r'<form class="stack" method="post".*?</form>', page.text, re.DOTALL)
    assert form is not None
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            found[name[1]] = unescape(value[1]) if value else "on" * ("checkbox" in tag)
    for area in re.findall(r"<textarea.*?</textarea>", form[0], re.DOTALL):
        said = re.search(r'name="([^"]+)"[^>]*>\n?(.*)</textarea>', area, re.DOTALL)
        assert said is not None
        found[said[1]] = unescape(said[2])
    return found


def drafted(client: Client, page: str = EDIT, **changed: Any) -> HttpResponse:
    said = fields(client.get(page))
    return client.post(page, said | {name.replace("__", "-"): v for name, v in changed.items()})


def held() -> RunCard:
    newest = run_cards.published("test", Kind.NOISE).last()
    assert newest is not None
    return newest


def test_a_card_that_is_saved_as_it_stands_says_the_same(town: Town) -> None:
    client = login(town, "chief")
    assert drafted(client).headers["Location"] == DRAFT
    draft = run_cards.draft("test", Kind.NOISE)
    assert draft is not None
    assert (draft.steps, draft.limits) == (held().steps, held().limits)
    assert (
        "没有什么要发布的"
        in client.post(DRAFT, {"do": "publish", "read_at": draft.written_at.isoformat()}).text
    )


def test_a_step_is_put_better_moved_left_out_and_added(town: Town) -> None:
    client, steps = login(town, "chief"), held().steps
    drafted(
        client,
        steps__0__text="问清声音从哪来",
        steps__0__place="2",
        steps__1__place="1",
        steps__2__text="隔天回访一次",
    )
    drafted(
        client,
        GUARDS,
        steps__0__text="",
        steps__0__text_en="",
        limits__text="不断电",
        limits__text_en="",
    )
    page = client.get(DRAFT).text
    assert page.count('<li class="changed"') == 1
    assert page.count('<li class="added"') == 2  # a step, and what is left of the limits
    assert "隔天回访一次" not in client.get(CARD).text  # a draft holds for nothing
    draft = run_cards.draft("test", Kind.NOISE)
    assert draft is not None
    client.post(DRAFT, {"do": "publish", "read_at": draft.written_at.isoformat()})
    now = held()
    assert (now.version, now.written_by) == (2, town.people["chief"])
    assert [step["code"] for step in now.steps[:2]] == [steps[1]["code"], steps[0]["code"]]
    assert "ask_quiet" not in {step["code"] for step in now.steps}
    assert [limit["text"] for limit in now.limits["guard"]] == ["不断电"]
    assert len(now.limits["police"]) == len(draft.limits["police"]) > 1
    assert "隔天回访一次" in client.get(CARD).text
    assert "隔天回访一次" not in client.get(f"{CARD}?version=1").text
    assert "隔天回访一次" in client.get(f"{CARD}print/").text


def test_what_was_typed_stays_when_a_row_is_wrong_or_somebody_was_quicker(town: Town) -> None:
    client = login(town, "chief")
    wrong = drafted(client, steps__0__text="", steps__0__text_en="Ask where", steps__1__text="新话")
    assert wrong.status_code == 422
    assert "请写中文" in wrong.text
    assert "新话" in wrong.text
    said = fields(client.get(EDIT))
    drafted(login(town, "deputy"), steps__0__text="别人写的")
    late = client.post(EDIT, said | {"steps-0-text": "我写的"})
    assert late.status_code == 409
    assert "有人改了这张卡" in late.text
    assert "我写的" in late.text
    assert client.post(EDIT, fields(late)).status_code == 302  # knowing it, on purpose


def test_a_draft_can_be_given_up(town: Town) -> None:
    client = login(town, "chief")
    drafted(client, steps__0__text="别的")
    client.post(DRAFT, {"do": "drop"})
    assert run_cards.draft("test", Kind.NOISE) is None
    assert client.get(DRAFT).headers["Location"] == CARD


@pytest.mark.parametrize(
    ("name", "status"), [("deputy", 200), ("dispatcher", 200), ("officer", 404), ("guard", 404)]
)
def test_cards_are_read_by_all_and_written_by_whoever_directs(
    town: Town, name: str, status: int
) -> None:
    client = login(town, name)
    assert client.get("/desk/cards/").status_code == 200
    assert client.get(CARD).status_code == 200
    assert client.get(EDIT).status_code == status
    assert ("写新的版本" in client.get(CARD).text) == (status == 200)
    assert client.get("/desk/cards/nothing/").status_code == 404


# --- the shift ------------------------------------------------------------------------------------


def test_a_shift_is_handed_over_and_signed_by_the_one_it_was_given_to(town: Town) -> None:
    one = incident(town)
    client, taker = login(town, "dispatcher"), login(town, "deputy")
    page = client.get("/desk/handover/")
    assert one.matter.reference in page.text
    key = re.search(r'name="key" value="(\w+)"', page.text)
    assert key is not None
    said = {"key": key[1], "to": town.people["deputy"].pk, "words": "东门还在堵"}
    empty = client.post("/desk/handover/", said | {"to": ""})
    assert empty.status_code == 422
    assert "东门还在堵" in empty.text
    made = client.post("/desk/handover/", said)
    again = client.post("/desk/handover/", said)
    assert made.headers["Location"] == again.headers["Location"]
    address = made.headers["Location"]
    assert "sign" not in offered(client.get(address))
    page = taker.get(address)
    assert "东门还在堵" in page.text
    assert one.matter.reference in page.text
    taker.post(f"{address}do/sign/", hidden(page, "sign"))
    assert Handover.objects.get().signed_at is not None
    paper = client.get(f"{address}print/").text
    assert "dispatcher" in paper
    assert "deputy" in paper
    assert "东门还在堵" in paper


def test_who_does_not_direct_hands_nothing_over(town: Town) -> None:
    assert login(town, "officer").get("/desk/handover/").status_code == 404
    assert login(town, "guard").get("/desk/handover/").status_code == 404
