"""Open311 GeoReport v2 on the wire: the same answer as JSON or as XML. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

MEDIA_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}

type Value = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"] | None

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(form: str, root: str, item: str, found: Value) -> bytes:
    """`found` in the form asked for; in XML a list's rows are called `item` under `root`."""
    if form == "json":
        return json.dumps(found, ensure_ascii=False).encode()
    top = ElementTree.Element(root)
    _fill(top, found, item)
    found_xml: bytes = ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)
    return found_xml


_ROWS = {"attributes": "attribute", "endpoints": "endpoint", "formats": "format"}
"""What the rows of lists inside an answer are called."""


def _fill(element: ElementTree.Element, value: Value, item: str) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(ElementTree.SubElement(element, name), inner, _ROWS.get(name, "item"))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            _fill(ElementTree.SubElement(element, item), inner, item)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        element.text = _NOT_XML.sub("", text)
