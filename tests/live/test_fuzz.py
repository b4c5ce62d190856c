"""Rubbish over real sockets: the relay answers it, counts it, and goes on."""

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.live.test_relay import ANN, BO, CAI, SOON, SPOKEN, Phone, Running, phones
from websockets.exceptions import ConnectionClosed

from yihu.live import relay as relaying
from yihu.live.frames import LARGEST, Frame, packed
from yihu.radio.tickets import GroupRight, Ticket

FAR = Ticket("set-far", "p4", "远", "another", (GroupRight("guards", "保安"),))
WORDS = ["Floor Request", "Floor Release", "Forced Release", "Join", "Leave", "Login", "Sing", ""]
GROUPS = ["guards", "school", "nowhere", None, ["guards"], "\udfff", {}]
LEVELS = ["normal", "emergency", "loud", 3, None, "\ud800"]
ODD = ["[" * 2000, '{"say":"Join","group":' + "9" * 3900 + "}", "null", '"', "{}", ""]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(relaying, "MOST_A_SECOND", 100_000)
    found = Running(tmp_path)
    yield found
    found.stop()


def rubbish(random: Random) -> str | bytes:
    size = random.randrange(1, 60)
    match random.randrange(6):
        case 0:
            return random.randbytes(size)
        case 1:
            return packed(Frame(random.randrange(5), size, random.randbytes(size)))
        case 2:
            return random.randbytes(random.randrange(LARGEST - 100, LARGEST))
        case 3:
            return "".join(chr(random.randrange(32, 0xD800)) for _ in range(size))
        case 4:
            return random.choice(ODD)
    said = {
        "say": random.choice([*WORDS, None, 7, "\ud800"]),
        "group": random.choice(GROUPS),
        "level": random.choice(LEVELS),
    }
    return json.dumps({key: value for key, value in said.items() if random.random() < 0.9})


def refusals(running: Running, phone: Phone, sent: int) -> int:
    """How many the set was told of, once everything that was sent has been taken in."""
    counts, deadline = running.relay.counts, time.monotonic() + SOON
    while counts.words + counts.frames_in < sent:
        assert time.monotonic() < deadline, "not everything was taken in"
        time.sleep(0.01)
    running.ask(lambda: running.relay.net.sets[phone.device].tell('{"say":"That was all"}'))
    found = 0
    while True:
        said = phone.line.recv(SOON)
        if isinstance(said, bytes):
            phone.heard.append(said)  # type: ignore[arg-type]
        elif (word := json.loads(said)["say"]) == "That was all":
            return found
        else:
            found += word == "Refused"


@pytest.mark.parametrize("seed", range(3))
def test_rubbish_is_answered_and_counted_and_reaches_nobody_else(
    running: Running, seed: int
) -> None:
    random = Random(seed)
    with phones(running, ANN, BO, CAI, FAR) as (ann, bo, cai, far):
        ann.say("Floor Request")
        ann.wait("Floor Granted")
        for _ in range(400):
            bo.line.send(rubbish(random))
            cai.line.send(rubbish(random))
        ann.talk(SPOKEN)
        sent = 1 + 800 + len(SPOKEN)
        told = [refusals(running, phone, sent) for phone in (bo, cai, far, ann)]
        assert sum(told) == running.relay.counts.refused > 100
        assert told[2:] == [0, 0]
        assert (far.heard, cai.heard) == ([], [])
    still_works(running)


def still_works(running: Running) -> None:
    with phones(running, ANN, BO) as (ann, bo):
        ann.say("Floor Request")
        ann.wait("Floor Granted")
        ann.talk(SPOKEN)
        assert [frame.opus for frame in bo.frames(len(SPOKEN))] == SPOKEN


@pytest.mark.parametrize(
    "first",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS where there is none
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nOrigin: http://elsewhere.test\r\n\r\n",
        b"POST /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 3000 + b"\r\n",
        b"\x00" * 5000,
        "GET /é HTTP/1.1\r\n\r\n".encode(),
    ],
)
def test_what_is_no_websocket_breaks_nothing(running: Running, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", running.port)) as line:
        line.sendall(first)
        line.shutdown(socket.SHUT_WR)
        line.settimeout(SOON)
        answer = b""
        try:
            while piece := line.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        assert b"101" not in answer.split(b"\r\n")[0]
    still_works(running)


@pytest.mark.parametrize(
    "login",
    [
        '{"say":"Login","ticket":"\\ud800"}',
        '{"say":"Login","ticket":{"a":1}}',
        '{"say":"Login","ticket":"é:é:é"}',
        '{"say":7}',
        b"\x01" * 20,
        "[" * 2000,
    ],
)
def test_a_login_that_is_none_closes_the_line_with_a_reason(
    running: Running, login: str | bytes
) -> None:
    with running.line() as line:
        line.send(login)
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(SOON)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "no ticket")
    assert running.relay.counts.logins_refused == 1
    still_works(running)


@pytest.mark.parametrize("since", [-1, 10**30, True, None, "7", 1.5, [], {"a": 1}])
def test_an_odd_place_to_go_on_from_is_answered(running: Running, since: object) -> None:
    with running.line() as line:
        Phone(line, ANN, epoch=running.relay.net.log.epoch, since=since)
    with running.line() as line:
        Phone(line, ANN, epoch=["x"], since=since).wait("Reload")


def test_figures_are_there_for_who_watches_machines_and_name_nobody(running: Running) -> None:
    with phones(running, ANN, BO) as (ann, bo):
        ann.say("Floor Request")
        ann.wait("Floor Granted")
        ann.talk(SPOKEN)
        bo.frames(len(SPOKEN))
        bo.line.send("rubbish")
        bo.wait("Refused")
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/metrics") as answer:
            assert answer.headers.get_content_type() == "text/plain"
            said = answer.read().decode()
    figures = dict(line.split() for line in said.splitlines() if not line.startswith("#"))
    assert {
        name: figures[f"yihu_relay_{name}"]
        for name in ("sets", "groups", "talking", "frames_in_total", "refused_total")
    } == {
        "sets": "2",
        "groups": "1",
        "talking": "1",
        "frames_in_total": "5",
        "refused_total": "1",
    }
    assert figures["yihu_relay_frames_out_total"] == "5"
    assert figures["yihu_relay_grants_total"] == "1"
    for private in (ANN.name, ANN.device, ANN.person, "guards", "test"):
        assert private not in said
