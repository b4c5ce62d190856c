"""The browser's verifier against Python's: the same receipts, the same verdicts."""

import base64
import copy
import json
import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.kernel.test_receipt import (
    AFTER,
    BEFORE,
    FALSIFIED,
    INTEGRATE_BY,
    KEY,
    LOGGED,
    ORIGIN,
    OTHER_KEY,
    PROMISED,
    VERIFIER,
    WORDS,
    entry_with,
    places,
)

from yihu.kernel import receipt
from yihu.kernel.checkpoint import VerifierKey
from yihu.kernel.entry import entry_hash
from yihu.kernel.receipt import BadReceipt, verify_receipt

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(receipt.__file__).parents[1] / "web/static/web/verify.js"
HARNESS = """
import { readFileSync } from "node:fs";
const { source, cases, lacks } = JSON.parse(readFileSync(0, "utf8"));
if (lacks) {
  const without = async () => { throw new DOMException(lacks, "NotSupportedError"); };
  crypto.subtle.importKey = without;
}
const { verifyReceipt } = await import(`data:text/javascript;base64,${source}`);
const said = [];
for (const [receipt, key, now] of cases) {
  said.push(await verifyReceipt(receipt, key, new Date(now)));
}
console.log(JSON.stringify(said));
"""
Case = tuple[Any, str | None, datetime]


