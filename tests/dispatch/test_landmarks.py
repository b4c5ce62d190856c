"""A place is found however somebody types it in a hurry: in characters, initials, sounds, slips."""

from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.dispatch.landmarks import Landmark, Landmarks, Match, plain

NAMES = (
    ("良水中学", "学校"),
    ("良水第二中学", "学校"),
    ("万和商场", "商场"),
    ("文汇商场", "商场"),
    ("银杏社区", "村/社区"),
    ("人民路", "道路"),
    ("人民医院", "医院"),
    ("长兴街", "道路"),
    ("重庆路", "道路"),
)
TOWN = Landmarks(
    Landmark(name, kind, (120.0 + n / 100, 30.0)) for n, (name, kind) in enumerate(NAMES)
)


@pytest.mark.parametrize(
    ("typed", "name", "match"),
    [
        ("万和商场", "万和商场", Match.WHOLE),
        ("万和", "万和商场", Match.BEGINS),
        ("商场", "万和商场", Match.CONTAINS),
        ("　万和 ", "万和商场", Match.BEGINS),
        ("whsc", "万和商场", Match.INITIALS),
        ("WHSC", "万和商场", Match.INITIALS),
        ("yxsq", "银杏社区", Match.INITIALS),
        ("wanhe", "万和商场", Match.SPELLED),
        ("shangchang", "万和商场", Match.SPELLED),
        ("sangcan", "万和商场", Match.SOUNDS),  # as it is said in the south
        ("凉水中学", "良水中学", Match.SOUNDS),  # the wrong character of the right sound
        ("良中", "良水中学", Match.SHORTENED),
        ("cqlu", "重庆路", None),
        ("chongqinglu", "重庆路", Match.SPELLED),  # not zhong: the phrase decides
        ("renminyiyaun", "人民医院", Match.MISTYPED),
        ("人民路", "人民路", Match.WHOLE),
    ],
)
def test_a_place_is_found(typed: str, name: str, match: Match | None) -> None:
    found = {one.landmark.name: one.match for one in TOWN.find(typed)}
    assert found.get(name) == match


def test_the_better_match_comes_first_then_the_nearer_place() -> None:
    assert TOWN.find("良水中学")[0].landmark.name == "良水中学"
    east = [one.landmark.name for one in TOWN.find("商场", near=(120.03, 30.0))]
    west = [one.landmark.name for one in TOWN.find("商场", near=(120.02, 30.0))]
    assert (east[0], west[0]) == ("文汇商场", "万和商场")
    (first, *_rest) = TOWN.find("人民")
    assert first.metres is None


def test_an_address_names_its_place() -> None:
    assert TOWN.within("良水第二中学北门").name == "良水第二中学"
    assert TOWN.within("在人民路 12 号").name == "人民路"
    assert TOWN.within("三幢 501") is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    found = TOWN.find(typed)
    assert len(found) <= 8
    assert all(one.landmark.name for one in found)
    assert not found or plain(typed)
    TOWN.within(typed)


@given(st.sampled_from([name for name, _ in NAMES]), st.randoms())
def test_a_name_with_two_letters_exchanged_still_leads_to_it(name: str, random: Random) -> None:
    spelled = next(k.spelled for k in TOWN._known if k.landmark.name == name)
    at = random.randrange(len(spelled) - 1)
    slip = spelled[:at] + spelled[at + 1] + spelled[at] + spelled[at + 2 :]
    if len(spelled) >= 12:  # of a short name too little is left
        assert name in [one.landmark.name for one in TOWN.find(slip)]


def test_thousands_of_names_cost_no_more_than_a_keystroke(
    record_property: pytest.FixtureRequest,
) -> None:
    """What it takes is written down, not judged: a busy machine is no fault of the search."""
    random = Random(7)
    letters = "良水万和文汇商场银杏社区人民路医院长兴街重庆东西南北大小新老"
    many = Landmarks(
        Landmark("".join(random.choices(letters, k=random.randint(3, 7))), "道路")
        for _ in range(4000)
    )
    many.find("zzzz")
    for typed in ("商场", "whsc", "wanhe", "renminyiyaun"):
        began = perf_counter()
        many.find(typed)
        record_property(typed, perf_counter() - began)  # type: ignore[operator]
    assert len(many) == 4000
