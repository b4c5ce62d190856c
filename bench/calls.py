"""A group call to 100 and to 600: sending it, and all of them hearing and answering it at once.

Through the actions that the pages call, one after another, since the database lets one write at
a time; the slowest is measured apart, so that a cost which grows with each answer shows.
"""

import secrets
from datetime import timedelta
from time import perf_counter

from django.utils import timezone

from bench.figures import Figure, quantile
from bench.place import Place
from bench.town import DISTRICT, build
from yihu.people.directory import actor_for
from yihu.people.models import Person, Post, Shift
from yihu.people.roles import GUARD
from yihu.radio.answers import answer, hear
from yihu.radio.calls import call_group
from yihu.radio.groups import open_group
from yihu.radio.models import Addressee, GroupKind

SIZES = (100, 600)


def measure(here: Place) -> list[Figure]:
    house = build().houses[0]
    chief = actor_for(house.chief)
    figures = []
    for size in SIZES:
        now = timezone.now()
        people = [
            Person(district=DISTRICT, username=f"g{size}-{n}", name=f"g{n}") for n in range(size)
        ]
        Person.objects.bulk_create(people)
        Post.objects.bulk_create(
            Post(person=one, role=GUARD.code, organisation=house.station, since=now)
            for one in people
        )
        Shift.objects.bulk_create(
            Shift(person=one, since=now, until=now + timedelta(hours=8)) for one in people
        )
        group = open_group(
            actor=chief,
            organisation=house.station,
            kind=GroupKind.SITES,
            name=f"{size}",
            code=f"bench-{size}",
            members={one.pk: True for one in people},
        )
        began = perf_counter()
        done = call_group(
            actor=chief, group=group.code, words="全体注意", client_key=secrets.token_bytes(16)
        )
        sent = perf_counter() - began
        actors = [actor_for(one) for one in people]
        each = []
        for actor in actors:
            for act in (hear, answer):
                began = perf_counter()
                act(actor=actor, call=done.matter.pk)
                each.append(1000 * (perf_counter() - began))
        if Addressee.objects.filter(call=done.matter.pk, answered_at=None).exists():
            raise AssertionError("an answer was lost")
        what = f"{here.database}: a call to {size}:"
        figures += [
            Figure("calls", f"{what} sent", 1000 * sent, "ms"),
            Figure("calls", f"{what} all heard and answered", sum(each) / 1000, "s"),
            Figure("calls", f"{what} one act, P50", quantile(each, 0.5), "ms"),
            Figure("calls", f"{what} one act, P99", quantile(each, 0.99), "ms", bar=100),
        ]
    return figures
