"""What the tests need from the machine, beside Python: Chromium, Chinese fonts, PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL_SERVERS = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://root@127.0.0.1:5432/postgres",
)


def chromium() -> str | None:
    """Path of the browser to test with; YIHU_TEST_CHROMIUM names one."""
    named = os.environ.get("YIHU_TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def has_chinese_fonts() -> bool:
    if not shutil.which("fc-list"):
        return False
    listing = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(listing.stdout.strip())


def install_missing() -> list[str]:
    """Install what is missing where we may; returns a sentence for each thing still missing."""
    missing = _missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"apt-get install {' '.join(missing)}", flush=True)
        _apt("update", "-q")
        _apt("install", "-q", "-y", "--no-install-recommends", *missing)
        missing = _missing()
    return [
        f"{package} is missing: sudo apt-get install {package} / 缺少 {package},请先安装"
        for package in missing
    ]


def _missing() -> list[str]:
    return [
        package
        for package, present in (
            ("chromium", chromium() is not None),
            ("fonts-noto-cjk", has_chinese_fonts()),
            ("postgresql", server_url() is not None or _server_programs() is not None),
        )
        if not present
    ]


def _apt(*arguments: str) -> None:
    subprocess.run(
        ["apt-get", *arguments],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,  # what is still missing afterwards is said in one sentence
    )


# --- PostgreSQL ----------------------------------------------------------------------------------


def server_url() -> str | None:
    """A PostgreSQL that answers: the one named by YIHU_TEST_POSTGRES_URL, or a local one."""
    named = os.environ.get("YIHU_TEST_POSTGRES_URL")
    return next(filter(_answers, [named] if named else LOCAL_SERVERS), None)


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of a server for the time of the block: a running one, or one of our own."""
    if url := server_url():
        yield url
    elif os.environ.get("YIHU_TEST_POSTGRES_URL") or (programs := _server_programs()) is None:
        yield None
    else:
        with _own_server(programs) as url:
            yield url


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _server_programs() -> Path | None:
    """The folder with initdb and pg_ctl; Debian keeps it off PATH."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if on_path:
        return Path(on_path).resolve().parent
    return found[-1].parent if found else None


@contextmanager
def _own_server(programs: Path) -> Iterator[str]:
    """A throw-away cluster on a free port; PostgreSQL refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None

    def run(command: Sequence[str]) -> None:
        subprocess.run(
            [str(programs / command[0]), *command[1:]],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="yihu-pg-", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user, user)
        data = f"{folder}/data"
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run(["initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"])
        run(["pg_ctl", "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start"])
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(["pg_ctl", "-D", data, "-m", "immediate", "stop"])
