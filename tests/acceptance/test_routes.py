"""Every route of the house × who asks for it. A new route without a line here fails.

Roles: anonymous (nobody logged in), stranger (the chief of another station), auxiliary (of
the right station, without the right post), rightful (whoever the line names). Whatever is not
for a reader leads to the login page (302) or does not exist (404); never 403, which would
say that there is something.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image
from tests.support import cases, plans, programs, register, sims
from tests.support import respond as responding
from tests.support.desk import do, login, teller, write
from tests.support.net import talkgroup
from tests.support.thanks import commended, credit, face
from tests.support.town import Town, build
from tests.support.units import unit
from tests.support.warned import warned

from yihu.api.actions import make_token, subscribe
from yihu.api.models import Event, Scope
from yihu.direct.actions import Picture, Sent
from yihu.direct.models import DirectCode
from yihu.dispatch.assignments import assign
from yihu.dispatch.handovers import hand_over_shift
from yihu.dispatch.respond import send
from yihu.kernel import ledger
from yihu.kernel.models import Entry, Matter, SealedPart
from yihu.live.keeping import Keeper
from yihu.live.metrics import Counts
from yihu.people.actions import grant_leave
from yihu.places.models import District
from yihu.radio.actions import raise_alarm
from yihu.radio.calls import call_group, send_message
from yihu.radio.hazards import report
from yihu.radio.models import TalkGroup
from yihu.radio.queries import ticket
from yihu.thanks.actions import consent
from yihu.web import styles

pytestmark = pytest.mark.django_db
LOGIN, GONE = 302, 404
NO_KEY, NOT_THEIRS, NOT_NOW, WRONG = 401, 403, 409, 422


@dataclass(frozen=True, slots=True)
class Asked:
    """What each role is answered. `post`: what is sent; without it the page is only read.

    `by`: what a program carries where people log in: a token, or the receipt.
    """

    anonymous: int
    stranger: int
    auxiliary: int
    rightful: int
    who: str = "chief"
    post: dict[str, Any] | None = None
    needs: str = ""
    by: str = "login"

    def of(self, role: str) -> int:
        return int(getattr(self, role))


def everybody(status: int = 200, **more: Any) -> Asked:
    return Asked(status, status, status, status, **more)


def staff(status: int = 200, **more: Any) -> Asked:
    """For anyone who is logged in; what they see there is theirs."""
    return Asked(LOGIN, status, status, status, **more)


def matters(status: int = 200, **more: Any) -> Asked:
    """For whoever may know of the matter; to others it does not exist."""
    return Asked(LOGIN, GONE, GONE, status, **more)


def program(status: int = 200, other: int = GONE, **more: Any) -> Asked:
    """For a program with somebody's token: what they may, and no more."""
    return Asked(NO_KEY, other, other, status, by="token", **more)


def holder(status: int = 200, **more: Any) -> Asked:
    """For a program that holds the receipt; nobody's post opens it."""
    return Asked(NO_KEY, NO_KEY, NO_KEY, status, by="receipt", **more)


def called(status: int = 200, **more: Any) -> Asked:
    """For whoever a call is for, or sees it through: `call()` sets the stage."""
    return matters(status, needs="call", **more)


def directing(status: int = 200, **more: Any) -> Asked:
    """For whoever directs a net, each their own; to others it does not exist."""
    return Asked(LOGIN, status, GONE, status, **more)


def planned(status: int = 200, other: int | None = None, **more: Any) -> Asked:
    """For whoever sees the net as a whole: `plan()` sets the stage. `other`: to somebody else's."""
    found = status if other is None else other
    return Asked(LOGIN, found, GONE, status, needs="plan", **more)


def simulated(status: int = 200, **more: Any) -> Asked:
    """The same for a simulation."""
    return Asked(LOGIN, status, GONE, status, needs="simulation", **more)


def sent_there(status: int = 200, **more: Any) -> Asked:
    """For members of a unit that was asked, or sent: `respond()` sets the stage."""
    return matters(status, who="colleague", needs="respond", **more)


