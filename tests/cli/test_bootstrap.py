"""bin/bootstrap finds a Python that runs, and does nothing the second time."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOTSTRAP = ROOT / "bin" / "bootstrap"


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def real_python(path: Path) -> Path:
    return executable(path, f'exec "{sys.executable}" "$@"')


def bootstrap(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHON", "UV", "PYENV_ROOT")}
    return subprocess.run(
        [BOOTSTRAP, *arguments],
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_shim_that_fails_when_called_is_passed_over(tmp_path: Path) -> None:
    executable(tmp_path / "shims" / "python3.14", "echo 'not installed' >&2; exit 127")
    found = real_python(tmp_path / "bin" / "python3.14")
    path = f"{tmp_path}/shims:{tmp_path}/bin:/usr/bin:/bin"
    assert bootstrap("python", PATH=path).stdout.strip() == str(found)


def test_a_python_too_old_is_passed_over(tmp_path: Path) -> None:
    executable(tmp_path / "old" / "python3.14", "exit 1")  # what the version check answers
    found = real_python(tmp_path / "my pyenv" / "versions" / "3.14.1" / "bin" / "python3.14")
    done = bootstrap(
        "python", PATH=f"{tmp_path}/old:/usr/bin:/bin", PYENV_ROOT=f"{tmp_path}/my pyenv"
    )
    # Another 3.14 on this machine may come first; what counts is that it runs.
    version = subprocess.check_output([done.stdout.strip(), "-V"], text=True)
    assert done.stdout.strip() == str(found) or version.startswith("Python 3.14")


def test_the_one_named_by_the_operator_comes_first(tmp_path: Path) -> None:
    named = real_python(tmp_path / "mine")
    assert bootstrap("python", PYTHON=str(named)).stdout.strip() == str(named)


def test_without_uv_and_pip_it_says_what_to_install(tmp_path: Path) -> None:
    copy = tmp_path / "bin" / "bootstrap"
    copy.parent.mkdir()
    copy.write_bytes(BOOTSTRAP.read_bytes())
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "grep", "cmp"):
        (tools / name).symlink_to(
            next(p for p in (Path("/usr/bin", name), Path("/bin", name)) if p.exists())
        )
    executable(tools / "id", "echo 1000")
    executable(tools / "python3", "exit 1")
    done = subprocess.run(
        ["/bin/sh", copy, "uv"],
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt-get install python3-pip" in done.stderr


def test_the_second_time_it_is_silent_and_quick() -> None:
    if not (ROOT / ".venv" / "locked" / "test.txt").exists():
        pytest.skip("this environment was not built by bin/bootstrap")
    times = []
    for _ in range(3):
        started = time.monotonic()
        done = bootstrap("test")
        times.append(time.monotonic() - started)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert min(times) < 1  # it takes a twentieth; a busy machine more
