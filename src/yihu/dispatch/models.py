"""What dispatch keeps of an incident beside its matter: where it is, who can be sent, who was asked
and what each did. What happened stands in the matter's entries; these rows are what they say now.

Positions are WGS-84, in degrees, accuracies in metres, spans in seconds; None where nobody said.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yihu.dispatch import titles
from yihu.dispatch.kinds import Answer, Kind, Status, Urgency, Verdict
from yihu.kernel.models import EXERCISE, Matter
from yihu.people.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class Incident(models.Model):
    """Where an incident is, how urgent, and who raised it.

    `raised_by`: a member of staff or of the net; None where a resident did, who is a party of the
    matter. `taken_by`: who wrote it down. `place`: the landmark or the address, in words, as it
    was found on the map: no resident's home is named by it. `units_needed`: how many are sent.
    """

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="incident"
    )
    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, choices=titles.choices(titles.KINDS))
    priority = models.PositiveSmallIntegerField(choices=titles.choices(titles.URGENCIES))
    raised_by = models.ForeignKey(
        PERSON, null=True, on_delete=models.PROTECT, related_name="incidents_raised"
    )
    taken_by = models.ForeignKey(
        PERSON, null=True, on_delete=models.PROTECT, related_name="incidents_taken", db_index=False
    )
    site = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="incidents"
    )
    place = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    accuracy = models.FloatField(null=True)
    units_needed = models.PositiveSmallIntegerField(default=1)
    called_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    contained_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["district", "kind"], name="incident_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.matter_id}"

    @property
    def where(self) -> str:
        """Where it is, as any list may show it."""
        return self.site.title if self.site else self.place

    @property
    def raiser(self) -> str:
        """Who raised it; of a resident only by which way."""
        doors = {door.value: title for door, title in titles.DOORS.items()}
        door = doors.get(self.matter.door, "")
        return str(self.raised_by or _("居民 · %(door)s") % {"door": door})

    @property
    def is_exercise(self) -> bool:
        return self.matter.door == EXERCISE

    def get_kind_display(self) -> str:  # type: ignore[no-redef]  # in place of Django's
        """Its kind in words; an exercise says so wherever it is named."""
        title = titles.KINDS[Kind(self.kind)]
        return titles.named(title, is_exercise=self.is_exercise)

    @property
    def rule_kind(self) -> Kind:
        return Kind(self.kind)

    @property
    def urgency(self) -> Urgency:
        return Urgency(self.priority)


class IncidentLink(models.Model):
    """Two incidents that belong together. `split`: the other was cut out of this one."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="linked_from")
    split = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "other"], name="incident_link_once"),
            models.CheckConstraint(condition=~Q(incident=F("other")), name="incident_link_two"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} – {self.other_id}"


class PremiseCaution(models.Model):
    """What whoever comes to a place should know of the place itself, until a day: at a key site,
    or at a point of the map. Never a word of a person: nobody is marked."""

    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, choices=titles.choices(titles.DANGERS))
    site = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="cautions"
    )
    place = models.CharField(max_length=120)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    words = models.CharField(max_length=80)
    set_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="cautions_set")
    set_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("set_at")), name="caution_runs"),
        ]
        indexes = [models.Index(fields=["district", "until"], name="caution_by_district")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}"


# --- who can be sent ------------------------------------------------------------------------------


class Unit(models.Model):
    """A person or crew that can be sent as one. `code`: its call sign.

    `status` is the primary status, since when by the unit's own clock, and which incident it is
    about; `secondary` holds any number of others, which decide nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    code = models.SlugField(max_length=24)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=16, choices=titles.choices(titles.UNIT_KINDS))
    travel = models.CharField(max_length=8, choices=titles.choices(titles.TRAVELS))
    equipment: Any = models.JSONField(default=list)
    status = models.CharField(
        max_length=16, choices=titles.choices(titles.STATUSES), default=Status.AVAILABLE.value
    )
    secondary: Any = models.JSONField(default=list)
    status_at = models.DateTimeField(null=True)
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.PROTECT, related_name="units_now"
    )
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["district", "code"], name="unit_code_once"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class UnitMember(models.Model):
    """A person in a unit for a period; in one at a time."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="units")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until=None), name="one_unit_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.unit_id}"


