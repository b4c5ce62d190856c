"""`yihu verify`: whether the ledger is what it was; or, without any database, a receipt."""

import gc
import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tqdm import tqdm

from yihu.cli.findings import AUDIT, RECEIPT
from yihu.kernel import checkpoint, inspection, ledger, witness
from yihu.kernel.audit import Report
from yihu.kernel.checkpoint import BadCheckpoint, VerifierKey
from yihu.kernel.receipt import BadReceipt, State, Verdict, verify_receipt

FOUND, UNREADABLE = 1, 2
MOST_SHOWN = 10

STATES = {
    State.PROMISED: gettext_lazy("已承诺，尚未入账 / promised, not yet logged"),
    State.LOGGED: gettext_lazy("已入账 / in the log"),
}


class Command(BaseCommand):
    help = _("核对台账：没有一条被改过、换过、拿走过；或核对一份回执（不需要数据库）")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--since",
            type=Path,
            metavar="FILE",
            help=_("外部保存的检查点（文件，或见证文件夹）；台账须是它的延续"),
        )
        what.add_argument("--receipt", type=Path, metavar="FILE", help=_("核对这份回执"))
        parser.add_argument("--key", help=_("海报上的核对密钥；不给则用本机的"))
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(
        self,
        *,
        since: Path | None,
        receipt: Path | None,
        key: str | None,
        json: bool,
        **options: Any,
    ) -> None:
        if receipt is not None:
            self._receipt(_read(receipt), key, json)
        else:
            self._ledger(since, key, json)

    # --- the ledger ------------------------------------------------------------------------------

    def _ledger(self, since: Path | None, key: str | None, as_json: bool) -> None:
        known = _key(key)
        kept, where = _kept_outside(since)
        began = time.perf_counter()
        gc.disable()  # the audit makes no cycles, and looking for some takes a quarter of its time
        try:
            reports = inspection.inspect(known, kept, watch=_bar)
        except (DatabaseError, sqlite3.Error, _driver_error()) as fault:
            raise CommandError(
                _("数据库读不出来：{fault}").format(fault=fault), returncode=UNREADABLE
            ) from fault
        finally:
            gc.enable()
        seconds = time.perf_counter() - began
        sound = all(report.ok for report in reports.values())
        if as_json:
            said = _as_data(reports, known, where, seconds)
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
        else:
            self._say(reports, known, where, seconds)
        if not sound:
            raise SystemExit(FOUND)

    def _say(
        self, reports: dict[str, Report], key: VerifierKey, where: str | None, seconds: float
    ) -> None:
        for log, report in reports.items():
            if log != ledger.PUBLIC and not report.entries and not report.findings:
                continue
            name = _("公开台账") if log == ledger.PUBLIC else _("密封台账")
            self.stdout.write(
                _("{name}：{entries} 条，{leaves} 条已入账，{matters} 件事项，{n} 个检查点").format(
                    name=name,
                    entries=report.entries,
                    leaves=report.leaves,
                    matters=report.matters,
                    n=report.checkpoints,
                )
            )
            if report.latest is not None:
                root = checkpoint.encode64(report.latest.root)
                line = _("  最新检查点 {size}  {time}  根 {root}")
                self.stdout.write(
                    line.format(size=report.latest.size, time=report.latest.time, root=root)
                )
            for code, count in report.counts.items():
                found = [finding for finding in report.findings if finding.code == code]
                sign = "!" if found[0].is_warning else "✗"
                for finding in found[:MOST_SHOWN]:
                    self.stdout.write(f"  {sign} {finding.where}: {AUDIT[code]} [{code}]")
                if count > MOST_SHOWN:
                    self.stdout.write(f"    … [{code}] × {count}")
        self.stdout.write(_("密钥指纹 {print}").format(print=key.fingerprint))
        if where is None and settings.WITNESSES:
            self.stdout.write(
                _("检查点送往 {witnesses}；用 --since 给出那里的一份，即可核对。").format(
                    witnesses=" ".join(settings.WITNESSES)
                )
            )
        elif where is None:
            self.stdout.write(
                _("没有外部见证 / unwitnessed：同时掌握数据库和密钥的人可以另签一份历史。")
            )
        else:
            self.stdout.write(_("已与外部保存的检查点核对：{where}").format(where=where))
        sound = all(report.ok for report in reports.values())
        entries = sum(report.entries for report in reports.values())
        pace = _("（{seconds:.1f} 秒，每秒 {rate:,.0f} 条）").format(
            seconds=seconds, rate=entries / max(seconds, 1e-9)
        )
        verdict = _("台账完好。") if sound else _("台账有问题，见上。")
        self.stdout.write(verdict + pace)

    # --- a receipt -------------------------------------------------------------------------------

    def _receipt(self, data: bytes, key: str | None, as_json: bool) -> None:
        try:
            verdict = verify_receipt(data, key)
        except BadReceipt as fault:
            if as_json:
                self.stdout.write(json.dumps({"sound": False, "fault": fault.code.value}))
            else:
                self.stdout.write(f"✗ {RECEIPT[fault.code]} [{fault.code}]: {fault}")
            raise SystemExit(FOUND) from None
        if as_json:
            self.stdout.write(json.dumps(_verdict_data(verdict), ensure_ascii=False, indent=2))
        else:
            self._say_verdict(verdict)

    def _say_verdict(self, verdict: Verdict) -> None:
        say = self.stdout.write
        say(f"{STATES[verdict.state]}")
        say(
            _("回执 {reference}，记录于 {time}").format(
                reference=verdict.reference, time=verdict.header.recorded_at
            )
        )
        if verdict.state is State.LOGGED:
            say(
                _("台账第 {index} 条，检查点 {time}").format(
                    index=verdict.index, time=verdict.logged_at
                )
            )
        else:
            say(_("承诺在 {time} 之前入账").format(time=verdict.integrate_by))
        if verdict.overdue:
            say(_("承诺的时间已过：请打开回执页面，取一份新的回执再核对。"))
        for word in verdict.words:
            size = _("{n} 字节").format(n=len(word.content))
            say(f"  {word.what}: {word.text if word.is_text else size}")
        say(_("密钥指纹 {print}").format(print=verdict.key_fingerprint))
        if verdict.key_is_pinned:
            say(_("与给出的密钥一致。"))
        else:
            say(_("请与海报上的指纹比对，或用 --key 给出海报上的密钥。"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CommandError(
            _("读不了 {path}：{fault}").format(path=path, fault=fault.strerror),
            returncode=UNREADABLE,
        ) from fault


def _key(text: str | None) -> VerifierKey:
    """The key given, else our own; one is never made just to verify with it."""
    if text is not None:
        try:
            return VerifierKey.parse(text)
        except BadCheckpoint as fault:
            raise CommandError(
                _("--key 不是核对密钥：{fault}").format(fault=fault), returncode=UNREADABLE
            ) from fault
    if not settings.KEYRING.path("log").exists() or not settings.KEYRING.path("log-name").exists():
        raise CommandError(
            _("本机没有台账密钥（{folder}）；请用 --key 给出海报上的密钥").format(
                folder=settings.KEYRING.folder
            ),
            returncode=UNREADABLE,
        )
    return ledger.public_key()


def _kept_outside(since: Path | None) -> tuple[str | None, str | None]:
    """A checkpoint from outside, and where it was: the one given, else a witness folder's."""
    if since is not None:
        path = since / witness.LATEST if since.is_dir() else since
        return _read(path).decode(errors="replace"), str(path)
    notes = sorted(witness.kept_outside(), key=lambda pair: _size(pair[1]))
    return (notes[-1][1], notes[-1][0]) if notes else (None, None)


def _size(note: str) -> int:
    try:
        return checkpoint.parse(note).checkpoint.size
    except BadCheckpoint:
        return -1


def _driver_error() -> type[Exception]:
    import psycopg

    return psycopg.Error


def _bar(leaves: Iterable[tuple[Any, ...]], total: int) -> Iterable[tuple[Any, ...]]:
    yield from tqdm(leaves, total=total, unit="", disable=None, leave=False, mininterval=0.5)


def _as_data(
    reports: dict[str, Report], key: VerifierKey, where: str | None, seconds: float
) -> dict[str, Any]:
    return {
        "sound": all(report.ok for report in reports.values()),
        "witnessed": where is not None or bool(settings.WITNESSES),
        "since": where,
        "key": str(key),
        "seconds": round(seconds, 3),
        "logs": {
            log: {
                "entries": report.entries,
                "leaves": report.leaves,
                "checkpoints": report.checkpoints,
                "matters": report.matters,
                "size": report.latest.size if report.latest else 0,
                "root": checkpoint.encode64(report.latest.root) if report.latest else None,
                "counts": {code.value: count for code, count in report.counts.items()},
                "findings": [
                    {
                        "code": finding.code.value,
                        "where": finding.where,
                        "message": finding.message,
                        "warning": finding.is_warning,
                        **finding.data,
                    }
                    for finding in report.findings
                ],
            }
            for log, report in reports.items()
        },
    }


def _verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {
        "sound": True,
        "state": verdict.state.value,
        "overdue": verdict.overdue,
        "reference": verdict.reference,
        "recorded_at": verdict.header.recorded_at,
        "integrate_by": verdict.integrate_by,
        "index": verdict.index,
        "logged_at": verdict.logged_at,
        "key_fingerprint": verdict.key_fingerprint,
        "key_is_pinned": verdict.key_is_pinned,
        "words": [{"what": word.what, "text": word.text} for word in verdict.words],
    }
