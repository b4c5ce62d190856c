"""Warnings to the public, for tests."""

import secrets
from typing import Any

from tests.support.town import Town

from yihu.dispatch.cap import Certainty, Event, Response, Severity, Urgency
from yihu.dispatch.warnings import NewWarning, issue
from yihu.kernel.models import Matter


def warned(town: Town, by: str = "dispatcher", **more: Any) -> Matter:
    """The station warns of a gas leak."""
    said: dict[str, Any] = {
        "event": Event.GAS_LEAK,
        "severity": Severity.SEVERE,
        "urgency": Urgency.IMMEDIATE,
        "certainty": Certainty.OBSERVED,
        "response": Response.EVACUATE,
        "hours": 4,
        "headline": "人民路燃气泄漏，请离开 <东门> & 周边",
        "description": "正在抢修",
        "instruction": "不要开灯，走楼梯下楼",
        "area": "人民路东门一带",
    }
    key = secrets.token_bytes(16)
    warning = NewWarning(**(said | more))
    actor, office = town.actor(by), town.station.pk
    return issue(actor=actor, office=office, warning=warning, client_key=key).matter
