"""Addresses of the run cards."""

from django.urls import path

from yihu.dispatch import card_pages as pages

urlpatterns = [
    path("desk/cards/", pages.listing, name="cards"),
    path("desk/cards/<slug:kind>/", pages.card, name="card"),
    path("desk/cards/<slug:kind>/edit/<slug:doer>/", pages.edit, name="card_edit"),
    path("desk/cards/<slug:kind>/draft/", pages.draft, name="card_draft"),
    path("desk/cards/<slug:kind>/print/", pages.on_paper, name="card_print"),
    path("desk/incidents/<str:reference>/card/", pages.at_incident, name="card_at_incident"),
]
