"""Sites, people and sets from a station's own lists: first a plan, then all of it or nothing.

A plan says of every row what would come of it, and of every row that cannot be right where it is
wrong and what to do. A row that is known already changes nothing, so that a list may be brought
again and again.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _

from yihu.direct import tables
from yihu.direct.tables import Row, Table
from yihu.kernel.access import Actor, directory
from yihu.kernel.writing import one_by_one
from yihu.people import actions as people
from yihu.people.models import OrganisationKind, Person
from yihu.people.roles import NO_POLICE_POWERS, POSTS
from yihu.places import actions as places
from yihu.places import queries as known
from yihu.places.models import KeySite
from yihu.radio import custody, net_queries
from yihu.radio.models import Radio
from yihu.radio.net_forms import HOUSES, PersonForm, RadioForm, SiteForm, site_values, units
from yihu.radio.net_headers import HEADERS, NEEDED

OUTCOMES = ADD, CHANGE, ISSUE, SAME = "add", "change", "issue", "same"

MOST_ROWS = 1000
"""Of a file: some four seconds of writing, in which an alarm waits on SQLite."""


class BadSheet(Exception):
    """The file as a whole cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What comes of a row. `what`: add, change, issue or same."""

    sheet: str
    row: int
    lists: str
    title: str
    what: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be right: the column as its header calls it, and what to do."""

    sheet: str
    row: int
    column: str
    sentence: str


@dataclass
class Plan:
    """`skipped`: sheets that are no such list. `unread`: headers of columns that were not known."""

    planned: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    steps: list[Callable[[], object]] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(one.what == what for one in self.planned)


def open_tables(content: bytes, name: str) -> tuple[list[tuple[str, Table]], list[str]]:
    """The lists in a file by kind, and the sheets that are none. Raises BadSheet, Unreadable."""
    every: dict[str, list[str]] = {}
    for fields in HEADERS.values():
        for column, headers in fields.items():
            every[column] = [*every.get(column, []), *headers]
    found, skipped = [], []
    for sheet in tables.read(content, name, every):
        if listed := _list_in(sheet):
            found.append(listed)
        elif any(not row.is_blank for row in sheet.rows):
            skipped.append(sheet.name)
    if not found:
        raise BadSheet(
            _(
                "认不出表头。单位表要有单位名称、种类、地址、值班联系人、值班电话；人员表要有姓名、登录名、单位、岗位；对讲机表要有编号、领用单位。"
            )
        )
    if sum(len(table.rows) for _lists, table in found) > MOST_ROWS:
        raise BadSheet(_("一个文件最多 %(n)d 行，请分成几个。") % {"n": MOST_ROWS})
    order = list(NEEDED)
    return sorted(found, key=lambda one: order.index(one[0])), skipped


def _list_in(sheet: tables.Sheet) -> tuple[str, Table] | None:
    best: tuple[str, Table] | None = None
    for lists, headers in HEADERS.items():
        table = tables.find_header(sheet.rows, headers, {})
        if table is None or not set(NEEDED[lists]) <= set(table.columns):
            continue
        if best is None or len(table.columns) > len(best[1].columns):
            best = lists, replace(table, name=sheet.name)
    return best


def plan(*, actor: Actor, content: bytes, name: str) -> Plan:
    """What would come of this file; nothing is written. Raises BadSheet, tables.Unreadable."""
    found, skipped = open_tables(content, name)
    planner = Planner(actor, Plan(skipped=skipped))
    for lists, table in found:
        read = table.columns.values()
        planner.plan.unread += [
            title for place, title in enumerate(table.header) if title and place not in read
        ]
        for row in table.rows:
            if not row.is_blank:
                planner.take(lists, table, row)
        planner.plan.steps.append(planner.look_again)
    return planner.plan


def carry_out(plan: Plan) -> None:
    """All of a plan without faults, in one transaction. Raises Refused where things have changed
    since; then nothing was done."""
    if plan.faults:
        raise ValueError("a plan with faults is not carried out")
    with one_by_one():
        for step in plan.steps:
            step()


