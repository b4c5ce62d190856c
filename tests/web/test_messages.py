"""Both languages are whole."""

import re
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ENGLISH = Path(__file__).parents[2] / "src/yihu/locale/en/LC_MESSAGES/django.po"


def test_every_string_is_gathered_and_has_its_english() -> None:
    done = subprocess.run(
        [sys.executable, "bin/messages", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_being_at_ones_post_is_called_on_duty_everywhere() -> None:
    with ENGLISH.open("rb") as file:
        said = {str(one.id): str(one.string) for one in read_po(file)}
    at_post = {text for text in said if re.search("在岗|上岗|下岗", text) and "在岗位" not in text}
    assert at_post
    assert not [text for text in at_post if re.search(r"\bo(n|ff) shift\b", said[text], re.I)]
