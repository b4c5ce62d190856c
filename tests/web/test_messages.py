"""Both languages are whole."""

import subprocess
import sys


def test_every_string_is_gathered_and_has_its_english() -> None:
    done = subprocess.run(
        [sys.executable, "bin/messages", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
