"""The roles that posts carry. A role's alternate steps in when nobody holds it."""

from django.utils.translation import gettext_lazy as _

from yihu.kernel.loop import Role, Seat

SUBDISTRICT_LEADER = Role("subdistrict_leader", _("街道领导"), seat=Seat.WATCH)
SUPERVISOR = Role("supervisor", _("监督员"), seat=Seat.WATCH, alternate=SUBDISTRICT_LEADER)
DEPUTY_CHIEF = Role("deputy_chief", _("副所长"))
STATION_CHIEF = Role("station_chief", _("所长"), alternate=DEPUTY_CHIEF)
OFFICER = Role("officer", _("民警"), alternate=DEPUTY_CHIEF)
VILLAGE_AUXILIARY = Role("village_auxiliary", _("驻村协警"), alternate=OFFICER)
DISPATCHER = Role("dispatcher", _("指挥调度"), alternate=DEPUTY_CHIEF)
GUARD = Role("guard", _("保安"), alternate=OFFICER)
VOLUNTEER = Role("volunteer", _("志愿者"), alternate=OFFICER)
OPERATOR = Role("operator", _("系统管理员"))
MEDIATOR = Role("mediator", _("调解员"))

HANDLER = Role("handler", _("承办人"), seat=Seat.PERSON, alternate=STATION_CHIEF)
TELLER = Role("teller", _("来信人"), seat=Seat.PARTY, alternate=VILLAGE_AUXILIARY)
SUBJECT = Role("subject", _("被反映人"), seat=Seat.PARTY, alternate=SUPERVISOR)
BENEFICIARY = Role("beneficiary", _("被表扬人"), seat=Seat.PARTY, alternate=SUPERVISOR)

REPORTER = Role("reporter", _("报警人"), seat=Seat.PARTY, alternate=DISPATCHER)
RESPONDER = Role("responder", _("处置人"), seat=Seat.PARTY, alternate=DISPATCHER)
CALLED = Role("called", _("被呼叫人"), seat=Seat.PARTY, alternate=DISPATCHER)

POSTS = {
    role.code: role
    for role in (
        SUBDISTRICT_LEADER,
        SUPERVISOR,
        STATION_CHIEF,
        DEPUTY_CHIEF,
        OFFICER,
        VILLAGE_AUXILIARY,
        DISPATCHER,
        GUARD,
        VOLUNTEER,
        OPERATOR,
        MEDIATOR,
    )
}

ROLES = POSTS | {
    role.code: role for role in (HANDLER, TELLER, SUBJECT, BENEFICIARY, REPORTER, RESPONDER, CALLED)
}

COMMANDING = frozenset({STATION_CHIEF.code, DEPUTY_CHIEF.code})
"""Roles whose holders command everyone in their organisation and below it."""

DIRECTING = COMMANDING | {DISPATCHER.code}
"""Roles whose holders direct the net: they open and close groups, call all, and free a floor."""

NO_POLICE_POWERS = frozenset({GUARD.code, VOLUNTEER.code})
"""Roles that report, contain and give first aid, and to whom nothing of enforcement is offered."""

RESPONDING = NO_POLICE_POWERS | {OFFICER.code, VILLAGE_AUXILIARY.code}
"""Roles whose holders are sent."""

OVERSEEING = COMMANDING | {SUPERVISOR.code, SUBDISTRICT_LEADER.code}
"""Roles whose holders see every matter of their office, and not only their own. A leader is the
last rung of every ladder: whoever is told that a matter is late must be able to open it."""

ARRANGING = OVERSEEING
"""Roles whose holders record leave in their organisation and appoint who acts meanwhile."""
