"""Writing, doing and reading at the desk, for tests."""

import re
import secrets
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from tests.support.town import Town

from yihu.direct.actions import Message, Sent, send
from yihu.direct.kinds import Kind
from yihu.kernel import actions, proofs
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.models import Matter


def write(town: Town, words: str = "楼道灯坏了", kind: Kind = Kind.HELP, **more: Any) -> Sent:
    message = Message(kind=kind, words=words, **more)
    return send(station=town.station, message=message, client_key=secrets.token_bytes(16))


def teller(sent: Sent) -> Actor:
    party = proofs.party_with(sent.secret)
    assert party is not None
    return Actor(ActorKind.PARTY, party.id, sent.matter.district)


def do(actor: Actor, matter: Matter, name: str, **fields: Any) -> Matter:
    """Make a move or an act through the kernel."""
    matter = Matter.objects.get(pk=matter.pk)
    move = matter.declared.move(name, matter.step)
    declared = move or matter.declared.act(name, matter.step)
    assert declared is not None, f"{name} at {matter.step}"
    common: dict[str, Any] = {
        "actor": actor,
        "matter": matter.id,
        "name": name,
        "client_key": secrets.token_bytes(16),
        "payload": declared.takes(**fields) if declared.takes else None,
    }
    return (actions.move(seq=matter.seq, **common) if move else actions.act(**common)).matter


def login(town: Town, name: str, client: Client | None = None) -> Client:
    client = client or Client()
    client.force_login(town.people[name])
    return client


def address(matter: Matter, *rest: str) -> str:
    return "/".join(["/desk/m", matter.reference, *rest, ""])


def hidden(page: HttpResponse, deed: str) -> dict[str, str]:
    """The hidden fields of a deed's form, as the page carries them."""
    form = re.search(rf'data-deed="{deed}">(.*?)</form>', page.text, re.DOTALL)
    assert form is not None, f"no form for {deed}"
    return dict(re.findall(r'type="hidden" name="(seq|key)" value="(\w+)"', form[1]))


def offered(page: HttpResponse) -> set[str]:
    return set(re.findall(r'data-deed="(\w+)"', page.text))


def post(client: Client, matter: Matter, deed: str, **fields: Any) -> HttpResponse:
    """Fill in a deed's form as the page shows it now, and send it."""
    page = client.get(address(matter))
    values = {k: str(v) if isinstance(v, UUID) else v for k, v in fields.items()}
    return client.post(address(matter, "do", deed), hidden(page, deed) | values)
