"""The study of response times, from its seed to a page and drawings on the disk. Pure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from yihu.planning.response_study import Study, Told, study
from yihu.planning.study_figures import figures
from yihu.planning.study_report import report
from yihu.planning.study_runs import Effort
from yihu.planning.study_worlds import District, demo_district, street_district

PAGE = "response-study"


def write(
    folder: Path, effort: Effort, extract: Path | None, quick: bool, told: Told
) -> Iterator[Path]:
    """`extract`: a real network of streets beside the demo's district. Gives what was written.
    Raises ValueError for a map without roads, RuntimeError for a file that is no map."""
    districts = [demo_district()]
    if extract is not None:
        districts.append(street_district(extract))
    studies = [_study(district, effort, told) for district in districts]
    command = f"yihu study response --seed {effort.seed} --seeds {effort.seeds}"
    command += " --quick" if quick else ""
    command += f" --roads {extract.name}" if extract else ""
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


def _study(district: District, effort: Effort, told: Told) -> Study:
    return study(district, effort, told=lambda what: told(f"{district.name}: {what}"))
