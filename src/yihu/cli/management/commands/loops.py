"""`yihu loops`: every kind of work, checked, and drawn from its declaration."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from yihu.cli.loop_pages import pages
from yihu.kernel.loop import LOOPS, Loop, Step
from yihu.kernel.loop_words import words


class Command(BaseCommand):
    help = _("列出全部流程；--check 检查没有一条会让人等不到答复")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help=_("只检查，有问题则退出码为 1"))
        parser.add_argument("--docs", type=Path, metavar="DIR", help=_("把图和表写到这个目录"))
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, *, check: bool, docs: Path | None, json: bool, **options: Any) -> None:
        problems = {loop.name: loop.check() for loop in LOOPS.values()}
        if docs is not None:
            self._write(docs)
        elif json:
            self._as_json(problems)
        else:
            for loop in LOOPS.values():
                self._say(loop, problems[loop.name], briefly=check)
        if any(problems.values()):
            raise SystemExit(1)

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in pages():
            (folder / name).write_text(content, encoding="utf-8")
            self.stdout.write(str(folder / name))

    def _as_json(self, problems: dict[str, list[str]]) -> None:
        said = [
            {
                "name": loop.name,
                "title": str(loop.title),
                "opens": list(loop.openings),
                "answers_to": sorted(role.code for role in loop.owed),
                "places": list(loop.places),
                "moves": [move.name for move in loop.moves],
                "acts": [act.name for act in loop.acts],
                "problems": problems[loop.name],
            }
            for loop in LOOPS.values()
        ]
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))

    def _say(self, loop: Loop, problems: list[str], *, briefly: bool) -> None:
        verdict = _("没有问题") if not problems else _("{n} 个问题").format(n=len(problems))
        said = _("{title}：{value}").format(title=loop.title, value=verdict)
        self.stdout.write(f"{loop.name}  {said}")
        for problem in problems:
            self.stdout.write(f"  ✗ {problem}")
        if briefly:
            return
        for place in loop.steps:
            if isinstance(place, Step) and place.owner and place.within:
                limit = f"{place.owner.title} · {words(loop).span(place.within)}"
            else:
                limit = _("终点")
            said = _("{name}（{note}）").format(name=place.title, note=limit)
            if moves := _("、").join(str(move.title) for move in loop.moves_from(place.name)):
                said = _("{title}：{value}").format(title=said, value=moves)
            self.stdout.write("  " + said)
