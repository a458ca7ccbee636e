"""Reads the verdict of a run, held against its schema and against itself: a file is input like any other."""

import json
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from contracts.paths import SCHEMAS
from contracts.report.verdict_rules import disagreement
from contracts.text import files
from contracts.text.errors import InputError, of_system
from contracts.text.message import about, from_plain, msg
from contracts.text.strict_json import no_constant, unique

FILE = "verdict.json"
VERSION = 1
CHANGED = msg("was changed after the run: {why}; run again")
LARGEST = 2**53
"""The largest number that a verdict has; whatever reads JSON knows it exactly."""
_SCHEMA = re.compile(r"schemas(?:/(?!\.)[\w.-]{1,100}){1,6}", re.ASCII)


class ReadError(InputError):
    """A run's verdict cannot be read; one line says which, why and what to do."""


def read(folder: Path) -> dict[str, Any]:
    """Return what verdict.json in the folder of a run says; raises ReadError where it cannot be used."""
    path = folder / FILE if folder.name != FILE else folder
    try:
        verdict = json.loads(
            files.text(path, files.VERDICT),
            object_pairs_hook=unique,  # of a key that stands twice, nobody knows which one another reader takes
            parse_constant=no_constant,
            parse_int=_number,
            parse_float=_number,
        )
        if not isinstance(verdict, dict) or not isinstance(verdict.get("cases"), list) or "run" not in verdict:
            raise ReadError(about(path, "is not a verdict of this suite"))
        if verdict.get("version") != VERSION:
            other = "is of version {version}; this suite reads version {own}"
            raise ReadError(about(path, other, repr(verdict.get("version")), VERSION))
        wrong = problem(verdict, _schema())
        for counts in () if wrong else (verdict["counts"], *verdict["table"]):
            counts.setdefault("disturbed", 0)  # no run had such cases before
        found: dict[str, Any] = from_plain(verdict)
    except FileNotFoundError:
        killed = msg("the run was killed before its verdict, or is still running")
        why = killed if path.parent.is_dir() else msg("no such folder")
        raise ReadError(about(folder, "no {file}: {why}", FILE, why)) from None
    except OSError as error:
        raise ReadError(about(path, "cannot be read: {why}", of_system(error.strerror))) from None
    except ReadError:
        raise
    except RecursionError:
        raise ReadError(about(path, "is nested too deep for a verdict")) from None
    except ValueError:
        raise ReadError(about(path, "is not JSON: it was truncated or changed; run again")) from None
    if wrong:
        raise ReadError(about(path, "was changed, or belongs to another suite: {why}; run again", wrong))
    if wrong := disagreement(found):
        raise ReadError(about(folder, CHANGED.put(wrong)))
    return found


def schema_file(name: str, root: Path) -> Path | None:
    """Return the file of a schema that a verdict names: one below schemas/, none that a link or a `..` leads to."""
    path = root / name if _SCHEMA.fullmatch(name) else None
    return path if path and path.is_file() and path.resolve() == root.resolve() / name else None


def _number(digits: str) -> int | float:
    if abs(float(digits)) > LARGEST:
        raise ValueError(digits)
    return int(digits) if digits.lstrip("-").isdecimal() else float(digits)


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / FILE).read_text(encoding="utf-8"))
    return schema


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        time = datetime.fromisoformat(text)
        return time.tzinfo is not None and bool(time.astimezone(UTC))
    except (ValueError, OverflowError):
        return False


_FORMATS = {"date": _is_date, "date-time": _is_time}


def problem(value: Any, schema: dict[str, Any]) -> str:
    """Return where and how a JSON value first departs from a JSON Schema, empty where it does not.

    Raises RecursionError where it is nested too deep to tell.
    """
    from jsonschema_rs import Draft202012Validator  # only readers of a folder need it

    validator = Draft202012Validator(schema, formats=_FORMATS, validate_formats=True)
    try:
        error = next(validator.iter_errors(value), None)
    except UnicodeEncodeError:  # half of a pair, as a server may send it: with a ? in its place the form is the same
        return problem(json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")), schema)
    except ValueError as deep:
        raise RecursionError from deep
    if error is None:
        return ""
    path = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
    rule = error.kind.as_dict()
    if error.kind.name == "required":
        return msg("{path} lacks {key}", path, rule["property"])
    kinds = {"array": msg("{path} is not a list"), "object": msg("{path} is not an object")}
    kind = rule["types"][0] if error.kind.name == "type" and len(rule["types"]) == 1 else ""
    return kinds.get(kind, msg("{path} has an invalid value")).put(path)
