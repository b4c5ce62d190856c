"""What the entries of a praise say of its verification, and the lines in which others are named."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from yihu.direct.loops import PRAISE
from yihu.thanks.verification import Named, Verification, named, present

ONE, TWO = uuid4(), uuid4()


def verify(*people: UUID, others: str = "") -> dict[str, Any]:
    facts = {"praised": [person.hex for person in people], "others": others}
    return {"move": "verify", "from": "received", "facts": facts}


def attest(finding: str) -> dict[str, Any]:
    return {"move": "attest", "from": "verifying", "facts": {"finding": finding}}


def dispute() -> dict[str, Any]:
    return {"move": "dispute", "from": "answered", "facts": {"verdict": "unsolved"}}


NOTE = {"act": "note", "at": "verifying", "facts": {}}
OPENED = {"kind": "praise", "loop": "praise", "facts": {}}


def test_whom_it_is_for_and_what_came_out() -> None:
    found = present(PRAISE, [OPENED, verify(ONE, TWO, ONE, others="张三 · 物业"), NOTE])
    assert found == Verification((ONE, TWO), (Named("张三", "物业"),))
    assert not found.holds
    for finding, holds in (("confirmed", True), ("partly", True), ("not_confirmed", False)):
        assert present(PRAISE, [OPENED, verify(ONE), attest(finding)]).holds is holds


def test_a_new_round_or_a_new_verification_begins_anew() -> None:
    first = [OPENED, verify(ONE), attest("confirmed")]
    assert present(PRAISE, [*first, dispute()]) == Verification()
    assert present(PRAISE, [*first, dispute(), verify(TWO)]) == Verification((TWO,))


def test_people_who_are_not_on_the_list_are_read_line_by_line() -> None:
    assert named("张三·良水物业\n\n 李四 \n·\n张三・良水物业") == (
        Named("张三", "良水物业"),
        Named("李四"),
    )


@given(st.text(max_size=400))
def test_whatever_is_typed_names_no_empty_and_no_double(lines: str) -> None:
    found = named(lines)
    assert len(set(found)) == len(found)
    assert all(len(one.name) <= 80 and len(one.organisation) <= 80 for one in found)
    assert all(one.name or one.organisation for one in found)


@given(st.lists(st.sampled_from("vcnd"), max_size=8))
def test_an_order_never_rests_on_a_finding_of_an_earlier_round(steps: list[str]) -> None:
    made = {
        "v": verify(ONE),
        "c": attest("confirmed"),
        "n": attest("not_confirmed"),
        "d": dispute(),
    }
    found = present(PRAISE, [OPENED, *(made[step] for step in steps)])
    since = "".join(steps).rpartition("d")[2].rpartition("v")[2]
    last = since.translate({ord("v"): None})[-1:]
    assert found.holds is (last == "c")
