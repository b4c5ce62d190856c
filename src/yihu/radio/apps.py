from django.apps import AppConfig


class RadioConfig(AppConfig):
    name = "yihu.radio"
    label = "radio"

    def ready(self) -> None:
        from yihu.people.desk import shown_at
        from yihu.radio import loops

        shown_at(loops.TALKGROUP.name, "radio:talkgroup")
        shown_at(loops.CUSTODY.name, "radio:custody")
        shown_at(loops.CALL.name, "radio:call")
        shown_at(loops.MESSAGE.name, "radio:call")
        shown_at(loops.HAZARD.name, "radio:hazard")
