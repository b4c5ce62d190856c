from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yihu.people"
    label = "people"

    def ready(self) -> None:
        from yihu.kernel.access import register_directory
        from yihu.people.directory import StaffDirectory

        register_directory(StaffDirectory())
