"""How a device comes to trust the certificates of our own network (`yihu certs`)."""

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yihu.certificates import HERE, PLAIN
from yihu.direct.card import qr_svg


@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """Read over plain HTTP by who does not trust yet, and over HTTPS by who wants to show it."""
    if not settings.OWN_TLS:
        return render(request, "web/trust.html", {"public": settings.PRODUCTION})
    port = int(request.get_port())
    site = port if request.is_secure() else port - PLAIN
    host = _host(request)
    plain = f"http://{host}:{site + PLAIN}{reverse('trust')}"
    context = {
        "own": True,
        "plain": plain,
        "qr": qr_svg(plain),
        "site": f"https://{host}:{site}".removesuffix(":443") + "/",
        "fingerprint": settings.CERTIFICATES.fingerprint(),
        "alone": not request.is_secure(),  # the plain page: nothing else is served there
    }
    return render(request, "web/trust.html", context)


def _host(request: HttpRequest) -> str:
    """The name or address that the reader came by; another one if it leads nowhere but here."""
    host = request.get_host()
    if not host.endswith("]"):
        host = host.rpartition(":")[0] or host
    return settings.LAN_HOSTS[0] if host.strip("[]") in HERE else host


@require_safe
def authority(request: HttpRequest) -> HttpResponse:
    """The authority's certificate, in the form (DER) whose plain SHA-256 is the fingerprint."""
    if not settings.OWN_TLS:
        raise Http404
    made = settings.CERTIFICATES.authority().public_bytes(Encoding.DER)
    return HttpResponse(made, content_type="application/x-x509-ca-cert")
