"""`yihu plan`: compute a plan of sites that the clock has claimed, in a process of its own."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = _("算一份警务室方案（由时钟启动）")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plan", type=int, help=_("方案的号"))
        parser.add_argument("run", type=UUID, help=_("时钟给这次计算的号"))

    def handle(self, *, plan: int, run: UUID, **options: object) -> None:
        from yihu.planning import plan_work  # loads the solvers, which no other command needs

        plan_work.compute(plan, run)
