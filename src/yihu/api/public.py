"""What anyone may read: stations, the declared ways, the signed state of the log."""

from http import HTTPStatus

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router

from yihu.api import shapes
from yihu.api.making import titled
from yihu.api.problems import Problem
from yihu.direct.loops import NAMES
from yihu.kernel import ledger
from yihu.kernel.loop import LOOPS, Act, Loop, Move, Step
from yihu.people.queries import stations

router = Router(tags=["public"])


@router.get(
    "/stations",
    response=list[shapes.Station],
    operation_id="listStations",
    summary=titled(_("可以写信的派出所")),
)
def list_stations(request: HttpRequest) -> list[dict[str, str]]:
    """The stations that can be written to."""
    return [{"code": station.code, "name": station.title} for station in stations()]


@router.get(
    "/loops",
    response=list[shapes.DeclaredLoop],
    operation_id="listLoops",
    summary=titled(_("事情怎么走：声明的流程")),
)
def list_loops(request: HttpRequest) -> list[dict[str, object]]:
    """Every way that a message can go, drawn from the declarations that the program runs."""
    return [_loop(LOOPS[name]) for name in NAMES]


@router.get(
    "/log/checkpoint",
    response={200: shapes.SignedState, 404: shapes.Problem},
    operation_id="readCheckpoint",
    summary=titled(_("台账最新的签名状态")),
)
def read_checkpoint(request: HttpRequest) -> dict[str, str]:
    """The newest signed state of the public log: keep it, and nobody can rewrite the past."""
    latest = ledger.latest_checkpoint()
    if latest is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not_found")
    return {"note": latest.note, "key": str(ledger.public_key())}


def _loop(loop: Loop) -> dict[str, object]:
    return {
        "name": loop.name,
        "title": str(loop.title),
        "openings": list(loop.openings),
        "steps": [
            {
                "name": place.name,
                "title": str(place.title),
                "owner": str(place.owner) if isinstance(place, Step) else None,
                "within": str(place.within) if isinstance(place, Step) else None,
                "end": not isinstance(place, Step),
            }
            for place in loop.steps
        ],
        "moves": [_made(move) for move in loop.moves],
        "acts": [_made(act) for act in loop.acts],
    }


def _made(declared: Move | Act) -> dict[str, object]:
    """`start` empty: everywhere; `to` None: it stays where it is."""
    return {
        "name": declared.name,
        "title": str(declared.title),
        "start": list(declared.start if isinstance(declared, Move) else declared.at),
        "to": declared.to if isinstance(declared, Move) else None,
        "by": [str(role) for role in declared.by],
    }
