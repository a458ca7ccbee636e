"""The evidence of a run as one zip that is safe to hand to another team, with manifest and checksums; and its check.

Only what is made anew from verdict.json goes in, and the schemas that its cases name. The journal and whatever else
lies in the folder stay out. The same run gives the same bytes.
"""

import hashlib
import hmac
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO

from contracts.report.verdict_file import FILE, ReadError, problem, read, schema_file
from contracts.report.write import reports
from contracts.text import files
from contracts.text.atomic import replacing
from contracts.text.message import about, changed, msg, to_plain
from contracts.text.nested import each_text
from contracts.text.strict_json import unique

MANIFEST, SIGNATURE = "manifest.json", "manifest.hmac"
LEAST_KEY = 16
"""Bytes that a key has at least."""
VERSION = 1
MOST_BYTES, MOST_FILES, MANIFEST_BYTES = 1_000_000_000, 1_000, 1_000_000
"""Beyond these a file is no bundle of this suite, and is not unpacked."""
HIDDEN = "***"
HOW = (
    "All files are made from the run's verdict.json. Secrets are masked, and paths of the machine that ran it are "
    "shortened to their last part. Each file's size is in bytes, and its checksum is SHA-256."
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NO_PATHS = frozenset({"api_prefix"})
"""Settings that begin as a path of this machine does, and are none."""
_ABSOLUTE = re.compile(r"/.|[A-Za-z]:[\\/]|\\\\|~")
_QUOTE = r"(?:\\*[\"']|&(?:quot|apos|#\d{2}|#x\d{2});)?"
_AUTHORIZATION = re.compile(rf"((?:proxy-)?authorization{_QUOTE}\s*[:=]\s*{_QUOTE})([^\"'\r\n<>&\\]*)", re.IGNORECASE)
_OWN_VARIABLE = re.compile(r"(?:[\w-]+ )?\$\{?ZADIG_\w+\}?[\s)]*|\s*", re.ASCII)
_USER = re.compile(r"(?<=://)[^\s/@\"'<>]{1,500}@")
_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*", re.ASCII)
_FILE = {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 0}, "sha256": {"type": "string"}}
_FILES = {"type": "array", "items": {"type": "object", "required": [*_FILE], "properties": _FILE}}
_KEYS = {"version": {"type": "integer"}, "run": {"type": "string"}, "files": _FILES}
_MANIFEST = {"type": "object", "required": [*_KEYS], "properties": _KEYS}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)
_CHUNK = 1 << 20
Mask = Callable[[str], str]
Verdict = Mapping[str, Any]


def read_key(path: Path) -> bytes:
    """Return the key in a file; raises ReadError for one that is too short to keep anybody out."""
    key = files.read(path, files.TOKEN).strip()
    if len(key) < LEAST_KEY:
        raise ReadError(about(path, "is not a key: it has fewer than {n} bytes", LEAST_KEY))
    return key


def _signature(manifest: bytes, key: bytes) -> bytes:
    """Return what only who has the key can make for a manifest, which has the checksums of all other files."""
    return hmac.new(key, b"zadig-contract-tests bundle\n" + manifest, hashlib.sha256).hexdigest().encode()


def write(run: Path, out: Path, *, mask: Mask, root: Path, suite: Mapping[str, Any], key: bytes | None = None) -> str:
    """Write the bundle of a run to `out`, whole or not at all, and return its own checksum.

    `mask` masks what is known or looks like a secret; the paths of schemas start from `root`; `suite` says which
    suite makes it, `key` signs it. Raises ReadError for a run, OSError for a file that cannot be used.
    """
    if (run / FILE).is_symlink():
        raise ReadError(about(run / FILE, "is a link, which a bundle does not follow"))
    if out.exists() and not (out.is_file() and zipfile.is_zipfile(out)):
        raise ReadError(about(out, "exists, and is not a zip that may be replaced; choose another file"))
    found = read(run)
    verdict = clean(found, mask, _paths(found, run, root))
    day = datetime.fromisoformat(found["run"]["started"])  # what hangs on the day is as it was on the day of the run
    files = {name: _bytes("".join(make())) for name, make in reports(verdict, now=day).items()}
    files |= {FILE: _json(to_plain(verdict))} | _schemas(verdict, root, mask)
    files[MANIFEST] = _json(_manifest(verdict, files, suite))
    if key is not None:
        files[SIGNATURE] = _signature(files[MANIFEST], key)
    with replacing(out) as draft:
        _zip(draft, files)
    return hashlib.sha256(out.read_bytes()).hexdigest()


def clean(value: Any, mask: Mask, paths: Sequence[tuple[str, str]] = ()) -> Any:
    """Return plain data with no secret in any text, and each of `paths` replaced by its last part."""
    return each_text(value, lambda text: changed(text, partial(_clean, mask=mask, paths=paths)))


