"""Reads the verdict of a run that is over, and checks it against its schema: a file is input like any other."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from contracts.paths import SCHEMAS

FILE = "verdict.json"
VERSION = 1


class ReadError(ValueError):
    """A run's verdict cannot be read; one line says which, why and what to do."""


def read(folder: Path) -> dict[str, Any]:
    """Return what verdict.json in the folder of a run says; raises ReadError where it cannot be used."""
    path = folder / FILE if folder.name != FILE else folder
    try:
        if path.exists() and not path.is_file():
            raise ReadError(f"{path}: is no file")
        verdict = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        if not isinstance(verdict, dict) or not isinstance(verdict.get("cases"), list) or "run" not in verdict:
            raise ReadError(f"{path}: is not a verdict of this suite")
        if verdict.get("version") != VERSION:
            raise ReadError(f"{path}: is of version {verdict.get('version')!r}; this suite reads version {VERSION}")
        wrong = problem(verdict, _schema())
    except FileNotFoundError:
        why = "the run was killed before its verdict, or is still going" if path.parent.is_dir() else "no such folder"
        raise ReadError(f"{folder}: no {FILE}: {why}") from None
    except OSError as error:
        raise ReadError(f"{path}: cannot be read: {error.strerror}") from None
    except ReadError:
        raise
    except RecursionError:
        raise ReadError(f"{path}: is nested too deep for a verdict") from None
    except ValueError:
        raise ReadError(f"{path}: is not JSON: it was cut or changed; run again") from None
    if wrong:
        raise ReadError(f"{path}: was changed, or is of another suite: {wrong}; run again")
    return verdict


@cache
def _schema() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = json.loads((SCHEMAS / FILE).read_text(encoding="utf-8"))
    return schema


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def problem(value: Any, schema: Mapping[str, Any]) -> str:
    """Return where and how a JSON value first departs from a JSON Schema, empty where it does not."""
    from jsonschema import Draft202012Validator  # long to load, and only readers of a run's folder need it

    error = next(Draft202012Validator(schema).iter_errors(value), None)
    if error is None:
        return ""
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"{error.json_path} lacks {missing}"
    kinds = {"array": "is no list", "object": "is no object"}
    kind = error.validator_value if error.validator == "type" and isinstance(error.validator_value, str) else ""
    return f"{error.json_path} {kinds.get(kind, 'is not as it should be')}"
