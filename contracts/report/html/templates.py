"""The engine of the templates: whatever they print is escaped, and compiling them is done once, not in every run."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined

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


def _cache(folder: Path) -> FileSystemBytecodeCache | None:
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder), "%s.jinja") if os.access(folder, os.W_OK) else None
