"""L20: one call, a hundred answers."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone
from tests.support.desk import login
from tests.support.town import build

from yihu.kernel import lapses
from yihu.people.models import Person, Post, Shift
from yihu.people.roles import GUARD
from yihu.radio.calls import call_group
from yihu.radio.groups import open_group
from yihu.radio.models import Addressee, GroupKind

HUNDRED, AT_ONCE, SILENT = 100, 8, 6


@pytest.mark.usefixtures("committed_db")
def test_L20_a_hundred_answers_at_once_are_all_kept_and_who_did_not_answer_is_listed() -> None:
    town, now = build(), timezone.now()
    people = [Person(district="test", username=f"g{n}", name=f"保安{n:03}") for n in range(HUNDRED)]
    Person.objects.bulk_create(people)
    Post.objects.bulk_create(
        Post(person=one, role=GUARD.code, organisation=town.station, since=now) for one in people
    )
    until = now + timedelta(hours=8)
    Shift.objects.bulk_create(Shift(person=one, since=now, until=until) for one in people)
    chief = town.actor("chief")
    group = open_group(
        actor=chief,
        organisation=town.station,
        kind=GroupKind.SITES,
        name="重点单位",
        members={one.pk: True for one in people},
    )
    matter = call_group(
        actor=chief, group=group.code, words="请应答", client_key=secrets.token_bytes(16)
    ).matter
    answering, silent = people[SILENT:], people[:SILENT]

    def answer(one: Person) -> list[int]:
        client = Client()
        client.force_login(one)
        where = f"/radio/calls/{matter.reference}"
        try:
            return [client.post(f"{where}/{what}/").status_code for what in ("heard", "answer") * 2]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(answer, answering))
    assert answers == [[204, 302] * 2] * len(answering)

    kept = Addressee.objects.filter(call=matter.pk, heard_at__isnull=False)
    assert kept.filter(answered_at__isnull=False).count() == HUNDRED - SILENT
    acts = matter.entries.filter(kind="acted").count()
    assert acts == 2 * (HUNDRED - SILENT), "an entry each, also where it was tapped twice"
    page = login(town, "chief").get(f"/net/calls/{matter.reference}/").text
    assert f"叫了 {HUNDRED}，{HUNDRED - SILENT} 已听到，<b>{HUNDRED - SILENT}</b> 已应答" in page
    shown = page[page.index("还没有应答") :]
    assert all(one.name in shown for one in silent)
    assert not any(one.name in shown for one in answering)
    for label in ("过半应答用时", "九成应答用时"):
        assert "秒" in page[page.index(label) :][:120]

    lapses.fire_due(timezone.now() + timedelta(minutes=6))
    matter.refresh_from_db()
    assert matter.step == "silent"
