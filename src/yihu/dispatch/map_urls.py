"""Addresses of the map."""

from django.urls import path

from yihu.dispatch import map_pages

urlpatterns = [
    path("desk/map/", map_pages.page, name="map"),
    path("desk/map/list/", map_pages.listed, name="map_list"),
    path("map/incidents.geojson", map_pages.incidents, name="map_incidents"),
    path("map/units.geojson", map_pages.units, name="map_units"),
    path("map/places.geojson", map_pages.sites, name="map_sites"),
    path("map/rooms.geojson", map_pages.rooms, name="map_rooms"),
]
