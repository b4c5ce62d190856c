from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "yihu.cases"
    label = "cases"

    def ready(self) -> None:
        from yihu.cases import loops
        from yihu.people.desk import shown_at

        shown_at(loops.CASE_STUDY.name, "cases:study")
        shown_at(loops.MEASURE.name, "cases:measure")
