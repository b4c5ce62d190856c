from django.apps import AppConfig


class DirectConfig(AppConfig):
    name = "yihu.direct"
    label = "direct"

    def ready(self) -> None:
        from yihu.direct import digest, loops  # noqa: F401  (declaring is what `loops` is for)
        from yihu.kernel import letters

        letters.COMPOSED[digest.TEMPLATE] = digest.letter
