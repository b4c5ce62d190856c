"""Whatever is sent to a public page, no page breaks: the answer is a page of ours, never a 5xx."""

import http.client
import json
import secrets
import socket
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.faults import nasties
from tests.faults.nasties import MULTIPART, URLENCODED, multipart
from tests.support.site import Site
from tests.support.town import Town, build

from yihu.direct.actions import Message, send
from yihu.direct.forms import DEEDS
from yihu.direct.kinds import Kind
from yihu.direct.models import DirectCode
from yihu.kernel import ledger, proofs
from yihu.kernel.models import Matter

FORM = "/d/demo/"
FIELDS = (
    *(b"key", b"kind", b"about", b"whom", b"words"),
    *(b"reporter", b"name", b"contact", b"safety", b"photos"),
)
DEED_FIELDS = (b"seq", b"words", b"verdict", b"rating", b"key")


def with_code() -> Town:
    town = build()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    return town


@pytest.fixture
def town(db: None) -> Town:
    return with_code()


def post(path: str, content_type: str, body: bytes, **headers: str) -> int:
    """The status. A fault in our code is raised, not answered: the test client sees to it."""
    client = Client(headers={"host": "localhost"}, REMOTE_ADDR=f"2001:db8::{secrets.token_hex(2)}")
    return client.generic("POST", path, body, content_type, headers=headers).status_code


# --- the form, field by field --------------------------------------------------------------------


@pytest.mark.parametrize("value", nasties.TEXTS.values(), ids=nasties.TEXTS)
def test_any_text_in_any_field(town: Town, value: bytes) -> None:
    for name in FIELDS:
        sent = nasties.changed(name, value)
        assert post(FORM, MULTIPART, multipart(sent)) < 500, name
        assert post(FORM, URLENCODED, urlencode(sent).encode()) < 500, name


@pytest.mark.parametrize("key", nasties.KEYS.values(), ids=nasties.KEYS)
def test_a_missing_or_forged_key_takes_nothing_and_keeps_the_words(town: Town, key: bytes) -> None:
    body = multipart(nasties.changed(b"key", key))
    answer = Client(headers={"host": "localhost"}).generic("POST", FORM, body, MULTIPART)
    assert answer.status_code in (303, 400, 413)
    assert Matter.objects.count() == (answer.status_code == 303)
    if answer.status_code == 400:
        assert b">\nx</textarea>" in answer.content


BROKEN = nasties.broken_bodies()


@pytest.mark.parametrize(("content_type", "body"), BROKEN.values(), ids=BROKEN)
def test_a_broken_body(town: Town, content_type: str, body: bytes) -> None:
    for path in (FORM, "/r/", "/verify/", "/prefer/"):
        assert post(path, content_type, body) < 500, path


PICTURES = nasties.pictures()


@pytest.mark.parametrize("content", PICTURES.values(), ids=PICTURES)
def test_a_bad_photo(town: Town, content: bytes) -> None:
    for kind in (b"image/jpeg", b"text/html; charset=\xff", b""):
        body = multipart(nasties.good(), [(b"a.jpg", kind, content)])
        assert post(FORM, MULTIPART, body) in (303, 422)


@pytest.mark.parametrize("name", nasties.FILE_NAMES.values(), ids=nasties.FILE_NAMES)
def test_a_photo_of_any_name(town: Town, name: bytes) -> None:
    for content in (b"", b"no photo"):
        body = multipart(nasties.good(), [(name, b"image/jpeg", content)])
        assert post(FORM, MULTIPART, body) < 500


@pytest.mark.parametrize("headers", nasties.HEADERS.values(), ids=nasties.HEADERS)
def test_any_headers(town: Town, headers: dict[str, str]) -> None:
    body = multipart(nasties.good())
    for path in (FORM, "/r/", "/", "/prefer/"):
        assert post(path, MULTIPART, body, **headers) < 500, path
        client = Client(headers={"host": "localhost"})
        assert client.get(path, headers=headers).status_code < 500, path


@pytest.mark.parametrize("address", nasties.ADDRESSES)
def test_any_address(town: Town, address: str) -> None:
    client = Client(headers={"host": "localhost"})
    assert client.get(address).status_code < 500
    assert post(address, MULTIPART, multipart(nasties.good())) < 500


@pytest.mark.parametrize("method", nasties.METHODS)
def test_any_method(town: Town, method: str) -> None:
    for path in (FORM, "/r/", "/r/" + "0" * 16 + "/add/", "/verify/", "/", "/prefer/"):
        client = Client(headers={"host": "localhost"})
        body = multipart(nasties.good())
        assert client.generic(method, path, body, MULTIPART).status_code < 500, path
    assert not Matter.objects.exists()


