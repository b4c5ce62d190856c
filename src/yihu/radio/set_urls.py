"""Addresses of the set, of the alarm and of positions."""

from django.urls import path

from yihu.radio import alarm_pages, pages, position_pages, set_pages

urlpatterns = [
    path("radio/", pages.the_set, name="set"),
    path("radio/ticket/", pages.ticket, name="ticket"),
    path("radio/groups/", set_pages.groups, name="groups"),
    path("radio/shift/", set_pages.shift, name="shift"),
    path("radio/call/", set_pages.call, name="call_privately"),
    path("radio/alarm/", alarm_pages.alarm, name="alarm"),
    path("radio/alarm/now/", alarm_pages.now, name="alarms_now"),
    path("radio/alarm/<str:reference>/place/", alarm_pages.located, name="located"),
    path("radio/alarms/", alarm_pages.mine, name="alarms"),
    path("radio/alarms/<str:reference>/report/", alarm_pages.report, name="report"),
    path("radio/position/", position_pages.position, name="position"),
    path("radio/trail/", position_pages.trail, name="trail"),
    path("radio/where/<uuid:person>/", position_pages.where, name="where"),
    path("radio/<slug:group>/bursts/", pages.bursts, name="bursts"),
    path("radio/<slug:group>/message/", set_pages.message, name="message"),
    path("radio/<slug:group>/hang-up/", set_pages.end_call, name="hang_up"),
    path("radio/burst/<uuid:burst>.ogg", pages.sound, name="sound"),
]
