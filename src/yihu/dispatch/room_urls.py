"""Addresses of the control room."""

from django.urls import path

from yihu.dispatch import room_pages as pages

urlpatterns = [
    path("desk/room/", pages.room, name="room"),
    path("desk/room/queue/", pages.queue, name="queue"),
    path("desk/room/forces/", pages.forces, name="forces"),
    path("desk/room/all-call/", pages.all_call, name="all_call"),
]
