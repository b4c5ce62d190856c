"""`yihu demo`: the fictional subdistrict, its people, and a year of messages."""

import json
import signal
from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from yihu.cli.demo import cases, net, placements, radio, thanks, units
from yihu.cli.demo.messages import COUNTS, LIVE, PAST, Year
from yihu.cli.demo.people import Cast, Place, settle
from yihu.cli.demo.words import Writer
from yihu.cli.live_demo.director import Director
from yihu.cli.live_demo.stage import Stage
from yihu.kernel import history, ledger
from yihu.kernel.access import clock_actor
from yihu.places import actions as places
from yihu.places import map_files
from yihu.places.demo_city import City, draw, write_osm
from yihu.places.models import District
from yihu.reports import projection

CODE = "liangshui"
SEED = 1


class Command(BaseCommand):
    help = _("建立虚构的演示街道“良水”：地图、单位、人员和一年的来信")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))
        live = parser.add_argument_group(_("演示一天的活动（都是演练，不计入数字）"))
        live.add_argument("--live", metavar=_("网址"), help=_("在这个正在运行的网址上演"))
        live.add_argument("--speed", type=float, default=1.0, help=_("快多少倍，默认 1"))
        live.add_argument("--per-day", type=float, default=480.0, help=_("一天多少警情"))
        live.add_argument("--hours", type=float, help=_("演几个小时（按那边的钟），默认不停"))
        live.add_argument("--seed", type=int, help=_("随机数的种子，一样的种子一样的一天"))
        live.add_argument("--quiet", action="store_true", help=_("不一件件说"))

    def handle(self, *args: object, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("这是正式环境（设置了 YIHU_HOSTS），不建立演示数据"))
        call_command("migrate", verbosity=0, interactive=False)
        if options["live"]:
            self._play(options)
            return
        known = District.objects.filter(code=CODE).first()
        if known is not None and not known.demo:
            raise CommandError(_("街道代码 %(code)s 已被真实的街道使用") % {"code": CODE})
        made = known is None
        if made:
            self._make()
        answer = {"district": CODE, "made": made, "messages": sum(COUNTS.values())}
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        elif made:
            self.stdout.write(_("演示街道“良水”已建立"))
        else:
            self.stdout.write(_("演示街道“良水”已经在了，没有改动"))

    def _play(self, options: dict[str, Any]) -> None:
        """A synthetic day, until Ctrl-C or its hours are over."""
        if not District.objects.filter(code=CODE, demo=True).exists():
            raise CommandError(_("还没有演示街道，请先运行 yihu demo"))
        if not 0.1 <= options["speed"] <= 100 or not 0 < options["per_day"] <= 20_000:
            raise CommandError(_("倍数在 0.1 和 100 之间，一天的警情不超过 20000"))
        random = Random(options["seed"])
        director = Director(
            base=options["live"].rstrip("/"),
            stage=Stage(CODE, random),
            random=random,
            speed=options["speed"],
            per_day=options["per_day"],
            say=(lambda line: None) if options["quiet"] else self.stdout.write,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: director.stop.set())
        director.run(options["hours"] * 3600 if options["hours"] else None)
        if not options["quiet"]:
            said = _("开了 %(opened)d 件，办结 %(closed)d 件，网址没有应答 %(faults)d 次")
            told = {"opened": director.opened, "closed": director.closed, "faults": director.faults}
            self.stdout.write(said % told)

    @transaction.atomic
    def _make(self) -> None:
        """All or nothing: a demo cut short is made anew."""
        city = draw(SEED)
        map_files.folder(CODE).mkdir(parents=True, exist_ok=True)
        write_osm(city, map_files.folder(CODE) / "extract.osm.gz")
        places.settle(
            code=CODE, name="良水街道", name_en="Liangshui Subdistrict", city=city, demo=True
        )
        cast = self._cast(city)
        radio.connect(cast)
        net.register(city, cast, Random(SEED))
        units.form(city, cast, Random(SEED))
        names = [community.name for community in city.communities]
        placements.hang(CODE, cast, names, timezone.now(), Random(SEED))
        random = Random(SEED)
        year = Year(cast, timezone.now(), random, Writer(random, names))
        past = PAST - len(LIVE)
        with tqdm(total=past, desc=_("一年的来信"), leave=False, disable=None) as bar:
            history.record(actor=clock_actor(CODE), matters=year.past(), progress=bar.update)
        year.present()
        thanks.commend(cast, timezone.now())
        cases.Library(cast, timezone.now()).fill()
        ledger.sequence()
        projection.catch_up()

    def _cast(self, city: City) -> Cast:
        communities = [Place(f"{CODE}-{c.code}", c.name, c.name_en) for c in city.communities]
        rooms = [
            Place(f"{CODE}-{site.code}", site.name, site.name_en)
            for site in city.sites
            if site.kind == "police_room"
        ]
        return settle(CODE, communities, rooms, timezone.now(), SEED)
