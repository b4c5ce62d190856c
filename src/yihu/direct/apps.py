from django.apps import AppConfig


class DirectConfig(AppConfig):
    name = "yihu.direct"
    label = "direct"

    def ready(self) -> None:
        from yihu.direct import digest, loops
        from yihu.kernel import letters
        from yihu.people.desk import shown_at

        letters.COMPOSED[digest.TEMPLATE] = digest.letter
        for loop in loops.NAMES:
            shown_at(loop, "direct:matter")
