"""Reads the verdict of a run that is over from its folder."""

import json
from pathlib import Path
from typing import Any

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
        verdict = json.loads(path.read_text(encoding="utf-8"))
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
    if not isinstance(verdict, dict) or not isinstance(verdict.get("cases"), list) or "run" not in verdict:
        raise ReadError(f"{path}: is not a verdict of this suite")
    if verdict.get("version") != VERSION:
        raise ReadError(f"{path}: is of version {verdict.get('version')!r}; this suite reads version {VERSION}")
    return verdict
