"""Addresses of the desk; included by `urls` under the namespace `direct`."""

from django.urls import path

from yihu.direct import desk_pages as desk
from yihu.direct import placement_pages as codes

urlpatterns = [
    path("desk/", desk.inbox, name="inbox"),
    path("desk/notices/", desk.told, name="notices"),
    path("desk/loops/<slug:name>/", desk.loop, name="loop"),
    path("desk/codes/", codes.placements, name="placements"),
    path("desk/codes/posters/", codes.posters, name="posters"),
    path("desk/codes/<slug:code>/", codes.placement, name="placement"),
    path("desk/codes/<slug:code>/retire/", codes.retire, name="retire_placement"),
    path("desk/m/<str:reference>/", desk.matter, name="matter"),
    path("desk/m/<str:reference>/photo/<uuid:part>/", desk.photo, name="desk_photo"),
    path("desk/m/<str:reference>/identity/", desk.identity, name="identity"),
    path("desk/m/<str:reference>/erase/", desk.erase, name="erase"),
    path("desk/m/<str:reference>/do/<slug:name>/", desk.do, name="do"),
]
