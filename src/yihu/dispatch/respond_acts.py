"""What is done from the responder's phone, one touch each.

The page keeps what it could not send and sends it later, in its order, with the moment at which it
was touched and a key of its own: so each is answered in words, for the page and for whoever has no
script, and a refusal is an answer like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yihu.direct.pictures import BadPicture, fit_to_keep
from yihu.dispatch import assignments, offers, respond, run_cards, units
from yihu.dispatch.kinds import Answer, Secondary, Status, Verdict
from yihu.dispatch.models import Incident, Offer, Unit
from yihu.dispatch.respond_queries import Duty, asked_to
from yihu.dispatch.respond_words import STEPS, refusal
from yihu.dispatch.schemas import Unable
from yihu.dispatch.titles import STATUSES, VERDICTS
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.shifts import end_shift
from yihu.radio.alarm_pages import KEY

MOST_MINUTES = 180
"""What somebody may say that they need to get there."""
MOST_HELP = 9

type Deed = Callable[..., str]


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _answer(request: HttpRequest, words: str, status: int = HTTPStatus.OK) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"words": words}, status=status)
    if status == HTTPStatus.OK:
        messages.success(request, words, extra_tags="done")
    else:
        messages.warning(request, words, extra_tags="soon")
    return redirect("dispatch:respond")


def deed(do: Deed) -> Callable[..., HttpResponseBase]:
    """A view of what is done, which says in a sentence what came of it."""

    @wraps(do)
    def view(request: StaffRequest, **where: Any) -> HttpResponse:
        try:
            return _answer(request, do(request, **where))
        except Refused as why:
            return _answer(request, refusal(why.code), HTTPStatus.CONFLICT)
        except KeyReused:
            return _answer(request, refusal("key_reused"), HTTPStatus.CONFLICT)
        except (
            Incident.DoesNotExist,
            Matter.DoesNotExist,
            Offer.DoesNotExist,
            Unit.DoesNotExist,
        ):
            if not _by_script(request):
                raise Http404 from None
            return _answer(request, refusal("gone"), HTTPStatus.NOT_FOUND)

    return staff_page(require_POST(view))


# --- what a form carries --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """The key of what was touched, and when that was; None where the page does not say."""

    key: bytes
    at: datetime | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Touched":
        """Raises Refused."""
        key = request.POST.get("key", "")
        if key and not KEY.fullmatch(key):
            raise Refused("bad_key", "a key is 32 hex digits")
        try:
            at = parse_datetime(request.POST.get("at", ""))
        except ValueError:
            at = None
        known = at is not None and at.tzinfo is not None
        return cls(bytes.fromhex(key) or uuid4().bytes, at if known else None)


def _number(request: HttpRequest, name: str, most: int) -> int | None:
    """A whole number from a form, within 1 and `most`; None where there is none."""
    said = request.POST.get(name, "")
    return min(max(int(said), 1), most) if said.isascii() and said.isdecimal() else None


def _words(request: HttpRequest) -> str:
    """Raises Refused."""
    words = request.POST.get("words", "").strip()
    if len(words) > respond.LONGEST:
        raise Refused("too_long", "this is too long", field="words")
    return words


def _unit(request: StaffRequest) -> UUID:
    """The unit of which something is said: the one that the page was about, which a late message
    may have left; else the reader's own. Raises Unit.DoesNotExist."""
    if said := request.POST.get("unit", ""):
        try:
            return UUID(said)
        except ValueError:
            raise Unit.DoesNotExist from None
    duty = Duty.of(request.actor)
    if duty.unit is None:
        raise Unit.DoesNotExist
    return duty.unit.pk


# --- offers ---------------------------------------------------------------------------------------


@staff_page
@require_POST
def heard(request: StaffRequest, offer: UUID) -> HttpResponse:
    """A page has shown it."""
    try:
        offers.hear(actor=request.actor, offer=offer)
    except Offer.DoesNotExist:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@deed
def accept(request: StaffRequest, offer: UUID) -> str:
    eta, touched = _number(request, "eta", MOST_MINUTES), Touched.of(request)
    taken = offers.accept(
        actor=request.actor,
        offer=offer,
        eta=None if eta is None else eta * 60,
        client_key=touched.key,
        occurred_at=touched.at,
    )
    if taken.answer != Answer.ACCEPTED:
        raise Refused("answered", "somebody of the unit has declined it")
    return str(VERDICTS[Verdict(taken.verdict)])


