from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "yihu.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        from yihu.dispatch import reach
        from yihu.dispatch.loops import HANDOVER, INCIDENT, WARNING
        from yihu.kernel.letters import COMPOSED
        from yihu.people.desk import shown_at

        shown_at(INCIDENT.name, "dispatch:incident")
        shown_at(HANDOVER.name, "dispatch:handover")
        shown_at(WARNING.name, "dispatch:warning")
        COMPOSED[reach.TEMPLATE] = reach.letter_of
