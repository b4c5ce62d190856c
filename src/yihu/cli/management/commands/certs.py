"""`yihu certs`: HTTPS on a network of one's own."""

import contextlib
import json
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.certificates import HERE, AuthorityEnded, BadHost, NotPermitted

ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737), to ask which of ours would lead there."""


class Command(BaseCommand):
    help = _("为局域网制作 HTTPS 证书；再运行一次就换发")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--name",
            action="append",
            dest="names",
            metavar="NAME",
            help=_("设备用来访问的名称或 IP 地址，可写多次；默认是现有证书的，或这台机器的"),
        )
        parser.add_argument(
            "--new-ca",
            action="store_true",
            help=_("连根证书一起换：每台设备都要重新信任"),
        )
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, *, names: list[str] | None, new_ca: bool, **options: Any) -> None:
        certificates = settings.CERTIFICATES
        hosts = names or certificates.hosts() or this_machine()
        try:
            certificates.make(hosts, now=timezone.now(), new_authority=new_ca)
        except BadHost as fault:
            raise CommandError(
                _("“{text}”不是主机名，也不是 IP 地址。").format(text=fault.args[0])
            ) from fault
        except AuthorityEnded as fault:
            raise CommandError(
                _("根证书到期了。加上 --new-ca 另做一份；每台设备都要重新信任。")
            ) from fault
        except NotPermitted as fault:
            raise CommandError(
                _(
                    "现有的根证书不能用于 {hosts}。加上 --new-ca 另做一份；每台设备都要重新信任。"
                ).format(hosts=" ".join(fault.args))
            ) from fault
        said = {
            "hosts": certificates.hosts(),
            "ends": certificates.server().not_valid_after_utc.isoformat(),
            "authority_ends": certificates.authority().not_valid_after_utc.isoformat(),
            "authority_sha256": certificates.fingerprint(),
            "file": str(certificates.server_file),
        }
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
            return
        day = timezone.localdate(certificates.server().not_valid_after_utc)
        self.stdout.write(_("证书已做好，用于 {hosts}").format(hosts=" ".join(said["hosts"])))
        self.stdout.write(_("到期 {day}；之前再运行一次 yihu certs 就换发").format(day=day))
        self.stdout.write(_("根证书指纹 SHA-256（设备上看到的要一样）"))
        self.stdout.write(f"  {said['authority_sha256']}")
        self.stdout.write(_("接着重新启动 yihu run；它会说别的设备从哪里打开、怎样信任。"))


def this_machine() -> list[str]:
    """The addresses of this machine on its networks, and its names; for phones the first counts."""
    name = socket.gethostname().lower()
    found = [_towards(ELSEWHERE)]
    with contextlib.suppress(OSError):  # a name that only we know
        found += socket.gethostbyname_ex(name)[2]
    addresses = [one for one in dict.fromkeys(found) if one and not one.startswith("127.")]
    names = [name] if "." in name else [name, f"{name}.local"]
    return [*addresses, *(one for one in names if one not in HERE)]


def _towards(address: str) -> str:
    """Our own address on the way there; "" without a network. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])
