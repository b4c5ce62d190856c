"""Many arrays under one reference, for compiled functions.

Numba passes a named tuple field by field, and counts references to each array in every call: with
thirty arrays that takes far longer than what the functions do. Inside the loop they are the fields
of one structure each, which has the names of the tuple's fields.
"""

from typing import TYPE_CHECKING, Any

from numba.core import types
from numba.experimental import structref

from yihu.planning.policies import Rules
from yihu.planning.scenario import World
from yihu.planning.simulation_state import State


class Reference(types.StructRef):
    def preprocess_fields(self, fields: Any) -> Any:
        plain: Any = types.unliteral
        return tuple((name, plain(kind)) for name, kind in fields)


@structref.register
class WorldReference(Reference):
    pass


@structref.register
class RulesReference(Reference):
    pass


@structref.register
class StateReference(Reference):
    pass


if TYPE_CHECKING:
    WorldRef, RulesRef, StateRef = World, Rules, State
else:

    class WorldRef(structref.StructRefProxy):
        pass

    class RulesRef(structref.StructRefProxy):
        pass

    class StateRef(structref.StructRefProxy):
        pass


constructor: Any = structref.define_constructor
constructor(WorldRef, WorldReference, World._fields)
constructor(RulesRef, RulesReference, Rules._fields)
constructor(StateRef, StateReference, State._fields)
