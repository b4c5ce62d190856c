"""Addresses of the figures."""

from django.urls import include, path

from yihu.reports import pages

figures = [
    path("", pages.home, name="home"),
    path("print/", pages.paper, name="print"),
    path("<slug:what>.<slug:form>", pages.export, name="export"),
    path("<slug:name>/", pages.figure, name="figure"),
]

urlpatterns = [path("desk/figures/", include((figures, "reports")))]
