from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "yihu.reports"
    label = "reports"
