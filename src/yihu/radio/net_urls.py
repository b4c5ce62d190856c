"""Addresses of the net's register; included by `urls` under the namespace `radio`."""

from django.urls import path
from django.views.generic import RedirectView

from yihu.radio import net_coverage_pages as coverage
from yihu.radio import net_desk, net_import_pages, net_pages
from yihu.radio import net_group_pages as groups
from yihu.radio import net_set_pages as sets

urlpatterns = [
    path("net/", RedirectView.as_view(pattern_name="radio:sites"), name="net"),
    path("net/sites/", net_pages.sites, name="sites"),
    path("net/sites/new/", net_pages.new_site, name="new_site"),
    path("net/sites/<slug:code>/", net_pages.site, name="site"),
    path("net/sites/<slug:code>/edit/", net_pages.edit_site, name="edit_site"),
    path("net/sites/<slug:code>/close/", net_pages.close_site, name="close_site"),
    path("net/forces/", net_pages.forces, name="forces"),
    path("net/forces/new/", net_pages.new_force, name="new_force"),
    path("net/forces/<slug:code>/", net_pages.force, name="force"),
    path("net/forces/<slug:code>/close/", net_pages.close_force, name="close_force"),
    path("net/crew/<slug:code>/", net_pages.crew, name="crew"),
    path("net/crew/<slug:code>/<uuid:person>/password/", net_pages.password, name="password"),
    path("net/crew/<slug:code>/<uuid:person>/dismiss/", net_pages.dismiss, name="dismiss"),
    path("net/sets/", sets.sets, name="sets"),
    path("net/sets/<slug:number>/", sets.radio, name="radio"),
    path("net/here/<slug:number>/", sets.here, name="here"),
    path("net/custody/<str:reference>/", sets.one_custody, name="custody"),
    path("net/custody/<str:reference>/receipt/", sets.receipt, name="receipt"),
    path("net/groups/", groups.listing, name="net_groups"),
    path("net/groups/<str:reference>/", groups.group, name="talkgroup"),
    path("net/groups/<str:reference>/members/", groups.put_on, name="put_on"),
    path("net/groups/<str:reference>/members/<uuid:person>/off/", groups.take_off, name="take_off"),
    path("net/do/<str:reference>/<slug:name>/", net_desk.do, name="net_do"),
    path("net/import/", net_import_pages.upload, name="import"),
    path("net/coverage/", coverage.coverage, name="coverage"),
    path("net/coverage.geojson", coverage.geojson, name="coverage_geojson"),
]
