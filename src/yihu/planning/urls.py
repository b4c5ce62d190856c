"""Addresses of planning."""

from django.urls import include, path

from yihu.planning import plan_pages, plan_papers

plans = [
    path("", plan_pages.home, name="home"),
    path("new/", plan_pages.ask, name="ask"),
    path("compare/", plan_papers.compare, name="compare"),
    path("<int:plan>/", plan_pages.plan, name="plan"),
    path("<int:plan>/now/", plan_pages.now, name="now"),
    path("<int:plan>/move/", plan_pages.move, name="move"),
    path("<int:plan>/name/", plan_pages.rename, name="rename"),
    path("<int:plan>/stop/", plan_pages.stop, name="stop"),
    path("<int:plan>/discard/", plan_pages.discard, name="discard"),
    path("<int:plan>/print/", plan_papers.paper, name="print"),
    path("<int:plan>/reach.json", plan_papers.reach, name="reach"),
    path("<int:plan>/plan.geojson", plan_papers.geojson, name="geojson"),
    path("<int:plan>/plan.csv", plan_papers.sheet, name="csv"),
]

urlpatterns = [path("desk/plans/", include((plans, "planning")))]
