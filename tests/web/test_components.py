"""Each component says what it must, in words and for a screen reader."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone

from yihu.web.gallery import SampleForm


def shown(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_a_wrong_field_keeps_what_was_typed_and_names_its_error() -> None:
    form = SampleForm({"kind": "nonsense", "words": "", "contact": "<b>138"})
    html = shown("{% field form.words %}{% field form.contact %}", form=form)
    assert 'value="&lt;b&gt;138"' in html
    assert 'aria-invalid="true"' in html
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    for part in described[1].split():
        assert f'id="{part}"' in html


def test_choices_become_tiles_in_a_named_group() -> None:
    html = shown("{% field form.kind %}", form=SampleForm(initial={"kind": "praise"}))
    assert html.count('class="tile"') == 4
    assert "<legend>您想说什么</legend>" in html
    assert html.count("checked") == 1


def test_only_what_may_stay_empty_says_so() -> None:
    form = SampleForm()
    assert "可不填" in shown("{% field form.contact %}", form=form)
    assert "可不填" not in shown("{% field form.words %}", form=form)


def test_the_errors_lead_to_their_fields() -> None:
    form = SampleForm({"kind": "help", "words": ""})
    html = shown("{% errors form %}{% field form.words %}", form=form)
    assert 'role="alert"' in html
    assert "请改这 1 处" in html
    assert 'href="#id_words"' in html
    assert 'id="id_words"' in html
    assert shown("{% errors form %}", form=SampleForm()).strip() == ""


def test_a_figure_shows_what_it_rests_on() -> None:
    html = shown(
        '{% figure "一天内" 4.7 unit="%" of=of n=2816 interval=ci %}', of=(132, 2816), ci=(4.0, 5.5)
    )
    for part in ("4.7", "132 / 2,816", "n = 2,816", "4.0–5.5"):
        assert part in html


def test_too_few_are_not_a_figure() -> None:
    html = shown('{% figure "夜间" 87.5 n=3 few=True interval=ci %}', ci=(1, 99))
    assert "样本太少" in html
    assert "87.5" not in html
    assert "99" not in html


def test_a_chart_never_draws_a_missing_value_as_nought() -> None:
    html = shown('{% chart "月" rows %}', rows=[("一", 4.0), ("二", None)])
    assert html.count("<rect") == 1
    assert "样本太少" in html


def test_a_line_chart_brings_its_table() -> None:
    html = shown('{% chart "月" rows kind="line" %}', rows=[("一", 4.0), ("二", 5.5)])
    assert 'role="img" aria-label="月"' in html
    assert html.count("<tr>") == 2


def test_a_timeline_tells_internal_from_public_in_words() -> None:
    events = [
        {"what": "已收到", "when": timezone.now()},
        {"what": "交办", "when": timezone.now(), "internal": True},
    ]
    public, internal = re.findall(r"<li.*?</li>", shown("{% timeline events %}", events=events))
    assert "居民看不到" in internal
    assert "居民看不到" not in public


def test_a_clock_speaks_in_words_and_keeps_the_exact_time() -> None:
    due = timezone.now() - timedelta(hours=3, minutes=1)
    html = shown("{% clock due %}", due=due)
    assert "超时 3 小时" in html
    assert due.isoformat() in html
    assert 'title="' in html


def test_a_time_has_the_exact_one_on_demand() -> None:
    when = timezone.now()
    html = shown("{{ when|people_time }}{{ nothing|people_due }}", when=when, nothing=None)
    assert html.count("<time") == 1
    assert re.search(r'datetime="[\d-]+T[\d:]+\+08:00" title="', html)


def test_the_ring_says_its_numbers() -> None:
    html = shown("{% ring states %}", states=["arrived", "arrived", "silent"])
    assert '<b class="number">2</b> 已到场' in html
    assert '<b class="number">1</b> 没有回答' in html
    assert html.count('class="ring-fill"') == 2


def test_exactly_one_row_of_a_table_is_within_reach_of_tab() -> None:
    rows = [{"cells": ["甲", 1], "href": "/1"}, {"cells": ["乙", 2]}]
    html = shown('{% dense "表" columns rows %}', columns=["名", ("数", "number")], rows=rows)
    assert html.count('tabindex="0"') == 1
    assert html.count('tabindex="-1"') == 1


def test_what_people_wrote_is_escaped_everywhere() -> None:
    bad = "<script>x</script>"
    rows = [{"cells": [bad], "href": "/"}]
    events = [{"what": bad, "text": bad, "who": bad}]
    html = shown(
        '{% button bad %}{% person bad role=bad %}{% place bad note=bad %}{% timeline events %}'
        "{% dense bad columns rows %}{% notice bad %}{{ bad }}{% endnotice %}"
        "{% empty bad %}{{ bad }}{% endempty %}{% confirm bad %}{{ bad }}{% endconfirm %}"
        "{% figure bad bad unit=bad %}{% busy bad %}{% ring states label=bad %}",
        bad=bad, columns=[bad], rows=rows, events=events, states=["heard"],
    )  # fmt: skip
    assert "<script" not in html


def test_a_button_of_unknown_kind_is_a_mistake() -> None:
    with pytest.raises(TemplateSyntaxError):
        shown('{% button "好" kind="loud" %}')
