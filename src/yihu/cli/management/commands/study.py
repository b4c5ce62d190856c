"""`yihu study`: simulated studies, written as a page with drawings; needs no database."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from yihu.dispatch import titles

if TYPE_CHECKING:
    from yihu.planning.study_measured import Known

KINDS = (".osm.pbf", ".osm.gz", ".osm")
SHARED = Path("osm") / "campo-grande.osm.gz"
"""In the folder YIHU_SHARED_DATA: a real network, where one is at hand."""


class Command(BaseCommand):
    help = _("模拟研究：response 是什么真能让人更快到场，写成一页带图的报告")
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", choices=["response"], help=_("哪一项研究"))
        parser.add_argument("--seed", type=int, default=1, help=_("随机种子"))
        parser.add_argument("--seeds", type=int, default=24, help=_("重复多少次，至少 10 次"))
        parser.add_argument(
            "--out", type=Path, default=Path("docs"), metavar="DIR", help=_("写到哪个目录")
        )
        parser.add_argument(
            "--roads", type=Path, metavar="FILE", help=_("真实路网：OpenStreetMap 文件")
        )
        parser.add_argument(
            "--calls",
            type=Path,
            metavar="FILE",
            help=_("历史警情表（CSV）：从里面量出来的数代替假设"),
        )
        parser.add_argument("--quick", action="store_true", help=_("只粗算一遍：10 次，每次两天"))

    def handle(
        self,
        *,
        seed: int,
        seeds: int,
        out: Path,
        roads: Path | None,
        calls: Path | None,
        quick: bool,
        **options: object,
    ) -> None:
        from yihu.planning import study_pages  # loads the compiler, which few commands need
        from yihu.planning.study_runs import Effort

        extract = roads or _shared()
        if extract is not None and not (extract.is_file() and extract.name.endswith(KINDS)):
            raise CommandError(_("没有这个文件，或者不是 .osm.pbf、.osm.gz、.osm"))
        if seeds < 10:
            raise CommandError(_("至少重复 10 次，不然区间没有意义"))
        known = self._known(calls) if calls else None
        effort = Effort(seed, 10, 2) if quick else Effort(seed, seeds)
        try:
            places = study_pages.districts(extract)
        except (ValueError, RuntimeError) as reason:
            raise CommandError(_("这个文件不是地图，或者没有路：%s") % reason) from reason
        command = f"yihu study response --seed {seed} --seeds {effort.seeds}"
        command += " --quick" if quick else ""
        command += f" --roads {extract.name}" if extract else ""
        command += f" --calls {calls.name}" if calls else ""
        for written in study_pages.write(out, places, effort, command, self.stdout.write, known):
            self.stdout.write(str(written))

    def _known(self, calls: Path) -> "Known":
        """What a table of calls says, told line by line."""
        from yihu.planning import measured_inputs, measured_words, study_measured
        from yihu.planning.past_calls import BadCalls, read_calls

        try:
            found = measured_inputs.of_table(measured_words.coded(read_calls(calls)))
        except OSError as reason:
            raise CommandError(_("读不了这个文件：%s") % reason) from reason
        except BadCalls as reason:
            raise CommandError(_("这个文件读不成警情表：%s") % reason) from reason
        except ValueError as reason:
            raise CommandError(_("这个文件里一起警情也没有")) from reason
        for force, one in found.acceptance.items():
            name = titles.UNIT_KINDS.get(force, force)
            self.stdout.write(f"{name} {one.value:.0%} {measured_words.source(one)}")
        return study_measured.known(found)


def _shared() -> Path | None:
    folder = os.environ.get("YIHU_SHARED_DATA")
    extract = Path(folder) / SHARED if folder else None
    return extract if extract and extract.exists() else None
