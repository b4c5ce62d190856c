"""Addresses for programs, and the desk's page where their keys are made."""

from django.urls import path

from yihu.api import open311, pages, warnings
from yihu.api.v1 import api

app_name = "api"
urlpatterns = [
    path("desk/api/", pages.desk, name="desk"),
    path("desk/api/tokens/", pages.make_token, name="make_token"),
    path("desk/api/tokens/<uuid:token>/revoke/", pages.revoke_token, name="revoke_token"),
    path("desk/api/hooks/", pages.subscribe, name="subscribe"),
    path("desk/api/hooks/<uuid:hook>/disable/", pages.disable, name="disable"),
    path("desk/api/hooks/<uuid:hook>/resume/", pages.resume, name="resume"),
    path("api/v1/", pages.reference, name="reference"),
    path("api/v1/openapi.json", pages.openapi, name="openapi"),
    path("api/v1/warnings/<str:reference>.cap", warnings.message, name="warning"),
    path("api/v1/", api.urls),
    path("api/v1/<path:rest>", pages.nothing, name="nothing"),
    path("open311/v2/discovery.<slug:format>", open311.discovery, name="discovery"),
    path("open311/v2/services.<slug:format>", open311.services, name="services"),
    path("open311/v2/services/<str:code>.<slug:format>", open311.service, name="service"),
    path("open311/v2/requests.<slug:format>", open311.requests, name="requests"),
    path("open311/v2/requests/<str:reference>.<slug:format>", open311.one, name="request"),
    path("open311/v2/tokens/<str:token>.<slug:format>", open311.token, name="token"),
]
