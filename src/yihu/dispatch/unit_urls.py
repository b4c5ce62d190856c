"""Addresses of the register of units; included by `urls` under the namespace `dispatch`."""

from django.urls import path

from yihu.dispatch import unit_pages as pages

urlpatterns = [
    path("desk/units/", pages.register, name="units"),
    path("desk/units/new/", pages.new_unit, name="new_unit"),
    path("desk/units/roster/", pages.roster, name="unit_roster"),
    path("desk/units/<slug:code>/", pages.unit, name="unit"),
    path("desk/units/<slug:code>/change/", pages.change, name="change_unit"),
    path("desk/units/<slug:code>/members/", pages.join, name="join_unit"),
    path("desk/units/<slug:code>/members/<uuid:person>/off/", pages.leave, name="leave_unit"),
    path("desk/units/<slug:code>/retire/", pages.retire, name="retire_unit"),
    path("desk/units/<slug:code>/status/", pages.heard, name="unit_heard"),
]
