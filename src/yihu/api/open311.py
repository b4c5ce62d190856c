"""Open311 GeoReport v2: what city apps speak. Help, suggestions and praise; never complaints.

A jurisdiction is a station, by its own code or a poster's; a service is a kind of message
at a station ("help-<station>"). Requests are read by their own token only: it is the
receipt's secret, sent as `Authorization: Receipt <token>`, or, for clients that cannot, as
the parameter `token`. Without one every list is empty. No api_key is needed.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yihu.api.georeport import MEDIA_TYPES, Value, written
from yihu.api.making import KEY, client_key
from yihu.api.problems import CODES, Problem
from yihu.api.resident import station_with
from yihu.direct import actions, story, visitors
from yihu.direct.actions import Message
from yihu.direct.forms import Photos, Said, new_key
from yihu.direct.kinds import Kind
from yihu.direct.loops import COMPLAINT
from yihu.direct.queries import Held, held_with
from yihu.direct.uploads import can_be_read
from yihu.kernel.actions import KeyReused
from yihu.kernel.reference import tidy
from yihu.people.models import Organisation
from yihu.people.queries import stations

KINDS = (Kind.HELP, Kind.SUGGESTION, Kind.PRAISE)
"""What can be sent and read here. A complaint has its own page, and no service."""
MOST_TOKENS = 10
"""In one question."""


class Wrong(Exception):
    """An answer in the standard's own form: a list of code and description."""

    def __init__(self, status: int, *sentences: object) -> None:
        super().__init__(status)
        self.status, self.sentences = status, sentences


def answers(view: Callable[..., tuple[str, str, Value, int]]) -> Callable[..., HttpResponse]:
    """A view that answers with root, item, content and status: written as JSON or XML."""

    @csrf_exempt  # nothing here rests on a cookie
    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, format: str, **named: str) -> HttpResponse:
        form = format if format in MEDIA_TYPES else "json"
        try:
            if form != format:
                raise Wrong(HTTPStatus.NOT_FOUND, _("只有 json 和 xml 两种格式。"))
            root, item, found, status = view(request, **named)
        except Wrong as wrong:
            root, item, status = "errors", "error", wrong.status
            found = [{"code": status, "description": str(one)} for one in wrong.sentences]
        except OperationalError:
            root, item, status = "errors", "error", HTTPStatus.SERVICE_UNAVAILABLE
            found = [{"code": int(status), "description": str(CODES["not_kept"])}]
        return HttpResponse(
            written(form, root, item, found), content_type=MEDIA_TYPES[form], status=status
        )

    return answered


# --- what there is -------------------------------------------------------------------------------


@require_safe
@answers
def discovery(request: HttpRequest) -> tuple[str, str, Value, int]:
    here = request.build_absolute_uri(reverse("api:services", args=["json"]))
    endpoint: dict[str, Value] = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": here.removesuffix("/services.json"),
        "type": "production",
        "formats": ["application/json", "text/xml"],
    }
    found: Value = {"contact": _("不需要 api_key。"), "endpoints": [endpoint]}
    return "discovery", "endpoint", found, HTTPStatus.OK


@require_safe
@answers
def services(request: HttpRequest) -> tuple[str, str, Value, int]:
    found = [_service(kind, station) for station in _stations(request.GET) for kind in KINDS]
    return "services", "service", found, HTTPStatus.OK


@require_safe
@answers
def service(request: HttpRequest, code: str) -> tuple[str, str, Value, int]:
    """A service's own questions: none, words are all it takes."""
    kind, station = _service_with(code, request.GET)
    found: Value = {"service_code": f"{kind.value}-{station.code}", "attributes": []}
    return "service_definition", "item", found, HTTPStatus.OK


def _service(kind: Kind, station: Organisation) -> dict[str, Value]:
    return {
        "service_code": f"{kind.value}-{station.code}",
        "service_name": f"{kind.label} · {station.title}",
        "description": _("直接交给所长，不必留名。"),
        "metadata": False,
        "type": "realtime",
        "keywords": kind.value,
        "group": station.title,
    }


def _stations(said: Any) -> Iterable[Organisation]:
    """Those of the jurisdiction asked for, else all."""
    jurisdiction = said.get("jurisdiction_id", "")
    return [_jurisdiction(jurisdiction)] if jurisdiction else list(stations())


def _jurisdiction(code: str) -> Organisation:
    try:
        return station_with(code)
    except Problem:
        raise Wrong(HTTPStatus.NOT_FOUND, _("没有这个 jurisdiction_id。")) from None


def _service_with(code: str, said: Any) -> tuple[Kind, Organisation]:
    """A kind at a station. The kind alone will do where the jurisdiction is said, or is one."""
    name, _dash, at = code.partition("-")
    within = {station.code: station for station in _stations(said)}
    chosen = within.get(at) if at else None
    if not at and len(within) == 1:
        chosen = next(iter(within.values()))
    if name not in KINDS or chosen is None:
        raise Wrong(HTTPStatus.NOT_FOUND, _("没有这个 service_code。"))
    return Kind(name), chosen


# --- sending and reading -------------------------------------------------------------------------


