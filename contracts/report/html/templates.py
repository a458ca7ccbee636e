"""The engine of the templates: whatever they print is escaped, and compiling them is done once, not in every run.

A page has its style and script in itself, and both languages, of which its style shows one.
"""

import base64
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parents[1] / "templates"
CACHE = "__pycache__"
"""Folder beside the templates for what they compile to, as Python does with its modules."""


def environment(folder: Path, finalize: Callable[[Any], Any] | None = None) -> Environment:
    """Return the environment of the templates in `folder`; each value that they print goes through `finalize` first.

    Compiled templates are kept beside them where that folder may be written, else they are compiled anew.
    """
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_cache(folder / CACHE),
    )


def both(english: str, chinese: str) -> Markup:
    """Return a text in both languages, escaped; one that is the same in both stands there once."""
    one, other = escape(english), escape(chinese)
    if one == other:
        return one
    return Markup(f'<span lang="en">{one}</span><span lang="zh-CN">{other}</span>')  # noqa: S704 - escaped


def inline(*names: str) -> Markup:
    """Return the text of files beside the templates, to stand in a page itself."""
    return Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names))  # noqa: S704 - our own


def hashes(*texts: str) -> list[str]:
    """Return what a Content-Security-Policy calls inline texts by."""
    return [f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}" for text in texts]


class _Kept(FileSystemBytecodeCache):
    """Compiled templates by their names alone, so that a folder may be copied with them, as with compiled modules."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - as jinja2 calls it
        """Return the name of a template's file; that it is of today's text is what jinja2 looks at itself."""
        return super().get_cache_key(name)


def _cache(folder: Path) -> FileSystemBytecodeCache | None:
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return _Kept(str(folder), "%s.jinja") if os.access(folder, os.W_OK) else None
