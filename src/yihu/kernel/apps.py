from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "yihu.kernel"
    label = "kernel"

    def ready(self) -> None:
        post_migrate.connect(_keep_what_is_recorded, sender=self)


def _keep_what_is_recorded(using: str, **_: object) -> None:
    from yihu.kernel import triggers

    triggers.install(using)
