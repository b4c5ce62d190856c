"""`yihu map`: the ground of a district's map, from its OpenStreetMap file."""

import shutil
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from yihu.places import map_files
from yihu.places.models import District

KINDS = (".osm.pbf", ".osm.gz", ".osm")


class Command(BaseCommand):
    help = _("画地图：导入辖区的 OpenStreetMap 文件（.osm.pbf、.osm.gz、.osm），或按已导入的重画")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help=_("OpenStreetMap 文件"))
        parser.add_argument("--district", help=_("街道代码；只有一个街道时不必写"))

    def handle(self, *, file: Path | None, district: str | None, **options: object) -> None:
        of = _district(district)
        if file is not None:
            _bring(file, of)
        try:
            drawn = map_files.draw(of)
        except FileNotFoundError:
            raise CommandError(_("还没有 OpenStreetMap 文件：yihu map 文件名")) from None
        if drawn.tiles:
            self.stdout.write(_("地图已画好：%(name)s") % {"name": of.name})
        else:
            self.stdout.write(_("没有 tippecanoe，只读入了边界：%(name)s") % {"name": of.name})


def _district(code: str | None) -> District:
    found = list(District.objects.filter(pk=code) if code else District.objects.all())
    if len(found) != 1:
        raise CommandError(_("没有这个街道，或者不止一个：请用 --district 写明代码"))
    return found[0]


def _bring(file: Path, district: District) -> None:
    """The file takes the place of the one before."""
    kind = next((kind for kind in KINDS if file.name.endswith(kind)), None)
    if kind is None or not file.is_file():
        raise CommandError(_("没有这个文件，或者不是 .osm.pbf、.osm.gz、.osm"))
    folder = map_files.folder(district.pk)
    folder.mkdir(parents=True, exist_ok=True)
    coming = folder / f"coming{kind}"
    shutil.copyfile(file, coming)
    for old in folder.glob("extract.osm*"):
        old.unlink()
    coming.rename(folder / f"extract{kind}")
