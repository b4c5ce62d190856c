"""Addresses of the shift's handover."""

from django.urls import path

from yihu.dispatch import handover_pages as pages

urlpatterns = [
    path("desk/handover/", pages.make, name="handovers"),
    path("desk/handover/<str:reference>/", pages.handover, name="handover"),
    path("desk/handover/<str:reference>/print/", pages.on_paper, name="handover_print"),
    path("desk/handover/<str:reference>/do/<slug:name>/", pages.do, name="handover_do"),
]
