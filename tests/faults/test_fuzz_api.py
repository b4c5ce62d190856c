"""The interface, fuzzed from its own description: no 5xx, and every answer as it is described.

For a longer run against a site of one's own, see docs/api.md.
"""

import secrets
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from tests.support.desk import do, write
from tests.support.site import Site
from tests.support.town import Town, build

from yihu.api.actions import make_token
from yihu.api.models import Scope
from yihu.direct.actions import Sent
from yihu.kernel.models import Matter

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
BOUNDED: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}
EXAMPLES = 8
"""Of each operation; stateful walks have as many, of at most STEPS calls."""
STEPS = 6


@pytest.fixture
def town(site: Site) -> Town:
    return build()


def described(site: Site) -> Any:
    return schemathesis.openapi.from_url(f"{site.url}/api/v1/openapi.json")


def bearer(town: Town, name: str) -> str:
    return make_token(actor=town.actor(name), name="测试", scope=Scope.WRITE, days=30)[1]


def headers(authorization: str = "") -> dict[str, str]:
    """Another visitor each time, so that nobody is asked to slow down."""
    given = {"User-Agent": f"fuzz {secrets.token_hex(4)}"}
    return given | ({"Authorization": authorization} if authorization else {})


def asked(town: Town) -> Sent:
    """A praise that was asked back about."""
    sent = write(town, "谢谢", kind="praise")
    do(town.actor("chief"), sent.matter, "ask", words="哪一天？")
    return sent


def is_staffs(case: Case) -> bool:
    return "/matters" in case.operation.path or "/incidents" in case.operation.path


def test_every_operation_takes_anything(site: Site, town: Town) -> None:
    tokens = [f"Bearer {bearer(town, name)}" for name in ("chief", "supervisor", "stranger")]
    answers: dict[str, set[int]] = {}
    operations = [found.ok() for found in described(site).get_all_operations()]
    assert len(operations) > 30

    def ask(case: Case, known: bool, who: int) -> None:
        """On a real matter with a real key where `known`, else as it was made up."""
        authorization = ""
        if known:
            sent = matters[who]
            authorization = tokens[who] if is_staffs(case) else f"Receipt {sent.secret}"
            real = {"reference": sent.matter.reference, "code": "station"}
            case.path_parameters |= {n: real[n] for n in case.path_parameters.keys() & real}
            if "/moves/" in case.operation.path:
                case.query["seq"] = Matter.objects.get(pk=sent.matter.pk).seq
        answer = case.call(headers=headers(authorization), timeout=20)
        case.validate_response(answer, checks=CHECKS)
        answers.setdefault(case.operation.label, set()).add(answer.status_code)

    for operation in operations:
        matters = [write(town), write(town, kind="complaint"), asked(town)]
        for mode in schemathesis.GenerationMode:
            cases = operation.as_strategy(generation_mode=mode)
            run = given(case=cases, known=st.booleans(), who=st.integers(0, 2))(ask)
            with suppress(Unsatisfiable):  # where nothing can be asked wrongly
                settings(max_examples=EXAMPLES, **BOUNDED)(run)()
    taken = [label for label, codes in answers.items() if min(codes) < 300]
    assert len(taken) > 15, answers  # it is not only refused
    assert "Traceback" not in site.log()


@pytest.mark.parametrize("name", ["chief", ""])
def test_walks_from_a_message_to_its_end_never_break(site: Site, town: Town, name: str) -> None:
    """Along the description's own links: as somebody with a token to what staff do with a matter,
    and as nobody to what its teller does."""
    token = f"Bearer {bearer(town, name)}" if name else ""
    walked: list[tuple[str, int]] = []

    elsewhere = "/incidents|/warnings" if name else "/incidents|/warnings|/matters"
    ways = described(site).exclude(path_regex=elsewhere)

    class Walk(ways.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Case) -> None:
            if "code" in case.path_parameters:
                case.path_parameters["code"] = "station"
            if case.operation.label.endswith("/messages"):
                case.body = {"kind": "help", "words": "路灯坏了"}  # made up, most lead nowhere

        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"headers": headers(token if is_staffs(case) else ""), "timeout": 20}

        def validate_response(self, response: Any, case: Case, **more: Any) -> None:
            walked.append((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

    Walk.run(settings=settings(max_examples=EXAMPLES * 4, stateful_step_count=STEPS, **BOUNDED))
    done = {label for label, status in walked if status < 300}
    theirs = "POST /api/v1/matters/" if name else "POST /api/v1/receipt/"
    assert any(label.startswith(theirs) for label in done)
    assert "Traceback" not in site.log()
