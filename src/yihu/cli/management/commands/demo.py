"""`yihu demo`: the fictional subdistrict, its people, and a year of messages."""

import json
from argparse import ArgumentParser
from random import Random

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

    def handle(self, *args: object, **options: bool) -> None:
        if not settings.DEMO:
            raise CommandError(_("这是正式环境（设置了 YIHU_HOSTS），不建立演示数据"))
        call_command("migrate", verbosity=0, interactive=False)
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
