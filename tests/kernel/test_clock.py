from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yihu.kernel.calendar import official_calendar
from yihu.kernel.clock import (
    MOST_PAUSES,
    PAUSE_WORKDAYS,
    Asked,
    ClockState,
    Entered,
    Escalate,
    Event,
    LapseMove,
    Replied,
    Rung,
    Span,
    Unit,
    clock,
    days,
    escalate,
    hours,
    minutes,
    move,
    remaining,
    service_hours,
    workdays,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = official_calendar()
CHIEF = escalate("chief")
TICK = timedelta(microseconds=1)

# Across the edge of the announced years, so that both kinds of year are drawn.
moments = st.datetimes(
    datetime(2024, 6, 1), datetime(2027, 6, 1), timezones=st.sampled_from([UTC, SHANGHAI])
)
amounts = st.integers(1, 60)
spans = st.builds(Span, amounts, st.sampled_from(Unit))
round_the_clock = st.booleans()
per_mille = st.integers(0, 999)
lapses = st.one_of(
    st.just(move("rest")),
    st.builds(
        lambda roles, every: escalate(*roles, every=every),
        st.lists(st.text(min_size=1), min_size=1, max_size=4),
        spans,
    ),
)


@st.composite
def stays(draw: st.DrawFn) -> list[Event]:
    """One stay in a step, with questions and answers in the weeks after it began."""
    entered = draw(moments)
    minutes_later = st.integers(0, 60 * 24 * 21).map(lambda n: timedelta(minutes=n))
    later = minutes_later.map(lambda after: entered + after)
    talk = st.lists(st.one_of(st.builds(Asked, later), st.builds(Replied, later)), max_size=8)
    return [Entered("handling", entered), *sorted(draw(talk), key=lambda event: event.at)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def entered(text: str, step: str = "handling") -> Entered:
    return Entered(step, at(text))


def asked(text: str) -> Asked:
    return Asked(at(text))


def replied(text: str) -> Replied:
    return Replied(at(text))


def run(within: Span, *events: Event, round_the_clock: bool = False) -> ClockState:
    return clock(within, CHIEF, events, CALENDAR, round_the_clock=round_the_clock)


# --- spans -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (minutes(3), "3 minutes"),
        (hours(1), "1 hour"),
        (service_hours(2), "2 service hours"),
        (workdays(1), "1 workday"),
        (days(7), "7 days"),
    ],
)
def test_a_span_reads_as_words(span: Span, words: str) -> None:
    assert str(span) == words


@pytest.mark.parametrize("amount", [0, -1])
def test_a_span_of_nothing_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        hours(amount)


@pytest.mark.parametrize(
    ("span", "by_day", "round_the_clock"),
    [
        (service_hours(2), "2026-03-09 09:30", "2026-03-09 09:30"),
        (hours(2), "2026-03-09 09:30", "2026-03-06 18:30"),
        (minutes(90), "2026-03-09 09:00", "2026-03-06 18:00"),
        (workdays(2), "2026-03-10 17:30", "2026-03-10 17:30"),
        (days(2), "2026-03-08 16:30", "2026-03-08 16:30"),
    ],
)
def test_hours_are_service_hours_unless_round_the_clock(span, by_day, round_the_clock) -> None:
    friday = at("2026-03-06 16:30")
    assert span.after(friday, CALENDAR) == at(by_day)
    assert span.after(friday, CALENDAR, round_the_clock=True) == at(round_the_clock)


def test_days_are_24_hours_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=berlin)
    assert days(1).after(before, CALENDAR) == datetime(2026, 3, 29, 13, tzinfo=berlin)


@given(moments, spans, round_the_clock)
def test_a_span_is_over_after_it_began(moment, span, always) -> None:
    over = span.after(moment, CALENDAR, round_the_clock=always)
    assert over > moment
    assert over.tzinfo is UTC


@given(moments, spans, amounts, round_the_clock)
def test_a_longer_span_is_never_over_earlier(moment, span, more, always) -> None:
    longer = Span(span.amount + more, span.unit)
    assert span.after(moment, CALENDAR, round_the_clock=always) < longer.after(
        moment, CALENDAR, round_the_clock=always
    )


