"""Blocks of the demo town, and the lots they leave between their streets."""

from dataclasses import dataclass

from yihu.places.demo_ground import ring_distance
from yihu.places.plane import Point

VERGE = 13  # from the middle of a street to the edge of a lot (m)


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of the plan, bounded by the middle lines of streets."""

    left: int
    low: int
    right: int
    high: int

    @property
    def wide(self) -> int:
        return self.right - self.left

    @property
    def tall(self) -> int:
        return self.high - self.low

    @property
    def centre(self) -> Point:
        return complex(self.left + self.right, self.low + self.high) / 2

    def corners(self) -> list[Point]:
        return [
            complex(u, v)
            for u, v in (
                (self.left, self.low),
                (self.right, self.low),
                (self.right, self.high),
                (self.left, self.high),
            )
        ]

    def whole(self) -> bool:
        """Whether all of it lies inside the ring road, with a margin."""
        return all(ring_distance(z) < 0.985 for z in self.corners())


@dataclass(frozen=True, slots=True)
class Lot:
    """What a block leaves between its streets; places on it are (x, y) in metres from a corner.

    It may be turned by quarter turns, so that the street with its entrance is at y = -VERGE.
    """

    block: Block
    turns: int

    @property
    def wide(self) -> float:
        return (self.block.tall if self.turns % 2 else self.block.wide) - 2 * VERGE

    @property
    def deep(self) -> float:
        return (self.block.wide if self.turns % 2 else self.block.tall) - 2 * VERGE

    def at(self, x: float, y: float) -> Point:
        turned = complex(x - self.wide / 2, y - self.deep / 2) * 1j**self.turns
        return self.block.centre + turned

    def rectangle(self, x: float, y: float, wide: float, deep: float) -> list[Point]:
        """Counter-clockwise from its corner at (x, y)."""
        return [
            self.at(x, y),
            self.at(x + wide, y),
            self.at(x + wide, y + deep),
            self.at(x, y + deep),
        ]

    def whole(self) -> list[Point]:
        return self.rectangle(0, 0, self.wide, self.deep)
