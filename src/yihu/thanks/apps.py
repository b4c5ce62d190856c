from django.apps import AppConfig


class ThanksConfig(AppConfig):
    name = "yihu.thanks"
    label = "thanks"