REAUTHENTICATES = 302
ROUTES = {
    # the shell
    "": everybody(),
    "prefer/": everybody(302),
    "styles/<slug:name>.<slug:digest>.css": everybody(),
    "components/": everybody(),
    "trust/": everybody(),
    "trust/yihu-ca.crt": everybody(404),  # here without certificates
    # the direct code: whoever has the code, or the secret
    "d/<slug:code>/": everybody(),
    "r/": everybody(),
    "r/<str:secret>/": everybody(),
    "r/<str:secret>/receipt.json": everybody(),
    "r/<str:secret>/receipt.png": everybody(),
    "r/<str:secret>/photo/<uuid:part>/": everybody(),
    "r/<str:secret>/<slug:name>/": everybody(303, post={}),
    "verify/": everybody(),
    "log/checkpoint": everybody(),
    "log/key": everybody(),
    # the desk
    "desk/": staff(),
    "desk/notices/": staff(),
    "desk/m/<str:reference>/": matters(),
    "desk/m/<str:reference>/photo/<uuid:part>/": matters(),
    "desk/m/<str:reference>/identity/": matters(post={"reason": "联系"}),
    "desk/m/<str:reference>/erase/": matters(who="supervisor", needs="ended"),
    "desk/m/<str:reference>/do/<slug:name>/": matters(302, post={"words": "备注"}),
    "desk/loops/<slug:name>/": staff(),
    # cases: once published, for all staff; what leads to them, for who may know of the matter
    "desk/cases/": staff(),
    "desk/cases/log/": staff(),
    "desk/cases/sessions/": staff(),
    "desk/cases/sessions/<uuid:key>/": Asked(LOGIN, GONE, GONE, 200, needs="case"),
    "desk/cases/themes/": staff(),
    "desk/cases/themes/<uuid:key>/": Asked(LOGIN, GONE, GONE, 200, needs="case"),
    "desk/cases/measures/": staff(),
    "desk/cases/measures/<str:reference>/": matters(needs="case"),
    "desk/cases/from/<str:reference>/": matters(),
    "desk/cases/alike/<str:reference>/": matters(),
    "desk/cases/<str:reference>/": staff(needs="case"),
    "desk/cases/<str:reference>/print/": staff(needs="case"),
    "desk/cases/<str:reference>/reuse/": staff(422, post={}, needs="case"),
    "desk/cases/<str:reference>/review/": staff(
        302, who="deputy", post={"helpful": "yes"}, needs="case"
    ),
    "desk/cases/<str:reference>/do/<slug:name>/": matters(302, post={}, needs="case"),
    "desk/codes/": staff(),
    "desk/codes/posters/": Asked(LOGIN, GONE, 200, 200),
    "desk/codes/<slug:code>/": Asked(LOGIN, GONE, 200, 200),
    "desk/codes/<slug:code>/retire/": Asked(LOGIN, GONE, GONE, 302, post={}),
    # commendation orders: public ones, the desk's, and one's own
    "orders/<slug:station>/": everybody(),
    "orders/<slug:station>/<int:year>-<int:number>/": everybody(needs="order"),
    "orders/photo/<uuid:consent>/": everybody(needs="order"),
    "wall/<slug:station>/": everybody(),
    "desk/thanks/": staff(),
    "desk/thanks/m/<str:reference>/": matters(needs="order"),
    "desk/thanks/<int:order>/revoke/": matters(needs="order"),
    "desk/thanks/mine/": staff(),
    "desk/thanks/mine/photo/<uuid:consent>/": matters(who="officer", needs="order"),
    "desk/thanks/mine/<int:credit>/consent/": matters(422, who="officer", post={}, needs="order"),
    "desk/thanks/mine/<int:credit>/withdraw/": matters(302, who="officer", post={}, needs="order"),
    "desk/figures/": staff(),
    "desk/figures/print/": Asked(LOGIN, 200, GONE, 200),
    "desk/figures/dispatch/": staff(),
    "desk/figures/dispatch/<slug:what>.<slug:form>": Asked(LOGIN, 200, GONE, 200),
    "desk/figures/<slug:what>.<slug:form>": Asked(LOGIN, 200, GONE, 200),
    "desk/figures/<slug:name>/": Asked(LOGIN, 200, GONE, 200),
    # plans of where rooms go: whoever sees the net as a whole, in their own district
    "desk/plans/": directing(),
    "desk/plans/new/": directing(),
    "desk/plans/compare/": directing(302),  # of none
    # what is simulated, likewise
    "desk/plans/simulations/": directing(),
    "desk/plans/simulations/new/": directing(),
    "desk/plans/simulations/<int:simulation>/": simulated(),
    "desk/plans/simulations/<int:simulation>/now/": simulated(),
    "desk/plans/simulations/<int:simulation>/stop/": simulated(302, post={}),
    "desk/plans/simulations/<int:simulation>/discard/": simulated(302, post={}),
    "desk/plans/simulations/<int:simulation>/film/<int:arm>.json": simulated(),
    "desk/plans/simulations/<int:simulation>/print/": simulated(),
    "desk/plans/simulations/<int:simulation>/simulation.csv": simulated(),
    "desk/plans/<int:plan>/": planned(),
    "desk/plans/<int:plan>/now/": planned(),
    "desk/plans/<int:plan>/move/": planned(WRONG, post={}),  # of no site
    "desk/plans/<int:plan>/name/": planned(302, other=WRONG, post={"name": "五个新的"}),
    "desk/plans/<int:plan>/stop/": planned(302, post={}),
    "desk/plans/<int:plan>/discard/": planned(302, post={}),
    "desk/plans/<int:plan>/print/": planned(),
    "desk/plans/<int:plan>/reach.json": planned(),
    "desk/plans/<int:plan>/plan.geojson": planned(),
    "desk/plans/<int:plan>/plan.csv": planned(),
    "desk/posts/": staff(),
    "desk/posts/leave/<int:leave>/end/": Asked(LOGIN, GONE, GONE, 302, post={}),
    # the radio: whoever is on the group
    "radio/": staff(),
    "radio/ticket/": staff(post={"device": "0" * 32}),
    "radio/groups/": staff(),
    "radio/shift/": staff(302, post={"duty": "begin"}),
    "radio/call/": staff(NOT_NOW, post={}),  # to nobody
    "radio/<slug:group>/hang-up/": staff(GONE, post={}),  # for private calls only
    "radio/<slug:group>/message/": Asked(LOGIN, NOT_NOW, NOT_NOW, 204, post={"kind": "text"}),
    # the alarm: anybody's to raise; what follows is the control room's, and one's own
    "radio/alarm/": staff(201, post={}),
    "radio/alarm/now/": staff(),
    "radio/alarm/<str:reference>/place/": Asked(
        LOGIN, GONE, GONE, 204, post={"longitude": "120.1", "latitude": "30.2"}, needs="alarm"
    ),
    "radio/alarms/": staff(),
    "radio/alarms/<str:reference>/report/": Asked(LOGIN, GONE, GONE, 302, post={}, needs="alarm"),
    "desk/room/": Asked(LOGIN, 200, GONE, 200),
    "desk/room/queue/": Asked(LOGIN, 200, GONE, 200),
    "desk/room/forces/": Asked(LOGIN, 200, GONE, 200),
    "desk/room/all-call/": Asked(
        LOGIN, WRONG, GONE, WRONG, who="dispatcher", post={"words": "请注意"}
    ),
    # the map: each sees on it what their lists show
    "desk/map/": staff(),
    "desk/map/list/": staff(),
    "map/incidents.geojson": staff(),
    "map/units.geojson": staff(),
    "map/places.geojson": staff(),
    "map/rooms.geojson": staff(),
    "map/closures.geojson": staff(),
    "map/reach.geojson": directing(),
    "map/gaps.geojson": directing(),
    "desk/map/gaps/": directing(),
    "map/style.json": staff(),
    "map/<tiles:name>": everybody(GONE),  # none was drawn here
    "desk/incidents/": staff(),
    "desk/incidents/now/": staff(),
    "desk/incidents/<str:reference>/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/now/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/group/": matters(302, post={}, needs="alarm"),
    "desk/incidents/<str:reference>/do/<slug:name>/": matters(302, post={}, needs="alarm"),
    "desk/incidents/<str:reference>/card/": matters(needs="alarm"),
    # run cards: all staff read them, whoever directs writes them; a shift's handover
    "desk/cards/": staff(),
    "desk/cards/<slug:kind>/": staff(),
    "desk/cards/<slug:kind>/print/": staff(),
    "desk/cards/<slug:kind>/edit/<slug:doer>/": Asked(LOGIN, 200, GONE, 200),
    "desk/cards/<slug:kind>/draft/": Asked(LOGIN, 302, GONE, 302),  # there is none
    # warnings: issued by whoever directs, read by anybody's program
    "desk/warnings/": directing(),
    "desk/warnings/<str:reference>/": matters(needs="warning"),
    "desk/warnings/<str:reference>/do/<slug:name>/": matters(302, post={}, needs="warning"),
    "api/v1/warnings": everybody(),
    "api/v1/warnings/<str:reference>.cap": everybody(needs="warning"),
    "desk/handover/": Asked(LOGIN, 200, GONE, 200),
    "desk/handover/<str:reference>/": matters(needs="handover"),
    "desk/handover/<str:reference>/print/": matters(needs="handover"),
    "desk/handover/<str:reference>/do/<slug:name>/": matters(302, post={}, needs="handover"),
    "desk/incidents/<str:reference>/advice/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/waves/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/offer/": matters(WRONG, post={}, needs="alarm"),  # to nobody
    "desk/incidents/<str:reference>/assign/": matters(WRONG, post={}, needs="alarm"),
    "desk/incidents/<str:reference>/stand-down/": matters(302, post={}, needs="alarm"),
    "desk/duty/": Asked(LOGIN, 200, GONE, 200),
    "desk/duty/<int:duty>/end/": Asked(LOGIN, GONE, GONE, GONE, post={}),
    "desk/incidents/<str:reference>/replay/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/replay/export/": matters(post={}, needs="alarm"),
    # units: the police of the station read them, whoever directs the net arranges them
    "desk/units/": directing(who="officer"),
    "desk/units/new/": directing(who="dispatcher"),
    "desk/units/roster/": directing(who="officer"),
    "desk/units/<slug:code>/": matters(who="officer", needs="unit"),
    "desk/units/<slug:code>/change/": matters(who="dispatcher", needs="unit"),
    "desk/units/<slug:code>/members/": matters(WRONG, post={}, needs="unit"),
    "desk/units/<slug:code>/members/<uuid:person>/off/": matters(302, post={}, needs="unit"),
    "desk/units/<slug:code>/retire/": matters(302, post={}, needs="unit"),
    "desk/units/<slug:code>/status/": matters(WRONG, who="officer", post={}, needs="unit"),
    # taking a call: police staff; what belongs together: whoever may know of the incident
    "desk/incidents/new/": staff(),
    "desk/incidents/new/beside/": staff(post={}),
    "desk/landmarks/": staff(),
    "desk/cautions/": staff(),
    "desk/cautions/<int:caution>/end/": staff(GONE, post={}),  # of none
    "desk/incidents/<str:reference>/place/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/caller/": matters(GONE, post={}, needs="alarm"),  # of ours
    "desk/incidents/<str:reference>/kin/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/kin/now/": matters(needs="alarm"),
    "desk/incidents/<str:reference>/merge/": matters(WRONG, post={}, needs="alarm"),  # into none
    "desk/incidents/<str:reference>/link/": matters(WRONG, post={}, needs="alarm"),
    "desk/incidents/<str:reference>/split/": matters(WRONG, post={}, needs="alarm"),
    # the responder's phone: one's own unit's offers, and what it is with
    "respond/": staff(),
    "respond/now/": staff(),
    "respond/app.webmanifest": everybody(),
    "respond/worker.js": everybody(),
    "respond/offline/": everybody(),
    "respond/reach/": staff(),
    "respond/push/": staff(NOT_NOW, post={}),  # at no service that is known
    "respond/shift/": staff(302, post={"duty": "begin"}),
    "respond/free/": sent_there(302, post={"status": "unavailable"}),
    "respond/offers/<uuid:offer>/heard/": sent_there(204, post={}),
    "respond/offers/<uuid:offer>/accept/": sent_there(302, post={}),
    "respond/offers/<uuid:offer>/decline/": sent_there(302, post={}),
    "respond/<str:reference>/scene/": sent_there(),
    "respond/<str:reference>/way/": sent_there(),
    "respond/<str:reference>/along/": sent_there(),
    "respond/<str:reference>/status/": sent_there(302, post={"status": "en_route"}),
    "respond/<str:reference>/tick/": sent_there(302, post={}),
    "respond/<str:reference>/send/": sent_there(302, post={}),
    "respond/<str:reference>/help/": sent_there(302, post={}),
    "respond/<str:reference>/hand-over/": sent_there(302, post={}),  # to nobody
    "respond/<str:reference>/<uuid:part>.jpg": sent_there(),
    # positions: taken on duty only, looked at by whoever directs
    "radio/position/": Asked(
        LOGIN, NOT_THEIRS, NOT_THEIRS, 204, post={"longitude": "120.1", "latitude": "30.2"}
    ),
    "radio/trail/": staff(),
    "radio/where/<uuid:person>/": Asked(LOGIN, GONE, GONE, 200, post={}),
    "radio/<slug:group>/bursts/": Asked(LOGIN, GONE, GONE, 200),
    "radio/<slug:group>/stored/": staff(400, post={}),
    "radio/burst/<uuid:burst>.ogg": Asked(LOGIN, GONE, GONE, 200),
    # the net's register: whoever directs the net; police of the station read it
    "net/": staff(302),
    "net/sites/": staff(),
    "net/sites/new/": Asked(LOGIN, 200, GONE, 200),
    "net/sites/<slug:code>/": Asked(LOGIN, GONE, GONE, 200, who="officer", needs="net"),
    "net/sites/<slug:code>/edit/": matters(who="dispatcher", needs="net"),
    "net/sites/<slug:code>/close/": matters(302, post={}, needs="net"),
    "net/forces/": staff(),
    "net/forces/new/": Asked(LOGIN, 200, GONE, 200),
    "net/forces/<slug:code>/": Asked(LOGIN, GONE, GONE, 200, who="officer", needs="net"),
    "net/forces/<slug:code>/close/": matters(302, post={}, needs="net"),
    "net/crew/<slug:code>/": matters(who="dispatcher", needs="net"),
    "net/crew/<slug:code>/<uuid:person>/password/": matters(post={}, needs="net"),
    "net/crew/<slug:code>/<uuid:person>/dismiss/": matters(302, post={}, needs="net"),
    "net/sets/": staff(),
    "net/sets/<slug:number>/": Asked(LOGIN, GONE, GONE, 200, who="officer", needs="net"),
    "net/here/<slug:number>/": Asked(LOGIN, GONE, GONE, 200, who="plaza1", needs="net"),
    "net/custody/<str:reference>/": matters(who="dispatcher", needs="net"),
    "net/custody/<str:reference>/receipt/": matters(who="plaza1", needs="net"),
    "net/groups/": staff(),
    "net/groups/<str:reference>/": matters(needs="net"),
    "net/groups/<str:reference>/members/": matters(GONE, post={}, needs="net"),  # of nobody
    "net/groups/<str:reference>/members/<uuid:person>/off/": matters(302, post={}, needs="net"),
    "net/do/<str:reference>/<slug:name>/": matters(302, post={}, needs="net"),
    "net/import/": Asked(LOGIN, 200, GONE, 200),
    "net/coverage/": staff(),
    "net/coverage.geojson": staff(),
    # calls and hazards: whoever is called answers; whoever directs the net sees them through
    "radio/calls/": staff(),
    "radio/calls/<str:reference>/heard/": called(204, who="guard", post={}),
    "radio/calls/<str:reference>/answer/": called(302, who="guard", post={}),
    "radio/calls/<str:reference>/back/": called(GONE, who="guard", post={}),  # no instruction
    "radio/calls/<str:reference>/<uuid:part>.jpg": called(),
    "net/calls/": directing(),
    "net/calls/instruct/": directing(),
    "net/roll-calls/": directing(),
    "net/calls/<str:reference>/": called(),
    "net/calls/<str:reference>/ring/": called(),
    "net/calls/<str:reference>/heard-back/": called(GONE, post={"matches": "yes"}),
    "net/calls/<str:reference>/do/<slug:name>/": called(302, post={}),
    "radio/hazards/": staff(),
    "net/hazards/": directing(),
    "net/hazards/<str:reference>/": called(),
    "net/hazards/<str:reference>/<uuid:part>.jpg": called(),
    "net/hazards/<str:reference>/do/<slug:name>/": called(302, post={}),
    # one's own account, here without a second factor set up
    "accounts/login/": Asked(200, 302, 302, 302),
    "accounts/logout/": staff(),
    "accounts/inactive/": everybody(),
    "accounts/reauthenticate/": staff(),
    "accounts/password/change/": staff(),
    "accounts/password/set/": staff(302),  # only for accounts without a password
    "accounts/2fa/": staff(),
    "accounts/2fa/authenticate/": everybody(302),  # only on the way in
    "accounts/2fa/reauthenticate/": staff(302),
    "accounts/2fa/totp/activate/": staff(REAUTHENTICATES),
    "accounts/2fa/totp/deactivate/": staff(GONE),
    "accounts/2fa/recovery-codes/": staff(GONE),
    "accounts/2fa/recovery-codes/generate/": staff(REAUTHENTICATES),
    "accounts/2fa/recovery-codes/download/": staff(GONE),
    "accounts/2fa/webauthn/": staff(),
    "accounts/2fa/webauthn/add/": staff(REAUTHENTICATES),
    "accounts/2fa/webauthn/reauthenticate/": staff(302),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": staff(REAUTHENTICATES),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": staff(REAUTHENTICATES),
    # programs: the desk's page for them, the interface, city apps
    "desk/api/": staff(),
    "desk/api/tokens/": staff(post={"name": "大屏", "scope": "read", "days": "30"}),
    "desk/api/tokens/<uuid:token>/revoke/": Asked(LOGIN, GONE, GONE, 302, post={}),
    "desk/api/hooks/": Asked(LOGIN, WRONG, GONE, WRONG, post={}),
    "desk/api/hooks/<uuid:hook>/disable/": Asked(LOGIN, GONE, GONE, 302, post={}),
    "desk/api/hooks/<uuid:hook>/resume/": Asked(LOGIN, GONE, GONE, 302, post={}),
    "api/v1/": everybody(),
    "api/v1/openapi.json": everybody(),
    "api/v1/stations": everybody(),
    "api/v1/loops": everybody(),
    "api/v1/log/checkpoint": everybody(),
    "api/v1/<path:rest>": everybody(GONE),
    "api/v1/stations/<code>/messages": everybody(201, by="token", post={}),
    "api/v1/receipt": holder(),
    "api/v1/receipt/proof": holder(),
    "api/v1/receipt/moves/withdraw": holder(post={}),
    "api/v1/receipt/moves/confirm": holder(NOT_NOW, post={}),
    "api/v1/receipt/moves/dispute": holder(NOT_NOW, post={}),
    "api/v1/receipt/moves/accept": holder(NOT_NOW, post={}),
    "api/v1/receipt/moves/disagree": holder(NOT_NOW, post={}),
    "api/v1/receipt/acts/add": holder(post={}),
    "api/v1/receipt/acts/reply": holder(post={}),
    "api/v1/receipt/acts/ask_erasure": holder(post={}),
    "api/v1/incidents/<reference>/eido": program(needs="alarm"),
    "api/v1/incidents": program(201, other=201, post={}),  # each to their own station
    "api/v1/matters": program(other=200),
    "api/v1/matters/<reference>": program(),
    "api/v1/matters/<reference>/moves/contact": program(post={}),
    "api/v1/matters/<reference>/moves/answer": program(post={}),
    "api/v1/matters/<reference>/moves/refer": program(post={}),
    "api/v1/matters/<reference>/moves/merge": program(WRONG, post={}),  # into none
    "api/v1/matters/<reference>/moves/close": program(NOT_NOW, post={}),  # unanswered
    "api/v1/matters/<reference>/moves/assign": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/moves/take_over": program(NOT_THEIRS, post={}),
    "api/v1/matters/<reference>/moves/decide": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/moves/conclude_unreached": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/moves/verify": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/moves/attest": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/acts/ask": program(post={}),
    "api/v1/matters/<reference>/acts/note": program(post={}),
    "api/v1/matters/<reference>/acts/reassign": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/acts/excuse": program(post={}),
    "api/v1/matters/<reference>/acts/confirm_excuse": program(NOT_NOW, post={}),
    "api/v1/matters/<reference>/acts/reclassify": program(post={}),
    "api/v1/matters/<reference>/acts/name_subject": program(NOT_NOW, post={}),
    "open311/v2/discovery.<slug:format>": everybody(),
    "open311/v2/services.<slug:format>": everybody(),
    "open311/v2/services/<str:code>.<slug:format>": everybody(),
    "open311/v2/requests.<slug:format>": everybody(),
    "open311/v2/requests/<str:reference>.<slug:format>": everybody(GONE),  # without its token
    "open311/v2/tokens/<str:token>.<slug:format>": everybody(),
    # the demo: only where it is on (tests/people/test_login.py holds that)
    "demo/": everybody(),
    "demo/enter/": everybody(302, post={}),
}


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[str]:
    """Every address of the project as its pattern is written."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        else:
            assert isinstance(pattern, URLPattern)
            yield here


@dataclass
class Stage:
    town: Town
    values: dict[str, str]


@pytest.fixture
def stage() -> Stage:
    """One matter with a photo and a contact, a leave, and everyone with a password."""
    town = build()
    District.objects.update(demo=True)
    for person in town.people.values():
        person.set_password("a long enough pass phrase")
        person.save()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "green").save(drawn, "JPEG")
    sent = write(town, contact="000-0000", pictures=[Picture(drawn.getvalue(), "image/jpeg")])
    ledger.sequence()
    chief = town.actor("chief")
    now = sent.matter.opened_at
    leave = grant_leave(
        actor=chief, person=town.people["officer"].id, since=now, until=now.replace(year=2099)
    )
    token, _secret = make_token(actor=chief, name="大屏", scope=Scope.READ, days=30)
    hook = subscribe(
        actor=chief, organisation=town.station.id, url="http://127.0.0.1:9/", events=[*Event]
    )
    values = {
        "desk from/<str:reference>": f"from/{sent.matter.reference}",
        "desk alike/<str:reference>": f"alike/{sent.matter.reference}",
        **NO_CASE,
        **NO_NET,
        **NO_CALL,
        **NO_RESPOND,
        "<slug:name>.<slug:digest>": f"desk.{styles.digest('desk')}",
        "<slug:code>": "demo",
        "<str:secret>": sent.secret,
        "<uuid:part>": str(SealedPart.objects.get(what="photo").pk),
        "<str:reference>": sent.matter.reference,
        "<int:leave>": str(leave.pk),
        "<int:duty>": "1",
        "<slug:group>": "net",
        "<uuid:burst>": str(spoken(town)),
        "<int:pk>": "1",
        "<slug:kind>": "noise",
        "<slug:doer>": "control",
        "<slug:station>": town.station.code,
        "<int:year>-<int:number>": "2020-1",
        "<uuid:consent>": str(UUID(int=0)),
        "<int:order>": "0",
        "<int:caution>": "0",
        "<int:credit>": "0",
        "<uuid:token>": str(token.pk),
        "<uuid:hook>": str(hook.pk),
        "<path:rest>": "no/such/thing",
        "<slug:format>": "json",
        "<str:code>": "help-station",
        "<code>": "station",
        "<str:token>": sent.secret,
        "<reference>": sent.matter.reference,
        "r <slug:name>": "add",
        "desk do/<slug:name>": "do/note",
        "desk loops/<slug:name>": "loops/complaint",
        "<slug:what>.<slug:form>": "figures.csv",
        "desk figures/<slug:name>": "figures/response",
        "<uuid:person>": str(town.people["chief"].id),
        "<tiles:name>": "0123456789ab.pmtiles",
        "<int:plan>": "0",
        "<int:simulation>": "0",
        "<int:arm>": "1",
    }
    return Stage(town, values)


NO_RESPOND = {
    "respond <uuid:offer>": str(UUID(int=0)),
    "respond <str:reference>/<uuid:part>": f"0000-0000/{UUID(int=0)}",
    "respond <str:reference>": "0000-0000",
}


NO_CASE = {
    "desk sessions/<uuid:key>": f"sessions/{UUID(int=0)}",
    "desk themes/<uuid:key>": f"themes/{UUID(int=0)}",
    "desk measures/<str:reference>": "measures/0000-0000",
    "desk cases/<str:reference>/do/<slug:name>": "cases/0000-0000/do/note",
    "desk cases/<str:reference>": "cases/0000-0000",
}


NO_NET = {
    "net sites/<slug:code>": "sites/none",
    "net forces/<slug:code>": "forces/none",
    "net crew/<slug:code>/<uuid:person>": f"crew/none/{UUID(int=0)}",
    "net crew/<slug:code>": "crew/none",
    "net <slug:number>": "none",
    "net custody/<str:reference>": "custody/0000-0000",
    "net groups/<str:reference>/members/<uuid:person>": f"groups/0000-0000/members/{UUID(int=0)}",
    "net groups/<str:reference>": "groups/0000-0000",
    "net do/<str:reference>/<slug:name>": "do/0000-0000/note",
}


NO_CALL = {
    "net calls/<str:reference>/do/<slug:name>": "calls/0000-0000/do/end",
    "net hazards/<str:reference>/do/<slug:name>": "hazards/0000-0000/do/note",
    "net hazards/<str:reference>/<uuid:part>": f"hazards/0000-0000/{UUID(int=0)}",
    "net hazards/<str:reference>": "hazards/0000-0000",
    "net calls/<str:reference>": "calls/0000-0000",
    "radio calls/<str:reference>/<uuid:part>": f"calls/0000-0000/{UUID(int=0)}",
    "radio calls/<str:reference>": "calls/0000-0000",
}


def call(stage: Stage) -> None:
    """A guard was called, a photo was sent to the chief's group, and a hazard was reported."""
    town = stage.town
    talkgroup(town, code="crew", on=("guard",))
    chief, guard = town.actor("chief"), town.actor("guard")
    made = call_group(actor=chief, group="crew", words="集合", client_key=b"one").matter.reference
    photo = send_message(
        actor=chief, group="net", kind="photo", client_key=b"two", picture=b"jpeg"
    ).matter
    hazard = report(
        actor=guard, kind="fire", words="门锁着", client_key=b"three", picture=b"jpeg"
    ).matter
    part = {one.pk: one.sealed_parts.get(what="photo").pk for one in (photo, hazard)}
    stage.values |= {
        "net calls/<str:reference>/do/<slug:name>": f"calls/{made}/do/end",
        "net hazards/<str:reference>/do/<slug:name>": f"hazards/{hazard.reference}/do/note",
        "net hazards/<str:reference>/<uuid:part>": f"hazards/{hazard.reference}/{part[hazard.pk]}",
        "net hazards/<str:reference>": f"hazards/{hazard.reference}",
        "net calls/<str:reference>": f"calls/{made}",
        "radio calls/<str:reference>/<uuid:part>": f"calls/{photo.reference}/{part[photo.pk]}",
        "radio calls/<str:reference>": f"calls/{made}",
    }


