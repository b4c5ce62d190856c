"""Addresses of who is asked, and who is on duty."""

from django.urls import path

from yihu.dispatch import duty_pages
from yihu.dispatch import offer_pages as pages

urlpatterns = [
    path("desk/incidents/<str:reference>/advice/", pages.advice, name="advice"),
    path("desk/incidents/<str:reference>/waves/", pages.waves, name="waves"),
    path("desk/incidents/<str:reference>/offer/", pages.offer, name="offer"),
    path("desk/incidents/<str:reference>/assign/", pages.assign, name="assign"),
    path("desk/incidents/<str:reference>/stand-down/", pages.stand_down, name="stand_down"),
    path("desk/duty/", duty_pages.listing, name="duty"),
    path("desk/duty/<int:duty>/end/", duty_pages.end, name="duty_end"),
]
