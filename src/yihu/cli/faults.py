"""Faults an operator can mend, in one sentence each instead of a traceback."""

import errno
import os
import sys
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext

from yihu.kernel.loop import LoopError
from yihu.keyring import KeyMissingError, KeyPermissionError

DONE, FAILED, INTERRUPTED = 0, 1, 130  # exit statuses; 130 is the shells' word for Ctrl-C

_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}


def _(text: str) -> str:
    """The settings themselves may be what fails; then the sentence stays Chinese."""
    try:
        return gettext(text)
    except Exception:
        return text


def guarded(work: Callable[[], object]) -> int:
    """Do the work and return an exit status; a fault that `explain` knows becomes a sentence.

    `--traceback` on the command line shows where it came from instead.
    """
    try:
        work()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `yihu … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as fault:
        sentence = None if "--traceback" in sys.argv else explain(fault)
        if sentence is None:
            raise
        print(f"yihu: {sentence}", file=sys.stderr)
        return FAILED
    return DONE


def explain(fault: Exception) -> str | None:
    """What is wrong and what to do about it; None for a fault nobody expected."""
    detail = str(fault).strip()
    match fault:
        case CommandError() | LoopError():
            return detail
        case OSError(errno=number) if number in _FULL:
            return _("磁盘已满：{detail}。请腾出空间后再试。").format(detail=detail)
        case OSError(errno=number) if number in _REFUSED:
            return _(
                "没有读写权限：{detail}。请检查数据目录的权限，或用 YIHU_HOME 换一个目录。"
            ).format(detail=detail)
        case OSError(errno=number) if number in _NO_FOLDER:
            return _("数据目录不能用：{detail}。请用 YIHU_HOME 换一个目录。").format(detail=detail)
        case KeyPermissionError():
            return _("密钥文件别人也能读（{detail}）。").format(detail=detail)
        case KeyMissingError():
            return _(
                "密钥文件不见了：{detail}。请从备份取回，放进数据目录的 keys；不要新建，"
                "新的打不开已经封存的内容。"
            ).format(detail=detail)
        case ImproperlyConfigured():
            return _("配置有误：{detail}").format(detail=detail)
        case OperationalError() | ProgrammingError():
            return _explain_database(detail)
    return None


def _explain_database(detail: str) -> str | None:
    """Both databases say what is wrong in words only."""
    lower = detail.lower()
    if "no such table" in lower or ("relation" in lower and "does not exist" in lower):
        return _("数据库还没有准备好，请先运行 yihu prepare。（{detail}）").format(detail=detail)
    if "full" in lower or "no space" in lower:
        return _("磁盘已满：{detail}。请腾出空间后再试。").format(detail=detail)
    if "locked" in lower:
        return _("数据库正被别的程序占用：{detail}。请稍后再试。").format(detail=detail)
    if "readonly" in lower or "unable to open" in lower:
        return _("数据库文件打不开或不能写：{detail}。请检查 YIHU_HOME 的权限。").format(
            detail=detail
        )
    if "connect" in lower or "disk i/o" in lower or "authentication" in lower:
        return _("连不上数据库：{detail}。请检查 YIHU_DATABASE_URL 和数据库服务。").format(
            detail=detail
        )
    return None
