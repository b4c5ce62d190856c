"""What the auditor finds, in the operator's words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.kernel.audit import Code
from yihu.kernel.backup import BackupFault
from yihu.kernel.receipt import Fault

AUDIT = {
    Code.UNREADABLE: _("这一行的内容不是它该有的形式"),
    Code.LEAF_MISSING: _("它之前的账页缺失"),
    Code.LEAF_TIME: _("账页的时间与首个涵盖它的检查点不符"),
    Code.LEAF_UNCOVERED: _("没有检查点涵盖这一账页"),
    Code.ENTRY_MISSING: _("账页所指的条目不见了"),
    Code.ENTRY_CHANGED: _("条目与入账时的哈希不符：内容或时间被改过"),
    Code.ENTRY_UNQUEUED: _("条目既未入账，也不在等候之列"),
    Code.CHAIN_GAP: _("该事项在它之前缺少条目，或条目重复"),
    Code.CHAIN_BROKEN: _("条目与该事项的前一条不相接"),
    Code.CHECKPOINT_BAD: _("检查点不是本台账的密钥所签"),
    Code.CHECKPOINT_ORDER: _("检查点比前一个更小或更早"),
    Code.CHECKPOINT_BEYOND: _("台账比签名时短"),
    Code.CHECKPOINT_ROOT: _("账页算不出签名的根"),
    Code.SEALED_COMMITMENT: _("检查点对密封台账的承诺打不开"),
    Code.SEALED_BEYOND: _("密封台账比公开台账所说的短"),
    Code.SEALED_ROOT: _("密封台账不是公开台账所承诺的那一部"),
    Code.MATTER_HEAD: _("事项的最后一条与它自己所记的不符"),
    Code.MATTER_EMPTY: _("事项没有任何条目"),
    Code.MATTER_REMOVED: _("台账里有条目，事项却不见了"),
    Code.SINCE_BAD: _("外部保存的检查点不是本台账的密钥所签"),
    Code.ROLLED_BACK: _("台账比外部保存的检查点短：被回退过"),
    Code.REWRITTEN: _("台账与外部保存的检查点不一致：历史被改写过"),
    Code.LATE: _("条目入账迟于承诺（不是篡改）"),
}

RECEIPT = {
    Fault.MALFORMED: _("这不是一份完整的回执"),
    Fault.WRONG_KEY: _("回执的密钥与给出的密钥不符"),
    Fault.WRONG_SIGNATURE: _("签名不符"),
    Fault.CHANGED_ENTRY: _("条目与当时承诺的不是同一条"),
    Fault.CHANGED_WORDS: _("所写的内容与条目里的承诺不符"),
    Fault.BAD_INCLUSION: _("入账证明算不到检查点的根"),
}

BACKUP = {
    "bad_recipient": _("--recipient 不是 age 公钥（age1…）"),
    "bad_identity": _("私钥文件里没有 age 私钥（AGE-SECRET-KEY-…）"),
    "tool_missing": _(
        "需要 PostgreSQL 自带的工具，这台机器上没有（apt install postgresql-client）"
    ),
    "tool_failed": _("PostgreSQL 的工具报错"),
    "needs_server": _(
        "这是 PostgreSQL 的备份：请用 --database 给出一个空的数据库（createdb 新建）"
    ),
    "no_server": _("连不上 --database 所说的数据库"),
    "needs_passphrase": _("这份备份要口令"),
    "needs_identity": _("这份备份要私钥：用 --identity 给出私钥文件"),
    "wrong_passphrase": _("口令不对"),
    "wrong_key": _("私钥不对"),
    "damaged": _("备份文件不完整或被改过"),
    "not_a_backup": _("这不是一呼的备份文件，或者不完整"),
    "other_format": _("备份的格式这个版本不认识，请用做备份的那个版本恢复"),
    "other_version": _("备份与这个版本的数据库结构不同：先用做备份的那个版本搬家，再升级"),
    "rows_lost": _("有的行没有搬过去"),
    "server_not_empty": _("这个数据库不是空的；请用 createdb 另建一个"),
    "folder_not_empty": _("目录不是空的；请另选一个新目录"),
}


def explain_backup(fault: BackupFault) -> str:
    sentence = BACKUP[fault.code]
    if not fault.detail:
        return str(sentence)
    return gettext("{title}：{value}").format(title=sentence, value=fault.detail)


DELIVERY = {
    "mail_not_configured": _("没有设置邮件服务器（YIHU_MAIL_URL）"),
    "webhook_not_configured": _("没有设置这个 webhook"),
    "off_duty": _("这个人现在不在岗"),
    "nothing_open": _("没有要办的，不必发"),
    "moved_on": _("事项已经往前走了"),
    "contact_unsafe": _("来信人要求不要联系"),
    "no_contact": _("来信人没有留联系方式"),
    "not_a_mail_address": _("留的不是邮箱"),
    "not_a_phone_number": _("留的不是电话"),
    "nobody_holds_the_role": _("眼下没有人担任这个角色"),
    "not_theirs_to_know": _("担任该角色的人须回避"),
    "nobody_to_reach": _("这个人的账号已经停用"),
    "answered": _("已经有了回答，不用再叫"),
    "no_phone": _("这个人没有留电话"),
    "no_browser": _("这个人没有打开推送的浏览器"),
    "browser_gone": _("这个人的浏览器不再收推送"),
    "no_mail_address": _("担任该角色的人没有留邮箱"),
}


def explain_delivery(fault: str) -> str:
    """In words where we know it; the server's own kind of fault otherwise."""
    return str(DELIVERY.get(fault, fault))
