"""The resident's pages: finding a receipt, the receipt, and all that follows from it.

Nobody logs in here and no cookie carries any authority: who may do what follows
from the receipt's secret in its address. That is why Django's CSRF token, which
protects a session, is not asked for; a token that has run out would only lose
what somebody wrote.
"""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yihu.direct import card, queries, story, visitors
from yihu.direct.forms import DEEDS, Deed, FindForm
from yihu.direct.kinds import Kind
from yihu.direct.pictures import MEDIA_TYPE
from yihu.direct.queries import Held
from yihu.direct.schemas import Confirmed, Disputed
from yihu.direct.uploads import can_be_read
from yihu.kernel import actions as kernel
from yihu.kernel import checkpoint, ledger, proofs
from yihu.kernel.access import Actor, ActorKind, Conflict, Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter
from yihu.kernel.reference import grouped, tidy
from yihu.kernel.vault import Erased
from yihu.people.models import OrganisationKind
from yihu.people.roles import TELLER

type View = Callable[..., HttpResponse]

PRESS_AGAIN = gettext_lazy("还没有交出去。写下的字都在，请再按一次。")
NOT_KEPT = gettext_lazy(
    "现在存不下来，还没有交出去。写下的字都在，请过几分钟再按一次；按几次都只算一次。"
)
UNREADABLE = gettext_lazy("没有读全，还没有交出去。请少选几张照片、写短一点，再交一次。")
MOVED_ON = gettext_lazy("这件事刚刚有了新进展，还没有按您说的做。请看一下再决定；写下的字还在。")
REFUSALS = {
    "erased": gettext_lazy("您写下的内容已经抹除，这里不能再添写。"),
    "children_open": gettext_lazy("由这件事分出去的另一件还没有办完，现在还不能这样做。"),
}
NOT_NOW = gettext_lazy("现在不能这样做：这件事已经到了下一步。写下的字还在。")


def for_one_reader(view: View) -> View:
    """A page that no cache keeps, no search engine lists and no other site hears of."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return csrf_exempt(never_cache(answered))


# --- finding a receipt ---------------------------------------------------------------------------


@for_one_reader
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Type the secret by hand. It is posted, so that it stands in no log on the way."""
    if request.method != "POST":
        return _find(request, FindForm())
    typed = FindForm(request.POST if can_be_read(request) else {})
    if typed.is_valid():
        secret = tidy(typed.cleaned_data["secret"])
        if proofs.party_with(secret):
            return see_other(reverse("direct:receipt", args=[secret]))
        typed.add_error("secret", _not_found(secret))
    return _find(request, typed, HTTPStatus.UNPROCESSABLE_ENTITY)


def _not_found(secret: str) -> str:
    if len(secret) == 8:
        return _("这像是回执编号，可以告诉任何人。查进度要用回执上的 16 位查询码。")
    return _("没有这个查询码的回执。请再对一遍：查询码里没有字母 I、L、O、U。")


def _find(request: HttpRequest, typed: FindForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "direct/resident/find.html", {"form": typed}, status=status)


# --- the receipt ---------------------------------------------------------------------------------


def with_receipt(view: View) -> View:
    """Hand the view what the secret opens; the page to type it again where it opens nothing."""

    @wraps(view)
    def answered(request: HttpRequest, secret: str, **kwargs: Any) -> HttpResponse:
        held = queries.held_with(secret)
        if held is None:
            typed = FindForm({"secret": grouped(tidy(secret))[:19]})
            typed.is_valid()
            typed.add_error("secret", _not_found(tidy(secret)))
            return _find(request, typed, HTTPStatus.NOT_FOUND)
        return view(request, tidy(secret), held, **kwargs)

    return for_one_reader(answered)


@with_receipt
@require_safe
def receipt(request: HttpRequest, secret: str, held: Held) -> HttpResponse:
    """Proof, history, and what its holder can do now. At most twelve statements."""
    return _page(request, secret, held)


