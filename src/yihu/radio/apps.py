from django.apps import AppConfig


class RadioConfig(AppConfig):
    name = "yihu.radio"
    label = "radio"
