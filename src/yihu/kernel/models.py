"""What the kernel keeps. Entries, leaves, nodes and checkpoints are append-only (`triggers.py`)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from yihu.kernel.loop import LOOPS, Loop

ORGANISATION = "people.Organisation"
EXERCISE = "training"
"""The door of a matter that is an exercise: it goes the way of all others, and counts in no
figure."""


class Matter(models.Model):
    """Something that someone is owed an answer to. Its history is its entries.

    The columns are what the entries say now, kept for reading; `seq` and `head`
    are its last entry's number and hash. `office` runs the procedure, `watch`
    supervises the office and sees the matter once it is `watched`. Two owners:
    whose turn it is follows from `step`; `solution_owner` is who solves it. Two
    verdicts: the office's `outcome`, and the parties' in `Answer`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    district = models.CharField(max_length=16)
    loop = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=9, unique=True)
    door = models.CharField(max_length=16)
    origin = models.CharField(max_length=64, blank=True, default="")

    office = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    concerns = models.ForeignKey(
        ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    watch = models.ForeignKey(
        ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    watched = models.BooleanField(default=False)
    solution_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    step = models.CharField(max_length=32)
    step_seq = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    head = models.BinaryField(max_length=32)

    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True)
    rungs_fired = models.PositiveSmallIntegerField(default=0)
    provisional = models.BooleanField(default=False)

    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=32, blank=True, default="")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="absorbed"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["office", "due_at", "id"],
                condition=Q(closed_at=None),
                name="matter_open_by_office",
            ),
            models.Index(
                fields=["solution_owner", "due_at", "id"],
                condition=Q(closed_at=None, solution_owner__isnull=False),
                name="matter_open_by_solver",
            ),
            models.Index(
                fields=["watch", "due_at", "id"],
                condition=Q(closed_at=None, watched=True),
                name="matter_open_by_watch",
            ),
            models.Index(
                fields=["lapses_at"], condition=Q(lapses_at__isnull=False), name="matter_lapses"
            ),
            models.Index(fields=["office", "opened_at"], name="matter_by_office"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def declared(self) -> Loop:
        return LOOPS[self.loop]

    @property
    def is_history(self) -> bool:
        """Brought in from elsewhere: nothing is sent and nothing escalates."""
        return bool(self.origin)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Party(models.Model):
    """Someone in a matter: with a key of their own, an answer of their own, their own verdict.

    `wrapped_key` is the key of all their sealed parts, itself sealed under a key
    that lives outside the database. `person` is set for staff (who is complained
    about); a resident stays without a name here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=24)
    kind = models.CharField(max_length=24, blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    wrapped_key = models.BinaryField()
    key_name = models.CharField(max_length=32)
    secret_hash = models.BinaryField(max_length=32, null=True, unique=True)
    contact_safety = models.CharField(max_length=16, blank=True, default="")
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.role} {self.id}"

    @property
    def own_parts(self) -> "models.QuerySet[SealedPart]":
        """What is sealed under this party's key and still there, found by way of the matter:
        that is where the index is."""
        return self.sealed_parts.filter(matter=self.matter_id, erased_at=None)


class Answer(models.Model):
    """What one party was owed in one round: the answer or the excuse, and their own verdict."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    answered_at = models.DateTimeField(null=True)
    excuse = models.CharField(max_length=16, blank=True, default="")
    excused_by = models.UUIDField(null=True)
    confirmed_by = models.UUIDField(null=True)
    verdict = models.CharField(max_length=16, blank=True, default="")
    rating = models.PositiveSmallIntegerField(null=True)
    verdict_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "round"], name="answer_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} round {self.round}"


