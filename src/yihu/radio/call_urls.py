"""Addresses of calls and hazards: at the desk, and on the set."""

from django.urls import path

from yihu.radio import call_pages as desk
from yihu.radio import call_set_pages as on_set
from yihu.radio import hazard_pages as hazards

urlpatterns = [
    path("radio/calls/", on_set.mine, name="calls"),
    path("radio/calls/<str:reference>/heard/", on_set.heard, name="call_heard"),
    path("radio/calls/<str:reference>/answer/", on_set.answered, name="call_answer"),
    path("radio/calls/<str:reference>/back/", on_set.given_back, name="call_back"),
    path("radio/calls/<str:reference>/<uuid:part>.jpg", on_set.photo, name="call_photo"),
    path("net/calls/", desk.listing, name="calls_sent"),
    path("net/calls/instruct/", desk.instruct, name="instruct"),
    path("net/roll-calls/", desk.roll_call, name="roll_calls"),
    path("net/calls/<str:reference>/", desk.call, name="call"),
    path("net/calls/<str:reference>/ring/", desk.ring, name="call_ring"),
    path("net/calls/<str:reference>/heard-back/", desk.heard_back, name="call_heard_back"),
    path("net/calls/<str:reference>/do/<slug:name>/", desk.do, name="call_do"),
    path("radio/hazards/", hazards.mine, name="hazards_mine"),
    path("net/hazards/", hazards.listing, name="hazards"),
    path("net/hazards/<str:reference>/", hazards.hazard, name="hazard"),
    path("net/hazards/<str:reference>/<uuid:part>.jpg", hazards.photo, name="hazard_photo"),
    path("net/hazards/<str:reference>/do/<slug:name>/", hazards.do, name="hazard_do"),
]
