"""What moves and acts do to a matter beside being recorded."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from yihu.kernel.access import Actor, Refused
from yihu.kernel.loop import Does, End, Move, Role, Seat
from yihu.kernel.models import Party
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import (
    BENEFICIARY,
    RESPONDER,
    SUBJECT,
    NewParty,
    make_party,
    people_who_are,
)
from yihu.kernel.queries import standing, visible_to
from yihu.kernel.reference import grouped, tidy

if TYPE_CHECKING:
    from yihu.kernel.change import Change


def keeper(parties: Sequence[Party]) -> Party:
    """Whose key seals what staff write in a matter: the first party's who is still readable."""
    for party in parties:
        if party.person_id is None and party.erased_at is None:
            return party
    raise Refused("erased", "all parties of this matter were erased; nothing can be added to it")


def apply(change: "Change", does: Does) -> None:
    match does:
        case Does.ASSIGNS:
            _assign(change)
        case Does.NAMES_SUBJECT:
            _name_subject(change)
        case Does.VERIFIES:
            _verify(change)
        case Does.ATTESTS:
            _require_no_beneficiary(change, change.actor)
        case Does.RECLASSIFIES:
            _reclassify(change)
        case Does.TAKES_OVER:
            _take_over(change)
        case Does.MERGES:
            _merge(change)
        case Does.SEPARATES:
            change.matter.merged_into = None
        case Does.ENLISTS:
            _admit(change, RESPONDER, change.facts["people"], field="people")
        case Does.EXCUSES:
            _excuse(change)
        case Does.CONFIRMS:
            _confirm(change)
        case Does.ASKS:
            _tell_owed(change, "question_asked")
        case Does.REPLIES:
            tell_owner(change, "party_replied")
        case Does.ASKS_ERASURE:
            _tell_erasers(change)
        case Does.NOTHING:
            pass


def _candidate(change: "Change", field: str) -> Actor:
    person = change.people.actor(UUID(change.facts[field]))
    if person is None or person.district != change.matter.district:
        raise Refused("no_such_person", "this person cannot be named here", field=field)
    return person


def _assign(change: "Change", *also: UUID | None) -> None:
    """To someone of the office, of what is below it, or of one of the other organisations."""
    person = _candidate(change, "handler")
    if person.bound_by(change.standing.subjects):
        raise Refused(
            "conflict_of_interest",
            "the matter is about this person, or about someone who commands them",
            field="handler",
        )
    _require_no_beneficiary(change, person, field="handler")
    organisation = change.matter.office_id
    if not any(organisation == p.organisation or organisation in p.reach for p in person.posts):
        reach = {org for post in change.actor.posts for org in post.reach}
        if not any(post.organisation in reach.union(also) for post in person.posts):
            raise Refused("elsewhere", "this person holds no post in this office", field="handler")
    change.matter.solution_owner_id = person.id


def _name_subject(change: "Change") -> None:
    matter, person = change.matter, _candidate(change, "person")
    owner = matter.declared.step(matter.step).owner
    commands = any(post.sees_office and matter.office_id in post.reach for post in person.posts)
    if commands and owner is not None and owner.seat is not Seat.WATCH:
        raise Refused(
            "take_over_first",
            "this person commands the office that has the matter; take it over first",
            field="person",
        )
    party, _key = make_party(matter, NewParty(role=SUBJECT, person=person.id))
    change.newcomers.append(party)
    change.parties.append(party)
    subjects = change.standing.subjects | {UUID(change.facts["person"])}
    change.standing = replace(change.standing, subjects=subjects)
    if matter.solution_owner_id is not None:
        handler = change.people.actor(matter.solution_owner_id)
        if handler is None or handler.bound_by(change.standing.subjects):
            matter.solution_owner_id = None
            tell_owner(change, "handler_withdrawn")


def _verify(change: "Change") -> None:
    """Whoever is praised becomes a party; someone whom they do not command finds out, which
    for a praise of the chief is someone of the supervising organisation."""
    _admit(change, BENEFICIARY, change.facts["praised"], field="praised")
    _assign(change, change.matter.watch_id)


def _admit(change: "Change", role: str, people: Sequence[str], *, field: str) -> None:
    """Members of staff of the district become parties of this role, who are not yet."""
    matter, known = change.matter, people_who_are(role, change.parties)
    asked = list(dict.fromkeys(map(UUID, people)))
    actors = change.people.actors(asked)
    for person in asked:
        found = actors.get(person)
        if found is None or found.district != matter.district:
            raise Refused("no_such_person", "this person cannot be named here", field=field)
        if found.bound_by(change.standing.subjects):
            raise Refused(
                "conflict_of_interest",
                "the matter is about this person, or about someone who commands them",
                field=field,
            )
        if person not in known:
            party, _key = make_party(matter, NewParty(role=role, person=person))
            change.newcomers.append(party)
            change.parties.append(party)


def _require_no_beneficiary(change: "Change", person: Actor, **where: object) -> None:
    if person.bound_by(people_who_are(BENEFICIARY, change.parties)):
        raise Refused(
            "praised", "nobody judges a praise of themselves, or of who commands them", **where
        )


