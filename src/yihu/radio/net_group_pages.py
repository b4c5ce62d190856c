"""Talk groups: opened, filled and closed by whoever directs the net."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import doing
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.models import Organisation
from yihu.people.queries import directed_by
from yihu.people.roles import DIRECTING
from yihu.radio import groups, net_queries, net_words
from yihu.radio.loops import TALKGROUP
from yihu.radio.models import GroupKind, TalkGroup
from yihu.radio.net_desk import Work, made, page, said
from yihu.radio.net_forms import GroupForm

MOST_FOUND = 20
"""People shown for a name; whoever looks for one types more of it."""


@staff_page
@require_http_methods(["GET", "POST"])
def listing(request: StaffRequest) -> HttpResponse:
    """The groups that run, by kind and place; whoever directs the net opens another."""
    form = GroupForm(request.actor, request.POST or None) if directed_by(request.actor) else None
    if request.method == "POST":
        if form is None:
            raise Http404
        opened: list[TalkGroup] = []
        if made(form, lambda: opened.append(_open(request, form))):
            said(request, _("已建好，成员打开对讲就能听到。"))
            return redirect("radio:talkgroup", opened[0].matter.reference)
    found = list(net_queries.groups(request.actor).order_by("kind", "organisation__code", "code"))
    kind, place = request.GET.get("kind", ""), request.GET.get("place", "")
    context = {
        "rows": [
            group
            for group in found
            if kind in ("", group.kind) and place in ("", group.organisation.code)
        ],
        "kinds": [one for one in GroupKind.choices if any(g.kind == one[0] for g in found)],
        "places": list({g.organisation.code: g.organisation for g in found}.values()),
        "kind": kind,
        "place": place,
        "arranged": directed_by(request.actor),
        "form": form,
    }
    status = 422 if form and form.errors else 200
    return render(request, "radio/net/groups.html", context, status=status)


def _open(request: StaffRequest, form: GroupForm) -> TalkGroup:
    """With whoever opens it on it and, where that was ticked, everybody of the unit."""
    given = form.cleaned_data
    unit = Organisation.objects.get(pk=given["organisation"])
    roster = request.sitting.roster
    staff = roster.staff_of(roster.below(unit.pk)) if given["whole"] else {}
    talking = {
        person: given["kind"] != GroupKind.BROADCAST or any(p.role in DIRECTING for p in posts)
        for person, (_name, posts) in staff.items()
    }
    return groups.open_group(
        actor=request.actor,
        organisation=unit,
        kind=given["kind"],
        name=given["name"],
        name_en=given["name_en"],
        members={**talking, request.actor.staff_id: True},
        client_key=form.client_key,
    )


@staff_page
@require_safe
def group(request: StaffRequest, reference: str) -> HttpResponse:
    """A group with its people and its history; others are looked for by name."""
    found = doing.find(request, reference, (TALKGROUP.name,))
    sought = request.GET.get("q", "").strip()
    people = _found(request, found.talkgroup, sought) if sought else None
    return page(request, Work(request.sitting, found), q=sought, found=people)


def _found(request: StaffRequest, group: TalkGroup, sought: str) -> list[tuple[UUID, str, str]]:
    """People of the district who bear this in their name or their unit's, and are not on it."""
    roster = request.sitting.roster
    on_it = set(net_queries.members(group).values_list("person", flat=True))
    found = []
    for person, (name, posts) in roster.staff_of(roster.organisations).items():
        held = _("、").join(map(roster.title, posts))
        if person not in on_it and (sought in name or sought in held):
            found.append((person, name, held))
    return sorted(found, key=lambda one: (sought not in one[1], one[1]))[:MOST_FOUND]


def _arranged(request: StaffRequest, reference: str) -> TalkGroup:
    found: TalkGroup = doing.find(request, reference, (TALKGROUP.name,)).talkgroup
    return found


@staff_page
@require_POST
def put_on(request: StaffRequest, reference: str) -> HttpResponse:
    found = _arranged(request, reference)
    try:
        groups.put_on(
            actor=request.actor,
            group=found.code,
            person=UUID(request.POST.get("person", "")),
            talks=request.POST.get("talks", "yes") == "yes",
        )
    except (ValueError, TalkGroup.DoesNotExist):
        raise Http404 from None
    except Refused as refused:
        return _again(request, reference, refused)
    said(request, _("已加入。"))
    return redirect("radio:talkgroup", reference)


def _again(request: StaffRequest, reference: str, refused: Refused) -> HttpResponse:
    found = doing.find(request, reference, (TALKGROUP.name,))
    wrong = net_words.refusal(refused.code)
    return page(request, Work(request.sitting, found), status=422, wrong=wrong)


@staff_page
@require_POST
def take_off(request: StaffRequest, reference: str, person: UUID) -> HttpResponse:
    found = _arranged(request, reference)
    try:
        groups.take_off(actor=request.actor, group=found.code, person=person)
    except TalkGroup.DoesNotExist:
        raise Http404 from None
    said(request, _("已移出，马上听不到了。"))
    return redirect("radio:talkgroup", reference)
