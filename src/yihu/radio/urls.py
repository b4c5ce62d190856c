"""Addresses of the radio."""

from django.urls import path

from yihu.radio import call_urls, net_urls, set_urls, stored_pages

app_name = "radio"
urlpatterns = [
    *set_urls.urlpatterns,
    *net_urls.urlpatterns,
    *call_urls.urlpatterns,
    path("radio/<slug:group>/stored/", stored_pages.stored, name="stored"),
]
