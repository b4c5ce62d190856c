"""Our stylesheets, put together from the tokens, the base and each component's few lines.

A resident's page carries its styles inside itself (one request is the whole page); a desk page
links one file, named by its content and kept by the browser for ever. No build step.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders

HERE: Final = Path(__file__).parent
COMPONENTS: Final = HERE / "templates" / "web" / "components"
PUBLIC_COMPONENTS: Final = (
    "button", "field", "notice", "timeline", "clock", "confirm", "busy", "empty",
)  # fmt: skip


def minified(css: str) -> str:
    """Drop comments and every space that CSS does not need."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,>])\s*", r"\1", css)
    return re.sub(r":\s+", ":", css).replace(";}", "}").strip()


def sheet(name: str) -> str:
    """The whole of `public`, `desk` or `print`; `component:<name>`; or a static file's own path."""
    return _sheet(name) if not settings.DEBUG else _sheet.__wrapped__(name)


@cache
def _sheet(name: str) -> str:
    base = [HERE / "static" / "web" / part for part in ("tokens.css", "base.css")]
    if name in ("public", "print"):
        files = [*base, HERE / f"static/web/{name}.css"]
        files += [COMPONENTS / f"{part}.css" for part in PUBLIC_COMPONENTS]
    elif name == "desk":
        files = [*base, HERE / "static/web/desk.css", *sorted(COMPONENTS.glob("*.css"))]
    elif name.startswith("component:"):
        files = [COMPONENTS / f"{name.removeprefix('component:')}.css"]
    else:
        found = finders.find(name)
        if not isinstance(found, str):
            raise FileNotFoundError(f"no static file {name!r}")
        files = [Path(found)]
    return minified("".join(file.read_text(encoding="utf-8") for file in files))


def digest(name: str) -> str:
    return hashlib.sha256(sheet(name).encode()).hexdigest()[:12]
