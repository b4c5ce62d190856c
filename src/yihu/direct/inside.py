"""The desk of a matter in which no resident is: other rooms say the rest in their own words."""

from dataclasses import replace
from functools import cached_property

from django.utils.translation import gettext as _

from yihu.direct.desk_matter import Desk
from yihu.direct.desk_views import Line
from yihu.direct.words import owner
from yihu.kernel.timeline import Happening
from yihu.people.directory import role_title


class Inside(Desk):
    @property
    def heading(self) -> dict[str, str]:
        """Where it stands, whose turn it is, and at which office."""
        place = self.matter.declared.places[self.matter.step]
        office = self.house(self.matter.office_id)
        return {"step": str(place.title), "owner": owner(self.matter), "office": office}

    @cached_property
    def lines(self) -> list[Line]:
        """No resident reads any of it, so nothing is marked as hidden from them."""
        return [
            replace(
                line, internal=False, said=[replace(said, internal=False) for said in line.said]
            )
            for line in super().lines
        ]

    def _who(self, happening: Happening) -> str:
        if happening.by == "clock":
            return _("系统按时限自动")
        role = role_title(happening.role) if happening.role else ""
        return " · ".join(filter(None, [happening.person, role]))