class UnitReport(models.Model):
    """One status that a unit reported: when it was so, and when we heard.

    `applied`: it was newer than what stood; one that came late is kept all the same. `client_key`:
    the sender's own, so that a retry is one report.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(max_length=16, choices=titles.choices(titles.STATUSES))
    secondary: Any = models.JSONField(default=list)
    incident = models.ForeignKey(
        Incident, null=True, on_delete=models.PROTECT, related_name="unit_reports"
    )
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    applied = models.BooleanField()
    client_key = models.BinaryField(max_length=32, unique=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "-occurred_at"], name="report_by_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.status}"


# --- who was asked, and who went ------------------------------------------------------------------


class Recommendation(models.Model):
    """What was recommended for an incident at a moment, whole: every line with its reasons, as
    they were shown; and what was chosen. `policy`: the rule by which they were ordered."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="recommendations")
    made_at = models.DateTimeField()
    policy = models.CharField(max_length=24)
    lines: Any = models.JSONField(default=list)
    chosen: Any = models.JSONField(default=list)
    chosen_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    override = models.CharField(max_length=24, blank=True)

    def __str__(self) -> str:
        return f"{self.policy} for {self.incident_id}"


class Wave(models.Model):
    """Offers of one incident that went out together. When `ends_at` has passed with too few who
    come, the next wave reaches further; `closed_at`: it has been seen to. A row, not a timer."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    reach = models.CharField(max_length=16, choices=titles.choices(titles.REACHES))
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    recommendation = models.ForeignKey(
        Recommendation, null=True, on_delete=models.PROTECT, related_name="waves"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="wave_number_once"),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(closed_at=None), name="wave_due")]

    def __str__(self) -> str:
        return f"wave {self.number} of {self.incident_id}"


class Offer(models.Model):
    """One unit asked to come. `alongside`: beside the police, to keep people away and to help.

    `heard_at`: a set of theirs has shown it. `distance` in metres along the road and `travel` in
    seconds, as they were when it was made; `eta` is what the unit itself said.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="offers")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="offers")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="offers")
    alongside = models.BooleanField(default=False)
    offered_at = models.DateTimeField()
    deadline = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    answer = models.CharField(
        max_length=12,
        blank=True,
        choices=titles.choices(titles.ANSWERS),
        default=Answer.WAITING.value,
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, blank=True)
    verdict = models.CharField(
        max_length=12,
        blank=True,
        choices=titles.choices(titles.VERDICTS),
        default=Verdict.NONE.value,
    )
    eta = models.PositiveIntegerField(null=True)
    distance = models.FloatField(null=True)
    travel = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "unit"], name="offer_once_a_wave"),
        ]
        indexes = [
            models.Index(fields=["unit"], condition=Q(answer=""), name="offer_waiting"),
            models.Index(fields=["offered_at"], name="offer_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} for {self.incident_id}"


class Assignment(models.Model):
    """A unit that is to go, and when it did what, by its own clock. `ended_at`: cleared, handed
    over to another, or not needed after all. One at a time for each unit and incident."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments")
    offer = models.OneToOneField(
        Offer, null=True, on_delete=models.PROTECT, related_name="assignment"
    )
    alongside = models.BooleanField(default=False)
    assigned_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    en_route_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    handed_to = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="handed_from"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "unit"], condition=Q(ended_at=None), name="assigned_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} to {self.incident_id}"


class Duty(models.Model):
    """Who answers for a station's incidents in a period when nobody else does: the officer on
    duty, or with `leads` the member of its leadership."""

    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duties")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="duties")
    leads = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="duty_runs"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.since:%Y-%m-%d %H:%M}"


# --- to standard ----------------------------------------------------------------------------------


class RunCard(models.Model):
    """What is to be done at incidents of a kind, step by step, and what each role may not do.

    A version stands as it was written; the newest that is published holds for new incidents.
    `steps`: `[{"code", "role", "text", "text_en", "required"}, …]`; `limits`:
    `{role: [{"text", "text_en"}, …]}`.
    """

    district = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, choices=titles.choices(titles.KINDS))
    version = models.PositiveSmallIntegerField()
    steps: Any = models.JSONField(default=list)
    limits: Any = models.JSONField(default=dict)
    written_by = models.ForeignKey(
        PERSON, null=True, on_delete=models.PROTECT, related_name="run_cards"
    )
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "version"], name="run_card_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Tick(models.Model):
    """A step of a run card that somebody has done, and when."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="ticks")
    card = models.ForeignKey(RunCard, on_delete=models.PROTECT, related_name="ticks")
    step = models.CharField(max_length=32)
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="ticks")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "step"], name="tick_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.incident_id}"


class Handover(models.Model):
    """The control room from one shift to the next: what was open, as the one who leaves wrote it
    down. Its matter says who signed."""

    matter = models.OneToOneField(
        Matter, on_delete=models.PROTECT, primary_key=True, related_name="handover"
    )
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="handovers")
    from_person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    to_person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="handovers_taken")
    made_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    open_matters: Any = models.JSONField(default=list)

    class Meta:
        verbose_name = _("交接班")

    def __str__(self) -> str:
        return f"{self.from_person_id} → {self.to_person_id}"