def on_the_net(stage: Stage) -> None:
    """A site with a guard, a force, and a set in its hands; the station's group."""
    town = stage.town
    site = register.site(town)
    code, crew = site.organisation.code, register.force(town, site)
    guard = register.guard(town, site)
    held = register.issue(town, register.radio(town), site, guard).reference
    group = TalkGroup.objects.get(pk="net").matter.reference
    stage.values |= {
        "net sites/<slug:code>": f"sites/{code}",
        "net forces/<slug:code>": f"forces/{crew.organisation.code}",
        "net crew/<slug:code>/<uuid:person>": f"crew/{code}/{guard.pk}",
        "net crew/<slug:code>": f"crew/{code}",
        "net <slug:number>": "B-0001",
        "net custody/<str:reference>": f"custody/{held}",
        "net groups/<str:reference>/members/<uuid:person>": f"groups/{group}/members/{guard.pk}",
        "net groups/<str:reference>": f"groups/{group}",
        "net do/<str:reference>/<slug:name>": f"do/{held}/note",
    }


def library(stage: Stage) -> None:
    """A session, a published case, a theme and a measure."""
    town = stage.town
    case = cases.published(town)
    session = cases.met(town, case.source.matter)
    theme = cases.themed(town)
    measure = cases.measured(town, theme)
    stage.values |= {
        "desk sessions/<uuid:key>": f"sessions/{session.pk}",
        "desk themes/<uuid:key>": f"themes/{theme.pk}",
        "desk measures/<str:reference>": f"measures/{measure.reference}",
        "desk cases/<str:reference>/do/<slug:name>": f"cases/{measure.reference}/do/note",
        "desk cases/<str:reference>": f"cases/{case.matter.reference}",
    }


