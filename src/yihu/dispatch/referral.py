"""What is not for the police goes to whom it is for, but nobody is left alone with what may turn
into violence: somebody goes there first, and it is referred afterwards."""

from yihu.dispatch.kinds import RULES, Kind
from yihu.dispatch.models import Assignment, Incident
from yihu.dispatch.schemas import Receiver, Referred
from yihu.kernel.access import Refused


def require_fit(incident: Incident, referred: Referred | None) -> None:
    """Raises Refused: `look_first` where nobody was there yet and nobody says that it is under
    control; `for_police` where it is the police's own, and goes to no other station."""
    rule = RULES[Kind(incident.kind)]
    seen = incident.contained_at is not None or was_there(incident)
    if (rule.violent or rule.may_turn) and not seen:
        raise Refused("look_first", "somebody has to be there first")
    elsewhere = referred is not None and referred.to is Receiver.OTHER_STATION
    if not (rule.referable or seen or elsewhere):
        raise Refused("for_police", "this is for the police to see to", field="to")


def was_there(incident: Incident) -> bool:
    """Whether a unit has reported that it was on the scene."""
    return Assignment.objects.filter(incident=incident, on_scene_at__isnull=False).exists()
