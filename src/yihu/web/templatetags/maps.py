"""The map panel: `{% load maps %}{% map_panel _("地图") layers="incidents units" %}`."""

import json
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yihu.web.templatetags.ui import url_if

register = template.Library()

LAYERS = {
    "incidents": (gettext_lazy("警情"), 2),
    "units": (gettext_lazy("力量"), 2),
    "sites": (gettext_lazy("重点单位"), 60),
    "rooms": (gettext_lazy("警务室"), 0),
    "closures": (gettext_lazy("封路"), 15),
    "reach": (gettext_lazy("5 分钟能到"), 30),
    "gaps": (gettext_lazy("5 分钟到不了"), 30),
}
"""What may be shown: its title, and after how many seconds it is asked for again; 0 for never."""

RADII = 300, 500, 1000, 2000
"""Metres."""


@register.inclusion_tag("web/components/map.html")
def map_panel(
    label: str,
    *,
    layers: str = "",
    off: str = "",
    twin: str = "",
    pick: str = "",
    selects: bool = False,
) -> Any:
    """A map with its switches. What it is for: docs/look.md; what it does: `static/web/map.js`.

    layers: what can be shown, by name; those in `off` are not shown at first. twin: the selector
    of the list that says the same. pick: the selectors of two fields, for longitude and latitude,
    that a click fills in. selects: whether units can be chosen by a ring or a radius.
    """
    addresses = {name: url_if(f"dispatch:map_{name}") for name in layers.split()}
    shown = [name for name, address in addresses.items() if address]
    hidden = off.split()
    sources = {name: {"url": addresses[name], "every": LAYERS[name][1]} for name in shown}
    return {
        "label": label,
        "switches": [(name, LAYERS[name][0], name not in hidden) for name in shown],
        "sources": json.dumps(sources),
        "ground": reverse("places:style"),
        "style": settings.MAP_STYLE,
        "words": json.dumps(_words(), ensure_ascii=False),
        "twin": twin,
        "pick": pick,
        "selects": selects,
        "radii": RADII,
    }


def _words() -> dict[str, Any]:
    return {
        "nothing": _("这个浏览器画不了地图（没有 WebGL）。下面的名单内容一样。"),
        "missing": _("地图组件没有装上，管理员可以再运行一次 make env。下面的名单内容一样。"),
        "wrong": _("底图的样式读不了，管理员请看 YIHU_MAP_STYLE。下面的名单内容一样。"),
        "selected": _("圈中 {n} 个力量"),
        "nowhere": _("先在名单里选一行有位置的"),
        "signs": {
            "police": _("警"),
            "auxiliary": _("协"),
            "guard": _("保"),
            "grid_worker": _("格"),
            "mini_fire": _("消"),
            "volunteer": _("志"),
            "police_station": _("所"),
            "police_room": _("室"),
            "service_centre": _("服"),
            "site": _("重"),
        },
        "locale": {
            "Map.Title": _("地图"),
            "AttributionControl.ToggleAttribution": _("地图来源"),
            "ScaleControl.Meters": _("米"),
            "ScaleControl.Kilometers": _("公里"),
        },
    }
