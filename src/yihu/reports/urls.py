"""Addresses of the figures."""

from django.urls import include, path

from yihu.reports import dispatch_pages, pages

figures = [
    path("", pages.home, name="home"),
    path("print/", pages.paper, name="print"),
    path("dispatch/", dispatch_pages.home, name="dispatch"),
    path("dispatch/<slug:what>.<slug:form>", dispatch_pages.export, name="dispatch_export"),
    path("<slug:what>.<slug:form>", pages.export, name="export"),
    path("<slug:name>/", pages.figure, name="figure"),
]

urlpatterns = [path("desk/figures/", include((figures, "reports")))]
