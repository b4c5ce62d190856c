from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "yihu.places"
    label = "places"
