"""`yihu run` and the command line, as an operator meets them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from tests.support.loaded import Forked
from tests.support.site import free_port

OURS = sorted(name for name, app in get_commands().items() if str(app).startswith("yihu."))


def environment(home: Path, **more: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("YIHU_") and k != "PORT"}
    return clean | {"YIHU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "yihu.settings"} | more


def yihu(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "yihu", *arguments],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str], about: str) -> None:
    assert done.returncode == 1
    assert about in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3


# --- running --------------------------------------------------------------------------------------


class Running:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "yihu", "run", "--no-demo"],
            env=environment(home, PORT=str(self.port)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, pattern: str) -> str:
        assert self.process.stdout is not None
        seen = ""
        for line in self.process.stdout:
            seen += line
            if re.search(pattern, line):
                return seen
        raise AssertionError(f"ended without {pattern!r}:\n{seen}")

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except OSError:
            return False
        return True

    def programs(self) -> dict[str, int]:
        """The pid of each running program, by its name."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        names = {Path(f"/proc/{c}/comm").read_text().strip(): int(c) for c in children}
        return {name: pid for name, pid in names.items() if name.startswith("yihu-")}

    def compiling(self) -> list[str]:
        """What is still being compiled beside the programs."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return sorted(set(children) - {str(pid) for pid in self.programs().values()})


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def start() -> Running:
        started.append(Running(tmp_path))
        return started[-1]

    yield start
    for running in started:
        running.process.terminate()
        running.process.communicate(timeout=20)


def eventually(happens: Callable[[], object], within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_prepares_a_fresh_folder_and_says_where_to_go_once_the_site_answers(run) -> None:
    running = run()
    running.wait_for(re.escape(running.url))
    assert running.answers()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the processes in /proc")
def test_killed_programs_come_back_and_a_stop_leaves_nothing(run) -> None:
    running = run()
    running.wait_for(re.escape(running.url))
    before = running.programs()
    assert set(before) == {"yihu-web", "yihu-relay", "yihu-clock"}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not set(running.programs().values()) & set(before.values()))
    eventually(lambda: set(running.programs()) == set(before) and running.answers())
    last = [*running.programs().values(), *running.compiling()]
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(20) == 0
    assert not running.answers()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in last))


def test_the_second_start_does_nothing_again(run) -> None:
    started = time.monotonic()
    first = run()
    first.wait_for(re.escape(first.url))
    took = time.monotonic() - started
    first.process.terminate()
    first.process.wait(20)
    started = time.monotonic()
    second = run()
    said = second.wait_for(re.escape(second.url))
    assert time.monotonic() - started < took
    assert "准备数据库" not in said
    assert "收集静态文件" not in said


# --- faults ---------------------------------------------------------------------------------------


def test_a_taken_port_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert_one_sentence(yihu(tmp_path, "run", PORT=port), port)


@pytest.mark.parametrize("port", ["eighty", "0", "70000", "-1", "８０００"])
def test_a_port_that_is_none_is_refused_in_one_sentence(tmp_path: Path, port: str) -> None:
    assert_one_sentence(yihu(tmp_path, "run", PORT=port), port)


def test_a_data_folder_that_is_a_file_is_explained(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    assert_one_sentence(yihu(place, "prepare"), "YIHU_HOME")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_may_not_be_written_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert_one_sentence(yihu(tmp_path, "prepare"), "YIHU_HOME")


def test_a_database_that_does_not_answer_is_explained(tmp_path: Path) -> None:
    url = f"postgresql://yihu@127.0.0.1:{free_port()}/yihu"
    assert_one_sentence(yihu(tmp_path, "prepare", YIHU_DATABASE_URL=url), "YIHU_DATABASE_URL")


def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    done = yihu(
        tmp_path,
        "shell",
        "--no-imports",
        "-c",
        "from django.db import connection as c\n"
        "with c.cursor() as x:\n"
        "    x.execute('CREATE TABLE t (b)')\n"
        "    x.execute('PRAGMA max_page_count=3')\n"
        "    x.execute('INSERT INTO t VALUES (zeroblob(1000000))')\n",
    )
    assert_one_sentence(done, "磁盘已满")


def test_a_demo_in_production_is_refused_in_one_sentence(tmp_path: Path) -> None:
    done = yihu(tmp_path, "prepare", YIHU_HOSTS="example.org", YIHU_DEMO="1")
    assert_one_sentence(done, "YIHU_DEMO")


def test_a_key_others_may_read_is_explained(tmp_path: Path) -> None:
    assert yihu(tmp_path, "web", "--help").returncode == 0
    key = tmp_path / "keys" / "django.key"
    key.chmod(0o644)
    assert_one_sentence(yihu(tmp_path, "prepare"), "chmod 600")


# --- help -----------------------------------------------------------------------------------------


def test_the_list_of_commands_starts_with_ours(tmp_path: Path) -> None:
    done = yihu(tmp_path, "--help")
    assert done.returncode == 0
    assert all(re.search(rf"^  {name} +\S", done.stdout, re.MULTILINE) for name in OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_command_explains_itself(tmp_path: Path, name: str) -> None:
    said = tmp_path / "said"
    done = Forked(name, "--help", database_url=f"sqlite:///{tmp_path}/none", port=8000, log=said)
    assert done.wait() == 0
    assert f"yihu {name}" in said.read_text()


def test_an_unknown_command_fails(tmp_path: Path) -> None:
    assert yihu(tmp_path, "nonsense").returncode != 0


def test_commands_speak_english_to_whoever_asks(tmp_path: Path) -> None:
    assert yihu(tmp_path, "prepare", "--no-demo").returncode == 0
    for asked in ({"LANGUAGE": "en_GB:zh"}, {"LANG": "en_US.UTF-8"}, {"LC_ALL": "en_US.UTF-8"}):
        assert "address to listen on" in yihu(tmp_path, "run", "--help", **asked).stdout
    for asked in ({}, {"LANGUAGE": "zh", "LANG": "en_US.UTF-8"}, {"LANG": "zh_CN.UTF-8"}):
        assert "监听地址" in yihu(tmp_path, "run", "--help", **asked).stdout