def alarm(stage: Stage) -> None:
    """An alarm that the chief raised."""
    raised = raise_alarm(actor=stage.town.actor("chief"), client_key=b"held")
    stage.values |= dict.fromkeys(("<str:reference>", "<reference>"), raised.matter.reference)


def handover(stage: Stage) -> None:
    """The deputy's shift, handed to the chief."""
    town = stage.town
    made = hand_over_shift(
        actor=town.actor("deputy"),
        office=town.station.pk,
        to=town.people["chief"].pk,
        words="",
        client_key=b"shift",
    )
    stage.values["<str:reference>"] = made.matter.reference


def respond(stage: Stage) -> None:
    """A unit with an incident, from where it has sent a photo; and an offer of another one."""
    town = stage.town
    made = unit(town, "colleague")
    there = responding.incident(town)
    assign(actor=town.actor("dispatcher"), incident=there.pk, unit=made.pk, client_key=b"one")
    sent = send(
        actor=town.actor("colleague"), incident=there.pk, picture=b"jpeg", client_key=b"two"
    ).matter
    offer = responding.asked(town, responding.incident(town), made)
    part = sent.sealed_parts.get(what="photo").pk
    stage.values |= {
        "respond <uuid:offer>": str(offer.pk),
        "respond <str:reference>/<uuid:part>": f"{sent.reference}/{part}",
        "respond <str:reference>": sent.reference,
    }