@given(moments, spans, amounts, round_the_clock)
def test_a_span_may_be_split_anywhere(moment, span, more, always) -> None:
    halfway = span.after(moment, CALENDAR, round_the_clock=always)
    rest, whole = Span(more, span.unit), Span(span.amount + more, span.unit)
    assert rest.after(halfway, CALENDAR, round_the_clock=always) == whole.after(
        moment, CALENDAR, round_the_clock=always
    )


# --- rungs -------------------------------------------------------------------


def test_a_ladder_tells_each_role_once_a_working_day_apart() -> None:
    state = clock(
        service_hours(2),
        escalate("chief", "supervisor", "subdistrict"),
        [entered("2026-03-06 16:30")],
        CALENDAR,
    )
    assert state.rungs == (
        Rung(1, at("2026-03-09 09:30"), "chief"),
        Rung(2, at("2026-03-10 17:30"), "supervisor"),
        Rung(3, at("2026-03-11 17:30"), "subdistrict"),
    )
    assert [state.next_rung(after=n) for n in range(4)] == [*state.rungs, None]
    assert state.next_rung() == state.rungs[0]


def test_the_steps_of_a_ladder_run_round_the_clock_with_its_loop() -> None:
    lapse = escalate("chief", "supervisor", every=minutes(5))
    state = clock(minutes(3), lapse, [entered("2026-03-07 23:58")], CALENDAR, round_the_clock=True)
    assert [rung.at for rung in state.rungs] == [at("2026-03-08 00:01"), at("2026-03-08 00:06")]


def test_a_lapse_may_be_a_move_that_the_clock_makes() -> None:
    state = clock(days(7), move("rest"), [entered("2026-03-02 12:00")], CALENDAR)
    assert state.rungs == (Rung(1, at("2026-03-09 12:00"), "rest"),)


def test_lapses_are_plain_values() -> None:
    assert escalate("a", "b") == Escalate(("a", "b"), workdays(1))
    assert move("rest") == LapseMove("rest")
    with pytest.raises(ValueError, match="rung"):
        Escalate((), workdays(1))


@given(spans, lapses, stays(), round_the_clock)
def test_rungs_begin_when_due_and_follow_one_another(within, lapse, events, always) -> None:
    state = clock(within, lapse, events, CALENDAR, round_the_clock=always)
    instants = [rung.at for rung in state.rungs]
    assert instants[0] == state.due
    assert instants == sorted(set(instants))
    assert [rung.number for rung in state.rungs] == list(range(1, len(instants) + 1))
    targets = [rung.target for rung in state.rungs]
    assert targets == (list(lapse.roles) if isinstance(lapse, Escalate) else [lapse.name])


# --- pauses ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("within", "always", "due"),
    [
        # Asked on Tuesday at 10:00, answered on Thursday at 09:30.
        (service_hours(20), False, "2026-03-06 14:00"),  # Wednesday 14:30 + 17.5 service hours
        (hours(20), True, "2026-03-03 08:30"),  # lapsed before the question
        (hours(30), True, "2026-03-05 18:00"),  # Tuesday 18:30 + 47.5 h
        (workdays(3), False, "2026-03-09 17:30"),  # Thursday + the closings of two days
        (days(3), False, "2026-03-07 12:00"),  # Thursday 12:30 + 47.5 h
    ],
)
def test_a_pause_lasts_from_question_to_answer(within, always, due) -> None:
    state = run(
        within,
        entered("2026-03-02 12:30"),
        asked("2026-03-03 10:00"),
        replied("2026-03-05 09:30"),
        round_the_clock=always,
    )
    assert state.due == at(due)


def test_an_unanswered_pause_ends_by_itself_after_three_working_days() -> None:
    state = run(service_hours(9), entered("2026-03-05 08:30"), asked("2026-03-05 10:00"))
    assert (state.paused_from, state.paused_until) == (
        at("2026-03-05 10:00"),
        at("2026-03-10 10:00"),
    )
    assert state.due == at("2026-03-10 17:30")
    assert not state.paused(at("2026-03-05 09:59"))
    assert state.paused(at("2026-03-05 10:00"))
    assert state.paused(at("2026-03-10 09:59"))
    assert not state.paused(at("2026-03-10 10:00"))


