"""Events out of the database: what the web processes wrote beside their acts, told to sets."""

import asyncio
from dataclasses import dataclass, field

from yihu.live.keeping import Keeper
from yihu.live.net import Net
from yihu.radio.models import Happening

LOOK_EVERY = 0.1
"""Seconds between two looks."""
LOOK_BACK = 200
"""Ids that are looked at again: on PostgreSQL a smaller one may be committed after a larger."""


@dataclass
class Feed:
    """What has happened since the relay started, each once."""

    keeper: Keeper
    _newest: int | None = None
    _seen: set[int] = field(default_factory=set)

    async def follow(self, net: Net) -> None:
        """Publish what is new, until cancelled."""
        while True:
            for one in await self.keeper.ask(self.fresh) or []:
                net.publish(
                    {"topic": one.topic, "ref": one.ref},
                    district=one.district,
                    groups=one.groups,
                    people=one.people,
                )
            await asyncio.sleep(LOOK_EVERY)

    def fresh(self) -> list[Happening]:
        """What was not seen yet, in its order: one statement along the primary key.

        The first look only learns what has been there before.
        """
        first = self._newest is None
        since = self._start() if self._newest is None else self._newest - LOOK_BACK
        new = Happening.objects.filter(pk__gt=since).exclude(pk__in=self._seen).order_by("pk")
        found = list(new)
        self._newest = max([since, self._newest or 0, *(one.pk for one in found)])
        self._seen = {
            pk for pk in self._seen | {one.pk for one in found} if pk > self._newest - LOOK_BACK
        }
        return [] if first else found

    @staticmethod
    def _start() -> int:
        newest = Happening.objects.order_by("pk").values_list("pk", flat=True).last()
        return (newest or 0) - LOOK_BACK
