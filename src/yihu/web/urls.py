"""Every address of the house: the shell's own here, and each installed room's from its urls.py."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import module_has_submodule

from yihu.web import pages, trust_pages

handler400 = "yihu.web.pages.bad_request"
handler403 = "yihu.web.pages.forbidden"
handler404 = "yihu.web.pages.not_found"
handler500 = "yihu.web.pages.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("prefer/", pages.prefer, name="prefer"),
    path("styles/<slug:name>.<slug:digest>.css", pages.stylesheet, name="styles"),
    path("trust/", trust_pages.trust, name="trust"),
    path("trust/yihu-ca.crt", trust_pages.authority, name="trust_authority"),
    path("components/", pages.components, name="components"),
]
for room in apps.get_app_configs():
    is_room = room.name.startswith("yihu.") and room.name != "yihu.web"
    if is_room and module_has_submodule(room.module, "urls"):
        urlpatterns.append(path("", include(f"{room.name}.urls")))
