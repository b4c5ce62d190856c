"""Compile translations (*.po → *.mo) without the gettext tools."""

import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_messages(locale_paths: Iterable[Path]) -> int:
    """Compile each catalogue that is newer than its compiled file; returns how many were."""
    compiled = 0
    for folder in locale_paths:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
                _compile(source, target)
                compiled += 1
    return compiled


def _compile(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with source.open("rb") as text, draft.open("wb") as binary:
        write_mo(binary, read_po(text))
    draft.replace(target)  # two processes may compile at once: a reader sees one whole file
