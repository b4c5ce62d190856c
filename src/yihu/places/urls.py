"""Addresses of the ground that maps are drawn on."""

from django.urls import path, register_converter

from yihu.places import map_pages


class TilesName:
    """A file of tiles, named by its content."""

    regex = r"[0-9a-f]{12}\.pmtiles"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TilesName, "tiles")

app_name = "places"
urlpatterns = [
    path("map/style.json", map_pages.style, name="style"),
    path("map/<tiles:name>", map_pages.tiles, name="tiles"),
]