def test_an_answer_after_the_pause_ran_out_changes_nothing() -> None:
    unanswered = entered("2026-03-05 08:30"), asked("2026-03-05 10:00")
    late_answer = replied("2026-03-10 10:00")
    assert run(workdays(5), *unanswered, late_answer) == run(workdays(5), *unanswered)


def test_an_answer_lets_the_clock_run_again_at_once() -> None:
    state = run(
        workdays(5),
        entered("2026-03-02 09:00"),
        asked("2026-03-03 10:00"),
        replied("2026-03-03 15:00"),
    )
    assert not state.paused(at("2026-03-03 15:00"))
    assert state.pauses == 1
    assert state.due == run(workdays(5), entered("2026-03-02 09:00")).due


def test_a_question_while_paused_neither_prolongs_nor_counts() -> None:
    once = entered("2026-03-02 09:00"), asked("2026-03-03 10:00")
    assert run(workdays(5), *once, asked("2026-03-04 10:00")) == run(workdays(5), *once)


def test_a_question_at_the_end_of_a_pause_begins_the_second() -> None:
    state = run(
        workdays(5),
        entered("2026-03-02 09:00"),
        asked("2026-03-03 10:00"),
        asked("2026-03-06 10:00"),
    )
    assert state.pauses == 2
    assert state.paused_until == at("2026-03-11 10:00")


def test_a_third_question_does_not_pause() -> None:
    twice = (
        entered("2026-03-02 09:00"),
        asked("2026-03-02 10:00"),
        replied("2026-03-03 10:00"),
        asked("2026-03-03 11:00"),
        replied("2026-03-04 10:00"),
    )
    state = run(workdays(5), *twice, asked("2026-03-04 11:00"))
    assert state == run(workdays(5), *twice)
    assert state.pauses == MOST_PAUSES
    assert not state.paused(at("2026-03-04 12:00"))


@pytest.mark.parametrize("question", ["2026-03-02 11:00", "2026-03-02 11:01", "2026-03-20 09:00"])
def test_being_late_cannot_be_undone_by_asking(question: str) -> None:
    state = run(service_hours(2), entered("2026-03-02 09:00"), asked(question))
    assert state.due == at("2026-03-02 11:00")
    assert state.pauses == 0
    assert state.breached(at("2026-03-20 09:00"))


def test_on_the_last_day_an_answer_out_of_hours_leaves_the_next_working_day() -> None:
    state = run(
        workdays(1),
        entered("2026-03-05 09:00"),
        asked("2026-03-06 16:00"),  # Friday, an hour and a half before it is due
        replied("2026-03-07 20:00"),
    )
    assert state.due == at("2026-03-09 17:30")


def test_entering_a_step_again_starts_its_clock_anew() -> None:
    state = run(
        workdays(2),
        entered("2026-03-02 09:00"),
        asked("2026-03-03 10:00"),
        entered("2026-03-04 09:00", step="answered"),
        entered("2026-03-10 09:00"),
    )
    assert state.entered_at == at("2026-03-10 09:00")
    assert state.due == at("2026-03-12 17:30")
    assert state.paused_until is None
    assert not state.paused(at("2026-03-04 10:00"))


def test_pauses_are_counted_over_all_stays_in_a_step() -> None:
    earlier = (
        entered("2026-03-02 09:00"),
        asked("2026-03-03 10:00"),
        replied("2026-03-03 11:00"),
        entered("2026-03-04 09:00", step="answered"),
        asked("2026-03-04 10:00"),  # another step's pause
        entered("2026-03-05 09:00"),
    )
    second = run(workdays(5), *earlier, asked("2026-03-05 10:00"), replied("2026-03-05 11:00"))
    assert second.pauses == 2
    third = run(workdays(5), *earlier, asked("2026-03-05 10:00"), asked("2026-03-11 11:00"))
    assert third.pauses == 2
    assert third.paused_from == at("2026-03-05 10:00")


def test_what_was_asked_before_the_step_was_entered_does_not_pause() -> None:
    state = run(workdays(2), asked("2026-03-01 09:00"), entered("2026-03-02 09:00"))
    assert state == run(workdays(2), entered("2026-03-02 09:00"))


