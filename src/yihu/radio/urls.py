"""Addresses of the radio."""

from django.urls import path

from yihu.radio import pages, stored_pages

app_name = "radio"
urlpatterns = [
    path("radio/", pages.the_set, name="set"),
    path("radio/ticket/", pages.ticket, name="ticket"),
    path("radio/<slug:group>/bursts/", pages.bursts, name="bursts"),
    path("radio/<slug:group>/stored/", stored_pages.stored, name="stored"),
    path("radio/burst/<uuid:burst>.ogg", pages.sound, name="sound"),
]
