"""L72, L73, L74, L79, C2, C8: hard matters become lessons, and nobody is found in them."""

import secrets

import pytest
from tests.support.cases import ALL, TEXT, begun, ended, go, hard, published
from tests.support.desk import do, write
from tests.support.town import Town, build

from yihu.cases import actions, queries
from yihu.cases.models import CaseStudy
from yihu.cases.schemas import Check
from yihu.direct.actions import Safety
from yihu.direct.kinds import About, Kind
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter, SealedPart

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def refused(code: str) -> "pytest.RaisesExc[Refused]":
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


# --- L72: sharing session ------------------------------------------------------------------------


def meeting(town: Town, **more: object) -> actions.Meeting:
    said = {
        "title": "漏水怎么调",
        "held_at": ended(town).opened_at,
        "host": town.people["chief"].id,
        "agenda": "一、经过\n二、方法",
        "material": "照片和图纸",
        "attendance": [town.people["officer"].id, town.people["auxiliary"].id],
    }
    return actions.Meeting(**said | more)  # type: ignore[arg-type]


def test_L72_a_hard_matter_gets_a_session_with_agenda_attendance_and_material(town: Town) -> None:
    matter = hard(town)
    session = actions.record_session(
        actor=town.actor("chief"), matter=matter.id, meeting=meeting(town)
    )
    assert (session.agenda, session.material) == ("一、经过\n二、方法", "照片和图纸")
    names = set(session.attendance.values_list("username", flat=True))
    assert names == {"chief", "officer", "auxiliary"}
    for name, sees in (("chief", 1), ("officer", 1), ("colleague", 0), ("stranger", 0)):
        assert queries.sessions(town.actor(name)).count() == sees, name


def test_L72_only_a_matter_marked_hard_has_a_session(town: Town) -> None:
    with refused("not_marked"):
        actions.record_session(
            actor=town.actor("chief"), matter=ended(town).id, meeting=meeting(town)
        )


def test_L72_an_open_matter_is_not_marked_hard(town: Town) -> None:
    sent = write(town)
    with refused("still_open"):
        actions.mark_hard(actor=town.actor("chief"), matter=sent.matter.id, reason="难")


def test_L72_why_a_matter_was_hard_is_sealed(town: Town) -> None:
    marked = hard(town).hard
    assert queries.why_hard(marked) == "拖了三年"
    part = SealedPart.objects.get(matter=marked.matter_id, seq=marked.seq)
    assert "拖了三年".encode() not in bytes(part.sealed)


# --- L73: a case study, its names gone -----------------------------------------------------------


def test_L73_two_people_who_did_not_write_it_check_a_case_before_all_may_read_it(
    town: Town,
) -> None:
    matter = begun(town)
    matter = go(town.actor("chief"), matter, "submit", **TEXT)
    assert not queries.published(town.actor("officer")).exists()
    assert CaseStudy.objects.get().title == ""
    go(town.actor("deputy"), matter, "pass_first", **ALL)
    assert not queries.published(town.actor("officer")).exists()
    go(town.actor("supervisor"), matter, "publish", **ALL)
    case = queries.published(town.actor("officer")).get()
    assert (case.title, case.tag_list) == (TEXT["title"], ["漏水", "邻里"])


