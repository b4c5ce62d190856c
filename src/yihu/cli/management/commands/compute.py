"""`yihu compute`: a plan or a simulation that the clock has claimed, in a process of its own."""

from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _


class Command(BaseCommand):
    help = _("算一份警务室方案或一次推演（由时钟启动）")

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = ["plan", "simulation"]
        parser.add_argument("what", choices=kinds, help=_("plan：方案；simulation：推演"))
        parser.add_argument("number", type=int, help=_("方案或推演的号"))
        parser.add_argument("run", type=UUID, help=_("时钟给这次计算的号"))

    def handle(self, *, what: str, number: int, run: UUID, **options: object) -> None:
        from yihu.planning import plan_work, sim_work  # the solvers: no other command needs them
        from yihu.planning.models import Plan, Simulation
        from yihu.planning.pulse import compute

        if what == "plan":
            compute(Plan, number, run, plan_work.answered)
        else:
            compute(Simulation, number, run, sim_work.answered)
