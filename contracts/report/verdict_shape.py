"""Reads a verdict and holds its shape against what the readers rely on, so that a changed one gives a line."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.report.verdict_file import FILE, ReadError, read

RESULTS = ("breach", "drift", "crashed", "blocked", "unreachable", "known", "held")
"""What can become of a case, the worst first."""
PROFILES = ("smoke", "regression", "nightly", "acceptance")
_MOST = 10**15
_OPTIONAL_TEXT = (str, None)
_BREACH = {"kind": str, "where": str, "promised": str, "came": str, "signature": str, "drift": bool}
_EVIDENCE = {
    "curl": str,
    "status": (int, None),
    "content_type": _OPTIONAL_TEXT,
    "body": str,
    "failure": _OPTIONAL_TEXT,
    "seconds": float,
}
_STEP = {"phase": str, "call": str, "answer": str, "status": (int, None), "seconds": float}
_CASE = {
    "case": str,
    "operation": str,
    "answer": str,
    "result": frozenset(RESULTS),
    "promised": str,
    "breaches": [_BREACH],
    "reason": str,
    "deviation": str,
    "fixed": str,
    "unknown": [str],
    "evidence": [_EVIDENCE],
    "steps": [_STEP],
    "wanted": ({"schema": str}, None),
    "seconds": float,
}
_RUN = {
    "id": str,
    "started": str,
    "seconds": float,
    "release": str,
    "profile": frozenset(PROFILES),
    "base_url": str,
    "api_prefix": str,
    "host": str,
    "stand_in": _OPTIONAL_TEXT,
    "embedded": bool,
    "shard": _OPTIONAL_TEXT,
    "drift": frozenset({"fail", "warn"}),
    "unknown_fields": frozenset({"report", "fail", "ignore"}),
    "notes": [str],
    "suite": {"version": str, "commit": _OPTIONAL_TEXT},
    "settings": {},
}
_LATENCY = {"call": str, "operation": bool, "n": int, "unanswered": int} | dict.fromkeys(
    ("p50", "p95", "max"), (float, None)
)
SHAPE: Mapping[str, Any] = {
    "verdict": frozenset({"accepted", "rejected", "inconclusive"}),
    "exit": int,
    "reasons": [str],
    "run": _RUN,
    "counts": dict.fromkeys(("planned", "run", *RESULTS, "not_run", "leaks"), int),
    "table": [{"operation": str, "answer": str} | dict.fromkeys(RESULTS, int)],
    "cases": [_CASE],
    "not_run": [str],
    "interrupted": str,
    "plan": {"id": str, "cases": int, "elsewhere": [str]},
    "deviations": [
        {"id": str, "means": str, "source": str, "since": str, "expires": str, "seen": [str], "fixed": [str]}
    ],
    "unknown_fields": [{"operation": str, "path": str, "count": int}],
    "leaks": [str],
    "latency": [_LATENCY],
}
"""What readers rely on; a tuple is one of several, a set one of these words, and what is not here may be anything."""


def load(folder: Path) -> dict[str, Any]:
    """Return what verdict.json in the folder of a run says, its shape checked; raises ReadError with one line."""
    path = folder if folder.name == FILE else folder / FILE
    if path.exists() and not path.is_file():
        raise ReadError(f"{path}: is no file")
    try:
        verdict = read(folder)
    except RecursionError:
        raise ReadError(f"{path}: is not a verdict of this suite: it is nested too deep") from None
    if wrong := problem(verdict, SHAPE):
        raise ReadError(f"{path}: was changed, or is of another suite: {wrong}; run again")
    return verdict


def problem(value: Any, shape: Any, path: str = "$") -> str:
    """Return where and how `value` departs from a shape, empty where it does not."""
    if isinstance(shape, tuple):
        found = [problem(value, one, path) for one in shape if one is not None or value is None]
        return "" if not all(found) else found[0]
    if isinstance(shape, Mapping):
        return _in_object(value, shape, path)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{path} is no list"
        inner = (problem(item, shape[0], f"{path}[{i}]") for i, item in enumerate(value))
        return next(filter(None, inner), "")
    return "" if _fits(value, shape) else f"{path} is not as it should be"


def _in_object(value: Any, shape: Mapping[str, Any], path: str) -> str:
    if not isinstance(value, dict):
        return f"{path} is no object"
    for key, inner in shape.items():
        if key not in value:
            return f"{path} lacks {key}"
        if wrong := problem(value[key], inner, f"{path}.{key}"):
            return wrong
    return ""


def _fits(value: Any, shape: Any) -> bool:
    if shape is None:
        return value is None
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if shape in (int, float):  # true and false are integers to Python
        kinds = (int, float) if shape is float else int
        return isinstance(value, kinds) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value < _MOST
    return isinstance(value, shape)
