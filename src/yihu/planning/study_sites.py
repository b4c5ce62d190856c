"""Where the rooms to be built go, for the study of response times: with a proof, and beside what a
plain rule would choose. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from yihu.planning import siting
from yihu.planning.siting import Siting
from yihu.planning.siting_problem import Floats
from yihu.planning.study_assumptions import Assumptions
from yihu.planning.study_worlds import EBIKE, District, farthest

COVER, MEDIAN, FARTHEST = "max_cover", "p_median", "farthest"


@dataclass(frozen=True, slots=True)
class Sites:
    """`built[rule]`: zones of the new rooms. `proofs[rule]`: what is proven, where something is.
    `covered`: the share of residents within reach by number of rooms, from those that stand on.
    `everybody`: how few rooms in all would have every resident within reach."""

    standing: tuple[int, ...]
    built: Mapping[str, tuple[int, ...]]
    proofs: Mapping[str, Siting]
    covered: tuple[float, ...]
    everybody: Siting

    def rooms(self, rule: str = COVER) -> tuple[int, ...]:
        return (*self.standing, *self.built[rule])


def sites(district: District, told: Assumptions) -> Sites:
    """A room may be built wherever residents are; its crew goes by e-bike."""
    standing = tuple(int(zone) for zone in district.rooms)
    cost, candidates = _costs(district)
    residents = district.residents[: district.homes]
    kept, total = range(len(standing)), len(standing) + int(told.more_rooms)
    curve = siting.coverage_curve(cost, told.covered, total, residents, fixed=kept)
    proofs = {
        COVER: siting.max_cover(cost, told.covered, total, residents, fixed=kept),
        MEDIAN: siting.p_median(cost, total, residents, fixed=kept),
    }
    built = {
        rule: tuple(candidates[column] for column in proof.sites if column not in kept)
        for rule, proof in proofs.items()
    }
    by_rule = farthest(
        district.places[: district.homes], residents, total, district.places[list(standing)]
    )
    built[FARTHEST] = tuple(by_rule)
    shares = tuple(one.value / float(residents.sum()) for one in curve)
    everybody = siting.set_cover(cost, told.covered, fixed=kept)
    return Sites(standing, built, proofs, shares, everybody)


def _costs(district: District) -> tuple[Floats, list[int]]:
    """[home, candidate], the rooms that stand first; the candidates' zones."""
    candidates = [int(zone) for zone in district.rooms] + list(range(district.homes))
    return district.travel[EBIKE][candidates][:, : district.homes].T, candidates
