"""Addresses of warnings."""

from django.urls import path

from yihu.dispatch import warning_pages as pages

urlpatterns = [
    path("desk/warnings/", pages.make, name="warnings"),
    path("desk/warnings/<str:reference>/", pages.warning, name="warning"),
    path("desk/warnings/<str:reference>/do/<slug:name>/", pages.do, name="warning_do"),
]