class Report(forms.Form):
    """What clients send, as far as we keep it. A place is optional: it goes with the words."""

    description = Said()
    address_string = Said(required=False, max_length=200)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    long = forms.FloatField(required=False, min_value=-180, max_value=180)
    first_name = Said(required=False, max_length=30)
    last_name = Said(required=False, max_length=29)
    email = Said(required=False, max_length=80)
    phone = Said(required=False, max_length=39)
    media_url = Said(required=False, max_length=400)
    photos = Photos(required=False)

    def message(self, kind: Kind) -> Message:
        said = self.cleaned_data
        place = [said["address_string"]]
        if said["lat"] is not None and said["long"] is not None:
            place.append(f"{said['lat']:.6f}, {said['long']:.6f}")
        words = [said["description"]]
        if where := " · ".join(filter(None, place)):
            words.append(_("地点：%(where)s") % {"where": where})
        if said["media_url"]:  # never fetched: it may lead anywhere
            words.append(said["media_url"])
        return Message(
            kind=kind,
            words="\n".join(words),
            name=" ".join(filter(None, [said["first_name"], said["last_name"]])),
            contact=" ".join(filter(None, [said["phone"], said["email"]])),
            pictures=said["photos"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def requests(request: HttpRequest) -> tuple[str, str, Value, int]:
    if request.method == "POST":
        return "service_requests", "request", [_take(request)], HTTPStatus.CREATED
    found = [_shown(held) for held in _own(request) if _wanted(held, request.GET)]
    return "service_requests", "request", found, HTTPStatus.OK


def _take(request: HttpRequest) -> dict[str, Value]:
    if not can_be_read(request):
        raise Wrong(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, CODES["too_large"])
    code = request.POST.get("service_code", "")
    if not code:
        raise Wrong(HTTPStatus.BAD_REQUEST, _("请给出 service_code。"))
    kind, station = _service_with(code, request.POST)
    if visitors.too_many(request):
        raise Wrong(HTTPStatus.TOO_MANY_REQUESTS, CODES["too_many"])
    photos = MultiValueDict({"photos": request.FILES.getlist("media")})
    said = Report(request.POST, photos)
    if not said.is_valid():
        wrong = [f"{name}: {' '.join(map(str, texts))}" for name, texts in said.errors.items()]
        raise Wrong(HTTPStatus.BAD_REQUEST, *wrong)
    try:
        sent = actions.send(
            station=station,
            message=said.message(kind),
            client_key=_key(request),
            door="open311",
            flood=visitors.floods(request, station.code),
        )
    except KeyReused:
        raise Wrong(HTTPStatus.CONFLICT, CODES["key_reused"]) from None
    notice = _("token 是查询码，请交给来信人保管。")
    return {
        "service_request_id": sent.matter.reference,
        "token": sent.secret,
        "service_notice": notice,
        "account_id": None,
    }


def _key(request: HttpRequest) -> bytes:
    """The client's own, where it sends one; the standard knows none."""
    given = request.headers.get("Idempotency-Key", "")
    if not given:
        return bytes.fromhex(new_key())
    if not KEY.fullmatch(given):
        raise Wrong(HTTPStatus.BAD_REQUEST, _("Idempotency-Key 要是 16 个字节的十六进制。"))
    return client_key(given)


@require_safe
@answers
def one(request: HttpRequest, reference: str) -> tuple[str, str, Value, int]:
    spoken = tidy(reference)
    found = [_shown(h) for h in _own(request) if tidy(h.matter.reference) == spoken]
    if not found:
        raise Wrong(HTTPStatus.NOT_FOUND, _("没有这一件，或者没有带上它的 token。"))
    return "service_requests", "request", found, HTTPStatus.OK


@require_safe
@answers
def token(request: HttpRequest, token: str) -> tuple[str, str, Value, int]:
    held = _held(token)
    if held is None:
        raise Wrong(HTTPStatus.NOT_FOUND, _("没有这个 token。"))
    found: Value = [{"service_request_id": held.matter.reference, "token": tidy(token)}]
    return "service_requests", "request", found, HTTPStatus.OK


def _own(request: HttpRequest) -> list[Held]:
    """What the tokens that came along open."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    told = request.GET.get("token", "").split(",")[:MOST_TOKENS]
    secrets = [secret] if scheme.lower() == "receipt" else told
    return [held for one in dict.fromkeys(secrets) if one and (held := _held(one))]


def _held(secret: str) -> Held | None:
    """A complaint is not here, whoever asks."""
    held = held_with(secret) if secret.isprintable() else None
    complaint = held and (held.matter.loop == COMPLAINT.name or held.matter.kind not in KINDS)
    return None if complaint else held


def _wanted(held: Held, asked: Any) -> bool:
    matter = held.matter
    references = [tidy(one) for one in asked.get("service_request_id", "").split(",") if one]
    since, until = (_moment(asked.get(name, "")) for name in ("start_date", "end_date"))
    return (
        (not references or tidy(matter.reference) in references)
        and asked.get("service_code", "").partition("-")[0] in ("", matter.kind)
        and (not asked.get("status") or _status(held) in asked["status"].split(","))
        and (since is None or matter.opened_at >= since)
        and (until is None or matter.opened_at <= until)
    )


def _moment(text: str) -> Any:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None):
        raise Wrong(HTTPStatus.BAD_REQUEST, _("时间要写成 2026-01-31T00:00:00Z。"))
    return found


def _status(held: Held) -> str:
    return "open" if held.matter.is_open else "closed"


def _shown(held: Held) -> dict[str, Value]:
    matter = held.matter
    station = held.houses[matter.concerns_id or matter.office_id]
    words = [said.text or "" for said in held.history[0].said if said.what == "words"]
    last = [event for event in story.told(held) if event.state == "done"][-1]
    return {
        "service_request_id": matter.reference,
        "status": _status(held),
        "status_notes": "\n".join(filter(None, [last.what, last.text])),
        "service_name": str(Kind(matter.kind).label),
        "service_code": f"{matter.kind}-{station.code}",
        "description": "\n".join(words),
        "agency_responsible": station.title,
        "service_notice": None,
        "requested_datetime": matter.opened_at.isoformat(),
        "updated_datetime": held.history[-1].recorded_at.isoformat(),
        "expected_datetime": matter.due_at.isoformat() if matter.due_at else None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }
