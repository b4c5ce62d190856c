from django.apps import AppConfig


class DirectConfig(AppConfig):
    name = "yihu.direct"
    label = "direct"

    def ready(self) -> None:
        from yihu.direct import loops  # noqa: F401  (declaring is what it is for)
