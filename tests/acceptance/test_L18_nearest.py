"""L18, C2: the nearest suitable units on shift are listed with the reason, and nobody is rated.

Six units are on shift, two are not.
"""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import models
from tests.support import register
from tests.support.desk import login
from tests.support.offers import codes, incident, near, posted
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.dispatch import advising, ladder
from yihu.dispatch.advising import advise
from yihu.dispatch.kinds import Answer, Door, Kind
from yihu.dispatch.models import Incident, Offer, Recommendation, Unit, Wave
from yihu.people.shifts import end_shift
from yihu.radio.positions import report

pytestmark = pytest.mark.django_db

NUMBERS = (
    "FloatField", "DecimalField", "IntegerField", "SmallIntegerField", "PositiveIntegerField",
    "PositiveSmallIntegerField", "BigIntegerField",
)  # fmt: skip
ON_SHIFT = ("officer", "colleague", "auxiliary", "deputy", "chief", "guard")


@pytest.fixture
def town() -> Town:
    """The first of those on shift is the nearest, each next one 400 m further away; those off
    shift were last seen next to it all."""
    made = build()
    advising.forget()
    for n, name in enumerate(ON_SHIFT, start=1):
        posted(made, name, 400 * n)
    made.people |= {"late": register.guard(made, register.site(made, "商场"), "late")}
    for name in ("late", "dispatcher"):
        unit(made, name)
        report(actor=made.actor(name), place=near(10))
        end_shift(actor=made.actor(name))
    return made


@pytest.fixture
def one(town: Town) -> Incident:
    return incident(town, Kind.THEFT)


def page(one: Incident, *rest: str) -> str:
    return "/".join(["/desk/incidents", one.matter.reference, *rest, ""])


def test_L18_the_nearest_suitable_on_shift_are_listed_with_the_reason_and_off_shift_never(
    town: Town, one: Incident
) -> None:
    text = login(town, "dispatcher").get(page(one, "advice")).text
    names = re.findall(r"<b>(\w+)组</b>", text)
    assert names[: len(ON_SHIFT)] == list(ON_SHIFT)
    assert not {"late", "dispatcher"} & set(names)
    first = text[text.index("officer组") : text.index("colleague组")]
    assert "最近" in first
    assert re.search(r"\d+ 分钟", first)
    assert re.search(r"会来 \d+%（\d+ 次）", first)


def test_L18_one_press_sends_the_offer_to_the_nearest_and_the_list_is_kept(
    town: Town, one: Incident
) -> None:
    client = login(town, "dispatcher")
    shown = client.get(page(one, "advice")).text
    pressed = re.search(r'name="only" value="([0-9a-f-]+)" data-key="1"', shown)
    assert pressed is not None
    client.post(page(one, "offer"), {"only": pressed[1], "key": "0" * 32})
    assert codes(Wave.objects.get()) == ["officer"]
    kept = Recommendation.objects.get()
    assert kept.lines[0]["why"][0] == ["nearest"]
    assert [line["unit"] for line in kept.lines] == list(ON_SHIFT)


def test_L18_urgent_the_clock_asks_the_nearest_police_and_a_guard_beside_them(town: Town) -> None:
    fight = incident(town, Kind.FIGHT)
    report(actor=town.actor("guard"), place=near(100))
    ladder.advance()
    asked = {offer.unit.code: offer.alongside for offer in fight.offers.select_related("unit")}
    assert asked["officer"] is False
    assert asked["colleague"] is False
    assert asked["guard"] is True
    assert not {"late", "dispatcher"} & set(asked)


def test_L18_what_it_takes_does_not_grow_with_the_units(
    town: Town, one: Incident, queries: Callable[..., object]
) -> None:
    with queries(at_most=11):
        advise(one)
    for n in range(5):
        guard = register.guard(town, register.site(town, f"小区{n}"), f"more{n}")
        town.people[guard.username] = guard
        posted(town, guard.username, 100 * n)
    with queries(at_most=11):
        assert len(advise(one).lines) == len(ON_SHIFT) + 5


def test_C2_no_table_holds_a_number_that_judges_a_person() -> None:
    rating = re.compile(r"rate|score|rank(ing)?$|accept(ance|ed_|_count)|reliab|punish|black")
    judged = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.label.startswith("yihu.") or model.__module__.startswith("yihu.")
        for field in model._meta.get_fields()
        if isinstance(field, models.Field)
        and field.get_internal_type() in NUMBERS
        and rating.search(field.name)
    ]
    assert judged == []


def test_C2_answers_are_pooled_by_force_hour_and_distance_and_exercises_do_not_count(
    town: Town, one: Incident, queries: Callable[..., object]
) -> None:
    drill = incident(town, Kind.THEFT, door=Door.TRAINING)
    for about in (one, drill):
        wave = Wave.objects.create(
            incident=about, number=1, reach="best", opened_at=about.matter.opened_at,
            ends_at=about.matter.opened_at, closed_at=about.matter.opened_at,
        )  # fmt: skip
        for name in ("officer", "colleague"):
            Offer.objects.create(
                wave=wave, incident=about, unit=Unit.objects.get(code=name), distance=300,
                offered_at=about.matter.opened_at, deadline=about.matter.opened_at,
                answer=Answer.ACCEPTED if name == "officer" else Answer.SILENT,
            )  # fmt: skip
    advising.forget()
    with queries(at_most=1) as statements:
        (pooled,) = [one for one in advising._answers("test") if one.n]
    assert (pooled.n, pooled.came) == (2, 1)  # of both, and of neither alone
    assert "answered_by" not in statements[0]
    assert "person" not in statements[0]
