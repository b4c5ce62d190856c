from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "yihu.cases"
    label = "cases"