@deed
def decline(request: StaffRequest, offer: UUID) -> str:
    reason = request.POST.get("reason", "")
    given = Unable(reason) if reason in list(Unable) else Unable.OTHER
    taken = offers.decline(
        actor=request.actor, offer=offer, reason=given, client_key=Touched.of(request).key
    )
    if taken.answer != Answer.DECLINED:
        raise Refused("accepted", "somebody of the unit has accepted it")
    return _("已告诉指挥室您不能去。")


# --- on the way, and there ------------------------------------------------------------------------


@deed
def status(request: StaffRequest, reference: str) -> str:
    """One of `STEPS`, said of one incident."""
    incident, touched = asked_to(request.actor, reference), Touched.of(request)
    said = request.POST.get("status", "")
    if said not in STEPS:
        raise Refused("no_such_status", "there is no such status")
    if said == "contained":
        assignments.contain(
            actor=request.actor,
            incident=incident.pk,
            client_key=touched.key,
            occurred_at=touched.at,
        )
    else:
        units.report_status(
            actor=request.actor,
            unit=_unit(request),
            status=Status(said),
            incident=incident.pk,
            client_key=touched.key,
            occurred_at=touched.at,
        )
    return _("已报：%(what)s") % {"what": STEPS[said]}


@deed
def free(request: StaffRequest) -> str:
    """Whether the unit can be sent at all, said of no incident."""
    said, touched = request.POST.get("status", ""), Touched.of(request)
    if said not in (Status.AVAILABLE, Status.UNAVAILABLE):
        raise Refused("no_such_status", "there is no such status")
    beside = [one for one in request.POST.getlist("beside") if one in list(Secondary)]
    units.report_status(
        actor=request.actor,
        unit=_unit(request),
        status=Status(said),
        secondary=[Secondary(one) for one in beside],
        client_key=touched.key,
        occurred_at=touched.at,
    )
    return _("已报：%(what)s") % {"what": STATUSES[Status(said)]}


@deed
def tick(request: StaffRequest, reference: str) -> str:
    """A step of the run card is done."""
    incident, touched = asked_to(request.actor, reference), Touched.of(request)
    run_cards.tick(
        actor=request.actor,
        incident=incident.pk,
        step=request.POST.get("step", ""),
        client_key=touched.key,
        occurred_at=touched.at,
    )
    return _("已记下这一步。")


@deed
def send(request: StaffRequest, reference: str) -> str:
    incident, touched = asked_to(request.actor, reference), Touched.of(request)
    photo = request.FILES.get("photo")
    try:
        picture = fit_to_keep(photo.read()) if photo else None
    except BadPicture:
        raise Refused("bad_picture", "no picture that can be kept", field="photo") from None
    respond.send(
        actor=request.actor,
        incident=incident.pk,
        words=_words(request),
        picture=picture,
        client_key=touched.key,
        occurred_at=touched.at,
    )
    return _("已发给指挥室。")


@deed
def hand_over(request: StaffRequest, reference: str) -> str:
    incident = asked_to(request.actor, reference)
    try:
        to = UUID(request.POST.get("to", ""))
    except ValueError:
        raise Refused("same_unit", "no unit was chosen", field="to") from None
    taken = assignments.hand_over(
        actor=request.actor,
        incident=incident.pk,
        unit=_unit(request),
        to=to,
        words=_words(request),
        client_key=Touched.of(request).key,
    )
    return _("已交给%(unit)s。") % {"unit": taken.unit.title}


@deed
def need_help(request: StaffRequest, reference: str) -> str:
    incident, touched = asked_to(request.actor, reference), Touched.of(request)
    offers.need_help(
        actor=request.actor,
        incident=incident.pk,
        units=_number(request, "units", MOST_HELP) or 1,
        client_key=touched.key,
    )
    return _("指挥室知道了，正在派人来。")


# --- duty -----------------------------------------------------------------------------------------


@deed
def shift(request: StaffRequest) -> str:
    """Come on duty, or go off it."""
    if request.POST.get("duty") == "begin":
        units.come_on_duty(actor=request.actor)
        return _("已上岗。")
    end_shift(actor=request.actor)
    return _("已下岗，不会再派您。")
