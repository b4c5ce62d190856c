"""What a resident's program does: open a message, read by receipt, say what a receipt lets say."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from yihu.api import shapes
from yihu.api.access import HOLDS
from yihu.api.making import Key, Seq, client_key, make, names, offered, overtaken, titled
from yihu.api.problems import Problem
from yihu.direct import actions, queries, story, visitors
from yihu.direct.queries import Held
from yihu.direct.schemas import Confirmed, Disputed
from yihu.kernel import proofs
from yihu.kernel.access import Actor, ActorKind, Conflict
from yihu.kernel.actions import KeyReused
from yihu.kernel.loop import Act, Move
from yihu.people.models import Organisation
from yihu.people.queries import stations

router = Router(tags=["resident"])


@router.post(
    "/stations/{code}/messages",
    response={201: shapes.Opened},
    operation_id="openMessage",
    summary=titled(_("交一封来信")),
)
def open_message(
    request: HttpRequest, code: str, message: shapes.NewMessage, key: Key
) -> dict[str, Any]:
    """Hand a message to a station's chief, by the station's code or by the code on a poster.

    No login and no name is needed. The answer holds the receipt's secret: show it to the
    resident, keep it nowhere else. A retry with the same key gets the same answer.
    """
    if visitors.too_many(request):
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many")
    station = station_with(code)
    try:
        sent = actions.send(
            station=station,
            message=message.message(),
            client_key=client_key(key),
            door="api",
            flood=visitors.floods(request, station.code),
        )
    except KeyReused:
        raise Problem(HTTPStatus.CONFLICT, "key_reused") from None
    party = proofs.party_with(sent.secret)
    if party is None:  # it was written in the transaction before
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_kept")
    proof = proofs.receipt_for(party)
    return {
        "reference": sent.matter.reference,
        "secret": sent.secret,
        "receipt_url": request.build_absolute_uri(reverse("direct:receipt", args=[sent.secret])),
        "promise": proof["promise"],
        "log_key": proof["log_key"],
    }


def station_with(code: str) -> Organisation:
    """A station by its own code or by a poster's. Raises Problem where there is none."""
    wanted = code.lower()
    if len(wanted) <= 32 and wanted.isascii() and wanted.isprintable():
        if door := queries.code(wanted):
            return door.station
        if station := stations().filter(code=wanted).first():
            return station
    raise Problem(HTTPStatus.NOT_FOUND, "not_found")


# --- by receipt ----------------------------------------------------------------------------------


@router.get(
    "/receipt",
    auth=HOLDS,
    response=shapes.Receipt,
    operation_id="readReceipt",
    summary=titled(_("凭回执看进度")),
)
def read_receipt(request: HttpRequest) -> dict[str, Any]:
    """What happened, in plain words, what comes next and by when, and what can be done now."""
    return _receipt(request.auth)  # type: ignore[attr-defined]


@router.get(
    "/receipt/proof",
    auth=HOLDS,
    response=dict[str, Any],
    operation_id="readProof",
    summary=titled(_("可以独立核对的存证")),
)
def read_proof(request: HttpRequest) -> dict[str, Any]:
    """The receipt that verifies without us (docs/ledger.md): `yihu verify --receipt FILE`."""
    return proofs.receipt_for(request.auth.party)  # type: ignore[attr-defined]


def _receipt(held: Held) -> dict[str, Any]:
    matter = held.matter
    office = held.houses.get(matter.office_id)
    open_to_all = names(matter, to_party=True) if held.party.erased_at is None else set()
    question = story.open_question(held.history)
    if question is None:
        open_to_all -= {"reply"}
    moves = {move.name for move in matter.declared.moves}
    return {
        "reference": matter.reference,
        "kind": matter.kind,
        "step": matter.step,
        "step_title": str(matter.declared.places[matter.step].title),
        "office": office.title if office else "",
        "seq": matter.seq,
        "opened_at": matter.opened_at,
        "due_at": matter.due_at,
        "closed_at": matter.closed_at,
        "question": question,
        "history": story.told(held),
        "moves": sorted(open_to_all & moves),
        "acts": sorted(open_to_all - moves),
    }


def _add(declared: Move | Act) -> None:
    """The operation with which a receipt's holder makes one move, or does one act."""
    takes = declared.takes or shapes.Nothing

    def make_move(request: HttpRequest, said: takes, key: Key, seq: Seq) -> dict[str, Any]:  # type: ignore[valid-type]
        return _make(request, declared, said, key, seq)

    def do_act(request: HttpRequest, said: takes, key: Key) -> dict[str, Any]:  # type: ignore[valid-type]
        return _make(request, declared, said, key)

    is_move = isinstance(declared, Move)
    path = f"/receipt/{'moves' if is_move else 'acts'}/{declared.name}"
    router.post(
        path,
        auth=HOLDS,
        response=shapes.Done,
        operation_id=f"receipt_{declared.name}",
        summary=titled(declared.title),
        url_name=f"receipt_{declared.name}",
    )(make_move if is_move else do_act)


def _make(
    request: HttpRequest, declared: Move | Act, said: Any, key: str, seq: int = 0
) -> dict[str, Any]:
    held: Held = request.auth  # type: ignore[attr-defined]
    actor = Actor(ActorKind.PARTY, held.party.id, held.matter.district)
    verdict = isinstance(said, Confirmed | Disputed)
    remarks = {"own_network": True} if verdict and visitors.at_the_station(request) else {}
    try:
        return make(actor, held.matter, declared, said, key, seq, remarks)
    except Conflict:
        fresh = _receipt(HOLDS(request))
        raise overtaken(shapes.Receipt.model_validate(fresh)) from None


for _declared in offered(to_party=True):
    _add(_declared)
