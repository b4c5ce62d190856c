"""What else an installation can lack, beside the kernel's own watchdogs: people, disk, settings."""

import shutil
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from yihu.api import hooks
from yihu.kernel import webhook
from yihu.kernel.watch import MOST_NAMED, Finding
from yihu.people.queries import stations

LEAST_FREE = 0.05
"""Of the disk that holds the data folder."""
LEAST_FREE_BYTES = 500_000_000
RENEW_WITHIN = timedelta(days=30)


def look() -> list[Finding]:
    return [
        *_unsupervised(),
        *_nearly_full(),
        *_silent(),
        *_webhooks(),
        *_subscriptions(),
        *_certificate(),
    ]


def _unsupervised() -> Iterator[Finding]:
    alone = [station.code for station in stations().filter(supervisor=None)]
    if alone:
        yield Finding(
            "station_unsupervised",
            _("有派出所没有外部监督单位：关于所长的投诉无处可去"),
            _("给它指定监督单位，并在那里安排监督员"),
            len(alone),
            tuple(alone[:MOST_NAMED]),
        )


def _nearly_full() -> Iterator[Finding]:
    disk = shutil.disk_usage(settings.YIHU_HOME)
    if disk.free < max(LEAST_FREE * disk.total, LEAST_FREE_BYTES):
        yield Finding(
            "disk_nearly_full",
            _("磁盘快满了：只剩 {free:.1f} GB").format(free=disk.free / 1e9),
            _("腾出空间，或用 YIHU_HOME 换到更大的磁盘；写满后来信将收不下"),
            grave=disk.free < LEAST_FREE_BYTES,
        )


def _silent() -> Iterator[Finding]:
    if settings.PRODUCTION and not settings.MAIL_CONFIGURED:
        yield Finding(
            "no_mail",
            _("没有设置邮件：工作人员和来信人只在系统里看得到通知"),
            _("设置 YIHU_MAIL_URL=smtps://用户:密码@主机:465 和 YIHU_MAIL_FROM"),
            grave=False,
        )
    if not (settings.PRODUCTION or settings.OWN_TLS or settings.DEMO):
        yield Finding(
            "no_public_host",
            _("没有设置公开域名：网页只在本机打得开，也不强制 HTTPS"),
            _("设置 YIHU_HOSTS=域名，并在前面放一个终止 HTTPS 的反向代理"),
            grave=False,
        )


def _certificate() -> Iterator[Finding]:
    if not settings.CERTIFICATES.exist:
        return
    now, ends = timezone.now(), settings.CERTIFICATES.server().not_valid_after_utc
    if ends - now < RENEW_WITHIN:
        day = timezone.localdate(ends)
        yield Finding(
            "certificate_ends",
            _("证书 {day} 到期：之后浏览器打不开网页，对讲机没有声音").format(day=day),
            _("运行 yihu certs 换发，再重新启动 yihu run；设备不用重新信任"),
            grave=ends <= now,
        )


def _subscriptions() -> Iterator[Finding]:
    dead = list(hooks.laid_aside().select_related("organisation"))
    if dead:
        yield Finding(
            "subscriptions_dead",
            _("有订阅的地址多次送不到，已搁置"),
            _("请该单位的负责人在“接口”页查明原因，接着发或停用"),
            len(dead),
            tuple(sorted({hook.organisation.code for hook in dead})[:MOST_NAMED]),
        )


def _webhooks() -> Iterator[Finding]:
    for name in ("sms", "staff"):
        if url := settings.WEBHOOKS.get(name):
            template = settings.WEBHOOKS.get(f"{name}_template") or webhook.PLAIN_TEMPLATE
            try:
                webhook.check_address(url)
                webhook.fill(template, {"to": "", "title": "", "text": ""})
            except webhook.BadWebhook as fault:
                yield Finding(
                    "webhook_unusable",
                    _("YIHU_WEBHOOK_{name} 不能用：{fault}").format(name=name.upper(), fault=fault),
                    _("地址须以 https:// 或 http:// 开头；模板须是 JSON，可用 {to} {title} {text}"),
                )
