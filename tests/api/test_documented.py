"""docs/api.md tells the truth: its commands run against the running site, its code checks."""

import json
import re
import shutil
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.support.desk import write
from tests.support.site import Site
from tests.support.town import build

from yihu.api import signing
from yihu.api.actions import make_token
from yihu.api.models import Scope
from yihu.kernel.models import Matter

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text()


def commands(heading: str) -> list[str]:
    """The curl commands under a heading, each as one line."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return "".join(blocks).replace("\\\n", "").strip().split("\n")


def run(command: str, **values: str) -> Any:
    """What a command answers; it must be a success."""
    told = subprocess.run(
        ["bash", "-euc", f"{command} --fail-with-body"],
        env={"PATH": "/usr/bin:/bin", "KEY": uuid.uuid4().hex, **values},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return json.loads(told.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_every_command_of_the_page_runs(site: Site) -> None:
    town = build()
    base = {"SITE": site.url, "STATION": "station"}
    (opening,) = commands("Open a message")
    opened = run(opening, **base)
    holder = base | {"SECRET": opened["secret"]}
    receipt, proof, added = [
        run(command, **holder) for command in commands("Read and answer by receipt")
    ]
    assert receipt["reference"] == added["reference"] == opened["reference"]
    assert proof["promise"] == opened["promise"]

    sent = write(town)
    token = make_token(actor=town.actor("chief"), name="测试", scope=Scope.WRITE, days=30)[1]
    staff = base | {"TOKEN": token, "REFERENCE": sent.matter.reference, "SEQ": "1"}
    for command in commands("Act as a member of staff"):
        run(command, **staff)
    assert Matter.objects.get(pk=sent.matter.pk).step == "contacted"

    (handing_over,) = commands("Hand over an incident")
    assert run(handing_over, **staff)["step"] == "received"

    services, reported, own = [
        run(command, **holder) for command in commands("Open311 (GeoReport v2)")
    ]
    assert len(services) == 3
    assert reported[0]["token"]
    assert own[0]["service_request_id"] == opened["reference"]


def test_the_pages_own_code_checks_a_signature() -> None:
    code = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(code, names)
    secret, body = b"s" * 32, b'{"type": "matter.opened"}'
    headers = signing.headers(secret, "msg_1", int(time.time()), body)
    assert names["is_ours"](signing.spoken(secret), headers, body)
    assert not names["is_ours"](signing.spoken(secret), headers, body + b" ")