def _reclassify(change: "Change") -> None:
    """Another kind, with the old one beside it; whoever supervises the office sees it from then
    on, since figures can be improved that way."""
    matter, kind = change.matter, change.facts["kind"]
    if kind == matter.kind:
        raise Refused("same_kind", "the matter is of this kind already", field="kind")
    change.facts["was"] = matter.kind
    matter.kind = kind
    matter.watched = matter.watch_id is not None


def _take_over(change: "Change") -> None:
    matter = change.matter
    if matter.watch_id is None:
        raise Refused("no_watch", "no organisation supervises this matter")
    matter.concerns_id = matter.concerns_id or matter.office_id
    matter.office_id = matter.watch_id
    matter.watched = True
    matter.solution_owner_id = None


def _merge(change: "Change") -> None:
    """Into another open matter of the same kind in the same office, about the same people:
    elsewhere it would lose its supervisor, or come to those it is about.
    """
    matter = change.matter
    spoken = grouped(tidy(change.facts["into"]))
    others = visible_to(change.actor).filter(closed_at=None).exclude(pk=matter.pk)
    same = others.filter(loop=matter.loop, office=matter.office_id)
    survivor = same.filter(reference=spoken).first()
    if survivor is None:
        raise Refused("no_such_matter", "no other open matter has this reference", field="into")
    if change.standing.subjects - standing(survivor).subjects:
        raise Refused("other_subject", "the other matter is not about this person", field="into")
    matter.merged_into = survivor
    change.facts["into"] = survivor.id.hex


# --- answers, excuses, verdicts --------------------------------------------------------------


def _owed(change: "Change") -> list[Party]:
    roles = {role.code for role in change.matter.declared.owed}
    return [party for party in change.parties if party.role in roles]


def answer(change: "Change", move: Move) -> None:
    """Record that a move told the parties it answers, and let them know."""
    roles = {role.code for role in move.answers}
    for party in change.parties:
        if party.role in roles:
            change.answer_of(party).answered_at = change.occurred_at
            change.notices.append(Notice("answered", party=party.id))
    if roles and change.matter.answered_at is None:
        change.matter.answered_at = change.occurred_at


def take_verdict(change: "Change") -> None:
    """A party's own word on whether it was solved; staff cannot give it."""
    verdict = change.facts.get("verdict")
    if verdict is None:
        return
    party = change.party
    if party is None:
        raise Refused("not_yours", "only the party can say whether it was solved")
    row = change.answer_of(party)
    row.verdict = verdict
    row.rating = change.facts.get("rating")
    row.verdict_at = change.occurred_at


def _excuse(change: "Change") -> None:
    for party in _owed(change):
        row = change.answer_of(party)
        row.excuse = change.facts["reason"]
        row.excused_by = change.actor.id
        row.confirmed_by = None


def hear(change: "Change") -> None:
    """Whoever speaks can be answered: an excuse not to, in this round, no longer holds."""
    if change.party is None:
        return
    row = change.answers.get((change.party.id, change.matter.round))
    if row is not None and row.excuse:
        row = change.answer_of(change.party)
        row.excuse, row.excused_by, row.confirmed_by = "", None, None


def _confirm(change: "Change") -> None:
    rows = [change.answer_of(party) for party in _owed(change)]
    if not any(row.excuse for row in rows):
        raise Refused("nothing_to_confirm", "no excuse was recorded")
    for row in rows:
        if row.excuse and row.excused_by == change.actor.id:
            raise Refused("second_person", "someone other than its author must confirm an excuse")
        row.confirmed_by = change.actor.id


def require_answers(change: "Change", move: Move, target: str) -> None:
    """No end without an answer to each party it owes, or a confirmed excuse; children first."""
    matter = change.matter
    if change.has_open_children:
        raise Refused("children_open", "a matter that came out of this one is still open")
    end = matter.declared.places[target]
    if isinstance(end, End) and end.because:
        return
    for party in _owed(change):
        row = change.answers.get((party.id, matter.round))
        told = row is not None and row.answered_at is not None
        excused = row is not None and bool(row.excuse) and row.confirmed_by is not None
        if not (told or (excused and move.excusable)):
            raise Refused(
                "unanswered",
                "someone has not been told; answer them, or have the reason why not confirmed "
                "by a second person",
                party=party.role,
            )


# --- telling -----------------------------------------------------------------------------------


def _tell_owed(change: "Change", template: str) -> None:
    change.notices += [Notice(template, party=party.id) for party in _owed(change)]


def _tell_erasers(change: "Change") -> None:
    """Whoever may erase hears of the wish, and sees the matter from now on if they watch it."""
    roles = change.matter.declared.erases
    change.notices += [Notice("erasure_asked", role=role) for role in roles]
    if change.matter.watch_id is not None and any(role.seat is Seat.WATCH for role in roles):
        change.matter.watched = True


def tell_owner(change: "Change", template: str) -> None:
    place: Any = change.matter.declared.places[change.matter.step]
    owner: Role | None = getattr(place, "owner", None)
    if owner is not None and owner.seat is not Seat.PARTY:
        change.notices.append(Notice(template, role=owner))
    elif owner is not None and owner.alternate is not None:
        change.notices.append(Notice(template, role=owner.alternate))
