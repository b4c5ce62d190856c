"""Addresses of an incident played again."""

from django.urls import path

from yihu.dispatch import replay_pages

urlpatterns = [
    path("desk/incidents/<str:reference>/replay/", replay_pages.replay, name="replay"),
    path(
        "desk/incidents/<str:reference>/replay/export/",
        replay_pages.export,
        name="replay_export",
    ),
]
