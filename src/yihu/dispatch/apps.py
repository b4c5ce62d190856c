from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "yihu.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        from yihu.dispatch.loops import INCIDENT
        from yihu.people.desk import shown_at

        shown_at(INCIDENT.name, "dispatch:incident")
