"""Where the demo's codes hang, how often they were scanned, and what inspectors found."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from yihu.cli.demo.people import Cast
from yihu.direct.kinds import PlacementKind
from yihu.direct.models import DirectCode, Inspection, ScanDay
from yihu.direct.posters import Condition
from yihu.kernel.reference import encode

SCANNED_FOR = 45
"""Days before today with scans in them."""
HUNG_FOR = 300
"""Days that the posters have been there."""
BUSY = {
    PlacementKind.SERVICE_WINDOW: 9,
    PlacementKind.ROOM_DOOR: 4,
    PlacementKind.RESIDENTIAL: 1.5,
}
"""Scans a day, about, by where a code hangs."""
NEGLECTED = (5, 11, 19)
"""Serials that nobody looked at for long."""
FOUND = {
    8: (Condition.DAMAGED, "", "雨水泡烂了，码扫不出。"),
    14: (Condition.MISSING, "", "墙面刚刷过，海报没有了。"),
    21: (Condition.COVERED, "https://liangshui-police.example/pay?id=21", "贴纸盖在码上，已撕掉。"),
}
"""What was wrong at the last look, by serial."""


def hang(hall: str, cast: Cast, communities: Sequence[str], now: datetime, random: Random) -> None:
    """The hall's code, one at each room's door, and one in a building of each community."""
    codes = [
        DirectCode(
            code=hall if serial == 1 else encode(random.randbytes(5)).lower(),
            district=cast.station.district,
            station=cast.station,
            kind=kind,
            place=place,
            serial=serial,
            posted_at=now - timedelta(days=HUNG_FOR),
        )
        for serial, (kind, place) in enumerate(_places(cast, communities, random), start=1)
    ]
    DirectCode.objects.bulk_create(codes)
    ScanDay.objects.bulk_create(day for code in codes for day in _days(code, now, random))
    Inspection.objects.bulk_create(
        look for code in codes for look in _looks(code, cast, now, random)
    )


def _places(
    cast: Cast, communities: Sequence[str], random: Random
) -> Iterator[tuple[PlacementKind, str]]:
    yield PlacementKind.SERVICE_WINDOW, "派出所接待大厅"
    for room in cast.rooms:
        yield PlacementKind.ROOM_DOOR, f"{room.name}门口"
    for community in communities:
        building, unit = random.randint(1, 24), random.randint(1, 3)
        yield PlacementKind.RESIDENTIAL, f"{community} {building} 幢 {unit} 单元"


def _days(code: DirectCode, now: datetime, random: Random) -> Iterator[ScanDay]:
    today = timezone.localdate(now)
    for ago in range(SCANNED_FOR):
        busy = BUSY[PlacementKind(code.kind)]
        scans = round(random.expovariate(1 / busy))
        bulk = 12 if code.serial == 1 and ago == 6 else 0
        if scans + bulk:
            yield ScanDay(
                code=code,
                day=today - timedelta(days=ago),
                scans=scans + bulk,
                repeated=random.randint(0, scans // 3) + bulk,
                bulk=bulk,
            )


def _looks(code: DirectCode, cast: Cast, now: datetime, random: Random) -> Iterator[Inspection]:
    """Every few weeks somebody stood before it."""
    inspectors = [
        person for name, person in cast.people.items() if name.startswith(("auxiliary", "officer"))
    ]
    noon = timezone.localtime(now).replace(hour=12, minute=0, second=0)
    ago = random.randint(2, 20) + (60 if code.serial in NEGLECTED else 0)
    finding, foreign, note = FOUND.get(code.serial, (Condition.IN_PLACE, "", ""))
    for back in range(ago, HUNG_FOR, 28):
        yield Inspection(
            code=code,
            at=noon - timedelta(days=back, minutes=random.randint(-240, 200)),
            by=random.choice(inspectors),
            finding=finding.value,
            foreign=foreign,
            note=note,
        )
        finding, foreign, note = Condition.IN_PLACE, "", ""
