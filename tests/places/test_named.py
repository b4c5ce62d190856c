"""What a map names is gathered once, and kept whole."""

from pathlib import Path

import pytest

from yihu.places.named import INDEX, Named, gather, make, read

OSM = """<osm version="0.6">
<node id="1" lon="120.0" lat="30.0"/><node id="2" lon="120.1" lat="30.0"/>
<node id="3" lon="120.2" lat="30.0"/>
<node id="4" lon="120.3" lat="30.1"><tag k="name" v="人民路"/><tag k="highway" v="bus_stop"/></node>
<node id="5" lon="120.4" lat="30.1"><tag k="name" v="无人问津"/><tag k="note" v="x"/></node>
<node id="6" lon="120.5" lat="30.1"><tag k="amenity" v="bench"/></node>
<way id="1"><nd ref="1"/><nd ref="2"/><tag k="name" v="人民路"/><tag k="highway" v="service"/></way>
<way id="2"><nd ref="2"/><nd ref="3"/><tag k="name" v="人民路"/><tag k="name:en" v="Renmin Road"/>
<tag k="highway" v="residential"/></way>
<way id="3"><nd ref="1"/><nd ref="9"/><tag k="name" v="万和商场"/><tag k="building" v="yes"/></way>
</osm>"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "extract.osm"
    path.write_text(OSM)
    return path


def test_a_street_is_one_name_near_its_middle(source: Path) -> None:
    assert gather(source) == [
        Named("万和商场", "", "building", 120.0, 30.0),
        Named("人民路", "", "stop", 120.3, 30.1),
        Named("人民路", "Renmin Road", "street", 120.1, 30.0),
    ]


def test_what_was_gathered_is_read_again_and_a_torn_file_is_none(source: Path) -> None:
    make(source, source.parent)
    assert read(source.parent) == gather(source)
    (source.parent / INDEX).write_text('[["人')
    assert read(source.parent) == []
    assert read(source.parent / "elsewhere") == []
