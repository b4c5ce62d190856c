"""What this room's pages say when something cannot be done, and what is agreed to."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CONSENT: "Final[_StrPromise]" = _(
    "我同意把这张照片和这份表扬令一起公开，显示在大厅屏和表扬令页面上。"
    "我随时可以撤回，撤回后一分钟内不再显示。"
)
REFUSALS: "Final[Mapping[str, str | _StrPromise]]" = {
    "not_praise": _("这件来信不是表扬，不能发表扬令。"),
    "not_verified": _("这件表扬还没有核实，不能发表扬令。请先派人核实，写下核实结果。"),
    "not_confirmed": _("核实结果是“没有核实到”，不能发表扬令。请答复来信人。"),
    "praised": _("被表扬的人，和他领导的人，都不能发这份表扬令。请交给别人。"),
    "declared": _("来信人不是普通居民。请写明您为什么仍然表扬，这句话会印在表扬令上。"),
    "already_commended": _("这件表扬已经有一份有效的表扬令。要改，请先撤销那一份。"),
    "already_revoked": _("这份表扬令已经撤销，不能再改。"),
    "not_yours": _("发布和撤销表扬令只归所长或监督员，您现在不能办。"),
    "no_such_act": _("这件表扬已经走到别的环节，现在不能发表扬令。"),
}


def refusal(code: str) -> str:
    return str(REFUSALS.get(code) or gettext("这一步现在办不了。"))
