"""The ground of the map: its style and its tiles. What is shown on it comes from its own rooms."""

from http import HTTPStatus

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.people.desk import StaffRequest, staff_page
from yihu.places import map_files, map_ranges, map_style
from yihu.places.map_files import State
from yihu.places.models import District

FOR_EVER = "public, max-age=31536000, immutable"


@staff_page
@require_safe
def style(request: StaffRequest) -> HttpResponse:
    """The style of the reader's own district, with where it lies and how its map stands."""
    district = District.objects.get(pk=request.actor.district)
    found = map_files.current(district.pk)
    tiles = None
    if found is not None and found.tiles:
        tiles = request.build_absolute_uri(reverse("places:tiles", args=[found.tiles]))
    english = (get_language() or "").startswith("en")
    said = map_style.style(tiles=tiles, english=english, attribution=_attribution(district))
    told = {
        "state": map_files.state(district.pk),
        "words": str(_words(map_files.state(district.pk))),
        "bounds": found.bounds if found else None,
    }
    return JsonResponse(said | {"metadata": told})


def _attribution(district: District) -> str:
    return _("虚构的地图，不是真实的地方") if district.demo else "© OpenStreetMap contributors"


def _words(state: State) -> str:
    return {
        State.READY: "",
        State.DRAWING: _("底图正在画，画好就出现；位置和名单现在就能用。"),
        State.ABSENT: _("还没有底图：管理员用 yihu map 导入本辖区的 OpenStreetMap 文件。"),
        State.BROKEN: _("底图没有画成，管理员请看时钟进程的记录。位置和名单不受影响。"),
        State.BARE: _("这台机器画不了底图（没有 tippecanoe）。位置和名单不受影响。"),
    }[state]


@require_safe
def tiles(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of tiles, whole or in the pieces that a map asks for. Public, as the ground is."""
    file = map_files.tiles_file(name)
    if file is None:
        raise Http404
    size = file.stat().st_size
    try:
        wanted = map_ranges.asked(request.headers.get("Range", ""), size)
    except map_ranges.Unsatisfiable:
        headers = {"Content-Range": f"bytes */{size}"}
        return HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": FOR_EVER, "ETag": f'"{name}"'}
    kind = "application/vnd.pmtiles"
    if wanted is None:
        return FileResponse(file.open("rb"), content_type=kind, headers=headers)
    with file.open("rb") as opened:
        opened.seek(wanted.start)
        piece = opened.read(len(wanted))
    headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    return HttpResponse(
        piece, content_type=kind, headers=headers, status=HTTPStatus.PARTIAL_CONTENT
    )
