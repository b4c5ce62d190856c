"""The operator's commands: what they print, and the status they end with."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import call_command, get_commands
from pytest_django import Settings
from tests.support.matters import write
from tests.support.town import Town, build

from yihu.cli.loop_pages import pages
from yihu.kernel import ledger
from yihu.kernel.clock import Escalate
from yihu.kernel.diagram import draw
from yihu.kernel.loop import LOOPS
from yihu.kernel.loop_words import words
from yihu.kernel.models import Delivery, OutboxMessage

DOCS = Path(__file__).parents[2] / "docs" / "loops"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def run(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command(*arguments, stdout=said)
    except SystemExit as stop:
        return int(stop.code or 0), said.getvalue()
    return 0, said.getvalue()


OURS = sorted(name for name, app in get_commands().items() if str(app).startswith("yihu."))


def test_every_command_explains_itself() -> None:
    """In one process: what --help prints for each, without a database."""
    program = (
        "import sys\n"
        "from django.core.management import load_command_class\n"
        "import django; django.setup()\n"
        "for name in sys.argv[1:]:\n"
        "    command = load_command_class('yihu.cli', name)\n"
        "    parser = command.create_parser('yihu', name)\n"
        "    assert command.help, name\n"
        "    for action in parser._actions:\n"
        "        assert action.help, (name, action.dest)\n"
        "    parser.format_help()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *OURS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wanted = {"clock", "verify", "doctor", "backup", "restore", "loops", "stations", "outbox"}
    assert wanted <= set(OURS)


# --- doctor --------------------------------------------------------------------------------------


def test_the_doctor_is_content_with_a_healthy_town(town: Town, settings: Settings) -> None:
    settings.WITNESSES = []
    write(town)
    status, said = run("doctor", "--json")
    found = json.loads(said)
    assert (status, found["well"]) == (0, True)
    assert {finding["code"] for finding in found["findings"]} <= {"unwitnessed", "disk_nearly_full"}


def test_the_doctor_names_each_broken_promise_with_its_cure(town: Town) -> None:
    matter = write(town).matter
    OutboxMessage.objects.filter(channel="mail").update(delivery=Delivery.DEAD)
    type(matter).objects.filter(pk=matter.pk).update(lapses_at="2020-01-01T00:00:00Z")
    town.station.supervisor = None
    town.station.save()
    status, said = run("doctor", "--json")
    found = {finding["code"]: finding for finding in json.loads(said)["findings"]}
    assert status == 1
    for code in ("dead_letters", "not_escalated", "station_unsupervised"):
        assert found[code]["grave"]
        assert found[code]["cure"]
    assert found["not_escalated"]["examples"] == [matter.reference]
    status, said = run("doctor")
    assert status == 1
    assert matter.reference in said


@pytest.mark.parametrize(
    ("webhooks", "wrong"),
    [
        ({"sms": "ftp://example.org"}, True),
        ({"sms": "https://example.org", "sms_template": "{to}"}, True),
        ({"sms": "https://example.org", "sms_template": '{"m": "{to}"}'}, False),
    ],
)
def test_the_doctor_tries_webhook_settings(
    town: Town, settings: Settings, webhooks: dict[str, str], wrong: bool
) -> None:
    settings.WEBHOOKS = webhooks
    assert ("webhook_unusable" in run("doctor", "--json")[1]) is wrong


# --- stations, outbox ----------------------------------------------------------------------------


def test_stations_are_a_code_and_a_name_a_line(town: Town) -> None:
    assert run("stations")[1].splitlines() == ["other-station\tother-station", "station\tstation"]
    assert json.loads(run("stations", "--json")[1])[1]["supervisor"] == "oversight"


def test_the_outbox_says_why_and_how_often(town: Town) -> None:
    matter = write(town).matter
    OutboxMessage.objects.filter(channel="mail").update(
        delivery=Delivery.DEAD, attempts=12, fault="nobody_holds_the_role"
    )
    said = run("outbox")[1]
    assert matter.reference in said
    assert "没有人担任" in said
    failing = json.loads(run("outbox", "--json")[1])["failing"]
    assert [(row["attempts"], row["dead"]) for row in failing] == [(12, True)]
    assert json.loads(run("outbox", "--retry", "--json")[1])["retried"] == 1


# --- loops ---------------------------------------------------------------------------------------


def test_loops_are_sound() -> None:
    status, said = run("loops", "--check")
    assert status == 0
    assert all(name in said for name in LOOPS)
    listed = json.loads(run("loops", "--json")[1])
    assert [loop["problems"] for loop in listed] == [[]] * len(LOOPS)


def test_a_loop_that_leaves_someone_unanswered_does_not_load_and_is_explained() -> None:
    program = (
        "import sys, yihu.kernel.loop as loop\n"
        "loop.Loop.check = lambda self: ['the path … ends without an answer']\n"
        "from yihu.cli.main import main\n"
        "sys.argv = ['yihu', 'loops', '--check']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == "yihu: the path … ends without an answer"


def test_the_pictures_in_docs_are_those_of_the_declarations(tmp_path: Path) -> None:
    """`yihu loops --docs docs/loops` brings them up to date."""
    made = dict(pages())
    kept = {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}
    assert kept == made
    run("loops", "--docs", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == set(made)


@pytest.mark.parametrize("name", sorted(LOOPS))
def test_a_picture_shows_every_place_and_every_move(name: str) -> None:
    loop = LOOPS[name]
    picture = draw(loop, words(loop), names=True)
    root = ElementTree.fromstring(picture)
    text = " ".join(root.itertext())
    for place in loop.steps:
        assert place.name in text
        assert str(place.title) in text
    for move in loop.moves:
        assert text.count(str(move.title)) >= len(move.start) + 1
    assert "style=" not in picture  # our content security policy refuses it
    assert "<style" not in picture
    bounded = sum(move.times is not None for move in loop.moves)
    assert len(re.findall("stroke-dasharray", picture)) == 2 * bounded
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    for element in root.iter():
        if "x" in element.attrib and "%" not in element.attrib["x"]:
            assert 0 <= float(element.attrib["x"]) <= width
            assert 0 <= float(element.attrib["y"]) <= height


def test_no_two_lines_lie_on_one_another() -> None:
    """Vertical lines on one track never overlap."""
    for loop in LOOPS.values():
        spans: dict[str, list[tuple[float, float]]] = {}
        for x, top, bottom in re.findall(r'd="M([\d.]+) ([\d.]+)V([\d.]+)', draw(loop)):
            spans.setdefault(x, []).append((float(top), float(bottom)))
        assert spans
        for track in spans.values():
            ordered = sorted(track)
            assert all(a[1] < b[0] for a, b in pairwise(ordered))


def test_a_box_is_as_wide_as_its_words() -> None:
    long = "goes to the supervisor, the subdistrict leader and whoever else should hear"
    for loop in LOOPS.values():
        if not any(isinstance(getattr(step, "lapse", None), Escalate) for step in loop.steps):
            continue  # nothing of it escalates
        root = ElementTree.fromstring(draw(loop, replace(words(loop), escalates=long)))
        widths = {
            float(box.attrib["width"]) for box in root.iter("{http://www.w3.org/2000/svg}rect")
        }
        assert min(widths) > len(long) * 6


def test_the_key_of_posters_is_printed(town: Town) -> None:
    assert run("witness", "--key")[1].strip() == str(ledger.public_key())
