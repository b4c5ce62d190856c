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
    path("map/closures.geojson", map_pages.closed, name="map_closures"),
    path("map/reach.geojson", map_pages.reach, name="map_reach"),
    path("map/gaps.geojson", map_pages.gaps, name="map_gaps"),
    path("desk/map/gaps/", map_pages.gaps_listed, name="map_gaps_listed"),
]