def test_at_one_instant_the_recorded_order_holds() -> None:
    noon = "2026-03-02 12:00"
    asked_in_it = run(workdays(2), entered(noon), asked(noon))
    assert asked_in_it.pauses == 1
    asked_before_it = run(workdays(2), asked(noon), entered(noon))
    assert asked_before_it.pauses == 0


def test_a_clock_without_an_entered_step_is_refused() -> None:
    with pytest.raises(ValueError, match="entered"):
        run(workdays(1), asked("2026-03-02 12:00"))


def test_an_event_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        run(workdays(1), Entered("handling", datetime(2026, 3, 2, 12)))


@given(spans, stays(), round_the_clock)
def test_due_is_never_before_the_step_was_entered(within, events, always) -> None:
    state = run(within, *events, round_the_clock=always)
    assert state.due > state.entered_at
    assert state.due.tzinfo is UTC


@given(spans, amounts, stays(), round_the_clock)
def test_a_longer_limit_is_never_due_earlier(within, more, events, always) -> None:
    longer = Span(within.amount + more, within.unit)
    assert (
        run(within, *events, round_the_clock=always).due
        < run(longer, *events, round_the_clock=always).due
    )


@given(spans, stays(), round_the_clock)
def test_pauses_never_shorten_and_never_add_more_than_their_limit(within, events, always) -> None:
    unasked = run(within, events[0], round_the_clock=always)
    state = run(within, *events, round_the_clock=always)
    assert state.pauses <= MOST_PAUSES
    assert state.due >= unasked.due
    if state.in_service_time:
        most = MOST_PAUSES * PAUSE_WORKDAYS
        assert CALENDAR.closings_between(unasked.due, state.due) <= most
        added = CALENDAR.service_time_between(unasked.due, state.due)
        assert added <= most * CALENDAR.service_day
    if state.pauses == 0:
        assert state.due == unasked.due


def left(within: Span, always: bool, since: datetime, due: datetime) -> timedelta | int:
    """What is left of a promise, counted as the promise is."""
    if within.unit is Unit.WORKDAYS:
        return CALENDAR.closings_between(since, due)
    if within.in_service_time(round_the_clock=always):
        return CALENDAR.service_time_between(since, due)
    return due - since


