"""The study of response times: small worlds, the whole way to its page."""

import re
from dataclasses import fields, replace
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from tests.support.streets import Streets

from yihu.places import demo_city, osm_writer
from yihu.places.osm_writer import Extract
from yihu.planning import study_pages, study_report, study_worlds
from yihu.planning.confidence import Interval
from yihu.planning.measured_inputs import of_table
from yihu.planning.measured_words import coded
from yihu.planning.past_calls import read_calls
from yihu.planning.response_study import (
    FORCES,
    OLD,
    RADIOS,
    TARGET,
    Study,
    calibrated,
    old_world,
    study,
    within,
)
from yihu.planning.study_assumptions import Assumptions, table
from yihu.planning.study_figures import figures
from yihu.planning.study_measured import Known, known
from yihu.planning.study_runs import Effort, Sample, samples
from yihu.planning.study_sites import COVER, MEDIAN, sites
from yihu.planning.study_worlds import District, farthest, street_district

DOCS = Path(__file__).parents[2] / "docs"
EFFORT = Effort(seed=3, seeds=2, days=1)
SIDE, APART = 8, 900.0
FEW = Assumptions(guards=40, volunteers=10, auxiliaries=5, grid=8, calls=60)


def grid_town() -> District:
    """A chessboard of homes, 900 m apart, with rooms, guards and all others standing in them."""
    x, y = (axis.ravel() * APART for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    places = np.stack([x, y], axis=1)
    away = np.abs(places[:, None] - places[None]).sum(axis=2)
    random = np.random.default_rng(1)
    drawn = [random.integers(0, SIDE**2, many) for many in (80, 16, 20, 10)]
    return District(
        "a chessboard",
        "棋盘",
        "drawn by a test",
        len(places),
        places,
        np.full(len(places), 5000.0),
        np.stack([away / 9, away / 5.5, away / 1.4]),
        0,
        random.permutation(SIDE**2)[:15],
        *drawn,
    )


@pytest.fixture(scope="module")
def town() -> District:
    return grid_town()


@pytest.fixture(scope="module")
def done(town: District) -> Study:
    return study(town, EFFORT, FEW)


def page(one: Study) -> str:
    addresses = {what: f"{what}.svg" for what in figures(one)}
    return study_report.report([one], [addresses], "yihu study response")


# --- the whole way --------------------------------------------------------------------------------


def test_equal_seeds_give_equal_pages_and_drawings(town: District, done: Study) -> None:
    again = study(town, EFFORT, FEW)
    assert page(again) == page(done)
    assert figures(again) == figures(done)


def test_another_seed_gives_other_numbers(town: District, done: Study) -> None:
    setting = done.steps[0].setting
    other = samples([setting], town, replace(EFFORT, seed=4))[0]
    assert (other.values != done.step(OLD).values).any()


def test_the_page_names_every_assumption_with_its_value(done: Study) -> None:
    text = page(done)
    for one in table():
        told = one.metadata
        value = f"{getattr(done.assumptions, one.name):g}"
        row = next(line for line in text.splitlines() if line.startswith(f"| {told['label']} |"))
        assert value in row
        assert row.endswith(f"| {told['source']} |")


def test_the_page_shows_every_step_and_every_cell_and_is_complete(done: Study) -> None:
    text = page(done)
    for one in (*done.steps, *done.choices, *done.few, *done.changes):
        assert f"| {one.name} |" in text
    assert len(done.cells) == 2 * 6 * 4
    assert "摘要" in text
    assert not re.search(r"\b(nan|inf|None)\b", text)
    tables = [line.count("|") for line in text.splitlines() if line.startswith("| ---")]
    assert len(tables) == 12


def test_drawings_are_well_formed_and_say_in_words_what_they_show(done: Study) -> None:
    for drawn in figures(done).values():
        root = ElementTree.fromstring(drawn)
        names = {element.tag.split("}")[1] for element in root.iter()}
        assert {"title", "desc"} <= names
        assert "style" not in drawn
        width, height = (float(side) for side in root.attrib["viewBox"].split()[2:])
        for element in root.iter():
            for point in element.attrib.get("points", "").split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= width
                assert 0 <= y <= height
    said = ElementTree.fromstring(figures(done)["steps"]).findtext(
        "{http://www.w3.org/2000/svg}desc"
    )
    assert said is not None
    assert all(one.name in said for one in done.steps)


# --- what is measured -----------------------------------------------------------------------------


def test_differences_are_taken_seed_by_seed() -> None:
    base = np.array([[100.0] * 11, [900.0] * 11, [500.0] * 11])
    curve = np.zeros((3, 1))
    before, after = Sample(base + 60, curve), Sample(base, curve)
    bought = after.less_than(before, "first P50")
    assert (bought.mean, bought.half) == (60, 0)  # known exactly, though neither of the two is
    assert after.of("first P50").half > 500
    assert after.ratio(Sample(2 * base, curve), "first late").mean == pytest.approx(0.5)


def test_whoever_is_not_reached_counts_as_never() -> None:
    values = np.full((3, 11), 200.0)
    values[1, 0] = np.inf
    found = Sample(values, np.zeros((3, 1))).of("first P50")
    assert found.mean == np.inf
    assert within(found) is False


def test_eight_minutes_are_claimed_only_where_the_interval_is_below() -> None:
    assert within(Interval(470, 9, 5)) is True
    assert within(Interval(470, 11, 5)) is None
    assert within(Interval(500, 10, 5)) is False


def test_the_old_world_meets_its_target(town: District) -> None:
    effort = Effort(seed=1, seeds=3, days=2)
    relay = calibrated(FEW, town, effort)
    assert relay is not None
    again = samples([old_world(town, replace(FEW, relay=relay))], town, effort)[0]
    assert again.of("first P50").mean == pytest.approx(TARGET, abs=10)


def test_an_old_world_that_is_slower_than_told_is_not_calibrated(town: District) -> None:
    assert calibrated(replace(FEW, car_turnout=3600), town, EFFORT) is None


def test_calls_are_the_same_in_every_setting_and_so_many_a_day(town: District, done: Study) -> None:
    from yihu.planning.study_settings import scenario

    drawn = [
        scenario(one.setting, town, 20).arrivals.draw(20 * 86400, np.random.default_rng(5))
        for one in done.steps
    ]
    assert all((one.created == drawn[0].created).all() for one in drawn)
    assert len(drawn[0].created) == pytest.approx(20 * FEW.calls, rel=0.1)


def test_more_who_accept_bring_somebody_sooner(town: District, done: Study) -> None:
    effort = Effort(seed=1, seeds=4, days=3)
    forces = next(one.setting for one in done.steps if one.name == FORCES)
    few, many = samples(
        [forces.assuming(acceptance=0.1), forces.assuming(acceptance=0.9)], town, effort
    )
    gain = many.less_than(few, "first P50")
    assert gain.low > 0


def test_without_others_the_first_is_police(town: District, done: Study) -> None:
    radios = next(one.setting for one in done.steps if one.name == RADIOS)
    only_urgent = radios.assuming(share_now=0.5, share_soon=0.5)
    found = samples([only_urgent], town, EFFORT)[0]
    assert found.of("first P90") == found.of("police P90")
    assert np.isnan(found.of("busy others").mean)


# --- sites ----------------------------------------------------------------------------------------


def test_new_rooms_are_proven_and_those_that_stand_stay(town: District) -> None:
    found = sites(town, Assumptions())
    assert found.proofs[COVER].proven
    assert found.proofs[MEDIAN].proven
    for rule in found.built:
        rooms = found.rooms(rule)
        assert rooms[:15] == tuple(town.rooms)
        assert len(rooms) == 20
    assert list(found.covered) == sorted(found.covered)


def test_rooms_one_by_one_go_where_they_are_farthest() -> None:
    line = np.stack([np.arange(11) * 100.0, np.zeros(11)], axis=1)
    residents = np.ones(11)
    residents[0] = 2
    assert farthest(line, residents, 2, np.zeros((0, 2))) == [0, 10]
    assert farthest(line, residents, 2, line[[5]]) == [0]


# --- streets of a map -----------------------------------------------------------------------------


def streets(side: int = 12, apart: float = 400.0) -> Extract:
    """A grid of streets."""
    names = [[chr(0x4E00 + side * row + column) for column in range(side)] for row in range(side)]
    town = Streets(
        **{
            name: (column * apart, row * apart)
            for row, line in enumerate(names)
            for column, name in enumerate(line)
        }
    )
    for line in names:
        town.way("".join(line))
    for column in zip(*names, strict=True):
        town.way("".join(column))
    return town.extract()


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return osm_writer.write(streets(), tmp_path_factory.mktemp("map") / "grid.osm.gz")


@pytest.fixture(scope="module")
def laid(extract: Path) -> District:
    return street_district(extract)


def test_a_district_is_laid_over_streets(extract: Path, laid: District) -> None:
    assert laid.residents.sum() == pytest.approx(study_worlds.RESIDENTS)
    assert len(set(laid.rooms)) == study_worlds.ROOMS
    assert np.isfinite(laid.travel).all()
    assert (laid.travel[0] <= laid.travel[2]).mean() > 0.9  # cars are quicker than feet
    assert "OpenStreetMap" in laid.source
    again = street_district(extract)
    assert (again.travel == laid.travel).all()


def test_slower_ways_are_slower_on_wheels_alone(laid: District) -> None:
    slower = laid.slower(1.25)
    assert np.allclose(slower.travel[:2], 1.25 * laid.travel[:2])
    assert (slower.travel[2] == laid.travel[2]).all()
    assert slower.residents is laid.residents


# --- the command ----------------------------------------------------------------------------------


def test_the_command_writes_its_page_and_drawings(
    town: District, done: Study, extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[District, Effort]] = []

    def alike(district: District, effort: Effort, **told: object) -> Study:
        asked.append((district, effort))
        assert told["assumptions"] == Assumptions(), "nothing was measured"
        return replace(done, district=district)

    monkeypatch.setattr(study_pages, "demo_district", lambda: town)
    monkeypatch.setattr(study_pages, "study", alike)
    call_command("study", "response", "--quick", "--out", str(tmp_path), "--roads", str(extract))
    assert [one.name for one, _effort in asked] == [town.name, "streets of grid.osm.gz"]
    assert {effort for _one, effort in asked} == {Effort(1, 10, 2)}
    text = (tmp_path / "response-study.md").read_text(encoding="utf-8")
    assert "--quick --roads grid.osm.gz" in text.splitlines()[2]
    shown = re.findall(r"!\[.*\]\((.*\.svg)\)", text)
    assert len(shown) == len(set(shown)) == 6
    assert all((tmp_path / one).exists() for one in shown)


def test_the_command_refuses_what_is_no_map_and_too_few_seeds(
    tmp_path: Path, town: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_pages, "demo_district", lambda: town)
    (tmp_path / "words.osm").write_text("no map")
    with pytest.raises(CommandError):
        call_command("study", "response", "--roads", str(tmp_path / "words.osm"))
    with pytest.raises(CommandError):
        call_command("study", "response", "--roads", str(tmp_path / "nothing.osm.gz"))
    with pytest.raises(CommandError):
        call_command("study", "response", "--seeds", "3")


# --- what was measured ----------------------------------------------------------------------------


CALLS = """\
报警时间,警情类别,处置力量,是否接受,派警时间,出发时间,到场时间,结束时间
2026-01-05 20:10,打架,保安,是,2026-01-05 20:11,2026-01-05 20:12,2026-01-05 20:16,2026-01-05 20:46
2026-01-06 21:10,Noise,Guard,否,,,,
2026-01-07 22:10,noise,民警,是,2026-01-07 22:11,2026-01-07 22:13,2026-01-07 22:16,2026-01-07 22:26
2026-01-08 05:10,没听说过,驻村协警,否,,,,
"""


def measured_of(text: str) -> Known:
    return known(of_table(coded(read_calls(BytesIO(text.encode())))))


def test_what_calls_say_stands_in_place_of_assumptions_with_its_source() -> None:
    found = measured_of(CALLS)
    told, usual = found.assumptions, Assumptions()
    assert told.calls == pytest.approx(1, abs=0.01), "four in four days"
    assert (told.share_now, told.share_soon) == pytest.approx((1 / 3, 0), abs=1e-3)
    assert told.evening > 1.5 > told.night
    assert told.acceptance == pytest.approx((1 + 10 * 0.65) / 12, abs=1e-3)
    assert told.auxiliary_acceptance == pytest.approx(8 / 11, abs=1e-3)
    assert 60 < told.turnout < told.car_turnout < 120
    assert told.service_wait < told.service_now
    assert found.measured["acceptance"] == "measured, n = 2, since 2026-01-05"
    assert found.measured["calls"] == "measured, n = 4, since 2026-01-05"
    untouched = {one.name for one in fields(Assumptions)} - set(found.measured)
    assert untouched >= {"service_soon", "density", "talk", "guards"}
    assert {getattr(told, name) == getattr(usual, name) for name in untouched} == {True}


def test_a_file_without_answers_or_times_leaves_what_is_assumed_of_them() -> None:
    found = measured_of("时间\n2026-01-05 08:10\n2026-01-07 08:10\n")
    assert set(found.measured) == {"calls", "night", "evening"}
    assert found.assumptions.acceptance == Assumptions().acceptance


def test_the_command_takes_a_file_of_calls_and_says_so(
    tmp_path: Path, town: District, done: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "past.csv").write_text(CALLS, encoding="utf-8")

    def asked(
        district: District,
        _effort: Effort,
        assumptions: Assumptions,
        measured: dict[str, str],
        **_: object,
    ) -> Study:
        return replace(done, district=district, assumptions=assumptions, measured=measured)

    monkeypatch.setattr(study_pages, "demo_district", lambda: town)
    monkeypatch.setattr(study_pages, "study", asked)
    said = StringIO()
    command = ("study", "response", "--quick", "--out", str(tmp_path))
    call_command(*command, "--calls", str(tmp_path / "past.csv"), stdout=said)
    text = (tmp_path / "response-study.md").read_text(encoding="utf-8")
    assert "--quick --calls past.csv" in text.splitlines()[2]
    assert "| measured, n = 2, since 2026-01-05 |" in text
    assert "保安 62% 实测，n = 2，2026-01-05 起" in said.getvalue()
    assert "志愿者 40% 假设" in said.getvalue()
    for content in ("", "时间\n", "时间\n昨天\n"):
        (tmp_path / "bad.csv").write_text(content, encoding="utf-8")
        with pytest.raises(CommandError):
            call_command(*command, "--calls", str(tmp_path / "bad.csv"))
    with pytest.raises(CommandError):
        call_command(*command, "--calls", str(tmp_path / "none.csv"))


def test_the_page_in_docs_is_what_the_command_writes() -> None:
    """By its head, its assumptions and drawings: its numbers take minutes."""
    text = (DOCS / "response-study.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == "# What brings help sooner: 20-odd minutes, and 8"
    assert re.match(r"Written by `yihu study response --seed 1 --seeds \d+", lines[2])
    for one in fields(Assumptions):
        assert f"| {one.metadata['label']} |" in text
    for shown in re.findall(r"!\[.*\]\((.*\.svg)\)", text):
        ElementTree.parse(DOCS / shown)
    assert f"{demo_city.POPULATION:,} residents" in text