class SealedPart(models.Model):
    """Words, a photo or a contact, encrypted under its party's key; empty once erased.

    `audience`: "party" is shown to the party and the office, "office" only to the
    office, "identity" only on a motivated request that the party is told about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="sealed_parts")
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="sealed_parts", db_index=False
    )
    seq = models.PositiveIntegerField()
    what = models.CharField(max_length=24)
    audience = models.CharField(max_length=8)
    media_type = models.CharField(max_length=32, default="text/plain")
    sealed = models.BinaryField()
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.what} {self.id}"


class Entry(models.Model):
    """One thing that happened. Canonical bytes: `entry.py`, `docs/ledger.md`."""

    district = models.CharField(max_length=16)
    matter = models.ForeignKey(
        Matter, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    seq = models.PositiveIntegerField()
    prev = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=32)
    body = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "seq"], name="entry_once_a_place")]

    def __str__(self) -> str:
        return f"{self.matter_id}#{self.seq}"


class Pending(models.Model):
    """An entry that no log holds yet, with its hash, so that the sequencer reads no body."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="pending"
    )
    log = models.CharField(max_length=16)
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"pending {self.entry_id}"


class Leaf(models.Model):
    """A place in a log, in order of integration. `recorded_at` is when it was integrated."""

    log = models.CharField(max_length=16)
    index = models.PositiveBigIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "index"], name="leaf_once_a_place")]

    def __str__(self) -> str:
        return f"{self.log} {self.index}"


class Node(models.Model):
    """The hash of a complete subtree of a log: 2**level leaves from index * 2**level."""

    log = models.CharField(max_length=16)
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="node_once_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed state of a log (`note`, C2SP tlog-checkpoint).

    A public checkpoint commits to the sealed log: its size, root and salt stay here.
    """

    log = models.CharField(max_length=16)
    size = models.PositiveBigIntegerField()
    note = models.TextField()
    recorded_at = models.DateTimeField()
    sealed_salt = models.BinaryField(max_length=32, null=True)
    sealed_size = models.PositiveBigIntegerField(null=True)
    sealed_root = models.BinaryField(max_length=32, null=True)

    class Meta:
        indexes = [models.Index(fields=["log", "size"], name="checkpoint_by_size")]

    def __str__(self) -> str:
        return f"{self.log} {self.size}"


class Witnessing(models.Model):
    """The newest checkpoint that a witness outside has taken."""

    witness = models.CharField(max_length=200, unique=True)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.witness


class Escalation(models.Model):
    """A rung that has fired: once for each stay in a step and each rung of its ladder."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="escalations")
    step_seq = models.PositiveIntegerField()
    rung = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32)
    fired_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "step_seq", "rung"], name="escalation_fires_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} rung {self.rung}"


class Reply(models.Model):
    """What a client's own key was answered, so that a retry gets the same. Holds no text.

    It is written before its matter; SQLite then looks for it by `matter` when that comes.
    """

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    fingerprint = models.BinaryField(max_length=32)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.matter_id}#{self.seq}"


class Channel(models.TextChoices):
    IN_APP = "in_app"
    MAIL = "mail"
    WEBHOOK = "webhook"
    SMS = "sms"
    VOICE = "voice"
    PUSH = "push"


class Delivery(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


class OutboxMessage(models.Model):
    """A promise to tell someone, made in the same transaction as what it tells of.

    Addressed to a role in an organisation, to a person, or to a party. It names a
    template and holds no sealed text. `while_step_seq`: drop it once the matter has
    left the step that was entered then.
    """

    district = models.CharField(max_length=16)
    matter = models.ForeignKey(Matter, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel)
    template = models.CharField(max_length=48)
    role = models.CharField(max_length=32, blank=True, default="")
    organisation = models.ForeignKey(
        ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey(
        Party, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    while_step_seq = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivery = models.CharField(max_length=8, choices=Delivery, default=Delivery.WAITING)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(delivery="waiting"),
                name="outbox_waiting",
            ),
            models.Index(
                fields=["organisation", "role", "-id"],
                condition=Q(channel="in_app"),
                name="outbox_notices",
            ),
            models.Index(
                fields=["organisation", "role"],
                condition=Q(channel="in_app", read_at=None, organisation__isnull=False),
                name="outbox_unread_by_role",
            ),
            models.Index(
                fields=["person"],
                condition=Q(channel="in_app", read_at=None, person__isnull=False),
                name="outbox_unread_by_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.delivery}"
