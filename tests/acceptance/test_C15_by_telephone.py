"""C15: whoever has no telephone of the clever kind, or none at all, comes in all the same: somebody
writes it down for them, and they are owed the same answer."""

import pytest
from tests.support.calls_taken import called
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.dispatch.intake_forms import BY_HAND
from yihu.dispatch.kinds import Door
from yihu.kernel.models import Matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


@pytest.mark.parametrize("door", [door for door in BY_HAND if door is not Door.RADIO])
def test_C15_by_every_way_in_a_resident_is_owed_an_answer(town: Town, door: Door) -> None:
    matter = called(town, door=door)
    assert [party.role for party in matter.parties.all()] == ["teller"]
    assert {role.code for role in matter.declared.owed} >= {"teller"}
    page = login(town, "dispatcher").get("/desk/incidents/new/").text
    assert f'name="door" value="{door.value}"' in page


def test_C15_in_a_village_s_room_the_auxiliary_writes_it_down(town: Town) -> None:
    form = {"key": "0" * 32, "kind": "help", "door": "room", "words": "老人走不动了"}
    assert login(town, "auxiliary").post("/desk/incidents/new/", form).status_code == 302
    matter = Matter.objects.get(loop="incident")
    assert (matter.door, matter.step) == ("room", "received")  # the control room answers it
