"""What notices say: a title and a text for each template, the same in the app, by mail and by SMS.

A letter never holds a word of its matter, and no name: it says that something has
happened, and where to read it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from yihu.kernel.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Letter:
    """Title and text of a notice, in the reader's language once they become text.

    `page`: the name of the page to read it on, where that is not its matter's.
    """

    title: str | Promise
    text: str | Promise
    page: str = ""


LETTERS = {
    # to staff
    "message_received": Letter(
        _("有一封新来信"), _("有居民来信。请登录查看，并在时限内联系来信人。")
    ),
    "complaint_received": Letter(_("有一件新投诉"), _("收到一件投诉。请登录查看，并予以监督。")),
    "your_turn": Letter(_("有一件事项轮到您办理"), _("请登录查看，并在时限内办理。")),
    "escalated": Letter(_("有一件事项超过时限"), _("事项到时限仍未办理，现上报给您。请登录查看。")),
    "party_replied": Letter(_("来信人回答了提问"), _("提问已有回答，时限继续计算。请登录查看。")),
    "erasure_asked": Letter(_("来信人请求抹除"), _("来信人请求抹除所写的内容。请登录处理。")),
    "handler_withdrawn": Letter(
        _("承办人需要回避"), _("事项涉及承办人或其上级，已收回交办。请登录另行交办。")
    ),
    # to a member of staff, for themselves
    "credited": Letter(
        _("您得到了表扬"),
        _("所长表扬令已经发布。请登录“我的表扬”查看；照片上不上大厅屏，由您自己决定。"),
        page="thanks:mine",
    ),
    "credit_revoked": Letter(
        _("给您的一份表扬令撤销了"),
        _("请登录“我的表扬”查看理由；一起展示的照片已经删除。"),
        page="thanks:mine",
    ),
    # to a party
    "answered": Letter(
        _("您的来信有了答复"), _("请打开您的回执查看答复，并告诉我们问题是否解决。")
    ),
    "commended": Letter(_("您的表扬已经核实，发布了表扬令"), _("请打开您的回执查看。谢谢您写来。")),
    "commendation_revoked": Letter(
        _("您来信表扬后发布的表扬令撤销了"), _("请打开您的回执查看理由。")
    ),
    "question_asked": Letter(
        _("办理人员有问题问您"), _("请打开您的回执查看并回答；不回答，办理也会继续。")
    ),
    "identity_read": Letter(
        _("有人查看了您留下的姓名或联系方式"), _("查看人须说明理由。请打开您的回执查看理由。")
    ),
    "verdict_reminder": Letter(
        _("问题解决了吗？"),
        _("答复已经给您几天了。请打开您的回执，告诉我们问题是否解决；不回答也可以。"),
    ),
}

COMPOSED: dict[str, Callable[["OutboxMessage"], Letter]] = {}
"""Letters that a room writes when they are sent, by template. Whoever writes one may raise
`delivery.NotWanted`."""


def of(row: "OutboxMessage") -> Letter:
    """What an outbox row says."""
    compose = COMPOSED.get(row.template)
    return compose(row) if compose else LETTERS[row.template]


BLANK = Letter(_("您有一条新消息"), _("您有一条新消息，请在方便的时候查看。"))
"""For whoever shares a mailbox with someone who must not know: it says nothing at all."""


def subject(letter: Letter, reference: str = "") -> str:
    """One line, in the district's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{letter.title} {reference}".rstrip()


def short(letter: Letter) -> str:
    """The text for where space is dear: in the district's own language."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(letter.text)


def full(letter: Letter, reference: str = "") -> str:
    """The text in every language we have, since nobody knows which one its reader has."""
    said: list[str] = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            heading = f"{letter.title}\n{reference}".rstrip()
            paragraph = f"{heading}\n\n{letter.text}"
        if paragraph not in said:
            said.append(paragraph)
    return "\n\n\n".join(said) + "\n"
