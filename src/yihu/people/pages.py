"""Posts and leave, and the demo's way in."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from yihu.kernel.access import Refused
from yihu.people import actions
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.directory import Holding, Roster, role_title
from yihu.people.models import Leave, Person
from yihu.people.queries import leaves_of
from yihu.people.roles import POSTS
from yihu.places.models import District

REFUSALS = {
    "not_a_period": gettext_lazy("结束要晚于开始，也不能早于今天。"),
    "elsewhere": gettext_lazy("这个人在本单位没有岗位。"),
    "already_away": gettext_lazy("这段时间已经登记过请假。"),
    "same_person": gettext_lazy("请选另一个人代理。"),
    "appoints_self": gettext_lazy("不能指定自己代理，请选别人。"),
    "stand_in_away": gettext_lazy("这个人那段时间也不在，请选别人。"),
}

# --- posts and leave -----------------------------------------------------------------------------


class Day(forms.DateField):
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    default_error_messages: ClassVar = {"required": gettext_lazy("请选一天。")}


class LeaveForm(forms.Form):
    person = forms.ChoiceField(
        label=gettext_lazy("谁请假"), error_messages={"required": gettext_lazy("请选一位。")}
    )
    since = Day(label=gettext_lazy("从哪天"))
    until = Day(label=gettext_lazy("到哪天（含）"))
    acting = forms.ChoiceField(
        label=gettext_lazy("由谁代理"),
        required=False,
        help_text=gettext_lazy("不指定时，由本单位的下一位替补自动接上。"),
    )

    def __init__(self, people: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, nobody in (("person", _("请选择")), ("acting", _("不指定"))):
            self.fields[name].choices = [("", nobody), *people]  # type: ignore[attr-defined]

    def period(self) -> tuple[datetime, datetime]:
        """From the first day (or now, if that is today) to the end of the last."""
        since = max(_midnight(self.cleaned_data["since"]), timezone.now())
        return since, _midnight(self.cleaned_data["until"] + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@staff_page
@require_http_methods(["GET", "POST"])
def posts(request: StaffRequest) -> HttpResponse:
    """Who holds which post, who is away, who acts; whoever commands may record leave."""
    sitting = request.sitting
    arranged = actions.arranged_by(request.actor)
    mine = {post.organisation for post in request.actor.posts}
    staff = sitting.roster.staff_of(arranged or mine)
    form = LeaveForm(_choices(staff), request.POST or None, initial={"since": timezone.localdate()})
    if request.method == "POST":
        if not arranged:
            raise Http404
        if form.is_valid() and _grant(request, form):
            return redirect("people:posts")
    leaves = leaves_of(staff) if arranged else []
    return render(
        request,
        "people/posts.html",
        {
            "groups": _groups(sitting.roster, arranged or frozenset(mine)),
            "form": form if arranged else None,
            "leaves": leaves,
            "now": timezone.now(),
        },
        status=422 if form.errors else 200,
    )


def _choices(staff: dict[UUID, tuple[str, list[Holding]]]) -> list[tuple[str, str]]:
    """Everyone with their posts, the higher post first: who is looked for stands near the top."""
    found = [
        (
            min(_rank(post) for post in posts),
            f"{name} · {_('、').join(role_title(post.role) for post in posts)}",
            str(person),
        )
        for person, (name, posts) in staff.items()
    ]
    return [(person, label) for _first, label, person in sorted(found)]


def _rank(post: Holding) -> int:
    """The place of a post among all, the highest first."""
    return list(POSTS).index(post.role) if post.role in POSTS else len(POSTS)


def _grant(request: StaffRequest, form: LeaveForm) -> bool:
    since, until = form.period()
    acting = form.cleaned_data["acting"]
    try:
        actions.grant_leave(
            actor=request.actor,
            person=UUID(form.cleaned_data["person"]),
            since=since,
            until=until,
            acting=UUID(acting) if acting else None,
        )
    except Refused as refused:
        form.add_error(str(refused.data["field"]), REFUSALS[refused.code])
        return False
    messages.success(request, _("请假已登记。"), extra_tags="done")
    return True


def _groups(roster: Roster, organisations: frozenset[UUID]) -> list[dict[str, Any]]:
    """Each organisation with its posts, the larger office first."""
    found = defaultdict(list)
    for post in roster.holdings:
        if post.organisation in organisations:
            found[post.organisation].append(post)
    return [
        {
            "organisation": roster.organisations[organisation],
            "posts": [
                {"name": p.name, "role": role_title(p.role), "acting": p.acting, "here": p.present}
                for p in sorted(held, key=_rank)
            ],
        }
        for organisation, held in sorted(found.items(), key=lambda item: -len(item[1]))
    ]


@staff_page
@require_POST
def end_leave(request: StaffRequest, leave: int) -> HttpResponse:
    try:
        actions.end_leave(actor=request.actor, leave=leave)
    except Leave.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("请假已结束，代理也同时结束。"), extra_tags="done")
    return redirect("people:posts")


# --- the demo's way in ---------------------------------------------------------------------------

TRY_AS = {
    "station_chief": gettext_lazy("看来信，联系、交办、答复；给自己登记请假，看看谁来接。"),
    "deputy_chief": gettext_lazy("所长不在时自动顶上；在时只看不办。"),
    "officer": gettext_lazy("手机上接单出警；办理交给自己的来信，投诉里的姓名看不到。"),
    "village_auxiliary": gettext_lazy("看看不该看的：收件箱是空的，别人的来信打不开。"),
    "dispatcher": gettext_lazy("坐在指挥室：接警、派人、告知；管对讲网，点名。"),
    "guard": gettext_lazy("上岗，听和讲，按报警；只看得到自己的单位。"),
    "volunteer": gettext_lazy("和保安一样在网上；没有执法权。"),
    "mediator": gettext_lazy("看居民对自己的表扬，决定照片上不上大厅屏。"),
    "supervisor": gettext_lazy("看全部投诉；办理对所长的投诉；指明被投诉人；抹除。"),
    "subdistrict_leader": gettext_lazy("超时又没人管的，最后会送到这里。"),
    "operator": gettext_lazy("管机器的人看不到任何来信。"),
}


def demo_people() -> QuerySet[Person]:
    demos = District.objects.filter(demo=True).values("code")
    return Person.objects.filter(district__in=demos, is_active=True)


def demo(request: HttpRequest) -> HttpResponse:
    """Everyone in the demo, by role. Routed only where the demo setting is on."""
    people = {person.id: person for person in demo_people()}
    roles: dict[str, list[dict[str, Any]]] = {code: [] for code in TRY_AS}
    for district in sorted({person.district for person in people.values()}):
        roster = Roster.now(district)
        for post in roster.holdings:
            if post.person in people and post.role in roles and not post.acting:
                organisation = roster.organisations[post.organisation].title
                roles[post.role].append(
                    {"id": post.person, "name": post.name, "organisation": organisation}
                )
    groups = [
        {"role": POSTS[code].title, "try": TRY_AS[code], "first": who[0], "rest": who[1:]}
        for code in TRY_AS
        if (who := roles[code])
    ]
    return render(request, "people/demo.html", {"groups": groups})


@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    """Log in as one of the demo's people, without a password."""
    try:
        chosen = UUID(request.POST.get("person", ""))
    except ValueError:
        raise Http404 from None
    person = get_object_or_404(demo_people(), pk=chosen)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(settings.LOGIN_REDIRECT_URL)
