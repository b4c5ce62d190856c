"""`yihu run`: prepare everything, then keep web and clock running until Ctrl-C."""

import http.client
import ssl
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.urls import reverse
from django.utils.translation import gettext as _

from yihu.certificates import HERE, PLAIN
from yihu.cli.address import add_address, address, refuse_if_taken
from yihu.cli.preparation import prepare
from yihu.cli.programs import clock, live_demo, plain, relay, site, web
from yihu.cli.supervisor import Supervisor
from yihu.direct.models import DirectCode

WORRY_AFTER = 20.0  # seconds without an answer from the web process

WELCOME = """
一呼百应 Yihu  {home}

先试试 / What to try first
  居民  {form}
        写一句话，留好回执。 / Send a line, keep the receipt.
  所长  {desk}
        {enter}
        找到这封来信，联系、交办、答复。 / Find the message, make contact, assign it, answer.
  居民  {receipt}
        再打开回执，说解决了没有，核对存证。 / Say whether it was solved, and verify the proof.
  指挥室  {room}
        {watch}
  对讲  {radio}
        两个浏览器就是两部：按住讲，按住两秒报警。
        Two browsers are two sets: hold to talk, hold two seconds for the alarm.
{network}
按 Ctrl-C 停止。 / Press Ctrl-C to stop.
"""
NETWORK = """
手机和别的电脑 / Phones and other computers
  网址  {sites}
  先看  {trust}
        让设备信任证书。 / How a device comes to trust the certificate.
  指纹  {fingerprint}
        两处要一样。 / Must be the same there.
"""
_OPEN_DEMO = """
演示不要密码：网络里谁都进得来。 / The demo asks no password: the whole network may enter.
"""
_ENTER_DEMO = "点“所长”的“进去”。 / Press “Enter” under “Station chief”."
_WATCH_DEMO = "以指挥调度进去：正演着一天。 / As a dispatcher: a day of exercises is played."
_WATCH = "用指挥调度的账号登录。 / Log in as a dispatcher."
_LOG_IN = "用所长的账号登录。 / Log in as the chief."


class Command(BaseCommand):
    help = _("运行整个系统：准备好一切，启动网页和时钟，Ctrl-C 停止")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_address(parser)
        parser.add_argument("--no-demo", action="store_true", help=_("不建立演示数据"))

    def handle(self, *, host: str | None, port: int | None, no_demo: bool, **options: Any) -> None:
        where = address(host, port)
        programs = [web(*where), relay(*where), clock()]
        if settings.OWN_TLS:
            programs.append(plain(*where))
        if settings.LIVE_DEMO and not no_demo:
            programs.append(live_demo(*where))
        for further in range(PLAIN + 1 if settings.OWN_TLS else PLAIN):
            refuse_if_taken(where[0], where[1] + further)
        compiling = prepare(self.say, demo=not no_demo)
        try:
            Supervisor(programs, self).run(Welcome(self, *where))
        finally:
            compiling.terminate()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def died(self, name: str, status: int, pause: float) -> None:
        self.say(
            _("{name} 停了（状态 {status}），{pause:g} 秒后重新启动。").format(
                name=name, status=status, pause=pause
            )
        )

    def stopping(self) -> None:
        self.say("\n正在停止…… / Stopping…")


class Welcome:
    """Called once per turn of the supervisor: says where to go once the site really answers."""

    def __init__(self, command: Command, host: str, port: int) -> None:
        self._command = command
        self._host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        self._port = port
        self._worry_at = time.monotonic() + WORRY_AFTER
        self._said = False

    def __call__(self) -> float | None:
        if self._said:
            return None
        if self._answers():
            self._said = True
            self._command.say(self._text())
            return None
        if time.monotonic() > self._worry_at:
            self._worry_at = float("inf")
            self._command.say(
                "网页还没有应答，请看上面的提示。 / The site does not answer yet; see above."
            )
        return 0.1

    def _answers(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not settings.OWN_TLS:
            return http.client.HTTPConnection(self._host, self._port, timeout=2)
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # we ask ourselves
        return http.client.HTTPSConnection(self._host, self._port, timeout=2, context=trust)

    def _text(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        here = site(settings.LAN_HOSTS[0] if settings.OWN_TLS else host, self._port)
        return WELCOME.format(
            home=f"{here}/",
            form=here + _door(),
            desk=here + reverse("demo_login" if settings.DEMO else "account_login"),
            enter=_ENTER_DEMO if settings.DEMO else _LOG_IN,
            receipt=here + reverse("direct:find"),
            room=here + reverse("dispatch:room"),
            watch=_WATCH_DEMO if settings.LIVE_DEMO else _WATCH,
            radio=here + reverse("radio:set"),
            network=self._network() if settings.OWN_TLS else "",
        )

    def _network(self) -> str:
        """The addresses for other devices, and where they learn to trust them."""
        hosts = [host for host in settings.LAN_HOSTS if host.strip("[]") not in HERE]
        return NETWORK.format(
            sites="\n        ".join(site(host, self._port) + "/" for host in hosts),
            trust=f"http://{settings.LAN_HOSTS[0]}:{self._port + PLAIN}{reverse('trust')}",
            fingerprint=settings.CERTIFICATES.fingerprint(),
        ) + (_OPEN_DEMO if settings.DEMO else "")


def _door() -> str:
    """Where a resident begins: in a demo its form, else the home page with every station."""
    code = DirectCode.objects.order_by("serial").first() if settings.DEMO else None
    connections.close_all()  # this process lives on; the database is the web's and the clock's
    return reverse("direct:form", args=[code.code]) if code else reverse("home")
