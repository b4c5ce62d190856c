"""A map for tests: two communities along one road, and its roads, in a folder of the test's own."""

from pathlib import Path

from tests.support.town import DISTRICT

from yihu.places import map_files
from yihu.places.models import District
from yihu.places.osm_writer import Extract, Member, Node, Relation, Way, write

WEST, EAST = (120.01, 30.01), (120.07, 30.01)
"""On the road, in the one community and in the other: about six kilometres apart."""


def bring(folder: Path) -> Path:
    """Write the OpenStreetMap file that the district's map is drawn from."""
    corners = [(120.0, 30.0), (120.04, 30.0), (120.08, 30.0)]
    nodes = [Node(n + 1, x, y, {}) for n, (x, y) in enumerate(corners)]
    nodes += [Node(n + 4, x, y + 0.02, {}) for n, (x, y) in enumerate(corners)]
    along = [Node(10 + n, 120.001 + n * 0.0026, 30.01, {}) for n in range(31)]
    border = {"boundary": "administrative"}
    ways = (
        Way(1, (1, 2, 5, 4, 1), border),
        Way(2, (2, 3, 6, 5, 2), border),
        Way(3, (1, 2, 3, 6, 5, 4, 1), border),
        Way(4, tuple(node.id for node in along), {"highway": "residential", "name": "人民路"}),
    )

    def area(number: int, way: int, level: str, **tags: str) -> Relation:
        own = {"type": "boundary", "boundary": "administrative", "admin_level": level}
        return Relation(number, (Member("way", way, "outer"),), own | tags)

    relations = (
        area(1, 1, "10", name="西社区", ref="c01", population="1000"),
        area(2, 2, "10", name="东社区", ref="c02", population="4000"),
        area(3, 3, "8", name="测试街道"),
    )
    extract = Extract((120.0, 30.0, 120.08, 30.02), (*nodes, *along), ways, relations, "a test")
    folder.mkdir(parents=True, exist_ok=True)
    return write(extract, folder / "extract.osm.gz")


def draw() -> None:
    """Draw the test district's map and build its roads; `settings.MAPS` is the test's to set."""
    bring(map_files.folder(DISTRICT))
    map_files.draw(District.objects.get(pk=DISTRICT))
