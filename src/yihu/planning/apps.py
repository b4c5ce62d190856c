from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "yihu.planning"
    label = "planning"
