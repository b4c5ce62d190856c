"""Addresses of planning."""

from django.urls import URLPattern, URLResolver, include, path

from yihu.planning import plan_pages, plan_papers, sim_pages

type Addresses = list[URLPattern | URLResolver]

simulations: Addresses = [
    path("", sim_pages.home, name="simulations"),
    path("new/", sim_pages.ask, name="simulate"),
    path("<int:simulation>/", sim_pages.simulation, name="simulation"),
    path("<int:simulation>/now/", sim_pages.now, name="simulation_now"),
    path("<int:simulation>/stop/", sim_pages.stop, name="simulation_stop"),
    path("<int:simulation>/discard/", sim_pages.discard, name="simulation_discard"),
    path("<int:simulation>/film/<int:arm>.json", sim_pages.film, name="simulation_film"),
    path("<int:simulation>/print/", sim_pages.paper, name="simulation_print"),
    path("<int:simulation>/simulation.csv", sim_pages.sheet, name="simulation_csv"),
]
plans: Addresses = [
    path("", plan_pages.home, name="home"),
    path("new/", plan_pages.ask, name="ask"),
    path("compare/", plan_papers.compare, name="compare"),
    path("simulations/", include(simulations)),
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
