"""Writing a message and moving it on, as residents and staff do."""

import secrets

from tests.support.town import Town

from yihu.direct.actions import Message, Safety, Sent, send
from yihu.direct.kinds import Kind
from yihu.kernel import actions, proofs
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.models import Matter


def key() -> bytes:
    return secrets.token_bytes(16)


def write(town: Town, kind: Kind = Kind.HELP, words: str = "楼道灯坏了", **more: object) -> Sent:
    safety = Safety(more.pop("safety", ""))
    message = Message(kind=kind, words=words, safety=safety, **more)
    return send(station=town.station, message=message, client_key=key())


def teller(sent: Sent) -> Actor:
    """The resident who holds this receipt."""
    party = proofs.party_with(sent.secret)
    assert party is not None
    return Actor(ActorKind.PARTY, party.id, party.matter.district)


def do(actor: Actor, matter: Matter, name: str, **fields: object) -> Matter:
    """Make the move or the act of this name, where the matter stands now."""
    matter.refresh_from_db()
    move = matter.declared.move(name, matter.step)
    act = matter.declared.act(name, matter.step)
    found = move or act
    assert found is not None, f"{name} at {matter.step}"
    payload = found.takes(**fields)
    common = {"actor": actor, "matter": matter.id, "name": name, "client_key": key()}
    if move:
        return actions.move(**common, seq=matter.seq, payload=payload).matter
    return actions.act(**common, payload=payload).matter


def answered(town: Town, **more: object) -> Sent:
    """A message that the chief has contacted about and answered."""
    sent = write(town, **more)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    do(town.actor("chief"), sent.matter, "answer", outcome="solved", words="修好了")
    return sent