class _Wrong(Exception):
    """A field of the row, and what to do about it."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column


class Planner:
    """Reads rows against what is there already and what stood in the rows before."""

    def __init__(self, actor: Actor, plan: Plan) -> None:
        self.actor, self.plan = actor, plan
        district = actor.district
        self.kinds = {kind.code: kind for kind in known.site_kinds(district)}
        self.houses = {unit.name: unit for unit in units(actor, *HOUSES)}
        self.sites = {site.organisation.name: site for site in known.sites(actor)}
        net = units(actor, OrganisationKind.KEY_SITE, OrganisationKind.COMMUNITY_FORCE, *HOUSES)
        self.units: dict[str, UUID | None] = {unit.name: unit.pk for unit in net}
        self.crews: dict[str, set[tuple[str, str]]] = {}
        crew = net_queries.crew([unit.pk for unit in net])
        for unit in net:
            self.crews[unit.name] = {(p.username, p.name) for p in crew.get(unit.pk, [])}
        self.usernames = set(Person.objects.values_list("username", flat=True))
        self.groups = list(net_queries.groups(actor))
        self.radios: dict[str, Radio | None] = {
            radio.number: radio
            for radio in Radio.objects.filter(district=district).prefetch_related("custodies")
        }
        self.seen: set[tuple[str, str]] = set()

    def take(self, lists: str, table: Table, row: Row) -> None:
        cells = {
            name: tables.one_line(tables.text(table.cell(row, name))) for name in table.columns
        }

        def fault(column: str, sentence: str) -> None:
            place = table.columns.get(column)
            header = table.header[place] if place is not None else ""
            self.plan.faults.append(Fault(table.name, row.number, header, sentence))

        if row.fault:
            fault("", _("引号没有成对，读不出各列。"))
            return
        read = {"sites": self._site, "people": self._person, "sets": self._set}[lists]
        key = cells["username"] if lists == "people" else cells[NEEDED[lists][0]]
        try:
            if (lists, key) in self.seen:
                raise _Wrong(NEEDED[lists][0], _("前面已经有同样的一行，请删去一行。"))
            self.seen.add((lists, key))
            what = read(cells)
        except _Wrong as wrong:
            fault(wrong.column, str(wrong))
        except _Invalid as invalid:
            for column, sentence in invalid.sentences:
                fault(column, sentence)
        else:
            title = cells["name"] if lists != "sets" else cells["number"]
            self.plan.planned.append(Planned(table.name, row.number, lists, title, what))

    def look_again(self) -> None:
        """What the actor directs now: the sites of the list before belong to it."""
        self.actor = directory().actor(self.actor.staff_id) or self.actor

    # --- one row of each list ------------------------------------------------------------------

    def _site(self, cells: dict[str, str]) -> str:
        kind = _matching(
            cells["kind"], ((k.code, k.code, k.name, k.name_en) for k in self.kinds.values())
        )
        if kind is None:
            names = _("、").join(one.title for one in self.kinds.values())
            raise _Wrong(
                "kind", _("没有这个种类。可以写：%(names)s；别的先在网页上加。") % {"names": names}
            )
        site = self.sites.get(cells["name"])
        form = self._site_form(cells, kind, site)
        parent, details = UUID(form.cleaned_data["parent"]), form.details(kind)
        self.units.setdefault(cells["name"], None)
        self.crews.setdefault(cells["name"], set())
        if site is None:
            self.plan.steps.append(partial(self._add_site, parent, details))
            return ADD
        if not form.has_changed():
            return SAME
        self.plan.steps.append(
            partial(places.change_site, actor=self.actor, site=site, parent=parent, details=details)
        )
        return CHANGE

    def _site_form(self, cells: dict[str, str], kind: str, site: KeySite | None) -> SiteForm:
        """The page's own form over this row; where a cell is empty, what is known stays."""
        given = {name: value for name, value in cells.items() if value} | {"kind": kind}
        if "parent" in given:
            house = self.houses.get(given["parent"])
            if house is None:
                names = _("、").join(self.houses)
                raise _Wrong("parent", _("没有这个单位。可以写：%(names)s。") % {"names": names})
            given["parent"] = str(house.pk)
        before = site_values(site) if site else self._new_site(kind)
        data = {name: value for name, value in before.items() if value is not None} | given
        kinds = [(code, one.title) for code, one in self.kinds.items()]
        houses = [(str(one.pk), one.title) for one in self.houses.values()]
        return _valid(SiteForm(kinds, houses, data, site=site))

    def _new_site(self, kind: str) -> dict[str, Any]:
        """Under the station, with as many sets as its kind is to have, unless the row says else."""
        station = next(
            iter(sorted(self.houses.values(), key=lambda one: one.kind != HOUSES[0])), None
        )
        return {
            "parent": str(station.pk) if station else "",
            "sets_required": self.kinds[kind].sets_required,
        }

    def _add_site(self, parent: UUID, details: places.SiteDetails) -> None:
        site = places.add_site(actor=self.actor, parent=parent, details=details)
        self.units[details.name] = site.pk

    def _person(self, cells: dict[str, str]) -> str:
        if cells["unit"] not in self.units:
            raise _Wrong("unit", _("没有这个单位。先在单位表里登记，或者核对名称。"))
        titles = ((code, code, str(POSTS[code].title)) for code in NO_POLICE_POWERS)
        role = _matching(cells["role"], titles)
        if role is None:
            raise _Wrong("role", _("岗位只能写保安或志愿者。"))
        username = cells["username"].lower()
        form = _valid(PersonForm({"name": cells["name"], "username": username, "role": role}))
        crew = self.crews[cells["unit"]]
        if (username, cells["name"]) in crew:
            return SAME
        if username in self.usernames:
            raise _Wrong("username", _("这个登录名已经有人用，请换一个。"))
        self.usernames.add(username)
        crew.add((username, cells["name"]))
        self.plan.steps.append(partial(self._enrol, cells["unit"], form.cleaned_data))
        return ADD

    def _enrol(self, unit: str, said: dict[str, str]) -> None:
        people.enrol(actor=self.actor, unit=self._unit(unit), **said)

    def _set(self, cells: dict[str, str]) -> str:
        number, holder = cells["number"], cells.get("holder", "")
        channel = self._channel(cells.get("channel", ""))
        given = {"number": number, "model": cells.get("model", ""), "channel": channel or ""}
        form = _valid(RadioForm(self.groups, given))
        radio = self.radios.get(number)
        if holder and holder not in self.units:
            raise _Wrong("holder", _("没有这个单位。先在单位表里登记，或者核对名称。"))
        held = (
            next((one for one in radio.custodies.all() if one.ended_at is None), None)
            if radio
            else None
        )
        if held is not None and holder and held.holder_id != self.units[holder]:
            raise _Wrong("holder", _("这台还在别的单位手里。收回以后才能再发。"))
        receiver = (
            self._receiver(holder, cells.get("received_by", "")) if holder and not held else ""
        )
        if radio is None:
            said = {**form.cleaned_data, "channel": channel}
            self.plan.steps.append(partial(custody.add_radio, actor=self.actor, **said))
        if receiver:
            self.plan.steps.append(partial(self._issue, number, holder, receiver))
        return (ISSUE if receiver else SAME) if radio else ADD

    def _channel(self, written: str) -> str | None:
        if not written:
            return None
        titles = ((group.code, group.code, group.name, group.name_en) for group in self.groups)
        code = _matching(written, titles)
        if code is None:
            raise _Wrong("channel", _("没有这个对讲组。请先建组，或者留空。"))
        return code

    def _receiver(self, unit: str, written: str) -> str:
        """The user name of whoever signs, named by it or by their name."""
        found = [username for username, name in self.crews[unit] if written in (username, name)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise _Wrong(
                "received_by", _("领用单位里没有这个人。请写登录名或姓名，或者先登记人员。")
            )
        raise _Wrong("received_by", _("领用单位里有两个人叫这个名字，请写登录名。"))

    def _issue(self, number: str, unit: str, receiver: str) -> None:
        custody.issue(
            actor=self.actor,
            radio=Radio.objects.get(district=self.actor.district, number=number),
            holder=self._unit(unit),
            received_by=Person.objects.get(username=receiver).pk,
            client_key=secrets.token_bytes(16),
        )

    def _unit(self, name: str) -> UUID:
        found = self.units[name]
        if found is None:
            raise LookupError(f"{name} was not added")
        return found


class _Invalid(Exception):
    def __init__(self, form: forms.Form) -> None:
        super().__init__()
        self.sentences = [
            (name, str(sentence)) for name, said in form.errors.items() for sentence in said
        ]


def _valid[F: forms.Form](form: F) -> F:
    if not form.is_valid():
        raise _Invalid(form)
    return form


def _matching(written: str, known: Iterator[tuple[str, ...]]) -> str | None:
    """The code of what is called so; case, width and spaces do not matter."""
    wanted = tables.bare(written)
    if not wanted:
        return None
    return next((code for code, *names in known if wanted in map(tables.bare, names)), None)