def _clean(text: str, mask: Mask, paths: Sequence[tuple[str, str]]) -> str:
    for path, last in paths:
        text = text.replace(path, last)
    return mask(_AUTHORIZATION.sub(_value_hidden, _USER.sub(f"{HIDDEN}@", text)))


def _value_hidden(match: re.Match[str]) -> str:
    return match[0] if _OWN_VARIABLE.fullmatch(match[2]) else f"{match[1]}{HIDDEN}"


def _paths(verdict: Verdict, run: Path, root: Path) -> list[tuple[str, str]]:
    """Return the paths of the machine that ran it, the longest first, each with its last part."""
    settings = verdict["run"]["settings"].items()
    known = {str(value) for key, value in settings if isinstance(value, str) and key not in _NO_PATHS}
    found = {path for path in known if _ABSOLUTE.match(path)}
    found |= {str(place) for place in (run.absolute(), root) if len(place.parts) > 2}
    return [
        (path, PurePosixPath(PureWindowsPath(path).as_posix()).name or ".")
        for path in sorted(found, key=len, reverse=True)
    ]


def _schemas(verdict: Verdict, root: Path, mask: Mask) -> dict[str, bytes]:
    """Return the schemas that cases name."""
    names = {case["wanted"]["schema"] for case in verdict["cases"] if case["wanted"]}
    found = {}
    for name in sorted(names):
        if path := schema_file(name, root):
            found[name] = _bytes(mask(path.read_text(encoding="utf-8", errors="backslashreplace")))
    return found


def _manifest(verdict: Verdict, files: Mapping[str, bytes], suite: Mapping[str, Any]) -> dict[str, Any]:
    run = verdict["run"]
    return {
        "version": VERSION,
        "run": run["id"],
        "verdict": verdict["verdict"],
        "exit": verdict["exit"],
        "suite": run["suite"],
        "made": {"command": "python -m contracts bundle", "suite": dict(suite), "how": HOW},
        "files": [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(files.items())
        ],
    }


def _zip(draft: BinaryIO, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            out.writestr(entry, data)


def _json(value: Any) -> bytes:
    return _bytes(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def check(path: Path, key: bytes | None = None) -> tuple[list[str], bool]:
    """Return what is wrong with a bundle, a line each (none: it is whole), and whether it has a signature.

    key: the one that it must be signed with; None: none is asked for. Raises OSError where it cannot be read.
    """
    try:
        with files.opened(path, files.BUNDLE) as file, zipfile.ZipFile(file) as bundle:
            signed = SIGNATURE in bundle.namelist()
            problems = list(_problems(bundle))
            if key is not None and not problems:
                problems += _unsigned(bundle, key) if signed else [msg("it is not signed")]
            return problems, signed
    except _BROKEN:
        return [msg("it is not a zip file, or was truncated or changed")], False


def _unsigned(bundle: zipfile.ZipFile, key: bytes) -> list[str]:
    found = bundle.read(SIGNATURE) if bundle.getinfo(SIGNATURE).file_size <= MANIFEST_BYTES else b""
    made = _signature(bundle.read(MANIFEST), key)
    return (
        []
        if hmac.compare_digest(found, made)
        else [msg("its signature was not made with this key, or the bundle was made again")]
    )


def _problems(bundle: zipfile.ZipFile) -> Iterator[str]:
    entries = {entry.filename: entry for entry in bundle.infolist()}
    if len(entries) != len(bundle.infolist()) or len(entries) > MOST_FILES:
        yield msg("it has a file twice, or more files than a bundle has")
        return
    manifest = _read_manifest(bundle, entries.get(MANIFEST))
    if isinstance(manifest, str):
        yield manifest
        return
    listed = {row["name"]: row for row in manifest["files"]}
    if len(listed) != len(manifest["files"]) or sum(row["size"] for row in listed.values()) > MOST_BYTES:
        yield about(MANIFEST, "has a file twice, or more bytes than a bundle has")
        return
    for name in sorted(entries.keys() - listed.keys() - {MANIFEST, SIGNATURE}):
        yield about(name, "is not in {file}", MANIFEST)
    for name, row in sorted(listed.items()):
        if not _NAME.fullmatch(name):
            yield about(name, "is not the name of a file in a bundle")
        elif name not in entries:
            yield about(name, "is missing")
        elif _differs(bundle, entries[name], row):
            yield about(name, "was changed")


def _read_manifest(bundle: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> Any:
    """Return the manifest, or what is wrong with it as a text."""
    if entry is None or entry.file_size > MANIFEST_BYTES:
        return msg("it has no {file}: it is not a bundle of this suite", MANIFEST)
    try:
        manifest = json.loads(bundle.read(entry), object_pairs_hook=unique)
    except (*_BROKEN, RecursionError):
        return about(MANIFEST, "was truncated or changed")
    if problem(manifest, _MANIFEST) or manifest["version"] != VERSION:
        return about(MANIFEST, "is not from this suite, or from another version of it")
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
