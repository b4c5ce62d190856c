"""Addresses of the control room."""

from django.urls import path

from yihu.dispatch import (
    card_urls,
    handover_urls,
    intake_urls,
    map_urls,
    offer_urls,
    pages,
    replay_urls,
    respond_urls,
    room_urls,
    unit_urls,
    warning_urls,
)

app_name = "dispatch"
urlpatterns = [
    *room_urls.urlpatterns,
    *respond_urls.urlpatterns,
    *intake_urls.urlpatterns,
    *map_urls.urlpatterns,
    *offer_urls.urlpatterns,
    *card_urls.urlpatterns,
    *handover_urls.urlpatterns,
    *replay_urls.urlpatterns,
    *warning_urls.urlpatterns,
    *unit_urls.urlpatterns,
    path("desk/incidents/", pages.incidents, name="incidents"),
    path("desk/incidents/now/", pages.rows, name="rows"),
    path("desk/incidents/<str:reference>/", pages.incident, name="incident"),
    path("desk/incidents/<str:reference>/now/", pages.story, name="story"),
    path("desk/incidents/<str:reference>/group/", pages.open_group, name="open_group"),
    path("desk/incidents/<str:reference>/do/<slug:name>/", pages.do, name="do"),
]
