"""Addresses of orders: everybody's, the desk's, and one's own."""

from django.urls import path

from yihu.thanks import pages, public_pages

app_name = "thanks"
urlpatterns = [
    path("orders/<slug:station>/", public_pages.orders, name="public_orders"),
    path("orders/<slug:station>/<int:year>-<int:number>/", public_pages.order, name="order"),
    path("orders/photo/<uuid:consent>/", public_pages.photo, name="photo"),
    path("wall/<slug:station>/", public_pages.wall, name="wall"),
    path("desk/thanks/", pages.orders, name="orders"),
    path("desk/thanks/m/<str:reference>/", pages.draft, name="draft"),
    path("desk/thanks/<int:order>/revoke/", pages.revoke, name="revoke"),
    path("desk/thanks/mine/", pages.mine, name="mine"),
    path("desk/thanks/mine/photo/<uuid:consent>/", pages.photo, name="own_photo"),
    path("desk/thanks/mine/<int:credit>/consent/", pages.consent, name="consent"),
    path("desk/thanks/mine/<int:credit>/withdraw/", pages.withdraw, name="withdraw"),
]
