"""What people bring through a code, about whom, and who they are; where codes hang."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yihu.direct.posters import Condition


class Kind(models.TextChoices):
    PRAISE = "praise", _("表扬")
    COMPLAINT = "complaint", _("投诉")
    SUGGESTION = "suggestion", _("建议")
    HELP = "help", _("求助")


class About(models.TextChoices):
    OFFICE = "office", _("派出所的工作")
    PERSON = "person", _("某位工作人员")
    CHIEF = "chief", _("所长本人")


class Reporter(models.TextChoices):
    """Who writes, as they say themselves. Praise by staff, kin or whoever is paid is declared."""

    RESIDENT = "resident", _("居民")
    PROPERTY = "property", _("物业或单位工作人员")
    STAFF = "staff", _("本所或街道工作人员")
    KIN = "kin", _("被表扬人的亲友")
    PAID = "paid", _("受人委托或有报酬")


DECLARED = frozenset({Reporter.STAFF, Reporter.KIN, Reporter.PAID})
"""Whose praise is shown apart, and never becomes a commendation by itself."""


class PlacementKind(models.TextChoices):
    SERVICE_WINDOW = "service_window", _("办事窗口")
    ROOM_DOOR = "room_door", _("警务室门口")
    RESIDENTIAL = "residential", _("居民楼")
    OTHER = "other", _("其他")


CONDITIONS = {
    Condition.IN_PLACE.value: _("在，完好"),
    Condition.COVERED.value: _("被盖住或贴换"),
    Condition.DAMAGED.value: _("破损，扫不出"),
    Condition.MISSING.value: _("不见了"),
}
"""What an inspector may find, in words."""
