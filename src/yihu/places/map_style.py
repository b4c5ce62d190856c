"""How the base map looks: a MapLibre style whose colours are our tokens. Pure.

https://maplibre.org/maplibre-style-spec/. A colour is any CSS colour, mostly made of `var(--…)`;
the page puts in what the tokens are worth in its theme (`web/static/web/map_colours.js`). There
are no glyphs: labels are drawn with the reader's own fonts.
"""

from typing import Any

SOURCE = "district"
BOTTOM, TOP = 8, 15
"""Zooms that the tiles are made for; the map may be drawn further in."""

FACE = ["PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei"]


def mixed(token: str, share: int, ground: str = "paper") -> str:
    """So many hundredths of one token in another."""
    return f"color-mix(in srgb, var(--{token}) {share}%, var(--{ground}))"


PAPER, INK, MUTED = "var(--paper)", "var(--ink)", "var(--muted)"
GROUNDS = {
    "homes": mixed("line", 45),
    "trade": mixed("soon", 9),
    "works": mixed("edge", 18),
    "fields": mixed("done", 7),
    "wood": mixed("done", 20),
    "park": mixed("done", 15),
    "civic": mixed("jade-tint", 80),
}
WATER = mixed("jade", 26)
ROAD, ROAD_EDGE = mixed("muted", 12, "panel"), mixed("edge", 42)
WIDTHS = {"motorway": 22, "main": 18, "street": 14, "lane": 9, "drive": 5}
"""Metres on the ground by kind of road, as it is drawn; a map is not a plan."""


def style(*, tiles: str | None, english: bool, attribution: str) -> dict[str, Any]:
    """The whole style; without tiles, paper alone, on which all else can be shown."""
    source = {
        "type": "vector",
        "url": f"pmtiles://{tiles}",
        "attribution": attribution,
    }
    ground = [{"id": "paper", "type": "background", "paint": {"background-color": PAPER}}]
    return {
        "version": 8,
        "sources": {SOURCE: source} if tiles else {},
        "layers": ground + (_layers(english) if tiles else []),
    }


def _layers(english: bool) -> list[dict[str, Any]]:
    name: list[Any] = ["get", "name"]
    if english:
        name = ["coalesce", ["get", "name_en"], name]
    return [*_areas(), *_roads(), *_lines(), *_names(name)]


def _layer(name: str, kind: str, source: str, **rest: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "source": SOURCE, "source-layer": source, **rest}


def _kind(*kinds: str) -> list[Any]:
    return ["in", ["get", "kind"], ["literal", list(kinds)]]


# --- areas, roads, lines --------------------------------------------------------------------------


def _areas() -> list[dict[str, Any]]:
    by_kind: list[Any] = ["match", ["get", "kind"]]
    for kind, colour in GROUNDS.items():
        by_kind += [kind, colour]
    streams = {"line-color": WATER, "line-width": _growing((11, 1), (16, 8))}
    return [
        _layer("ground", "fill", "ground", paint={"fill-color": [*by_kind, PAPER]}),
        _layer("streams", "line", "water", filter=_kind("stream"), paint=streams),
        _layer("water", "fill", "water", filter=_kind("water"), paint={"fill-color": WATER}),
        _layer(
            "buildings",
            "fill",
            "buildings",
            minzoom=14,
            paint={
                "fill-color": mixed("edge", 30),
                "fill-outline-color": mixed("edge", 45),
                "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0, 15, 1],
            },
        ),
    ]


def _growing(*steps: tuple[float, float]) -> list[Any]:
    """A width in pixels that doubles with each zoom, as the ground does."""
    return ["interpolate", ["exponential", 2], ["zoom"], *(n for step in steps for n in step)]


def _width(metres: float, edge: float = 0) -> list[Any]:
    """As wide as on the ground where that can be seen, a thin line further out.

    A pixel at zoom 16 is about 2 m at our latitudes.
    """
    return [
        "interpolate",
        ["exponential", 1.7],
        ["zoom"],
        *(9, 0.4 + metres / 22 + edge),
        *(13, 0.6 + metres / 7 + edge),
        *(16, metres / 1.6 + edge),
        *(19, metres / 0.35 + edge),
    ]


