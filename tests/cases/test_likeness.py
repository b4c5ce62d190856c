"""How alike two messages are: the same as themselves, as each other, and how many there are."""

from hypothesis import given
from hypothesis import strategies as st

from yihu.cases.likeness import READ, alike, grams

WORDS = st.text(st.sampled_from("楼道灯坏了没人修小区门口乱停车堵住消防通abc ，。"), max_size=60)
LEAST = 0.05


def likeness(one: str, other: str, *around: str) -> float:
    """Of two messages among others; nought for less than is looked for."""
    texts = [one, other, *around]
    known = {number: grams(text) for number, text in enumerate(texts)}
    pairs = {frozenset((p.one, p.other)): p.likeness for p in alike(known, list(known), LEAST)}
    return pairs.get(frozenset((0, 1)), 0.0)


@given(WORDS, WORDS, st.lists(WORDS, max_size=5))
def test_likeness_is_symmetric_and_between_nothing_and_the_same(
    one: str, other: str, around: list[str]
) -> None:
    found = likeness(one, other, *around)
    assert 0 <= found <= 1 + 1e-9
    assert abs(found - likeness(other, one, *around)) < 1e-9


@given(WORDS, st.lists(WORDS, max_size=5))
def test_a_message_is_wholly_like_its_own_copy(words: str, around: list[str]) -> None:
    expected = 1.0 if grams(words) else 0.0
    assert abs(likeness(words, words, *around) - expected) < 1e-9


@given(st.lists(WORDS, max_size=8), st.data())
def test_the_fresh_ones_find_the_pairs_that_all_of_them_would(
    texts: list[str], data: st.DataObject
) -> None:
    known = {number: grams(text) for number, text in enumerate(texts)}
    fresh = data.draw(st.lists(st.sampled_from(sorted(known)), unique=True)) if known else []
    every = {frozenset((p.one, p.other)) for p in alike(known, list(known), LEAST)}
    some = [frozenset((p.one, p.other)) for p in alike(known, fresh, LEAST)]
    assert sorted(map(sorted, some)) == sorted(map(sorted, {p for p in every if p & set(fresh)}))


def test_nothing_to_compare_is_no_error() -> None:
    assert alike({}, [], LEAST) == []
    assert alike({1: grams("")}, [1], LEAST) == []


def test_the_same_trouble_in_other_words_is_more_alike_than_another_trouble() -> None:
    around = ["建议在北门装一盏路灯", "想问居住证续签要带什么材料", "谢谢警务室的民警"]
    same = likeness("楼下烧烤摊半夜扰民，没人管", "楼下的烧烤摊每天半夜扰民", *around)
    other = likeness("楼下烧烤摊半夜扰民，没人管", "小区门口乱停车，没人管", *around)
    assert same > 0.3 > other


def test_width_case_and_fillers_make_no_difference() -> None:
    assert grams("ＡＢＣ楼") == grams("abc楼")
    assert grams("灯的坏了") == frozenset()
    assert all("。" not in gram for gram in grams("楼道灯。坏掉啦"))


def test_only_the_beginning_is_read() -> None:
    assert grams("灯" * READ + "停车场") == grams("灯" * READ)


def test_many_copies_of_one_message_are_all_found() -> None:
    known = {number: grams("楼道灯坏掉三天没人修") for number in range(40)}
    assert len(alike(known, [0], LEAST)) == 39