# --- the receipt's forms -------------------------------------------------------------------------


def test_any_text_in_what_a_receipt_lets_its_holder_do(town: Town) -> None:
    message = Message(Kind.HELP, "楼道灯坏了")
    sent = send(station=town.station, message=message, client_key=secrets.token_bytes(16))
    values = [*nasties.TEXTS.values(), b"1", str(2**31 - 1).encode(), str(2**63).encode()]
    places = [(name, field) for name in [*DEEDS, "no-such-deed"] for field in DEED_FIELDS]
    for turn, (name, field) in enumerate(places):
        for value in values[turn % 6 :: 6]:  # every value meets every deed, and every field
            deed = {b"key": secrets.token_hex(16).encode(), b"seq": b"1", b"words": b"x"}
            body = multipart((deed | {field: value}).items())
            assert post(f"/r/{sent.secret}/{name}/", MULTIPART, body) < 500, (name, field, value)


def test_any_receipt_to_be_verified(town: Town) -> None:
    message = Message(Kind.HELP, "楼道灯坏了")
    sent = send(station=town.station, message=message, client_key=secrets.token_bytes(16))
    ledger.sequence()
    party = proofs.party_with(sent.secret)
    assert party is not None
    whole = proofs.receipt_for(party)
    bad: list[object] = [None, "", [], {}, 0, -1, 10**30, True, "A" * 5000, "\ud800", [[[]]], "𝟙"]
    texts = [json.dumps({**whole, name: value}) for name in whole for value in bad]
    texts += [
        json.dumps({**whole, name: {**inner, key: value}})
        for name, inner in whole.items()
        if isinstance(inner, dict)
        for key in inner
        for value in bad
    ]
    texts += ["[" * 100_000, '{"a":' * 50_000, "NaN", "1e999", '"\\ud800"', "9" * 10_000]
    for text in texts:
        body = multipart([(b"text", text.encode(errors="surrogatepass"))])
        assert post("/verify/", MULTIPART, body) < 500, text[:200]


# --- at random -----------------------------------------------------------------------------------

VALUES = st.one_of(
    st.text().map(lambda text: text.encode(errors="surrogatepass")),
    st.binary(max_size=200),
    st.sampled_from([*nasties.TEXTS.values(), *nasties.KEYS.values()]),
    st.sampled_from([b"help", b"complaint", b"chief", b"person", b"blank", b"never"]),
)
NAMES = st.one_of(st.sampled_from(FIELDS), st.binary(max_size=20))
FILES = st.tuples(
    st.one_of(st.binary(max_size=30), st.sampled_from([*nasties.FILE_NAMES.values()])),
    st.sampled_from([b"image/jpeg", b"image/png", b"text/html", b"\xff", b""]),
    st.one_of(st.binary(max_size=300), st.sampled_from([*PICTURES.values()])),
)
HEADER = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
"""What a server lets through in a header."""
AT_RANDOM = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@AT_RANDOM
@given(
    fields=st.lists(st.tuples(NAMES, VALUES), max_size=12),
    files=st.lists(FILES, max_size=4),
    keyed=st.booleans(),
    cut=st.none() | st.integers(0, 400),
)
def test_any_form_at_random(
    town: Town,
    fields: list[tuple[bytes, bytes]],
    files: list[nasties.File],
    keyed: bool,
    cut: int | None,
) -> None:
    body = multipart([*(nasties.good() if keyed else []), *fields], files)
    assert post(FORM, MULTIPART, body if cut is None else body[:cut]) < 500


@AT_RANDOM
@given(body=st.binary(max_size=500), kind=st.text(HEADER, max_size=60))
def test_any_bytes_of_any_type_at_random(town: Town, body: bytes, kind: str) -> None:
    assert post(FORM, kind, body) < 500


# --- through the real server ---------------------------------------------------------------------


