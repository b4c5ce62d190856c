"""Addresses of the responder's phone."""

from django.urls import path

from yihu.dispatch import respond_acts as acts
from yihu.dispatch import respond_app as app
from yihu.dispatch import respond_pages as pages
from yihu.dispatch import respond_way as way

urlpatterns = [
    path("respond/", pages.page, name="respond"),
    path("respond/now/", pages.now, name="respond_now"),
    path("respond/app.webmanifest", app.manifest, name="respond_manifest"),
    path("respond/worker.js", app.worker, name="respond_worker"),
    path("respond/offline/", app.offline, name="respond_offline"),
    path("respond/reach/", app.reach, name="respond_reach"),
    path("respond/push/", app.push, name="respond_push"),
    path("respond/shift/", acts.shift, name="respond_shift"),
    path("respond/free/", acts.free, name="respond_free"),
    path("respond/offers/<uuid:offer>/heard/", acts.heard, name="respond_heard"),
    path("respond/offers/<uuid:offer>/accept/", acts.accept, name="respond_accept"),
    path("respond/offers/<uuid:offer>/decline/", acts.decline, name="respond_decline"),
    path("respond/<str:reference>/scene/", pages.scene, name="respond_scene"),
    path("respond/<str:reference>/way/", way.page, name="respond_way"),
    path("respond/<str:reference>/along/", way.along, name="respond_along"),
    path("respond/<str:reference>/status/", acts.status, name="respond_status"),
    path("respond/<str:reference>/tick/", acts.tick, name="respond_tick"),
    path("respond/<str:reference>/send/", acts.send, name="respond_send"),
    path("respond/<str:reference>/help/", acts.need_help, name="respond_help"),
    path("respond/<str:reference>/hand-over/", acts.hand_over, name="respond_hand_over"),
    path("respond/<str:reference>/<uuid:part>.jpg", pages.photo, name="respond_photo"),
]
