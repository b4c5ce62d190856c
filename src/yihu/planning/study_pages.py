"""The study of response times, from its seed to a page and drawings on the disk. Pure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from yihu.planning.response_study import Study, Told, study
from yihu.planning.study_figures import figures
from yihu.planning.study_measured import Known
from yihu.planning.study_report import report
from yihu.planning.study_runs import Effort
from yihu.planning.study_worlds import District, demo_district, street_district

PAGE = "response-study"


def districts(extract: Path | None) -> list[District]:
    """The demo's, and one on a real network of streets where there is one. Raises ValueError for a
    map without roads, RuntimeError for a file that is no map."""
    found = [demo_district()]
    if extract is not None:
        found.append(street_district(extract))
    return found


def write(
    folder: Path,
    places: Sequence[District],
    effort: Effort,
    command: str,
    told: Told,
    known: Known | None = None,
) -> Iterator[Path]:
    """Gives what was written. `known`: what was measured in place of assumptions."""
    studies = [_study(one, effort, told, known or Known()) for one in places]
    yield from pages(folder, studies, command)


def pages(folder: Path, studies: Sequence[Study], command: str) -> Iterator[Path]:
    drawings = folder / PAGE
    drawings.mkdir(parents=True, exist_ok=True)
    addresses = []
    for name, one in zip(("demo", "streets"), studies, strict=False):
        drawn = figures(one)
        addresses.append({what: f"{PAGE}/{what}-{name}.svg" for what in drawn})
        for what, svg in drawn.items():
            path = drawings / f"{what}-{name}.svg"
            path.write_text(svg, encoding="utf-8")
            yield path
    page = folder / f"{PAGE}.md"
    page.write_text(report(studies, addresses, command), encoding="utf-8")
    yield page


def _study(district: District, effort: Effort, told: Told, known: Known) -> Study:
    return study(
        district,
        effort,
        assumptions=known.assumptions,
        told=lambda what: told(f"{district.name}: {what}"),
        measured=known.measured,
    )
