"""One matter as its reader at the desk may see it, with what they may do there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.direct import queries, words
from yihu.direct.desk_views import Line, PartyView
from yihu.direct.forms import RATINGS
from yihu.direct.kinds import Kind
from yihu.direct.replies import Ready, ready
from yihu.direct.schema_forms import Nothing, SchemaForm, form_class
from yihu.kernel.access import Actor, Standing, fills
from yihu.kernel.loop import Act, Does, Move, Role, Seat
from yihu.kernel.models import Matter, Party, SealedPart
from yihu.kernel.payload import Sealed
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import Happening, Said, timeline
from yihu.people.desk import Sitting
from yihu.people.directory import role_title
from yihu.people.roles import BENEFICIARY, SUBJECT

ON_A_PAGE = frozenset({"commend", "revoke"})
"""Acts that another room has a page for, since it keeps something beside the entry."""


def find(actor: Actor, reference: str) -> Matter:
    """The matter with this reference, if the actor may know of it; Matter.DoesNotExist if not."""
    found = visible_to(actor).select_related("solution_owner")
    return found.get(reference=reference.upper())


@dataclass(frozen=True, slots=True)
class Deed:
    """A move or act with its form."""

    declared: Move | Act
    form: SchemaForm
    key: str
    client_key: str

    @property
    def name(self) -> str:
        return self.declared.name


@dataclass
class Desk:
    """A matter on somebody's desk. `answering` is a form that came back with something wrong.
    `language` and `do_page`: what another room calls its things, and where its deeds go; `paged`:
    those that have pages of their own."""

    language: ClassVar[Any] = words
    do_page: ClassVar[str] = "direct:do"
    paged: ClassVar[frozenset[str]] = ON_A_PAGE
    sitting: Sitting
    matter: Matter
    answering: Deed | None = None
    since: int | None = None
    identity: list[tuple[str, str]] = field(default_factory=list)
    refused: str = ""

    @property
    def actor(self) -> Actor:
        return self.sitting.actor

    # --- who may do what -------------------------------------------------------------------

    @cached_property
    def standing(self) -> Standing:
        matter = self.matter
        return Standing(
            office=matter.office_id,
            watch=matter.watch_id,
            watched=matter.watched,
            solution_owner=matter.solution_owner_id,
            subjects=self._people_who_are(SUBJECT.code),
        )

    def _people_who_are(self, role: str) -> frozenset[UUID]:
        return frozenset(p.person for p in self.parties if p.code == role and p.person is not None)

    @cached_property
    def _filled(self) -> dict[Role, bool]:
        return {}

    def fills(self, roles: Iterable[Role]) -> bool:
        """Whether the reader fills one of these roles; each is asked of the directory once."""
        return any(self._fills(role) for role in roles)

    def _fills(self, role: Role) -> bool:
        if role.seat is Seat.PERSON and self.standing.solution_owner is None and role.alternate:
            role = role.alternate
        if role not in self._filled:
            self._filled[role] = fills(self.actor, role, self.standing, people=self.sitting.roster)
        return self._filled[role]

    # --- what there is to do ---------------------------------------------------------------

    @cached_property
    def deeds(self) -> list[Deed]:
        """The moves and acts that are this reader's to make here, moves first."""
        loop, step = self.matter.declared, self.matter.step
        offered: list[Move | Act] = [*loop.moves_from(step), *loop.acts_at(step)]
        return [
            self._deed(one)
            for one in offered
            if one.name not in self.paged and self.fills(one.by) and self._sensible(one)
        ]

    def _sensible(self, declared: Move | Act) -> bool:
        """Confirming an excuse, or closing on it, is offered once there is one."""
        excused = any(party.excuse for party in self.parties)
        if declared.does is Does.CONFIRMS:
            return excused and not any(party.confirmed for party in self.parties)
        return excused if isinstance(declared, Move) and declared.excusable else True

    def _deed(self, declared: Move | Act) -> Deed:
        if self.answering is not None and self.answering.name == declared.name:
            return self.answering
        return self.deed(declared)

    def deed(
        self, declared: Move | Act, data: Mapping[str, Any] | None = None, client_key: str = ""
    ) -> Deed:
        made = self._form_class(declared)(data, auto_id=f"{declared.name}_%s")
        return Deed(
            declared, made, self.language.KEYS.get(declared.name, ""), client_key or uuid4().hex
        )

    def _form_class(self, declared: Move | Act) -> type[SchemaForm]:
        schema = declared.takes or Nothing
        audiences = {
            name: mark.audience
            for name, info in schema.model_fields.items()
            for mark in info.metadata
            if isinstance(mark, Sealed)
        }
        named = {"handler", "person", "praised"} & set(schema.model_fields)
        return form_class(
            schema,
            labels=self.language.labels(declared, audiences),
            titles=self.language.titles(self.matter.kind),
            people={
                name: self.everyone if name == "praised" else self._who_may(declared)
                for name in named
            },
            hints=self.language.HINTS,
            ready=self._ready(declared),
        )

    def _ready(self, declared: Move | Act) -> Ready | None:
        """Sentences that are ready for it."""
        return ready(declared.name, self.matter.kind)

    @property
    def elsewhere(self) -> set[str]:
        """The acts that are this reader's here, and have their page in another room."""
        acts = self.matter.declared.acts_at(self.matter.step)
        return {act.name for act in acts if act.name in self.paged and self.fills(act.by)}

    @cached_property
    def candidates(self) -> list[tuple[str, str]]:
        """Whoever may be named here: staff of the office and, for a supervisor, of the office
        complained about, then those of the rooms below. Nobody whom the matter is about, and
        nobody they command."""
        roster = self.sitting.roster
        offices = {self.matter.office_id, self.matter.concerns_id} - {None}
        reach = set[UUID]().union(*(roster.below(office) for office in offices if office))
        here, below = [], []
        subjects = self.standing.subjects | self._people_who_are(BENEFICIARY.code)
        for person, (name, posts) in roster.staff_of(reach).items():
            if subjects and ({person} | roster.superiors(person)) & subjects:
                continue
            if any(post.organisation in offices for post in posts):
                titles = sorted({role_title(post.role) for post in posts})
                here.append((str(person), f"{name} · {_('、').join(titles)}"))
            else:
                below.append((str(person), f"{name} · {_('、').join(map(roster.title, posts))}"))
        return here + below

    def _who_may(self, declared: Move | Act) -> list[tuple[str, str]]:
        """A praise may be looked into from outside, too: nobody in the station may, where it is
        the chief's."""
        if declared.does is not Does.VERIFIES or self.matter.watch_id is None:
            return self.candidates
        outside = self.sitting.roster.staff_of([self.matter.watch_id])
        return self.candidates + [
            (str(person), f"{name} · {_('、').join(map(self.sitting.roster.title, posts))}")
            for person, (name, posts) in outside.items()
        ]

    @cached_property
    def everyone(self) -> list[tuple[str, str]]:
        """Whoever may be praised: everyone with a post in the district."""
        roster = self.sitting.roster
        staff = roster.staff_of(roster.organisations)
        return sorted(
            (str(person), f"{name} · {_('、').join(map(roster.title, posts))}")
            for person, (name, posts) in staff.items()
        )

    @property
    def orphan(self) -> str:
        """Words typed for something that can no longer be done here: they are not lost."""
        lost = self.answering is not None and all(d is not self.answering for d in self.deeds)
        return str(self.answering.form.data.get("words", "")) if lost and self.answering else ""

    @property
    def expected(self) -> Deed | None:
        """The move that is expected next, if it is this reader's: the first that is declared."""
        first = next((d for d in self.deeds if isinstance(d.declared, Move)), None)
        loop = self.matter.declared
        if first is None or loop.is_end(self.matter.step) or self.sitting.away:
            return None
        owner = loop.step(self.matter.step).owner
        return first if owner is not None and self._fills(owner) else None

    @property
    def instead(self) -> Deed | None:
        """The answer, where a matter may as well be answered at once as given to someone."""
        if self.expected is None or self.expected.name != "assign":
            return None
        return next((deed for deed in self.deeds if deed.name == "answer"), None)

    @property
    def others(self) -> list[Deed]:
        shown = (self.expected, self.instead)
        return [deed for deed in self.deeds if all(deed is not one for one in shown)]

    @cached_property
    def reads_identity(self) -> bool:
        return self.fills(self.matter.declared.reads_identity)

    @cached_property
    def may_read_identity(self) -> bool:
        left = any(p.leaves_identity and p.erased_at is None for p in self.parties)
        return left and self.reads_identity

    @cached_property
    def may_erase(self) -> bool:
        """Once the matter has ended and the teller asked for it."""
        asked = any(happening.name == "ask_erasure" for happening in self.history)
        gone = all(party.erased_at is not None for party in self.parties)
        return (
            asked
            and not gone
            and not self.matter.is_open
            and self.fills(self.matter.declared.erases)
        )

    # --- what there is to read -------------------------------------------------------------

    @cached_property
    def history(self) -> list[Happening]:
        return timeline(self.matter, "office")

    @cached_property
    def opening(self) -> list[Said]:
        """What the teller wrote at first."""
        return self.history[0].said if self.history else []

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(happening) for happening in self.history]

    @property
    def news(self) -> list[Line]:
        """What happened since the reader last read it."""
        return [line for line in self.lines if self.since is not None and line.seq > self.since]

    @cached_property
    def parties(self) -> list[PartyView]:
        """Each party with its answer of the present round: one statement."""
        identity = SealedPart.objects.filter(
            matter=self.matter, party=OuterRef("pk"), audience="identity", erased_at=None
        )
        rows = (
            Party.objects.filter(matter=self.matter)
            .annotate(leaves_identity=Exists(identity))
            .order_by("role", "id", "answers__round")
            .values("id", "role", "person", "contact_safety", "erased_at", "leaves_identity")
            .annotate(
                round=F("answers__round"),
                answered_at=F("answers__answered_at"),
                excuse=F("answers__excuse"),
                confirmed_by=F("answers__confirmed_by"),
                verdict=F("answers__verdict"),
                rating=F("answers__rating"),
            )
        )
        return list({row["id"]: self._party(row) for row in rows}.values())

    def _party(self, row: Mapping[str, Any]) -> PartyView:
        current = row["round"] == self.matter.round
        return PartyView(
            id=row["id"],
            code=row["role"],
            role=role_title(row["role"]),
            person=row["person"],
            contact=str(words.SAFETY.get(row["contact_safety"], "")),
            leaves_identity=row["leaves_identity"],
            erased_at=row["erased_at"],
            answered_at=row["answered_at"],
            excuse=self._choice(row["excuse"]) if current and row["excuse"] else "",
            confirmed=current and row["confirmed_by"] is not None,
            verdict=str(words.VERDICTS.get(row["verdict"], "")),
            rating=str(dict(RATINGS).get(row["rating"], "")),
        )

    @cached_property
    def flags(self) -> queries.Flags | None:
        return queries.flags(self.actor, [self.matter]).get(self.matter.id)

    @property
    def paused(self) -> bool:
        until = self.matter.paused_until
        return until is not None and until > timezone.now()

    def house(self, organisation: UUID | None) -> str:
        found = self.sitting.roster.organisations.get(organisation) if organisation else None
        return found.title if found else ""

    # --- in words ----------------------------------------------------------------------------

    def _line(self, happening: Happening) -> Line:
        what = str(self.language.DONE.get(happening.name, happening.name))
        if happening.kind == "escalated":
            what = _("超过时限，已报告%(role)s") % {"role": role_title(happening.role)}
        return Line(
            happening.seq,
            what,
            happening.occurred_at,
            self._who(happening),
            list(self._facts(happening)),
            [] if happening.seq == 1 else happening.said,
            happening.internal,
        )

    def _who(self, happening: Happening) -> str:
        if happening.by == "party" or happening.kind == "opened":
            return _("来信人")
        if happening.by == "clock":
            return _("系统按时限自动")
        role = role_title(happening.role) if happening.role else ""
        return " · ".join(filter(None, [happening.person, role]))

    def _facts(self, happening: Happening) -> Iterable[str]:
        for name, value in happening.facts.items():
            if name == "handler":
                yield _("承办人：%(name)s") % {"name": self._name(str(value))}
            elif name == "praised":
                named = _("、").join(self._name(one) for one in value)
                yield _("被表扬的是：%(name)s") % {"name": named}
            elif name == "others":
                yield str(value)
            elif name == "kind" and "was" in happening.facts:
                was, now = Kind(happening.facts["was"]).label, Kind(value).label
                yield _("原来是%(was)s，改为%(now)s") % {"was": was, "now": now}
            elif name == "person":
                yield _("被投诉的是：%(name)s") % {"name": self._name(str(value))}
            elif name == "number":
                yield _("%(year)d 年第 %(number)d 号") % happening.facts
            elif name == "rating":
                yield str(dict(RATINGS).get(value, value))
            elif name == "to":
                yield _("转到：%(where)s") % {"where": value}
            elif name == "about":
                yield _("关于：%(about)s") % {"about": words.ABOUT.get(value, value)}
            elif name == "own_network":
                yield _("这个评价来自派出所自己的网络")
            elif name in ("outcome", "how", "reason", "finding"):
                yield self._choice(value)

    def _choice(self, value: str) -> str:
        for enumeration, titles in self.language.TITLES.items():
            if value in {member.value for member in enumeration}:
                return str(titles[enumeration(value)])
        return value

    def _name(self, person: str) -> str:
        wanted = UUID(person)
        return next((p.name for p in self.sitting.roster.holdings if p.person == wanted), "—")