def test_L73_nobody_checks_what_they_wrote_themselves(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    with refused("own_text"):
        go(town.actor("chief"), matter, "pass_first", **ALL)


def test_L73_the_second_check_is_another_persons(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    go(town.actor("deputy"), matter, "pass_first", **ALL)
    with refused("second_person"):
        go(town.actor("deputy"), matter, "publish", **ALL)
    assert go(town.actor("supervisor"), matter, "publish", **ALL).step == "published"


def test_L73_a_new_version_is_checked_by_two_people_again(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    go(town.actor("deputy"), matter, "pass_first", **ALL)
    go(town.actor("supervisor"), matter, "send_back", words="第二段看得出是哪一家")
    go(town.actor("chief"), matter, "submit", **TEXT | {"title": "另一个题目"})
    go(town.actor("supervisor"), matter, "pass_first", **ALL)
    with refused("second_person"):
        go(town.actor("supervisor"), matter, "publish", **ALL)
    go(town.actor("deputy"), matter, "publish", **ALL)
    assert CaseStudy.objects.get().title == "另一个题目"


def test_L73_half_a_checklist_is_no_check(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    with pytest.raises(ValueError, match="every point"):
        go(town.actor("deputy"), matter, "pass_first", checks=[Check.NO_NAMES])


@pytest.mark.parametrize("number", ["13800000000", "110101199001011234", "010-12345678"])
def test_L73_a_number_that_leads_to_somebody_is_not_handed_in(town: Town, number: str) -> None:
    matter = begun(town)
    with refused("number_in_it"):
        go(town.actor("chief"), matter, "submit", **TEXT | {"method": f"打了 {number}"})


def test_L73_the_fourth_sending_back_goes_to_the_supervisor(town: Town) -> None:
    matter = begun(town)
    for _ in range(3):
        go(town.actor("chief"), matter, "submit", **TEXT)
        assert go(town.actor("deputy"), matter, "send_back", words="再改").step == "drafted"
    go(town.actor("chief"), matter, "submit", **TEXT)
    assert go(town.actor("deputy"), matter, "send_back", words="再改").step == "disputed"


def test_L73_a_retired_case_is_no_longer_read(town: Town) -> None:
    case = published(town)
    go(town.actor("chief"), case.matter, "retire", words="过时了")
    assert queries.board(town.actor("officer")) == []


def test_L73_a_draft_lies_sealed(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    version = queries.newest_version(matter)
    assert version is not None
    assert version.method == TEXT["method"]
    sealed = SealedPart.objects.filter(matter=matter)
    assert not [part for part in sealed if TEXT["method"].encode() in bytes(part.sealed)]


# --- L74, L79, C2: cases are ranked, never people -------------------------------------------------


def say(town: Town, case: CaseStudy, name: str, helpful: bool) -> None:
    actions.review(actor=town.actor(name), case=case.pk, helpful=helpful, words="")


def test_L74_the_board_is_in_order_of_reuse_then_of_what_readers_found(town: Town) -> None:
    used = published(town, title="用过")
    liked = published(town, title="有帮助")
    mixed = published(town, title="有人没用上")
    quiet = published(town, title="没人评")
    actions.reuse(actor=town.actor("chief"), case=used.pk, reference=ended(town).reference)
    for case, verdicts in ((used, [False]), (liked, [True, True]), (mixed, [True, False])):
        for name, helpful in zip(("officer", "colleague"), verdicts, strict=False):
            say(town, case, name, helpful)
    placed = queries.board(town.actor("officer"))
    assert [one.case.title for one in placed] == ["用过", "有帮助", "有人没用上", "没人评"]
    assert [(one.reuses, one.helped, one.reviews) for one in placed] == [
        (1, 0, 1),
        (0, 2, 2),
        (0, 1, 2),
        (0, 0, 0),
    ]
    assert quiet in [one.case for one in placed]


def test_L74_a_case_counts_once_for_each_matter_it_helped_with(town: Town) -> None:
    case, matter = published(town), ended(town)
    for name in ("chief", "chief"):
        actions.reuse(actor=town.actor(name), case=case.pk, reference=matter.reference)
    assert queries.board(town.actor("chief"))[0].reuses == 1


def test_L74_nobody_pushes_their_own_case(town: Town) -> None:
    case = published(town)
    with refused("own_text"):
        say(town, case, "chief", True)
    source = Matter.objects.get(hard__cases=case.pk)
    with refused("own_matter"):
        actions.reuse(actor=town.actor("chief"), case=case.pk, reference=source.reference)
    with refused("no_such_matter"):
        actions.reuse(actor=town.actor("officer"), case=case.pk, reference=ended(town).reference)


def test_L74_the_board_is_filtered_by_tag_and_kind_in_one_statement(town: Town, queries) -> None:  # type: ignore[no-untyped-def]
    from yihu.cases import queries as cases

    published(town, tags="漏水")
    published(town, tags="停车", title="停车")
    actor = town.actor("officer")
    with queries(at_most=1):
        assert [one.case.title for one in cases.board(actor, tag="停车")] == ["停车"]
    assert cases.board(actor, kind=Kind.COMPLAINT.value) == []


def test_L79_a_learning_log_is_ones_own(town: Town) -> None:
    case = published(town)
    actions.note_read(actor=town.actor("officer"), case=case)
    assert [read.case for read in queries.own_reads(town.actor("officer"))] == [case]
    assert not queries.own_reads(town.actor("chief")).exists()


def test_C2_nothing_in_the_library_is_counted_by_person() -> None:
    """No row that a number could be summed from names a person beside it."""
    from django.apps import apps

    numbers = {"PositiveIntegerField", "IntegerField", "FloatField", "DecimalField"}
    for model in apps.get_app_config("cases").get_models():
        fields = model._meta.get_fields()
        people = [f for f in fields if f.is_relation and f.related_model.__name__ == "Person"]
        counted = [f for f in fields if type(f).__name__ in numbers]
        assert not (people and counted), model


def test_C2_authorship_is_the_organisations(town: Town) -> None:
    case = published(town)
    assert case.station == town.station
    people = [f.name for f in CaseStudy._meta.get_fields() if f.is_relation and not f.auto_created]
    assert people == ["matter", "station", "source"]


# --- C8: what never comes near the library --------------------------------------------------------


@pytest.mark.parametrize("safety", [Safety.BLANK, Safety.NEVER])
def test_C8_a_teller_whom_a_trace_could_harm_is_in_no_case(town: Town, safety: Safety) -> None:
    matter = ended(town, contact="000-0000", safety=safety)
    with refused("safe_contact"):
        actions.mark_hard(actor=town.actor("chief"), matter=matter.id, reason="难")


def test_C8_a_complaint_about_somebody_is_in_no_case(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    supervisor = town.actor("supervisor")
    do(supervisor, sent.matter, "take_over", words="由我们办")
    do(supervisor, sent.matter, "name_subject", person=town.people["officer"].id)
    do(supervisor, sent.matter, "decide", outcome="explained", words="说明")
    from tests.support.desk import teller

    matter = do(teller(sent), sent.matter, "accept")
    with refused("about_somebody"):
        actions.mark_hard(actor=supervisor, matter=matter.id, reason="难")


def test_C8_a_subject_named_later_keeps_a_case_from_being_published(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    go(town.actor("deputy"), matter, "pass_first", **ALL)
    source = Matter.objects.get(hard__cases=matter.pk)
    source.parties.update(contact_safety=Safety.NEVER.value)
    with refused("safe_contact"):
        go(town.actor("supervisor"), matter, "publish", **ALL)


def test_C8_who_may_not_know_of_a_matter_begins_no_case(town: Town) -> None:
    with pytest.raises(Matter.DoesNotExist):
        actions.begin_case(
            actor=town.actor("stranger"), matter=hard(town).id, client_key=secrets.token_bytes(8)
        )
