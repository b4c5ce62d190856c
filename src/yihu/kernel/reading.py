"""Reading hundreds of rows for a page that is asked for every second.

Django makes a UUID and a moment anew of each value of each row, which takes longer than the
database does. Read as text, a UUID that was seen before is found again.
"""

from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast


def text(column: str | Combinable) -> Cast:
    """A column as the database writes it down."""
    return Cast(column, TextField())


@lru_cache(maxsize=16_384)
def uuid_of(written: str) -> UUID:
    """The UUID that was read as text."""
    return UUID(written)


def moment_of(written: str) -> datetime:
    """The moment that was read as text; SQLite keeps moments in UTC and does not say so."""
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
