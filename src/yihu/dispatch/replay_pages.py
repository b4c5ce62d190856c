"""An incident played again on its page, and as one file that asks nobody for anything."""

from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yihu.direct import doing
from yihu.dispatch.desk import Work
from yihu.dispatch.loops import INCIDENT, ON_DUTY
from yihu.dispatch.replay import SPEEDS, Recorded, score
from yihu.dispatch.replay_queries import by_address, by_value, recorded
from yihu.dispatch.schemas import Noted
from yihu.kernel import actions as kernel
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page


def _work(request: StaffRequest, reference: str) -> Work:
    return Work(request.sitting, doing.find(request, reference, (INCIDENT.name,)))


def _context(work: Work, found: Recorded) -> dict[str, Any]:
    whole = score(found)
    rows = [
        *({"event": event, "at": event["at"]} for event in whole["events"]),
        *({"voice": voice, "at": voice["at"]} for voice in whole["voices"]),
    ]
    return {
        "work": work,
        "matter": work.matter,
        "incident": work.incident,
        "score": whole,
        "rows": sorted(rows, key=lambda row: row["at"]),
        "played": {name: whole[name] for name in ("begins", "lasts", "tracks", "place")},
        "speeds": SPEEDS,
        "begins": found.begins,
    }


@staff_page
@require_safe
def replay(request: StaffRequest, reference: str) -> HttpResponse:
    work = _work(request, reference)
    context = _context(work, recorded(work, request.actor, by_address)) | {
        "may_export": work.fills(ON_DUTY),
        "key": uuid4().hex,
    }
    return render(request, "dispatch/replay/page.html", context)


@staff_page
@require_POST
def export(request: StaffRequest, reference: str) -> HttpResponse:
    """One file with everything in it; that it was taken out is an entry of the incident."""
    work = _work(request, reference)
    if not work.fills(ON_DUTY):
        raise Http404
    try:
        key = bytes.fromhex(request.POST.get("key", "")) or uuid4().bytes
    except ValueError:
        key = uuid4().bytes
    try:
        done = kernel.act(
            actor=request.actor,
            matter=work.matter.pk,
            name="note",
            client_key=key,
            payload=Noted(words=_("导出了可以离线播放的回放文件。")),
            remarks={"exported": "replay"},
        )
    except Refused:
        messages.warning(request, _("现在不能导出。"), extra_tags="soon")
        return redirect("dispatch:replay", reference)
    found = recorded(work, request.actor, by_value, anonymous=True)
    context = (
        _context(work, found)
        | _sealed_in()
        | {
            "who": request.sitting.person.name,
            "when": timezone.now(),
            "seq": done.matter.seq,
        }
    )
    page = render_to_string("dispatch/replay/export.html", context, request)
    return HttpResponse(
        page,
        status=HTTPStatus.OK,
        headers={
            "Content-Disposition": f'attachment; filename="yihu-replay-{reference}.html"',
        },
    )


def _sealed_in() -> dict[str, str]:
    """The player and its styles, with the policy that lets nothing else run or load."""
    script, style = (_file(f"dispatch/replay{kind}") for kind in (".js", ".css"))
    policy = (
        "default-src 'none'; media-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src {_hash(script)}; style-src {_hash(style)}"
    )
    return {"script": script, "style": style, "policy": policy}


def _file(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    with open(path, encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