@given(
    spans,
    moments,
    st.lists(st.tuples(per_mille, per_mille), min_size=1, max_size=MOST_PAUSES),
    round_the_clock,
)
def test_what_is_left_when_asked_is_left_when_the_pause_ends(within, start, talk, always) -> None:
    """Asked anywhere before it is due, answered anywhere in the pause."""
    events: list[Event] = [Entered("handling", start)]
    for asked_at, answered_at in talk:
        running = run(within, *events, round_the_clock=always)
        since = events[-1].at + (running.due - events[-1].at) * asked_at // 1000
        was_left = left(within, always, since, running.due)

        events.append(Asked(since))
        open_question = run(within, *events, round_the_clock=always)
        until = open_question.paused_until
        assert open_question.paused(since)
        assert left(within, always, until, open_question.due) == was_left

        events.append(Replied(since + (until - since) * answered_at // 1000))
        answered = run(within, *events, round_the_clock=always)
        assert not answered.paused(events[-1].at)
        assert left(within, always, events[-1].at, answered.due) == was_left
        assert events[-1].at < answered.due <= open_question.due
    assert answered.pauses == len(talk)


@given(spans, lapses, stays(), stays(), st.randoms(use_true_random=False), round_the_clock)
def test_the_order_of_recording_does_not_matter(
    within, lapse, one, two, random: Random, always
) -> None:
    events = [*one, *two]
    assume(len({event.at for event in events}) == len(events))
    shuffled = random.sample(events, len(events))
    assert clock(within, lapse, shuffled, CALENDAR, round_the_clock=always) == clock(
        within, lapse, events, CALENDAR, round_the_clock=always
    )


# --- provisional -------------------------------------------------------------


@pytest.mark.parametrize(
    ("within", "start", "provisional"),
    [
        (workdays(3), "2026-12-01 09:00", False),
        (workdays(3), "2026-12-30 09:00", True),
        (workdays(3), "2031-03-03 09:00", True),
        (service_hours(4), "2026-12-31 16:30", True),
        (hours(4), "2026-12-31 12:00", False),
        (days(7), "2026-12-30 09:00", False),  # no calendar is asked for it
    ],
)
def test_a_promise_counted_over_unannounced_days_is_provisional(within, start, provisional):
    assert run(within, entered(start)).provisional is provisional


def test_a_pause_over_unannounced_days_makes_elapsed_days_provisional() -> None:
    start = entered("2026-12-28 09:00")
    assert run(days(7), start, asked("2026-12-31 09:00")).provisional
    assert not run(days(7), start, asked("2026-12-28 10:00")).provisional
    with_answer = asked("2026-12-31 09:00"), replied("2026-12-31 10:00")
    assert not run(days(7), start, *with_answer).provisional


# --- what a page shows -------------------------------------------------------


@given(spans, stays(), moments, round_the_clock)
def test_a_step_is_late_from_the_moment_it_is_due(within, events, now, always) -> None:
    state = run(within, *events, round_the_clock=always)
    assert state.breached(state.due)
    assert not state.breached(state.due - TICK)
    assert state.breached(now) == (remaining(state, now, CALENDAR).late)
    assert state.late_by(now) == max(now - state.due, timedelta())


@pytest.mark.parametrize(
    ("within", "now", "unit", "count", "soon"),
    [
        (service_hours(2), "2026-03-06 16:30", Unit.HOURS, 2, False),
        (service_hours(2), "2026-03-06 17:29", Unit.HOURS, 1, False),
        (service_hours(2), "2026-03-06 17:30", Unit.HOURS, 1, False),
        (service_hours(2), "2026-03-07 12:00", Unit.HOURS, 1, False),  # it stands at weekends
        (service_hours(2), "2026-03-09 08:31", Unit.MINUTES, 59, True),
        (service_hours(2), "2026-03-09 09:29", Unit.MINUTES, 1, True),
        (workdays(5), "2026-03-07 12:00", Unit.DAYS, 5, False),
        (workdays(5), "2026-03-11 17:30", Unit.DAYS, 2, False),
        (workdays(5), "2026-03-12 15:00", Unit.DAYS, 1, False),  # 11 h 30 min of 45 h
        (workdays(5), "2026-03-12 16:00", Unit.DAYS, 1, True),  # 10 h 30 min of 45 h
        (workdays(5), "2026-03-13 08:31", Unit.HOURS, 8, True),
        (days(4), "2026-03-06 16:30", Unit.DAYS, 4, False),
        (days(4), "2026-03-09 16:30", Unit.DAYS, 1, False),
        (days(4), "2026-03-09 16:31", Unit.HOURS, 23, True),
    ],
)
def test_the_chip_tells_what_is_left_as_the_promise_counts_it(
    within, now, unit, count, soon
) -> None:
    state = run(within, entered("2026-03-06 16:30"))
    chip = remaining(state, at(now), CALENDAR)
    assert (chip.unit, chip.count, chip.soon) == (unit, count, soon)
    assert chip.in_service_time == state.in_service_time
    assert not chip.late
    assert not chip.paused


@pytest.mark.parametrize(
    ("now", "unit", "count"),
    [
        ("2026-03-06 11:00", Unit.MINUTES, 0),
        ("2026-03-06 11:59", Unit.MINUTES, 59),
        ("2026-03-06 23:00", Unit.HOURS, 12),
        ("2026-03-08 12:00", Unit.DAYS, 2),  # a weekend is waited through as well
    ],
)
def test_the_chip_tells_lateness_in_elapsed_time(now, unit, count) -> None:
    state = run(service_hours(2), entered("2026-03-06 09:00"))
    chip = remaining(state, at(now), CALENDAR)
    assert (chip.late, chip.unit, chip.count) == (True, unit, count)
    assert not chip.soon
    assert not chip.in_service_time


def test_the_chip_stands_still_while_paused() -> None:
    state = run(service_hours(4), entered("2026-03-02 09:00"), asked("2026-03-02 12:15"))
    for now in ("2026-03-02 12:15", "2026-03-02 17:00", "2026-03-05 12:14"):
        chip = remaining(state, at(now), CALENDAR)
        assert (chip.paused, chip.soon) == (True, False)
        assert (chip.unit, chip.count) == (Unit.MINUTES, 45)
    chip = remaining(state, at("2026-03-05 12:15"), CALENDAR)
    assert (chip.paused, chip.soon) == (False, True)
