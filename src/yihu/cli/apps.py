from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "yihu.cli"
    label = "cli"