def spoken(town: Town) -> UUID:
    """A burst of the chief's on a talk group that the chief is on."""
    talkgroup(town)
    said = Keeper(Counts()).begin("net", ticket(town.actor("chief"), "0" * 32), "normal")
    said.end()
    said.burst.save(force_insert=True)
    return said.burst.id


def address(stage: Stage, route: str) -> str:
    """The route with the stage's values in it; a name may mean another thing in another room."""
    room = route.split("/")[0]
    for name, value in stage.values.items():
        route = route.replace(name.removeprefix(f"{room} "), value)
    assert "<" not in route, f"no value for {route}"
    return "/" + route + ("?seq=1" if "/moves/" in route else "")


def end(stage: Stage, secret: str) -> None:
    """Bring the matter to its end, with a request to be forgotten."""
    matter = Matter.objects.get(door="code")
    sent = Sent(matter, secret, False)
    do(stage.town.actor("chief"), matter, "answer", outcome="solved", words="好了")
    do(teller(sent), matter, "confirm")
    do(teller(sent), matter, "ask_erasure")


def commend(stage: Stage) -> None:
    """An order for the officer, with a photo of his."""
    order = commended(stage.town)
    own = credit(order, stage.town)
    given = consent(actor=stage.town.actor("officer"), credit=own.pk, photo=face(), wording="同意")
    stage.values |= {
        "<int:year>-<int:number>": f"{order.year}-{order.number}",
        "<uuid:consent>": str(given.pk),
        "<int:order>": str(order.pk),
        "<int:credit>": str(own.pk),
        "<str:reference>": order.matter.reference,
    }


