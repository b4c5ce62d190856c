from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "yihu.api"
    label = "api"
