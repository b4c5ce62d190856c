"""Events: told to those whom they are for, and to nobody else; nothing of theirs is missed."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from yihu.live.events import KEPT, Audience, EventLog

DISTRICTS, GROUPS, PEOPLE = ("east", "west"), ("guards", "school", "patrol"), ("p1", "p2", "p3")


@dataclass(frozen=True)
class Holder:
    district: str
    person: str
    rights: dict[str, bool] = field(default_factory=dict)


holders = st.builds(
    Holder,
    st.sampled_from(DISTRICTS),
    st.sampled_from(PEOPLE),
    st.dictionaries(st.sampled_from(GROUPS), st.booleans()),
)
audiences = st.builds(
    Audience.of,
    st.sampled_from(DISTRICTS),
    st.lists(st.sampled_from(GROUPS), max_size=2),
    st.lists(st.sampled_from(PEOPLE), max_size=2),
)


def meant(audience: Audience, one: Holder) -> bool:
    """Said anew: in its district, and on one of the groups or one of the people."""
    known = one.person in audience.people or any(group in audience.groups for group in one.rights)
    return known and one.district == audience.district


@given(st.lists(audiences, max_size=40), holders, st.integers(0, 40))
def test_who_comes_back_hears_what_was_meant_for_them_and_nothing_else(
    told: list[Audience], one: Holder, slept_at: int
) -> None:
    log = EventLog("run")
    for number, audience in enumerate(told, start=1):
        assert log.add({"n": number}, audience) == number
    since = min(slept_at, len(told))
    missed = log.missed("run", since, one)
    wanted = [n for n, audience in enumerate(told, start=1) if n > since and meant(audience, one)]
    assert missed is not None
    assert [told.number for told in missed] == wanted
    assert [told.event["n"] for told in missed] == wanted


@settings(deadline=None)  # each fills a log
@given(st.integers(-3, KEPT + 30), st.integers(0, 25))
def test_whoever_slept_too_long_is_told_to_reload_and_never_gets_a_part(
    since: int, beyond: int
) -> None:
    log, here = EventLog("run"), Audience.of("east", GROUPS, ())
    for number in range(KEPT + beyond):
        log.add({"n": number}, here)
    missed = log.missed("run", since, Holder("east", "p1", {"guards": True}))
    remembered = beyond <= since <= KEPT + beyond
    assert (missed is not None) == remembered
    assert missed is None or len(missed) == KEPT + beyond - since


def test_numbers_of_another_run_mean_nothing() -> None:
    log = EventLog("run")
    assert log.missed("before", 0, Holder("east", "p1")) is None


def test_an_event_for_nobody_is_for_nobody() -> None:
    assert not Audience.of("east", (), ()).includes(Holder("east", "p1", {"guards": True}))
