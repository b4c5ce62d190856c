"""The components, as template tags: `{% load ui %}`. How to use them: docs/look.md."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import RequestContext
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as N_

from yihu.web import drawing, said, styles

register = template.Library()

# --- styles and addresses ------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def inline_styles(context: RequestContext, *names: str) -> SafeString:
    """Write stylesheets into the page, under the request's nonce."""
    css = "".join(styles.sheet(name) for name in names)
    return format_html(
        '<style nonce="{}">{}</style>',
        context["csp_nonce"],
        mark_safe(css),  # noqa: S308 -- our own files
    )


@register.simple_tag
def styles_url(name: str) -> str:
    return reverse("styles", kwargs={"name": name, "digest": styles.digest(name)})


@register.simple_tag
def url_if(name: str, *args: Any) -> str:
    """The address of a page, or "" where its room is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("web/components/nav_link.html", takes_context=True)
def nav_link(
    context: RequestContext, name: str, label: str, count: object = None, *, exact: bool = False
) -> Any:
    """A line of the desk's navigation; nothing where the room is not installed.

    count: shown unless it is empty. exact: the pages below it are not `here`.
    """
    address = url_if(name)
    path = context["request"].path
    return {
        "href": address,
        "label": label,
        "count": count,
        "here": bool(address) and (path == address or (path.startswith(address) and not exact)),
    }


# --- times -------------------------------------------------------------------------------------


def _time_tag(when: datetime | None, words: str) -> SafeString | str:
    if when is None:
        return ""
    stamp = timezone.localtime(when).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, said.exact(when), words)


@register.filter
def people_time(when: datetime | None) -> SafeString | str:
    """今天 14:05, with the exact time on demand."""
    return _time_tag(when, said.time(when) if when else "")


@register.filter
def people_due(when: datetime | None) -> SafeString | str:
    """周五前, with the exact time on demand."""
    return _time_tag(when, said.due(when) if when else "")


@register.filter
def people_span(length: timedelta) -> str:
    return said.span(length)


@register.inclusion_tag("web/components/clock.html")
def clock(
    due: datetime | None,
    *,
    paused: bool = False,
    done: bool = False,
    soon: timedelta = said.SOON,
    now: datetime | None = None,
) -> Any:
    """What is left of a time limit, in words: calm, soon, late, paused, done."""
    return {
        "clock": said.clock(due, now, paused=paused, done=done, soon=soon),
        "due": due,
        "exact": said.exact(due) if due else "",
    }


# --- doing -------------------------------------------------------------------------------------


@register.inclusion_tag("web/components/button.html")
def button(
    label: str,
    *,
    kind: str = "quiet",
    href: str = "",
    name: str = "",
    value: str = "",
    form: str = "",
    key: str = "",
    unchecked: bool = False,
) -> Any:
    """kind: primary (one a screen), quiet, danger. With `href` a link, else it submits.

    key: the single key that presses it while a list has focus. unchecked: submit even where
    fields are empty or wrong.
    """
    if kind not in ("primary", "quiet", "danger"):
        raise template.TemplateSyntaxError(f"no button of kind {kind!r}")
    return {
        "label": label, "kind": kind, "href": href, "name": name, "value": value,
        "form": form, "key": key, "unchecked": unchecked,
    }  # fmt: skip


@register.inclusion_tag("web/components/field.html")
def field(bound: BoundField, *, rows: int | None = None, optional: bool | None = None) -> Any:
    """A form's field with its label, hint and error; what was typed stays.

    Choices by radio or checkbox become tiles. `optional` says 可不填; by default it follows
    from the field.
    """
    attrs: dict[str, Any] = {"rows": rows} if rows else {}
    return {
        "field": bound,
        "widget": "" if bound.use_fieldset else bound.as_widget(attrs=attrs),
        "options": list(bound) if bound.use_fieldset else [],
        "optional": not bound.field.required if optional is None else optional,
        "tick": getattr(bound.field.widget, "input_type", "") == "checkbox"
        and not bound.use_fieldset,
    }


@register.inclusion_tag("web/components/errors.html")
def errors(form: BaseForm) -> Any:
    """What must be put right, above the form, each line leading to its field."""
    wrong = [(b.id_for_label or b.auto_id, b.label, b.errors) for b in form if b.errors]
    places = ngettext("请改这 %(n)d 处", "请改这 %(n)d 处", len(wrong)) % {"n": len(wrong)}
    title = places if wrong else gettext("还没有交出去")
    return {"wrong": wrong, "whole": form.non_field_errors(), "title": title}


@register.simple_block_tag
def confirm(content: str, label: str, *, kind: str = "quiet") -> SafeString:
    """Ask again without a dialog: the button unfolds to its consequence and the real form."""
    return _render("confirm", content=content, label=label, kind=kind)


@register.inclusion_tag("web/components/pager.html")
def pager(*, newer: str = "", older: str = "", shown: int | None = None) -> Any:
    """Two addresses, either may be empty: pages by key, so no count of pages is claimed."""
    return {"newer": newer, "older": older, "shown": shown}


# --- telling -----------------------------------------------------------------------------------


@register.simple_block_tag
def notice(content: str, title: str = "", *, kind: str = "calm") -> SafeString:
    """kind: calm, done, soon, now (said at once by a screen reader)."""
    return _render("notice", content=content, title=title, kind=kind)


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """Nothing here: the title says what that means, the content what to do next."""
    return _render("empty", content=content, title=title)


@register.inclusion_tag("web/components/busy.html")
def busy(label: str, done: int | None = None, total: int | None = None) -> Any:
    return {"label": label, "done": done, "total": total}


@register.inclusion_tag("web/components/person.html")
def person(name: str, *, role: str = "", organisation: str = "", acting: bool = False) -> Any:
    return {"name": name, "role": role, "organisation": organisation, "acting": acting}


@register.inclusion_tag("web/components/place.html")
def place(name: str, *, note: str = "", href: str = "") -> Any:
    """note: what helps to find it, such as a distance or a community."""
    return {"name": name, "note": note, "href": href}


@register.inclusion_tag("web/components/timeline.html")
def timeline(events: Iterable[Any], *, label: str = "") -> Any:
    """events: objects or dicts with `when`, `what`; and `who`, `text`, `due`, `state`, `internal`.

    state: done (default), here (what happens now), ahead. internal: residents do not see it.
    """
    return {"events": events, "label": label or gettext("经过")}


# --- figures -----------------------------------------------------------------------------------


@register.inclusion_tag("web/components/figure.html")
def figure(
    label: str,
    value: float | str | None,
    *,
    unit: str = "",
    of: tuple[int, int] | None = None,
    n: int | None = None,
    interval: tuple[float, float] | None = None,
    asked: int | None = None,
    said: str = "",
    few: bool = False,
    how: str = "",
) -> Any:
    """One figure that can be checked.

    of: numerator and denominator. n: how many it rests on. interval: 95 %, in the value's unit.
    asked: how many people were asked. said: its counts in words, where a fraction would mislead.
    few: too few to say; then no value is shown. how: the address of its formula.
    """
    return {
        "label": label, "value": value, "unit": unit, "of": of, "n": n,
        "interval": interval, "asked": asked, "said": said,
        "few": few or value is None, "how": how,
    }  # fmt: skip


@register.inclusion_tag("web/components/chart.html")
def chart(
    title: str, rows: Sequence[tuple[str, float | None]], *, kind: str = "bars", unit: str = ""
) -> Any:
    """Bars (the table is the chart) or a line (its table unfolds). rows: label and value.

    A value of None is said as 样本太少 and never drawn as nought.
    """
    if kind == "bars":
        highest = max((v for _, v in rows if v is not None), default=0) or 1
        bars = [(name, v, None if v is None else round(100 * v / highest, 2)) for name, v in rows]
        return {"title": title, "unit": unit, "kind": kind, "bars": bars}
    drawn = drawing.line([v for _, v in rows], 600, 160)
    return {
        "title": title, "unit": unit, "kind": kind, "rows": rows, "line": drawn,
        "first": rows[0][0] if rows else "", "last": rows[-1][0] if rows else "",
    }  # fmt: skip


@register.inclusion_tag("web/components/dense.html")
def dense(
    caption: str, columns: Sequence[Any], rows: Iterable[Mapping[str, Any]], *, panel: str = ""
) -> Any:
    """A dense table walked by keyboard. panel: the selector of where its moves (`key=`) stand.

    columns: a label, or (label, "number"). rows: dicts with `cells`, and `href` (what Enter
    opens), `state` (late, soon) and `current`.
    """
    heads = [(c, "") if isinstance(c, str) else c for c in columns]
    lines = [{**row, "cells": list(zip(row["cells"], heads, strict=True))} for row in rows]
    return {"caption": caption, "heads": heads, "rows": lines, "panel": panel}


ANSWERS = {
    "answered": N_("已应答"),
    "arrived": N_("已到场"),
    "accepted": N_("已接受"),
    "heard": N_("已听到"),
    "called": N_("正在呼叫"),
    "declined": N_("不能来"),
    "silent": N_("没有回答"),
}


@register.inclusion_tag("web/components/ring.html")
def ring(states: Sequence[str], *, label: str = "", size: int = 160, units: bool = False) -> Any:
    """The ring of answers: a segment for each one called, with the numbers in words beside it.

    units: units were called, not people.
    """
    counted = Counter(states)
    return {
        "segments": drawing.ring(states),
        "words": [(gettext(ANSWERS[s]), counted[s], s) for s in ANSWERS if counted[s]],
        "called": len(states),
        "label": label,
        "size": size,
        "units": units,
    }


@register.inclusion_tag("web/components/mark.html")
def mark(size: int = 28) -> Any:
    """The jade cong: one ring of small segments in a rounded square."""
    return {"size": size}


@register.filter
def number(value: float | str | None) -> str:
    """A number with its thousands apart; a fraction to one decimal; words stay words."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _render(component: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"web/components/{component}.html", context))  # noqa: S308
