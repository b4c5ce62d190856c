"""Addresses of taking a call, of what belongs together, and of cautions about places."""

from django.urls import path

from yihu.dispatch import caution_pages, intake_pages, merging_pages

urlpatterns = [
    path("desk/incidents/new/", intake_pages.new, name="intake"),
    path("desk/incidents/new/beside/", intake_pages.beside, name="intake_beside"),
    path("desk/landmarks/", intake_pages.search, name="landmarks"),
    path("desk/cautions/", caution_pages.listing, name="cautions"),
    path("desk/cautions/<int:caution>/end/", caution_pages.end, name="end_caution"),
    path("desk/incidents/<str:reference>/place/", intake_pages.place, name="place"),
    path("desk/incidents/<str:reference>/caller/", intake_pages.caller, name="caller"),
    path("desk/incidents/<str:reference>/kin/", merging_pages.kin, name="kin"),
    path("desk/incidents/<str:reference>/kin/now/", merging_pages.kin_now, name="kin_now"),
    path("desk/incidents/<str:reference>/merge/", merging_pages.merge, name="merge"),
    path("desk/incidents/<str:reference>/link/", merging_pages.link, name="link"),
    path("desk/incidents/<str:reference>/split/", merging_pages.split, name="split"),
]
