"""Checking a receipt, and what one needs for it: the log's key and its newest checkpoint."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yihu.direct.forms import VerifyForm
from yihu.direct.uploads import can_be_read
from yihu.kernel import checkpoint as notes
from yihu.kernel import ledger
from yihu.kernel.receipt import BadReceipt, Fault, Verdict, verify_receipt

PLAIN = "text/plain; charset=utf-8"
FAULTS = {
    Fault.MALFORMED: _("这不是一张完整的回执。请重新下载回执文件，再试一次。"),
    Fault.WRONG_KEY: _("签这张回执的不是本台账的公钥。"),
    Fault.WRONG_SIGNATURE: _("签名不对：回执在签发以后被改过，或者不是本台账签发的。"),
    Fault.CHANGED_ENTRY: _("条目被改过：它和当时承诺的不是同一条。"),
    Fault.CHANGED_WORDS: _("文字被改过：它和条目里封存的对不上。"),
    Fault.BAD_INCLUSION: _("证明不成立：它不能说明这一条在台账里。"),
}


# Nothing is changed and nobody is logged in: a CSRF token would protect nothing.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Check a receipt: in the reader's own browser, or, without JavaScript, here."""
    key = ledger.public_key()
    context = {
        "key": key,
        "faults": {fault.value.replace("_", "-"): text for fault, text in FAULTS.items()},
    }
    if request.method != "POST":
        return render(request, "direct/resident/verify.html", context | {"form": VerifyForm()})
    form = VerifyForm(request.POST, request.FILES) if can_be_read(request) else VerifyForm({})
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        found = _judged(form.receipt(), key)
        context |= {"verdict": found} if isinstance(found, Verdict) else {"fault": FAULTS[found]}
        status = HTTPStatus.OK
        if isinstance(found, Verdict):
            moment = found.logged_at or found.integrate_by
            context |= {"when": notes.moment(moment), "is_logged": found.index is not None}
    return render(request, "direct/resident/verify.html", context | {"form": form}, status=status)


def _judged(receipt: bytes, key: notes.VerifierKey) -> Verdict | Fault:
    try:
        return verify_receipt(receipt, str(key))
    except BadReceipt as bad:
        return bad.code


@never_cache
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint of the public log, as a C2SP note, for any witness."""
    latest = ledger.latest_checkpoint()
    if latest is None:
        return HttpResponse(status=HTTPStatus.NOT_FOUND, content_type=PLAIN)
    return HttpResponse(latest.note, content_type=PLAIN)


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The log's verifier key, to compare with the one on a poster."""
    return HttpResponse(f"{ledger.public_key()}\n", content_type=PLAIN)
