"""The real settings, moved into a data folder of this test process alone.

YIHU_TEST_DATABASE_URL   the server on which test databases are made; without it: SQLite
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

_home = Path(tempfile.mkdtemp(prefix="yihu-test-"))
_owner = os.getpid()


@atexit.register
def _clear_home() -> None:
    if os.getpid() == _owner:  # a forked child must not take its parent's folder along
        shutil.rmtree(_home, ignore_errors=True)


for _name in [name for name in os.environ if name.startswith("YIHU_")]:
    if not _name.startswith("YIHU_TEST_") and _name != "YIHU_SHARED_DATA":
        del os.environ[_name]
(_home / "static").mkdir()
os.environ["YIHU_HOME"] = str(_home)
os.environ["YIHU_DEMO"] = "1"
for _name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):  # tests read Chinese, on any machine
    os.environ.pop(_name, None)
os.environ["LANG"] = "C.UTF-8"
if _url := os.environ.get("YIHU_TEST_DATABASE_URL"):
    os.environ["YIHU_DATABASE_URL"] = _url

from yihu.settings import *  # noqa: E402, F403
from yihu.settings import DATABASES, LOCALE_PATHS, STORAGES  # noqa: E402

# A file, not memory: threads, copies and other processes must see what we see.
DATABASES["default"]["TEST"] = {
    "NAME": f"yihu_test_{_owner}" if _url else str(_home / "test.sqlite3")
}

# Templates are tested without a collected folder; `site` serves the real one.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


class QuickArgon2(Argon2PasswordHasher):
    """The same algorithm at its smallest cost: tests log in often and guard nothing."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


PASSWORD_HASHERS = ["tests.support.settings.QuickArgon2"]

from yihu.cli.messages import compile_messages  # noqa: E402

compile_messages(LOCALE_PATHS)
