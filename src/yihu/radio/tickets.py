"""What lets a set onto the net: a short-lived signed ticket, written by the web process."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Self

from django.core import signing

SALT = "yihu.live.ticket"
LASTS = timedelta(seconds=60)
"""From being written to the login; the connection may then stay."""


class BadTicket(Exception):
    """Forged, too old, or not a ticket."""


@dataclass(frozen=True, slots=True)
class GroupRight:
    """A group that a ticket opens. `talks`: not only listens, as most do on a broadcast group;
    `commands`: may take the floor from whoever has it."""

    id: str
    name: str
    talks: bool = True
    commands: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who a set is: one device, in one person's hands, on these groups. `rank`: see the floor.

    `listens`: it hears its groups, and is there for others; a page that only wants to be told what
    happens is on none.
    """

    device: str
    person: str
    name: str
    district: str
    groups: tuple[GroupRight, ...]
    rank: int = 0
    listens: bool = True

    def for_events(self) -> Self:
        """Of the same browser, beside its set: neither takes the other's place."""
        device = f"{self.person}-events-{self.device.rpartition('-')[2]}"
        return replace(self, device=device, groups=(), listens=False)

    @property
    def rights(self) -> dict[str, GroupRight]:
        return {group.id: group for group in self.groups}

    def signed(self) -> str:
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises BadTicket."""
        try:
            said: dict[str, Any] = signing.loads(text, salt=SALT, max_age=LASTS)
            groups = tuple(GroupRight(**group) for group in said.pop("groups"))
            return cls(groups=groups, **said)
        except (signing.BadSignature, TypeError, KeyError, AttributeError):
            raise BadTicket from None
