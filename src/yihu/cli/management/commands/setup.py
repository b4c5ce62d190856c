"""`yihu setup`: a real district, with its first station and accounts."""

import secrets
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from yihu.direct.models import DirectCode
from yihu.people.founding import found, hire
from yihu.people.roles import STATION_CHIEF, SUPERVISOR
from yihu.places.models import District


class Command(BaseCommand):
    help = _("建立一个真实的街道：单位、直达码和头两个账号")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help=_("街道代码，小写字母，例如 liangshui"))
        parser.add_argument("--name", required=True, help=_("街道名称"))
        parser.add_argument("--station", required=True, help=_("派出所名称"))
        parser.add_argument("--oversight", required=True, help=_("外部监督单位名称"))
        parser.add_argument("--chief", required=True, help=_("所长的登录名"))
        parser.add_argument("--supervisor", required=True, help=_("监督员的登录名"))

    @transaction.atomic
    def handle(self, *args: object, **options: str) -> None:
        code = options["code"]
        if slugify(code) != code or len(code) > 16:
            raise CommandError(_("街道代码只用小写字母、数字和连字符，最多 16 个"))
        if District.objects.filter(code=code).exists():
            raise CommandError(_("街道 %(code)s 已经建立") % {"code": code})
        District.objects.create(code=code, name=options["name"])
        made = found(
            district=code,
            office=options["name"],
            oversight=options["oversight"],
            station=options["station"],
        )
        DirectCode.objects.create(
            code=code, district=code, station=made.station, place=_("派出所接待大厅")
        )
        self.stdout.write(_("首次登录密码（请当面交给本人，登录后更改）："))
        for username, role, where in (
            (options["chief"], STATION_CHIEF, made.station),
            (options["supervisor"], SUPERVISOR, made.oversight),
        ):
            password = secrets.token_urlsafe(12)
            hire(
                username=username,
                name=username,
                password=password,
                role=role,
                at=where,
                since=timezone.now(),
            )
            self.stdout.write(f"  {role.title}  {username}  {password}")
        self.stdout.write(_("直达码地址：/d/%(code)s/") % {"code": code})