def _roads() -> list[dict[str, Any]]:
    round_ends = {"line-cap": "round", "line-join": "round"}
    edges, fills = [], []
    for kind, metres in reversed(WIDTHS.items()):
        edges.append(
            _layer(
                f"{kind}-edge",
                "line",
                "roads",
                filter=_kind(kind),
                layout=round_ends,
                paint={"line-color": ROAD_EDGE, "line-width": _width(metres, 1.5)},
            )
        )
        colour = mixed("soon", 22, "panel") if kind == "motorway" else ROAD
        fills.append(
            _layer(
                kind,
                "line",
                "roads",
                filter=_kind(kind),
                layout=round_ends,
                paint={"line-color": colour, "line-width": _width(metres)},
            )
        )
    return [*edges, *fills]


def _lines() -> list[dict[str, Any]]:
    dashes = {"path": [2, 1.5], "rail": [3, 2], "under": [1, 3]}
    return [
        _layer(
            "paths",
            "line",
            "roads",
            filter=_kind("path"),
            paint={"line-color": mixed("edge", 60), "line-dasharray": dashes["path"]},
        ),
        *(
            _layer(
                f"rails-{kind}",
                "line",
                "rails",
                filter=_kind(kind),
                paint={
                    "line-color": mixed("muted", 55),
                    "line-width": 1.5,
                    "line-dasharray": dashes[kind],
                },
            )
            for kind in ("rail", "under")
        ),
        _layer(
            "borders-community",
            "line",
            "borders",
            filter=_kind("community"),
            paint={
                "line-color": mixed("muted", 60),
                "line-width": 1,
                "line-dasharray": [4, 3],
            },
        ),
        _layer(
            "borders-district",
            "line",
            "borders",
            filter=_kind("district"),
            paint={
                "line-color": mixed("jade", 75),
                "line-width": 2,
                "line-dasharray": [6, 2, 1, 2],
            },
        ),
    ]


# --- names ----------------------------------------------------------------------------------------


def _words(
    name: str,
    source: str,
    text: list[Any],
    *kinds: str,
    size: float = 12,
    colour: str = MUTED,
    zooms: tuple[int, int] = (0, 24),
    **layout: Any,
) -> dict[str, Any]:
    return _layer(
        name,
        "symbol",
        source,
        filter=["all", ["has", "name"], _kind(*kinds)],
        minzoom=zooms[0],
        maxzoom=zooms[1],
        layout={
            "text-field": text,
            "text-font": FACE,
            "text-size": size,
            "text-max-width": 8,
            **layout,
        },
        paint={"text-color": colour, "text-halo-color": PAPER, "text-halo-width": 1.4},
    )


def _names(text: list[Any]) -> list[dict[str, Any]]:
    """From the least to the most important: what stands last finds its place first."""
    along: dict[str, Any] = {
        "symbol-placement": "line",
        "text-max-angle": 35,
        "symbol-spacing": 320,
    }
    small = (
        "bus_stop", "compound", "works", "market", "school", "service_centre", "mall", "park",
        "peak", "water",
    )  # fmt: skip
    return [
        _words("names-lanes", "roads", text, "lane", size=11, zooms=(15, 24), **along),
        _words("names-places", "places", text, *small, size=11),
        _words("names-streets", "roads", text, "street", size=12, zooms=(13, 24), **along),
        _words("names-main", "roads", text, "main", "motorway", size=13, zooms=(11, 24), **along),
        _words("names-civic", "places", text, "station", "hospital", "fire_station", "police"),
        _words("names-settlements", "places", text, "settlement", size=12, colour=INK),
        _words("names-communities", "places", text, "community", size=13, colour=INK),
        _words("names-district", "places", text, "district", size=20, colour=INK, zooms=(0, 10)),
    ]