def sends(stage: Stage, route: str, asked: Asked) -> dict[str, Any]:
    """What a POST sends: what the line says, with a client's key."""
    if route == "demo/enter/":
        return {"person": stage.town.people["chief"].id}
    key = {"key": f"{Entry.objects.count():032x}", "seq": 1, "words": "补充"}
    return key | (asked.post or {})


def asks(stage: Stage, asked: Asked, role: str, name: str) -> Client:
    """Somebody at a browser, or a program of theirs."""
    if asked.by == "login":
        return Client() if role == "anonymous" else login(stage.town, name)
    if asked.by == "receipt" and role == "rightful":
        return programs.with_receipt(stage.values["<str:secret>"])
    return programs.without() if role == "anonymous" else programs.with_token(stage.town, name)


def told(stage: Stage, route: str) -> dict[str, Any]:
    """What a program sends: what the move of that name takes."""
    name = route.rpartition("/")[2]
    if name == "messages":
        return {"kind": "help", "words": "灯"}
    if name == "incidents":
        return {"kind": "noise", "door": "hotline", "words": "半夜施工"}
    return programs.said(stage.town, name)


def test_every_route_has_its_line() -> None:
    assert set(routes()) == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_answers_each_role_as_its_line_says(stage: Stage, route: str) -> None:
    asked = ROUTES[route]
    if asked.needs == "ended":
        end(stage, stage.values["<str:secret>"])
    if asked.needs == "net":
        on_the_net(stage)
    if asked.needs == "case":
        library(stage)
    if asked.needs == "order":
        commend(stage)
    if asked.needs == "call":
        call(stage)
    if asked.needs == "alarm":
        alarm(stage)
    if asked.needs == "respond":
        respond(stage)
    if asked.needs == "warning":
        stage.values["<str:reference>"] = warned(stage.town).reference
    if asked.needs == "handover":
        handover(stage)
    if asked.needs == "simulation":
        stage.values["<int:simulation>"] = str(sims.answered(stage.town).pk)
    if asked.needs == "plan":
        stage.values["<int:plan>"] = str(plans.answered(stage.town).pk)
    if asked.needs == "unit":
        made = unit(stage.town, "officer")
        stage.values |= {
            "<slug:code>": made.code,
            "<uuid:person>": str(stage.town.people["officer"].id),
        }
    where = address(stage, route)
    for role in ("anonymous", "stranger", "auxiliary", "rightful"):
        name = asked.who if role == "rightful" else role
        client = asks(stage, asked, role, name)
        if asked.post is None:
            answer = client.get(where)
        elif asked.by != "login":
            answer = client.post(where, told(stage, route), "application/json")
        else:
            answer = client.post(where, sends(stage, route, asked))
        assert answer.status_code == asked.of(role), (role, answer.status_code)
        if role == "anonymous" and route.startswith("desk/"):
            assert answer.headers["Location"].startswith("/accounts/login/")


def test_no_route_deletes_a_matter(stage: Stage) -> None:
    """Whatever is sent to whichever address, the matter and its entries are still there."""
    matters, before = Matter.objects.count(), Entry.objects.count()
    client = login(stage.town, "supervisor")
    for route in ROUTES:
        assert "delete" not in route
        client.delete(address(stage, route))
    assert Matter.objects.count() >= matters
    assert Entry.objects.count() >= before
