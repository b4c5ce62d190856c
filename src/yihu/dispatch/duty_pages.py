"""The roster of who answers for the station: read by its police, written by whoever directs."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from yihu.dispatch import duties
from yihu.dispatch.models import Duty
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.directory import Holding, role_title
from yihu.people.queries import directed_by, stations

REFUSALS = {
    "not_a_period": gettext_lazy("结束要晚于开始，也要晚于现在。"),
    "too_long": gettext_lazy("一次值班最多排 14 天，请分开排。"),
    "elsewhere": gettext_lazy("这个人在本所没有民警或指挥的岗位。"),
    "taken": gettext_lazy("这个人那段时间已经排了值班。"),
    "not_yours": gettext_lazy("这个所的值班不归您排。"),
}


class Moment(forms.DateTimeField):
    widget = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
    default_error_messages: ClassVar = {
        "required": gettext_lazy("请选时间。"),
        "invalid": gettext_lazy("这不是一个时间。"),
    }


class DutyForm(forms.Form):
    who = forms.ChoiceField(
        label=gettext_lazy("谁值班"), error_messages={"required": gettext_lazy("请选一位。")}
    )
    since = Moment(label=gettext_lazy("从几时"))
    until = Moment(label=gettext_lazy("到几时"))
    leads = forms.BooleanField(
        label=gettext_lazy("所领导带班"),
        required=False,
        help_text=gettext_lazy("没有人应答时，值班民警先被叫到，然后是带班领导和所长。"),
    )

    def __init__(self, people: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]


@staff_page
@require_http_methods(["GET", "POST"])
def listing(request: StaffRequest) -> HttpResponse:
    """Who is on duty now and in the days to come."""
    if not any(post.role in duties.ANSWERING for post in request.actor.posts):
        raise Http404
    office = _office(request)
    people = _people(request, office) if office else []
    form = DutyForm(people, request.POST if request.method == "POST" else None) if office else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if _put(request, office, form):
            return redirect("dispatch:duty")
    now = timezone.now()
    context = {
        "form": form,
        "now": now,
        "duties": list(duties.roster(request.actor, now)),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "dispatch/offers/duty.html", context, status=status)


def _office(request: StaffRequest) -> Any:
    """The station whose roster the reader writes; None for whoever only reads."""
    directed = directed_by(request.actor)
    return stations().filter(pk__in=directed).values_list("pk", flat=True).first()


def _people(request: StaffRequest, office: Any) -> list[tuple[str, str]]:
    staff = request.sitting.roster.staff_of([office])
    return [
        (str(person), f"{name} · {_post(posts)}")
        for person, (name, posts) in staff.items()
        if any(post.role in duties.ANSWERING for post in posts)
    ]


def _post(posts: list[Holding]) -> str:
    return next(role_title(post.role) for post in posts if post.role in duties.ANSWERING)


def _put(request: StaffRequest, office: Any, form: DutyForm) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    since: datetime = said["since"]
    try:
        duty = duties.put_on_duty(
            actor=request.actor,
            office=office,
            person=said["who"],
            since=since,
            until=said["until"],
            leads=said["leads"],
        )
    except Refused as refused:
        field = {"person": "who"}.get(str(refused.data.get("field")), refused.data.get("field"))
        form.add_error(field if field in form.fields else None, str(REFUSALS[refused.code]))
        return False
    messages.success(
        request, _("已排：%(name)s值班。") % {"name": duty.person.name}, extra_tags="done"
    )
    return True


@staff_page
@require_POST
def end(request: StaffRequest, duty: int) -> HttpResponse:
    try:
        duties.take_off_duty(actor=request.actor, duty=duty)
    except Duty.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("已撤下。"), extra_tags="done")
    return redirect("dispatch:duty")
