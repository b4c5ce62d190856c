"""A loop in the reader's language: the words around its own titles, for pictures and tables."""

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yihu.kernel.clock import Span, Unit
from yihu.kernel.diagram import Words
from yihu.kernel.loop import Loop


def words(loop: Loop) -> Words:
    """What `diagram.draw` says of this loop, in the reader's language."""
    return Words(
        span=partial(span, round_the_clock=loop.round_the_clock),
        escalates=_("逾期上报{roles}"),
        lapses=_("逾期则“{move}”"),
        times=_("（最多 {n} 次）"),
        beyond=_("（{n} 次以后）"),
        between_roles=_("、"),
        clock=_("时钟"),
    )


def span(length: Span, *, round_the_clock: bool = False) -> str:
    """A promised length: 2 个办公小时, 5 个工作日, 7 天. Hours are of service, unless told."""
    n, unit = length.amount, length.unit
    if unit is Unit.HOURS and length.in_service_time(round_the_clock=round_the_clock):
        unit = Unit.SERVICE_HOURS
    match unit:
        case Unit.MINUTES:
            said = ngettext("%(n)d 分钟", "%(n)d 分钟", n)
        case Unit.HOURS:
            said = ngettext("%(n)d 小时", "%(n)d 小时", n)
        case Unit.SERVICE_HOURS:
            said = ngettext("%(n)d 个办公小时", "%(n)d 个办公小时", n)
        case Unit.WORKDAYS:
            said = ngettext("%(n)d 个工作日", "%(n)d 个工作日", n)
        case Unit.DAYS:
            said = ngettext("%(n)d 天", "%(n)d 天", n)
    return said % {"n": n}