def raw(site: Site, sent: bytes, close: bool = False) -> int | None:
    """Send bytes as they are; the status that comes back, None for a closed connection."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        connection.sendall(sent)
        if close:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while b"\r\n" not in answer and (piece := connection.recv(4096)):
                answer += piece
        except ConnectionError:
            return None
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else None


def requests() -> dict[str, bytes]:
    body = multipart(nasties.good())
    kind = f"Content-Type: {MULTIPART}\r\n".encode()
    line, host = b"POST /d/demo/ HTTP/1.1\r\n", b"Host: localhost\r\n"
    length = b"Content-Length: %d\r\n" % len(body)
    end = b"Connection: close\r\n\r\n"
    return {
        "nonsense": b"\x00\xff\r\n\r\n",
        "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(160),
        "no host": line + kind + length + end + body,
        "two hosts": line + host + b"Host: b\r\n" + kind + length + end + body,
        "HTTP/1.0": b"POST /d/demo/ HTTP/1.0\r\n" + host + kind + length + b"\r\n" + body,
        "HTTP/0.9": b"GET /d/demo/\r\n\r\n",
        "HTTP/9": b"GET /d/demo/ HTTP/9.9\r\n" + host + end,
        "length not a number": line + host + kind + b"Content-Length: abc\r\n" + end + body,
        "length below zero": line + host + kind + b"Content-Length: -1\r\n" + end + body,
        "two lengths": line + host + kind + length + b"Content-Length: 1\r\n" + end + body,
        "shorter than it is": line + host + kind + b"Content-Length: 20\r\n" + end + body,
        "longer than it is": line + host + kind + b"Content-Length: 100000\r\n" + end + body,
        "too long to read": line + host + kind + b"Content-Length: 99999999999\r\n" + end,
        "no length": line + host + kind + end,
        "chunked": line
        + host
        + kind
        + b"Transfer-Encoding: chunked\r\n"
        + end
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
        "bad chunk": line + host + kind + b"Transfer-Encoding: chunked\r\n" + end + b"zz\r\nx\r\n",
        "half a chunk": line + host + kind + b"Transfer-Encoding: chunked\r\n" + end + b"ff\r\nx",
        "smuggled": line + host + kind + length + b"Transfer-Encoding: chunked\r\n" + end + body,
        "unknown coding": line + host + kind + length + b"Transfer-Encoding: gzip\r\n" + end + body,
        "folded header": line + host + b"X: a\r\n b\r\n" + kind + length + end + body,
        "header without colon": line + host + b"nonsense\r\n" + kind + length + end + body,
        "header name not a token": line + host + b"a b: c\r\n" + kind + length + end + body,
        "header of NUL": line + host + b"X: \x00\r\n" + kind + length + end + body,
        "header not ASCII": line + host + "X: 灯\r\n".encode() + kind + length + end + body,
        "cookie not UTF-8": line
        + host
        + b"Cookie: yihu_size=\xff\r\n"
        + kind
        + length
        + end
        + body,
        "thousand headers": line + host + b"X: y\r\n" * 1000 + kind + length + end + body,
        "endless header": line + host + b"X: " + b"y" * 1_000_000 + b"\r\n" + kind + end,
        "endless address": b"GET /d/" + b"a" * 100_000 + b"/ HTTP/1.1\r\n" + host + end,
        "address not ASCII": b"GET /d/\xe6\x89\x80/ HTTP/1.1\r\n" + host + end,
        "address with NUL": b"GET /d/\x00/ HTTP/1.1\r\n" + host + end,
        "address with %00": b"GET /d/%00/%ff HTTP/1.1\r\n" + host + end,
        "whole address": b"GET http://localhost/d/demo/ HTTP/1.1\r\n" + host + end,
        "star": b"OPTIONS * HTTP/1.1\r\n" + host + end,
        "connect": b"CONNECT localhost:443 HTTP/1.1\r\n" + host + end,
        "method of nonsense": b"G\xc3\x8bT / HTTP/1.1\r\n" + host + end,
        "expect": line + host + kind + length + b"Expect: 100-continue\r\n" + end + body,
        "expect nonsense": line + host + kind + length + b"Expect: tea\r\n" + end + body,
        "upgrade": b"GET /d/demo/ HTTP/1.1\r\n"
        + host
        + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "half a request": line + host + kind,
        "pipelined": (b"GET /d/demo/ HTTP/1.1\r\n" + host + b"\r\n") * 20,
    }


def test_the_real_server_answers_whatever_comes_and_goes_on(site: Site) -> None:
    with_code()
    for name, sent in requests().items():
        status = raw(site, sent, close=name in ("half a request", "longer than it is"))
        assert status is None or status < 500, name
    for name, (content_type, body) in BROKEN.items():
        head = f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        head += f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        status = raw(site, head.encode("latin-1") + body)
        assert status is None or status < 500, name
    for name, headers in nasties.HEADERS.items():
        lines = {"Host": "localhost", "Connection": "close"} | {
            k.title(): v for k, v in headers.items()
        }
        head = "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        status = raw(site, f"GET {FORM} HTTP/1.1\r\n{head}\r\n".encode("latin-1", "replace"))
        assert status is None or status < 500, name
    for address in nasties.ADDRESSES:
        status = raw(site, f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert status is None or status < 500, address
    server = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    server.request("POST", FORM, multipart(nasties.good()), {"Content-Type": MULTIPART})
    assert server.getresponse().status == 303
    assert "Traceback" not in site.log()
