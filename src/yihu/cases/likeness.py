"""How alike messages are: the runs of characters they share, weighed by how rare each is. Pure.

Grams of two to four characters need no dictionary of words, and survive a wrong character.
Each counts once in a message, weighed by its inverse document frequency among those compared
(TF-IDF); likeness is the cosine, from 0 for nothing in common to 1 for the same.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from math import log, sqrt

ALIKE = 0.2
"""From here on two messages are taken to be about one problem: how often that holds was read
from real ones (docs/bench.md)."""
SIZES = (2, 3, 4)
READ = 200
"""Characters: what a message is about stands in its beginning."""
FILLERS = (
    "的了是在我你他她们您好请问谁什么想应该一个这那有和也都就不很还"
    "到说要会能去着过吗呢吧啊与及对为被把"
)
"""Characters that hold sentences together and say nothing of what they are about."""
COMMON, FEW = 50, 100
"""What more than one in fifty messages hold tells none from the others, unless they are few."""
_BREAKS = re.compile(rf"[\W_{FILLERS}]+")

type Grams = frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair[Name: Hashable]:
    """Two messages and how alike they are."""

    one: Name
    other: Name
    likeness: float


def grams(text: str) -> Grams:
    """The grams of a text, none across a break; small letters, full width made half."""
    plain = unicodedata.normalize("NFKC", text[:READ]).casefold()
    return frozenset(
        run[at : at + size]
        for run in _BREAKS.split(plain)
        for size in SIZES
        for at in range(len(run) - size + 1)
    )


def alike[Name: Hashable](
    known: Mapping[Name, Grams], fresh: Collection[Name], least: float
) -> list[Pair[Name]]:
    """Every pair of a fresh message with another known one that is at least so much alike, each
    once. `fresh` are among the known; `least` is above 0."""
    new = set(fresh)
    names = sorted(known, key=new.__contains__)  # the fresh ones last: they meet all the others
    held = [known[name] for name in names]
    weigh = Weights(held)
    lengths = [weigh.length(mine) for mine in held]
    holders: dict[str, list[int]] = defaultdict(list)
    found = []
    for one, name in enumerate(names):
        mine = held[one] & weigh.telling
        if name in new:
            met: Counter[int] = Counter()
            for gram in mine:
                met.update(holders[gram])
            # Whoever is so much alike holds at least so many of the same grams.
            enough = (least * lengths[one]) ** 2 / weigh.most
            for other in [other for other, count in met.items() if count >= enough]:
                product = weigh.mass(mine & held[other])
                both = lengths[one] * lengths[other]
                if product >= least * both:
                    found.append(Pair(names[other], name, product / both))
        for gram in mine:
            holders[gram].append(one)
    return found


def in_common(one: Grams, other: Grams, most: int = 3) -> list[str]:
    """The longest grams that two texts share, none within another: why they are taken for alike."""
    found: list[str] = []
    for gram in sorted(one & other, key=lambda gram: (-len(gram), gram)):
        if len(found) == most:
            break
        if not any(gram in said or set(gram) & set(said) for said in found):
            found.append(gram)
    return found


class Weights:
    """What each gram counts among some messages: the square of its inverse document frequency,
    which is what it adds to the product of two messages that share it."""

    def __init__(self, messages: Collection[Grams]) -> None:
        held_by: Counter[str] = Counter()
        for grams_of_one in messages:
            held_by.update(grams_of_one)
        n = len(messages)
        self._held_by = held_by
        self._at = [
            (log((n + 1) / (count + 1)) + 1) ** 2 if count <= max(FEW, n / COMMON) else 0.0
            for count in range(n + 1)
        ]
        self.most = self._at[min(2, n)]
        self.telling = {gram for gram, count in held_by.items() if count > 1 and self._at[count]}

    def mass(self, some: Grams) -> float:
        return sum(map(self._at.__getitem__, map(self._held_by.__getitem__, some)))

    def length(self, held: Grams) -> float:
        return sqrt(self.mass(held))
