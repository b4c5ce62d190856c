"""The player's arithmetic in node, beside the run that it plays."""

import base64
import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.planning.test_run_film import bent, positions, run_of

from yihu.planning import run_film
from yihu.planning.run_film import DEGREE, film
from yihu.planning.simulation import Run

SCRIPT = Path(run_film.__file__).parent / "static/planning/film_at.js"
HARNESS = """
import { readFileSync } from "node:fs";
const { source, film, moments } = JSON.parse(readFileSync(0, "utf8"));
const { opened, filmAt } = await import(`data:text/javascript;base64,${source}`);
const whole = opened(film);
console.log(JSON.stringify(moments.map((now) => filmAt(whole, now))));
"""
NEAR = 3.0
"""Metres, and half a second on the way."""


def in_node(told: dict[str, Any], moments: list[float]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine: the player's arithmetic is tried in browsers alone")
    source = base64.b64encode(SCRIPT.read_bytes()).decode()
    sent = json.dumps({"source": source, "film": told, "moments": moments})
    command = [node, "--input-type=module", "-e", HARNESS]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def run() -> Run:
    return run_of(11)


@pytest.fixture(scope="module")
def told(run: Run) -> dict[str, Any]:
    return film(run, positions(run.scenario))


@pytest.fixture(scope="module")
def moments(told: dict[str, Any]) -> list[float]:
    return sorted(np.random.default_rng(1).uniform(0, told["lasts"], 60).tolist())


@pytest.fixture(scope="module")
def shown(told: dict[str, Any], moments: list[float]) -> list[dict[str, Any]]:
    return in_node(told, moments)


def test_calls_stand_as_in_the_run(
    run: Run, told: dict[str, Any], moments: list[float], shown: list[dict[str, Any]]
) -> None:
    waited = 0
    for now, picture in zip(moments, shown, strict=True):
        at = now + told["begins"]
        calls = run.calls[~run.calls["lost"]]
        come, first, over = (
            calls["created"] <= at,
            calls["on_scene"] <= at,
            calls["completed"] <= at,
        )
        edges = np.stack([calls[name] for name in ("created", "on_scene", "completed")])
        if (np.abs(edges - at) <= 0.5).any():
            continue  # the film's moments are whole seconds
        by_state = [one["state"] for one in picture["calls"]]
        assert by_state.count("waits") == int((come & ~first & ~over).sum())
        assert by_state.count("served") == int((come & first & ~over).sum())
        waited += by_state.count("waits")
    assert waited > 0


def test_units_are_where_the_run_has_them(
    run: Run, told: dict[str, Any], moments: list[float], shown: list[dict[str, Any]]
) -> None:
    """On a move that began standing, evenly between its ends."""
    places = np.array(positions(run.scenario))
    scale = DEGREE * np.array([np.cos(np.radians(30)), 1.0])
    looked = 0
    for now, picture in zip(moments, shown, strict=True):
        at = now + told["begins"]
        for unit in picture["units"]:
            moves = run.moves[run.moves["unit"] == unit["id"]]
            going = (moves["departed"] >= moves["begun"]) & (moves["departed"] + 1 < at)
            going &= moves["until"] - 1 > at
            if not going.any():
                continue
            move = moves[going][0]
            share = (at - move["departed"]) / (move["arrives"] - move["departed"])
            where = (1 - share) * places[move["origin"]] + share * places[move["target"]]
            speed = np.hypot(*((places[move["target"]] - places[move["origin"]]) * scale)) / (
                move["arrives"] - move["departed"]
            )
            assert np.hypot(*((unit["at"] - where) * scale)) <= NEAR + speed
            assert unit["doing"] == ("back" if move["call"] < 0 else "going")
            looked += 1
    assert looked > 20


def test_residents_covered_are_those_of_the_last_look(
    told: dict[str, Any], moments: list[float], shown: list[dict[str, Any]]
) -> None:
    covered = told["covered"]
    for now, picture in zip(moments, shown, strict=True):
        look = int((now - covered["begins"]) // covered["every"])
        assert picture["covered"] == covered["free"][look]


def test_who_is_off_shift_is_not_shown_and_all_others_are(
    told: dict[str, Any], moments: list[float], shown: list[dict[str, Any]]
) -> None:
    for now, picture in zip(moments, shown, strict=True):
        there = [
            n
            for n, unit in enumerate(told["units"])
            if any(b <= now <= e for b, e in zip(unit["on"][::2], unit["on"][1::2], strict=True))
        ]
        assert [one["id"] for one in picture["units"]] == there


def test_nobody_jumps_while_on_the_way(run: Run) -> None:
    """Second by second, along bent ways, no unit goes faster than any car."""
    told = film(run, positions(run.scenario), way=bent)
    pictures = in_node(told, [float(second) for second in range(1800)])
    scale = DEGREE * np.array([np.cos(np.radians(30)), 1.0])
    moved = 0.0
    for before, after in itertools.pairwise(pictures):
        here = {one["id"]: np.array(one["at"]) for one in before["units"]}
        for one in after["units"]:
            if one["id"] in here:
                metres = float(np.hypot(*((one["at"] - here[one["id"]]) * scale)))
                assert metres < 60
                moved += metres
    assert moved > 1000


def test_states_and_lines_at_their_edges() -> None:
    told = {
        "begins": 0, "lasts": 100, "origin": [120.0, 30.0], "kinds": ["guard"],
        "ways": [[0, 0, 1000, 0, 0, 1000], [1000, 1000]],
        "units": [{"kind": 0, "at": [0, 0], "on": [0, 100], "legs": [10, 20, 40, 0, 0]}],
        "calls": [
            {"at": [1000, 1000], "priority": 1, "created": 5, "first": 40, "police": None,
             "completed": 60, "lost": False},
            {"at": [0, 0], "priority": 1, "created": 50, "first": None, "police": None,
             "completed": None, "lost": True},
        ],
        "covered": {"begins": 0, "every": None, "residents": 9, "free": [], "police": []},
    }  # fmt: skip
    pictures = in_node(told, [0, 10, 20, 30, 40, 59, 60])
    doing = [one["units"][0]["doing"] for one in pictures]
    assert doing == ["stands", "told", "going", "going", "there", "there", "stands"]
    states = [[call["state"] for call in one["calls"]] for one in pictures]
    assert states == [[], *[["waits"]] * 3, ["served"], ["served", "over"], ["over", "over"]]
    x, y = pictures[3]["units"][0]["at"]
    assert x == pytest.approx(120.01)
    assert 30.0 < y < 30.01, "half of the way is by its length, and east is narrower"
    assert {one["covered"] for one in pictures} == {None}