@with_receipt
@require_http_methods(["GET", "HEAD", "POST"])
def deed(request: HttpRequest, secret: str, held: Held, name: str) -> HttpResponse:
    """Do what one of the page's small forms says, and show the page again."""
    if name not in DEEDS:
        raise Http404
    address = reverse("direct:receipt", args=[secret])
    if request.method != "POST":
        return see_other(address)
    readable = can_be_read(request)
    said = DEEDS[name](request.POST if readable else {}, auto_id=f"{name}-%s")
    if not readable:
        return _again(request, secret, name, said, UNREADABLE, HTTPStatus.BAD_REQUEST)
    if said.key_is_damaged() or "seq" in said.errors:
        return _again(request, secret, name, said, PRESS_AGAIN, HTTPStatus.BAD_REQUEST)
    if not said.is_valid():
        return _page(request, secret, held, said, name, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _do(request, held, said)
    except Conflict:
        return _again(request, secret, name, said, MOVED_ON, HTTPStatus.CONFLICT)
    except KeyReused:
        return _again(request, secret, name, said, PRESS_AGAIN, HTTPStatus.CONFLICT)
    except Erased:
        return _again(request, secret, name, said, REFUSALS["erased"], HTTPStatus.CONFLICT)
    except OperationalError:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return _page(request, secret, held, said, name, str(NOT_KEPT), status)
    except Refused as refused:
        sentence = REFUSALS.get(refused.code, NOT_NOW)
        return _again(request, secret, name, said, sentence, HTTPStatus.CONFLICT)
    return see_other(address + "#history")


def _do(request: HttpRequest, held: Held, said: Deed) -> None:
    """A verdict that comes from the station's own network says so: whoever gave it."""
    matter = held.matter
    name, payload = said.chosen_move(matter.step), said.payload()
    done_as: dict[str, Any] = {
        "actor": Actor(ActorKind.PARTY, held.party.id, matter.district),
        "matter": matter.id,
        "name": name,
        "client_key": said.client_key,
        "payload": payload,
    }
    if isinstance(payload, Confirmed | Disputed) and visitors.at_the_station(request):
        done_as["remarks"] = {"own_network": True}
    if any(move.name == name for move in matter.declared.moves):
        kernel.move(seq=said.cleaned_data["seq"], **done_as)
    else:
        kernel.act(**done_as)


def _again(
    request: HttpRequest, secret: str, name: str, said: Deed, sentence: object, status: int
) -> HttpResponse:
    """The page as it stands now, with the words that were typed."""
    held = queries.held_with(secret)
    if held is None:
        raise Http404
    fresh = said.renewed(seq=held.matter.seq)
    return _page(request, secret, held, fresh, name, str(sentence), status)


def _page(
    request: HttpRequest,
    secret: str,
    held: Held,
    said: Deed | None = None,
    name: str = "",
    sentence: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    matter = held.matter
    forms = {
        one: said
        if said and one == name
        else DEEDS[one](initial={"seq": matter.seq}, auto_id=f"{one}-%s")
        for one in _possible(held)
    }
    address = request.build_absolute_uri(reverse("direct:receipt", args=[secret]))
    proof = proofs.receipt_for(held.party)
    office = held.houses.get(matter.office_id)
    context = {
        "matter": matter,
        "kind": Kind(matter.kind).label,
        "step": matter.declared.places[matter.step].title,
        "office": office.title if office else "",
        "at_station": office is not None and office.kind == OrganisationKind.STATION,
        "secret": secret,
        "spoken": grouped(secret),
        "address": address,
        "qr": card.qr_svg(address),
        "proof": _proven(proof),
        "copy": _to_copy(matter, address, secret, proof),
        "is_new": "new" in request.GET and matter.seq == 1,
        "events": story.told(held),
        "photos": [s for h in held.history for s in h.said if s.is_picture],
        "question": story.open_question(held.history),
        "forms": forms,
        "unfolded": name,
        "sentence": sentence,
        "stranded": said.typed if said and name not in forms else "",
        "answered": _last_answer(held),
    }
    return render(request, "direct/resident/receipt.html", context, status=status)


def _possible(held: Held) -> list[str]:
    """The forms that lead somewhere from where the matter is, the pressing ones first."""
    if held.party.erased_at:
        return []
    matter = held.matter
    loop = matter.declared
    mine = {move.name for move in loop.moves_from(matter.step) if TELLER in move.by}
    mine |= {act.name for act in loop.acts_at(matter.step) if TELLER in act.by}
    possible = {
        "reply": "reply" in mine and story.open_question(held.history) is not None,
        "verdict": bool(mine & {"confirm", "accept"}),
        "reopen": "dispute" in mine and "confirm" not in mine,
        "add": "add" in mine,
        "withdraw": "withdraw" in mine,
        "erasure": "ask_erasure" in mine and not any(h.name == "ask_erasure" for h in held.history),
    }
    return [name for name, is_possible in possible.items() if is_possible]


def _last_answer(held: Held) -> str:
    """What the office said last, where the verdict is asked for."""
    for happening in reversed(held.history):
        if happening.name in ("answer", "decide"):
            return "\n".join(said.text or "" for said in happening.said)
    return ""


def _proven(proof: dict[str, Any]) -> dict[str, Any]:
    """What the receipt shows by itself: the promise, and its place in the log once it has one."""
    lines = proof["promise"]["text"].split("\n")
    found: dict[str, Any] = {
        "entry_hash": lines[2],
        "by": checkpoint.moment(lines[3]),
        "fingerprint": ledger.public_key().fingerprint,
    }
    if inclusion := proof.get("inclusion"):
        signed = checkpoint.parse(inclusion["checkpoint"]).checkpoint
        found |= {"index": inclusion["index"], "size": signed.size}
    return found


def _to_copy(matter: Matter, address: str, secret: str, proof: dict[str, Any]) -> str:
    lines = [
        (_("回执编号"), matter.reference),
        (_("查询码"), grouped(secret)),
        (_("网址"), address),
        (_("条目指纹"), proof["promise"]["text"].split("\n")[2]),
        (_("承诺签名"), proof["promise"]["signature"]),
        (_("台账公钥"), proof["log_key"]),
    ]
    return "\n".join(f"{name} {value}" for name, value in lines)


# --- the receipt's files -------------------------------------------------------------------------


@with_receipt
@require_safe
def receipt_file(request: HttpRequest, secret: str, held: Held) -> HttpResponse:
    """The proof as a file that verifies without us."""
    proof = proofs.receipt_for(held.party)
    english = (get_language() or "").startswith("en")
    name = f"{'receipt' if english else '回执'}-{held.matter.reference}.json"
    return HttpResponse(
        json.dumps(proof, ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )


@with_receipt
@require_safe
def receipt_image(request: HttpRequest, secret: str, held: Held) -> HttpResponse:
    """The receipt as an image. Shown, not downloaded: in-app browsers save it by a long press."""
    drawn = card.png(
        reference=held.matter.reference,
        address=request.build_absolute_uri(reverse("direct:receipt", args=[secret])),
        secret=grouped(secret),
        fingerprint=ledger.public_key().fingerprint,
    )
    return HttpResponse(drawn, content_type="image/png")


@with_receipt
@require_safe
def photo(request: HttpRequest, secret: str, held: Held, part: UUID) -> HttpResponse:
    found = queries.photo_of(held.party, part)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type=MEDIA_TYPE)


def see_other(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)