def in_node(cases: list[Case], lacks: str = "") -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine: the browser's verifier is not compared with Python's")
    sent = {
        "source": base64.b64encode(SCRIPT.read_bytes()).decode(),
        "cases": [(made, key, now.isoformat()) for made, key, now in cases],
        "lacks": lacks,
    }
    run = subprocess.run(
        [node, "--input-type=module", "--eval", HARNESS],
        input=json.dumps(sent).encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    answer: list[dict[str, Any]] = json.loads(run.stdout)
    return answer


def in_python(case: Case) -> dict[str, Any]:
    made, key, now = case
    try:
        verdict = verify_receipt(made.encode() if isinstance(made, str) else made, key, now)
    except BadReceipt as bad:
        return {"ok": False, "code": str(bad.code)}
    header = verdict.header
    return {
        "ok": True,
        "state": str(verdict.state),
        "overdue": verdict.overdue,
        "signature": "checked",
        "key_fingerprint": verdict.key_fingerprint,
        "key_is_pinned": verdict.key_is_pinned,
        "reference": verdict.reference,
        "header": {
            "district": header.district,
            "matter": header.matter,
            "seq": header.seq,
            "prev": header.prev.hex(),
            "kind": header.kind,
            "occurred_at": header.occurred_at,
            "recorded_at": header.recorded_at,
        },
        "entry_hash": verdict.entry_hash.hex(),
        "integrate_by": verdict.integrate_by,
        "words": [
            {"what": word.what, "text": word.text}
            if word.is_text
            else {"what": word.what, "bytes": base64.b64encode(word.content).decode()}
            for word in verdict.words
        ],
        "index": verdict.index,
        "logged_at": verdict.logged_at,
    }


def compare(cases: list[Case]) -> list[dict[str, Any]]:
    answers = in_node(cases)
    assert len(answers) == len(cases)
    for case, answer in zip(cases, answers, strict=True):
        if not answer["ok"]:
            assert answer.pop("message")
        assert answer == in_python(case), case
    return answers


def test_both_verifiers_accept_the_same_receipts() -> None:
    answers = compare(
        [
            (PROMISED, None, BEFORE),
            (PROMISED, VERIFIER, AFTER),
            (LOGGED, None, AFTER),
            (LOGGED, VERIFIER, BEFORE),
            (json.dumps(LOGGED, ensure_ascii=False), None, AFTER),
            ("\ufeff" + json.dumps(LOGGED), f" {VERIFIER}\n", AFTER),
        ]
    )
    assert all(answer["ok"] for answer in answers)
    assert [answer["overdue"] for answer in answers] == [False, True, False, False, False, False]


def test_both_verifiers_refuse_falsified_receipts_for_the_same_reason() -> None:
    cases: list[Case] = []
    for _, change in FALSIFIED.values():
        altered = copy.deepcopy(LOGGED)
        change(altered)
        cases.append((altered, None, BEFORE))
    for wrong in (str(VerifierKey.of(ORIGIN, OTHER_KEY)), "mistyped", ""):
        cases.append((LOGGED, wrong, BEFORE))
    cases += [(text, None, BEFORE) for text in ("", "null", "[]", "{}", "[" * 5000, "{}{}")]
    answers = compare(cases)
    assert [a["code"] for a in answers[: len(FALSIFIED)]] == [str(f) for f, _ in FALSIFIED.values()]
    assert {answer["code"] for answer in answers} == set(receipt.Fault)


@pytest.mark.parametrize("logged", [False, True])
def test_both_verifiers_say_the_same_of_any_damage(logged: bool) -> None:
    draw = random.Random(20260131)
    values: list[Any] = [None, True, 0, -1, 7, 2**60, 1.5, "", "é", "\ud800", [], {}, [1], {"a": 1}]
    cases: list[Case] = []
    for _ in range(500):
        altered = copy.deepcopy(LOGGED if logged else PROMISED)
        *way, last = draw.choice(places(altered))
        holder: Any = altered
        for name in way:
            holder = holder[name]
        old = holder[last]
        if isinstance(old, str) and draw.random() < 0.7:
            at = draw.randrange(len(old) + 1)
            more = draw.choice(["", "A", "=", "\n", " ", "0", "é", "+", '"', "\\u0041", "}"])
            holder[last] = old[:at] + more + old[at + draw.randrange(2) :]
        else:
            holder[last] = draw.choice(values)
        cases.append((altered, None, BEFORE))
    answers = compare(cases)
    assert sum(not answer["ok"] for answer in answers) > 400


def test_both_verifiers_read_bodies_alike() -> None:
    bodies = [
        '{"a":"\\u0001\\u001f\\u007f\\n\\t\\\\\\"/é𝄞\u2028"}',
        '{"a":"\u0001"}',
        '{"a":"\u007f\u2028é𝄞/","b":[null,true,false,-9007199254740991,[],{}]}',
        '{"10":1,"9":2,"__proto__":3,"constructor":4}',
        '{"9":2,"10":1}',
        '{"a":9007199254740992}',
        '{"a":1e2}',
        '{"a":-0}',
        '{"a":"\\ud800"}',
        '{"a":"\\/"}',
        '{"é":1}',
        '{"a":1,"a":1}',
        '{"sealed":null}',
        '{"a":' * 63 + "1" + "}" * 63,
        '{"a":' * 64 + "1" + "}" * 64,
        '{"a":' * 65 + "1" + "}" * 65,
    ]
    cases: list[Case] = []
    for body in bodies:
        entry = entry_with(body)
        promise = receipt.promise(ORIGIN, entry_hash(entry), INTEGRATE_BY, KEY)
        changed = {"entry": entry.decode(), "promise": promise, "words": []}
        cases.append((PROMISED | changed, None, BEFORE))
    answers = compare(cases)
    assert {answer["ok"] for answer in answers} == {True, False}


def test_without_ed25519_the_browser_says_that_it_has_not_checked_who_signed() -> None:
    forged = copy.deepcopy(LOGGED)
    forged["promise"]["signature"] = "A" * 86 + "=="
    changed = copy.deepcopy(LOGGED)
    changed["words"][0]["text"] = "一切都好"
    cases: list[Case] = [(made, None, BEFORE) for made in (LOGGED, forged, changed)]
    whole, unseen, seen = in_node(cases, lacks="Ed25519")
    assert whole["ok"]
    assert whole["signature"] == unseen["signature"] == "unchecked"
    assert seen["code"] == "changed_words"


PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>验证</title>
<form data-verify data-logged="编号 {reference} 已于 {time} 入账" data-promised="已承诺"
  data-overdue="逾期未入账" data-changed-words="文字被改动" data-unpinned="公钥指纹 {fingerprint}"
  data-pinned="公钥相符" data-wrong-key="公钥不符" data-malformed="不是回执"
  data-unchecked="本浏览器未核对签名" KEY>
  <input type="file"><textarea></textarea><button>验证</button><output></output>
</form><script type="module" src="/verify.js"></script>"""


def opened(page: "Page", key: str = "") -> None:
    """The page as a browser gets it; localhost counts as safely loaded."""
    html = PAGE.replace("KEY", f'data-key="{key}"' if key else "")
    page.route("http://localhost/", lambda r: r.fulfill(body=html, content_type="text/html"))
    page.route("http://localhost/verify.js", lambda r: r.fulfill(path=SCRIPT))
    page.goto("http://localhost/")


def test_a_page_shows_the_verdict_of_a_file(page: "Page", tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(LOGGED, ensure_ascii=False))
    opened(page)
    page.set_input_files("input", file)
    verdict = page.locator("output [data-verdict]")
    verdict.wait_for()
    assert verdict.get_attribute("data-verdict") == "logged"
    assert verdict.inner_text() == "编号 7F3K-9Q2M 已于 2026/1/31 16:30:07 入账"
    said = page.locator("output").inner_text()
    assert WORDS in said
    fingerprint = VerifierKey.of(ORIGIN, KEY).fingerprint
    assert f"公钥指纹 {fingerprint}" in said or "本浏览器未核对签名" in said


def test_a_page_shows_the_verdict_of_pasted_text_and_insists_on_its_key(page: "Page") -> None:
    opened(page, VERIFIER)
    altered = copy.deepcopy(PROMISED)
    altered["words"][0]["text"] = "<b>一切都好</b>"
    forged = LOGGED | {"log_key": str(VerifierKey.of(ORIGIN, OTHER_KEY))}
    for made, expected in (
        (PROMISED, "overdue"),
        (altered, "changed_words"),
        (forged, "wrong_key"),
        ("not a receipt", "malformed"),
    ):
        page.fill("textarea", made if isinstance(made, str) else json.dumps(made))
        page.click("button")
        page.locator(f"output [data-verdict={expected}]").wait_for()
    assert datetime.now(UTC) > AFTER, "or a promise would not be overdue"
