"""Pages around the interface: its description, and the desk where keys are made and ended."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yihu.api import actions, hooks, signing, v1
from yihu.api.models import ApiToken, Event, Scope, Subscription
from yihu.api.problems import Problem, answer
from yihu.api.queries import signing_secret, subscriptions_of, tokens_of
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page

REFUSALS = {
    "not_a_lifetime": gettext_lazy("请选一个期限。"),
    "too_many": gettext_lazy("已经太多了，请先停用一个。"),
    "elsewhere": gettext_lazy("请选您负责的单位。"),
    "bad_receiver": gettext_lazy(
        "这个地址不能用。要以 https:// 开头，不带用户名和密码，也不能在内部网络里。"
    ),
}
FAULTS = {
    hooks.NOBODY: gettext_lazy("订阅的人已不负责这个单位"),
}
FOR = {
    "public": gettext_lazy("任何人"),
    "resident": gettext_lazy("来信人"),
    "staff": gettext_lazy("工作人员"),
}
"""Whom each group of operations is for."""
PICK_ONE = gettext_lazy("请选一项。")

# --- the description -----------------------------------------------------------------------------


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs; the same for everybody."""
    response = JsonResponse(v1.described(get_language() or ""))
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The same for people: every address with what it takes. No script, nothing from elsewhere."""
    described = v1.described(get_language() or "")
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
            groups.setdefault(str(FOR[operation["tags"][0]]), []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation["summary"],
                    "about": operation.get("description", ""),
                    "takes": described["components"]["schemas"].get(name, {}).get("properties"),
                }
            )
    return render(request, "api/reference.html", {"groups": groups})


@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """A program is told in its own words that there is nothing here."""
    return answer(Problem(HTTPStatus.NOT_FOUND, "not_found"))


# --- keys, and who is told -----------------------------------------------------------------------


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("用在哪里"),
        help_text=gettext_lazy("写给自己看，例如：所里的大屏。"),
        max_length=60,
        error_messages={"required": gettext_lazy("请写一句。")},
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("能做什么"),
        choices=Scope.choices,
        initial=Scope.READ,
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("有效多久"),
        choices=[
            (30, gettext_lazy("30 天")),
            (90, gettext_lazy("90 天")),
            (365, gettext_lazy("一年")),
        ],
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )


class SubscriptionForm(forms.Form):
    organisation = forms.TypedChoiceField(
        label=gettext_lazy("哪个单位的事"),
        coerce=UUID,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )
    url = forms.CharField(
        label=gettext_lazy("发到哪个网址"),
        max_length=400,
        widget=forms.URLInput,
        error_messages={"required": gettext_lazy("请写网址。")},
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("哪些事"),
        choices=Event.choices,
        initial=Event.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": PICK_ONE, "invalid_choice": PICK_ONE},
    )

    def __init__(self, offices: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = offices  # type: ignore[attr-defined]


def _offices(request: StaffRequest) -> list[tuple[str, str]]:
    """The offices whose happenings the reader may have sent on."""
    known = request.sitting.roster.organisations
    return [(str(one), known[one].title) for one in actions.subscribing_for(request.actor)]


def _page(request: StaffRequest, status: int = HTTPStatus.OK, **shown: Any) -> HttpResponse:
    offices = _offices(request)
    subscribed = subscriptions_of([UUID(office) for office, _title in offices])
    context = {
        "token_form": TokenForm(auto_id="token_%s"),
        "hook_form": SubscriptionForm(offices, auto_id="hook_%s") if offices else None,
        "tokens": list(tokens_of(request.actor)[:50]),
        "hooks": [_shown(hook) for hook in subscribed[:50]],
        "now": timezone.now(),
        **shown,
    }
    return render(request, "api/desk.html", context, status=status)


def _shown(hook: Subscription) -> dict[str, Any]:
    return {
        "row": hook,
        "events": [Event(name).label for name in Event.values if name in hook.wants],
        "fault": str(FAULTS.get(hook.fault, hook.fault)),
    }


@staff_page
@require_safe
def desk(request: StaffRequest) -> HttpResponse:
    return _page(request)


@staff_page
@require_POST
def make_token(request: StaffRequest) -> HttpResponse:
    """The secret stands in this answer and nowhere else."""
    form = TokenForm(request.POST, auto_id="token_%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            token, secret = actions.make_token(
                actor=request.actor,
                name=said["name"],
                scope=Scope(said["scope"]),
                days=said["days"],
            )
        except Refused as refused:
            form.add_error(str(refused.data["field"]), REFUSALS[refused.code])
        else:
            return _page(request, made=token, secret=secret)
    return _page(request, HTTPStatus.UNPROCESSABLE_ENTITY, token_form=form)


@staff_page
@require_POST
def revoke_token(request: StaffRequest, token: UUID) -> HttpResponse:
    try:
        actions.revoke_token(actor=request.actor, token=token)
    except ApiToken.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("令牌已作废。"), extra_tags="done")
    return redirect("api:desk")


@staff_page
@require_POST
def subscribe(request: StaffRequest) -> HttpResponse:
    """The signing secret stands in this answer and nowhere else."""
    offices = _offices(request)
    if not offices:
        raise Http404
    form = SubscriptionForm(offices, request.POST, auto_id="hook_%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            hook = actions.subscribe(
                actor=request.actor,
                organisation=said["organisation"],
                url=said["url"],
                events=[Event(name) for name in said["events"]],
            )
        except Refused as refused:
            form.add_error(str(refused.data["field"]), REFUSALS[refused.code])
        else:
            secret = signing.spoken(signing_secret(hook.id))
            return _page(request, made=hook, secret=secret)
    return _page(request, HTTPStatus.UNPROCESSABLE_ENTITY, hook_form=form)


@staff_page
@require_POST
def disable(request: StaffRequest, hook: UUID) -> HttpResponse:
    try:
        actions.disable(actor=request.actor, subscription=hook)
    except Subscription.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("已停用，不再发送。"), extra_tags="done")
    return redirect("api:desk")


@staff_page
@require_POST
def resume(request: StaffRequest, hook: UUID) -> HttpResponse:
    try:
        actions.resume(actor=request.actor, subscription=hook)
    except Subscription.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("从停下的地方接着发。"), extra_tags="done")
    return redirect("api:desk")
