"""Commendation orders: public, numbered, revocable, never deleted; and photos by consent."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from yihu.direct.kinds import Reporter
from yihu.kernel.models import Matter
from yihu.people.models import Organisation, Person


class Commendation(models.Model):
    """A station chief's order that commends somebody for what a resident praised.

    `declared` is the kind of the teller where it must be said on the order, `declaration`
    what the issuer says to it. `discreet`: the teller asked to be contacted with care, so
    the order is shown on no wall, in no list, and to nobody outside the house. `key_hash`:
    of the client's own key, so that a retry finds the order it made.
    """

    district = models.CharField(max_length=16)
    station = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    declared = models.CharField(max_length=24, blank=True, default="")
    declaration = models.CharField(max_length=200, blank=True, default="")
    discreet = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key_hash = models.BinaryField(max_length=32, unique=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    revoke_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["station", "year", "number"], name="commendation_number_once"
            ),
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(revoked_at=None),
                name="commendation_in_force_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.year}-{self.number}"

    @property
    def title(self) -> str:
        """2026 年第 36 号."""
        return gettext("%(year)d 年第 %(number)d 号") % {"year": self.year, "number": self.number}

    @property
    def reporter(self) -> Reporter | None:
        """Who the teller says they are, where that is declared."""
        return Reporter(self.declared) if self.declared else None


class Credit(models.Model):
    """One of those whom an order commends, by the name and organisation they had then.

    `person` is empty for somebody outside the house.
    """

    commendation = models.ForeignKey(Commendation, on_delete=models.PROTECT, related_name="credits")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="credits")
    name = models.CharField(max_length=80)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organisation_name = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commendation", "person"], name="credit_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.commendation_id} {self.name}"

    @property
    def live(self) -> "list[PhotoConsent]":
        """The consent that holds now, if there is one."""
        return [one for one in self.consents.all() if one.withdrawn_at is None]

    @property
    def house(self) -> str:
        """The organisation in the reader's language."""
        return self.organisation.title if self.organisation else self.organisation_name


class PhotoConsent(models.Model):
    """That a commended person lets their photo be shown with one order, from when until when.

    `wording` is the sentence they agreed to. The photo's bytes are gone once it is withdrawn;
    the row stays and says that there was a consent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mention = models.ForeignKey(Credit, on_delete=models.PROTECT, related_name="consents")
    wording = models.CharField(max_length=200)
    photo = models.BinaryField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mention"], condition=Q(withdrawn_at=None), name="one_consent_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
