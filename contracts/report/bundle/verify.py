"""Holds a bundle of evidence against its own manifest: nothing changed, nothing missing, nothing added."""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.report.bundle.write import MANIFEST, VERSION
from contracts.report.verdict_file import problem
from contracts.text.message import about, msg

MOST_BYTES, MOST_FILES, MANIFEST_BYTES = 1_000_000_000, 1_000, 1_000_000
"""Beyond these a file is no bundle of this suite, and is not unpacked."""
_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*", re.ASCII)
_FILE = {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 0}, "sha256": {"type": "string"}}
_FILES = {"type": "array", "items": {"type": "object", "required": [*_FILE], "properties": _FILE}}
_KEYS = {"version": {"type": "integer"}, "run": {"type": "string"}, "files": _FILES}
_SCHEMA = {"type": "object", "required": [*_KEYS], "properties": _KEYS}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
_CHUNK = 1 << 20


def check(path: Path) -> list[str]:
    """Return what is wrong with a bundle, a line each; none: it is whole. Raises OSError where it cannot be read."""
    try:
        with zipfile.ZipFile(path) as bundle:
            return list(_problems(bundle))
    except _BROKEN:
        return [msg("it is no zip file, or it was cut or changed")]


def _problems(bundle: zipfile.ZipFile) -> Iterator[str]:
    entries = {entry.filename: entry for entry in bundle.infolist()}
    if len(entries) != len(bundle.infolist()) or len(entries) > MOST_FILES:
        yield msg("it has a file twice, or more files than a bundle has")
        return
    manifest = _manifest(bundle, entries.get(MANIFEST))
    if isinstance(manifest, str):
        yield manifest
        return
    listed = {row["name"]: row for row in manifest["files"]}
    if len(listed) != len(manifest["files"]) or sum(row["size"] for row in listed.values()) > MOST_BYTES:
        yield about(MANIFEST, "has a file twice, or more bytes than a bundle has")
        return
    for name in sorted(entries.keys() - listed.keys() - {MANIFEST}):
        yield about(name, "is not in {file}", MANIFEST)
    for name, row in sorted(listed.items()):
        if not _NAME.fullmatch(name):
            yield about(name, "is no name of a file in a bundle")
        elif name not in entries:
            yield about(name, "is missing")
        elif _differs(bundle, entries[name], row):
            yield about(name, "was changed")


def _manifest(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> Any:
    """Return the manifest, or what is wrong with it as a text."""
    if entry is None or entry.file_size > MANIFEST_BYTES:
        return msg("it has no {file}: it is no bundle of this suite", MANIFEST)
    try:
        manifest = json.loads(bundle.read(entry))
    except (*_BROKEN, RecursionError):
        return about(MANIFEST, "was cut or changed")
    if problem(manifest, _SCHEMA) or manifest["version"] != VERSION:
        return about(MANIFEST, "is not one of this suite's, or of another version")
    return manifest


def _differs(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo, row: dict[str, Any]) -> bool:
    if entry.file_size != row["size"] or entry.is_dir():
        return True
    digest, size = hashlib.sha256(), 0
    try:
        with bundle.open(entry) as data:
            while chunk := data.read(_CHUNK):
                size += len(chunk)
                if size > row["size"]:
                    return True
                digest.update(chunk)
    except _BROKEN:
        return True
    return bool(digest.hexdigest() != row["sha256"])
