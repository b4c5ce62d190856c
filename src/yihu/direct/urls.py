"""Addresses of the direct code: the resident's here, the desk's in `desk_urls`."""

from django.urls import include, path

from yihu.direct import form_pages
from yihu.direct import resident_pages as resident
from yihu.direct import verify_pages as proof

app_name = "direct"
urlpatterns = [
    path("", include("yihu.direct.desk_urls")),
    path("d/<slug:code>/", form_pages.form, name="form"),
    path("r/", resident.find, name="find"),
    path("r/<str:secret>/", resident.receipt, name="receipt"),
    path("r/<str:secret>/receipt.json", resident.receipt_file, name="receipt_file"),
    path("r/<str:secret>/receipt.png", resident.receipt_image, name="receipt_image"),
    path("r/<str:secret>/photo/<uuid:part>/", resident.photo, name="photo"),
    path("r/<str:secret>/<slug:name>/", resident.deed, name="deed"),
    path("verify/", proof.verify, name="verify"),
    path("log/checkpoint", proof.checkpoint, name="checkpoint"),
    path("log/key", proof.key, name="key"),
]
