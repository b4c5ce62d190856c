"""Bringing a station's own lists: upload, see what would come of it, then do it."""

import base64
import binascii
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yihu.direct import tables
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by
from yihu.radio import net_import
from yihu.radio.net_desk import said
from yihu.radio.net_forms import UploadForm
from yihu.radio.net_headers import HEADERS
from yihu.radio.net_words import UNREADABLE

LARGEST = 1024 * 1024
"""Bytes of a file: some ten thousand rows. It goes through the page and comes back with the yes."""
MOST_SHOWN = 500
LISTS = {
    "sites": gettext_lazy("重点单位"),
    "people": gettext_lazy("人员"),
    "sets": gettext_lazy("对讲机"),
}
WHAT = {
    "add": gettext_lazy("新增"),
    "change": gettext_lazy("改动"),
    "issue": gettext_lazy("领用"),
    "same": gettext_lazy("不变"),
}


@staff_page
@require_http_methods(["GET", "POST"])
def upload(request: StaffRequest) -> HttpResponse:
    if not directed_by(request.actor):
        raise Http404
    if (sample := request.GET.get("sample")) in HEADERS:
        return _sample(sample)
    if "content" in request.POST:
        return _carry_out(request)
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and form.is_valid():
        return _planned(request, form)
    return _page(request, form)


def _page(request: StaffRequest, form: UploadForm, **more: Any) -> HttpResponse:
    context = {"form": form, "lists": LISTS, **more}
    return render(request, "radio/net/import.html", context, status=422 if form.errors else 200)


def _sample(lists: str) -> HttpResponse:
    """An empty list with its headers, to be filled in."""
    content = tables.write_csv([[headers[0] for headers in HEADERS[lists].values()]])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{lists}.csv"'
    return response


def _planned(request: StaffRequest, form: UploadForm) -> HttpResponse:
    """Nothing is written yet."""
    file = form.cleaned_data["file"]
    if file.size > LARGEST:
        form.add_error("file", _("文件太大，请分成几个，每个不到 1 MB。"))
        return _page(request, form)
    content = file.read()
    plan = _plan(request, form, content, file.name)
    if plan is None:
        return _page(request, form)
    shown = [(one, LISTS[one.lists], WHAT[one.what]) for one in plan.planned[:MOST_SHOWN]]
    context = {
        "plan": plan,
        "name": file.name,
        "content": base64.b64encode(content).decode(),
        "shown": shown,
        "more": len(plan.planned) - len(shown),
        "faulty": len({(one.sheet, one.row) for one in plan.faults}),
        "counts": [(title, plan.count(what)) for what, title in WHAT.items()],
    }
    return _page(request, form, **context)


def _plan(
    request: StaffRequest, form: UploadForm, content: bytes, name: str
) -> net_import.Plan | None:
    try:
        return net_import.plan(actor=request.actor, content=content, name=name)
    except tables.Unreadable as fault:
        form.add_error("file", UNREADABLE[fault.code])
    except net_import.BadSheet as fault:
        form.add_error("file", str(fault))
    return None


def _carry_out(request: StaffRequest) -> HttpResponse:
    """The yes to a plan: the file is read again, so that what is done is true to this moment."""
    form = UploadForm()
    try:
        content = base64.b64decode(request.POST["content"], validate=True)
        plan = net_import.plan(
            actor=request.actor, content=content, name=request.POST.get("name", "")
        )
        net_import.carry_out(plan)
    except (binascii.Error, tables.Unreadable, net_import.BadSheet, ValueError, Refused):
        context = {"form": form, "lists": LISTS, "changed": True}
        return render(request, "radio/net/import.html", context, status=HTTPStatus.CONFLICT)
    done = _("已导入：新增 %(add)d，改动 %(change)d，领用 %(issue)d，不变 %(same)d。")
    said(request, done % {what: plan.count(what) for what in WHAT})
    return redirect("radio:sites")
