"""What planning keeps: plans of sites and simulations, with what was asked and what was found."""

from django.conf import settings
from django.db import models

from yihu.planning.plan_question import Question, Spot
from yihu.planning.sim_question import SimQuestion


class Computed(models.Model):
    """A question that a process of the clock's answers (`computing`, `pulse`).

    `name`: "" where nobody gave one. `question`: whole, so that the answer can be made again.
    `client_key`: of the form that it was asked with, so that sending it twice asks once. `answer`:
    what was found; `drawing`: what of it is drawn on a map. `progress`: how far it is; `seen_at`:
    when whoever computes it was last there, `run` which of them. `fault`: why there is no answer.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    OPEN = State.WAITING, State.RUNNING

    district = models.CharField(max_length=16)
    name = models.CharField(max_length=80, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    made_at = models.DateTimeField()
    client_key = models.CharField(max_length=32)
    question = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.JSONField(default=dict)
    answer = models.JSONField(null=True)
    drawing = models.JSONField(null=True)
    fault = models.JSONField(default=dict)
    run = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["made_by", "client_key"], name="%(class)s_asked_once")
        ]
        indexes = [
            models.Index(fields=["district", "-made_at"], name="%(class)ss_newest"),
            models.Index(fields=["state", "made_at"], name="%(class)ss_to_compute"),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it is still being computed, or is to be."""
        return self.state in self.OPEN

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    def stop(self) -> None:
        """Nobody computes it any more; nothing where it is over."""
        still = type(self)._default_manager.filter(pk=self.pk, state__in=self.OPEN)
        still.update(state=self.State.STOPPED, run=None, progress={})


class Plan(Computed):
    """A question about sites, and its answer once there is one (`plan_answer`).

    `best`: the plan that this one was made from by hand, and is measured against.
    """

    best = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="moved")

    @property
    def asked(self) -> Question:
        return Question.read(self.question)

    @property
    def by_hand(self) -> bool:
        return bool(self.question["chosen"])

    @property
    def roadside(self) -> list[Spot]:
        """The places beside a road that were looked at."""
        looked = self.best or self
        return [Spot.read(one) for one in (looked.answer or {}).get("roadside", ())]


class Simulation(Computed):
    """A question about who is sent first, and what came of it when it was simulated (`sim_answer`).

    `drawing`: a recorded run of each policy, for the map.
    """

    @property
    def asked(self) -> SimQuestion:
        return SimQuestion.read(self.question)
