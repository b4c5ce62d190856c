"""What the net needs of the world around it: sets, their lines, and a recorder."""

from collections.abc import Collection
from typing import Protocol

from yihu.radio.tickets import Ticket


class Set(Protocol):
    """One device on the net."""

    ticket: Ticket

    def tell(self, text: str) -> None: ...

    def close(self, reason: str) -> None:
        """End its line, with a reason that it is told."""


class Fanout(Protocol):
    """Gives one message or one frame to many sets at once; neither waits, and neither raises.

    All that a group says goes through here, so this is the seam at which a net may be spread over
    several relays. In this process it is `relay.Lines`: every set has its line here. One over
    NATS has to do this, and nothing else has to change:

    - one relay owns a talk group (a lease, renewed: its floor, its stream numbers, its record),
      and to that relay a set elsewhere is a `Set` like any other, made from its ticket when the
      relay at which it is tells that it came, and logged out when it tells that it went;
    - what sets elsewhere say and speak comes to the owner on a subject of the group, in the order
      in which each said it, and there to `Net.hear` and `Net.speak`;
    - `play` and `tell` publish once on the group's subject, whatever the number of sets; each
      relay that has some subscribes, and writes to its own lines alone those whom it is for;
    - a relay whose lease ran out ends its bursts; the next owner begins with an idle floor.
    """

    def tell(self, sets: Collection[Set], text: str) -> None: ...

    def play(self, sets: Collection[Set], frame: bytes) -> None: ...


class Burst(Protocol):
    """One burst of speech being kept. Neither raises: speech goes on where a disk is full."""

    def add(self, opus: bytes) -> None: ...

    def end(self) -> None: ...


class Recorder(Protocol):
    def begin(self, group: str, talker: Ticket, level: str) -> Burst: ...
