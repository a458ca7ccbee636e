"""Rows of known deviations from what a run showed: written with exact signatures, and taken out once they are gone."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from contracts.run.deviations import DeviationsError, read
from contracts.text import atomic
from contracts.text.message import about, msg
from contracts.text.near import near

Verdict = Mapping[str, Any]
_WRONG = ("breach", "drift")


def add(verdict: Verdict, names: Sequence[str], file: Path, expires: date, source: str = "") -> list[str]:
    """Append a row to a file for each kind of trouble of these cases (none named: all), and return the rows' ids.

    Raises DeviationsError where a case shows nothing that could be known, or the file cannot be used.
    """
    cases = {case["case"]: case for case in verdict["cases"]}
    wrong = {name: case for name, case in cases.items() if case["result"] in _WRONG}
    for name in names:
        if name not in wrong:
            hint = near(name, wrong, msg("{n} cases have one", len(wrong)), cutoff=0.3)
            raise DeviationsError("{case} has no breach and no drift in this run; {hint}", name, hint)
    kinds: dict[tuple[str, ...], list[str]] = {}
    for name in names or wrong:
        signatures = sorted({breach["signature"] for breach in wrong[name]["breaches"]})
        kinds.setdefault(tuple(signatures), []).append(name)
    if not kinds:
        raise DeviationsError("this run has no breach and no drift, so there is nothing to write down")
    taken = {row.id for row in read(file)} if file.exists() else set()
    text = file.read_text(encoding="utf-8").rstrip() + "\n" if taken else ""
    said = source or msg("run {run} on {host}", verdict["run"]["id"], verdict["run"]["host"])
    ids: list[str] = []
    for key, shown in kinds.items():
        base = shown[0].replace("/", "-")
        name = next(each for each in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if each not in taken)
        taken.add(name)
        ids.append(name)
        text += "\n".join(_row(name, wrong[shown[0]], shown, key, verdict["run"], expires, said))
    atomic.write(file, [text.lstrip("\n")])
    read(file)
    return ids


def _row(
    name: str,
    case: Mapping[str, Any],
    shown: Iterable[str],
    signatures: Iterable[str],
    run: Mapping[str, Any],
    expires: date,
    source: str,
) -> Iterator[str]:
    first = case["breaches"][0]
    means = msg("{where}: expected {promised}, got {came}", first["where"], first["promised"], first["came"])
    yield ""
    yield f"[{_text(name)}]"
    yield f"means = {_text(means)}"
    yield f"releases = [{_text(run['release'])}]"
    yield f"source = {_text(source)}"
    yield f"since = {_text(run['release'])}"
    yield f"expires = {expires.isoformat()}"
    yield ""
    yield f"[{_text(name)}.shows]"
    for each in shown:
        yield f"{_text(each)} = [{', '.join(map(_text, signatures))}]"
    yield ""


def _text(value: str) -> str:
    """Return a text as TOML has it, which JSON's form is, but for what ends a line."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def prune(verdict: Verdict, file: Path) -> list[str]:
    """Take out of a file what a run showed as gone, and return what that was, a case or a whole row each.

    A row goes when no case that it names is left; one case goes with its line. Raises DeviationsError where the run
    knew of none of its rows, or the file is not written in lines as `add` writes it.
    """
    gone = {row["id"]: {*row["fixed"]} for row in verdict["deviations"] if row["fixed"] and row["id"]}
    seen = {row["id"] for row in verdict["deviations"] if row["seen"]}
    rows = {row.id: row for row in read(file)}
    known = rows.keys() & {row["id"] for row in verdict["deviations"]}
    broken = {case["case"] for case in verdict["cases"] if case["breaches"]}
    if not known and broken.isdisjoint(case for row in rows.values() for case in row.shows):
        raise DeviationsError(about(file, "the run used none of its rows; run again with --deviations {file}", file))
    whole = {
        name
        for name, cases in gone.items()
        if name in rows and name not in seen and {case for case in rows[name].shows if "*" not in case} <= cases
    }
    part = {name: {*rows[name].shows} & cases for name, cases in gone.items() if name in rows and name not in whole}
    kept = [*_kept(file.read_text(encoding="utf-8").splitlines(), whole, part)]
    wanted = {
        name: {case for case in row.shows if case not in part.get(name, ())}
        for name, row in rows.items()
        if name not in whole
    }
    atomic.write(draft := file.with_name(f".{file.name}.pruned"), ["\n".join(kept).strip("\n") + "\n"])
    try:
        found = {row.id: {*row.shows} for row in read(draft)}
    finally:
        text = draft.read_text(encoding="utf-8")
        draft.unlink()
    if found != wanted:
        raise DeviationsError(about(file, "does not have one line for each case; remove the rows by hand"))
    atomic.write(file, [text])
    return [*sorted(whole), *(f"{name}: {case}" for name, cases in part.items() for case in sorted(cases))]


def _kept(lines: Iterable[str], whole: set[str], part: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield the lines of a file that stay."""
    row = ""
    for line in lines:
        if line.startswith("["):
            row = line.strip("[]").removesuffix(".shows").strip('"')
        case = line.partition("=")[0].strip().strip('"')
        if row not in whole and case not in part.get(row, ()):
            yield line
