"""`{% load run_cards %}`: a card's sentences in the reader's language."""

from django import template
from django.utils.translation import get_language

from yihu.dispatch.card_steps import Line

register = template.Library()


@register.filter
def in_words(line: Line) -> str:
    return line.said(get_language() or "")
