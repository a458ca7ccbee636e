"""Puts the runs of all shards together: one verdict over the whole plan, as if one run had run it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from contracts.catalog.release import load
from contracts.run.metrics import promises
from contracts.run.verdict import Run, RunResult, decide, once
from contracts.text.errors import InputError
from contracts.text.message import msg

SAME = ("release", "profile", "base_url", "api_prefix", "stand_in", "drift", "unknown_fields")
"""What all shards of one plan must have in common."""

Verdict = Mapping[str, Any]


class MergeError(InputError):
    """The runs are not shards of one plan; one line says which differ, and in what."""


def merge(verdicts: Sequence[Verdict], run_id: str, folder: str | None = None) -> dict[str, Any]:
    """Return the verdict over several shards; a case that none of them ran is planned and not run.

    folder: where the merged run is to be; None: where runs usually are.

    Raises MergeError where the runs are not of one plan, target and release, or two ran the same shard.
    """
    first = verdicts[0]
    for other in verdicts[1:]:
        for what, one, two in _facts(first, other):
            if one != two:
                differ = "{one} and {two} are not shards of one run: the {what} is {first} and {second}"
                raise MergeError(differ, first["run"]["id"], other["run"]["id"], what, repr(one), repr(two))
    shards = [verdict["run"]["shard"] for verdict in verdicts]
    if doubled := next((shard for shard in shards if shards.count(shard) > 1), None):
        raise MergeError("shard {shard} was given twice; give each shard once", doubled)
    outcomes = once([case for verdict in verdicts for case in verdict["cases"]])
    planned = [case for verdict in verdicts for case in _planned(verdict)]
    unselected = [verdict["plan"].get("unselected") for verdict in verdicts]
    tally = RunResult(
        planned=list(dict.fromkeys([*planned, *first["plan"]["elsewhere"]])),
        outcomes=outcomes,
        leaks=[leak for verdict in verdicts for leak in verdict["leaks"]],
        unselected=unselected[0] if None not in unselected else None,
        unseen=[leak for verdict in verdicts for leak in verdict.get("unseen", [])],
        removed=[name for verdict in verdicts for name in verdict.get("removed", [])],
        interrupted=_interrupted(verdicts),
        deviations=_deviations(verdicts),
        promises=promises(load(first["run"]["release"])),
    )
    return decide(_run(verdicts, run_id, folder), tally)


def _facts(first: Verdict, other: Verdict) -> Iterable[tuple[str, Any, Any]]:
    yield "plan", first["plan"]["id"], other["plan"]["id"]
    yield msg("plan of the profile"), first["plan"].get("profile"), other["plan"].get("profile")
    for name in SAME:
        if name != "base_url" or not (first["run"]["embedded"] and other["run"]["embedded"]):
            yield name.replace("_", " "), first["run"][name], other["run"][name]
    one, two = (str(verdict["run"]["shard"]).partition("/")[2] for verdict in (first, other))
    yield msg("number of shards"), one, two


def _planned(verdict: Verdict) -> list[str]:
    return [*(case["case"] for case in verdict["cases"]), *verdict["not_run"]]


def _interrupted(verdicts: Iterable[Verdict]) -> str:
    shards = [
        msg("shard {shard} was {why}", verdict["run"]["shard"], why)
        for verdict in verdicts
        if (why := verdict["interrupted"])
    ]
    return msg("{shards|, }", shards) if shards else ""


def _deviations(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return what all shards saw of each known deviation."""
    rows: dict[str, dict[str, Any]] = {}
    for row in (row for verdict in verdicts for row in verdict["deviations"]):
        kept = rows.setdefault(row["id"], {**row, "seen": [], "fixed": []})
        kept["seen"] = [*kept["seen"], *row["seen"]]
        kept["fixed"] = [*kept["fixed"], *row["fixed"]]
    return list(rows.values())


def _run(verdicts: Sequence[Verdict], run_id: str, folder: str | None) -> Run:
    """Return what the merged run was about: the first shard's facts, over the time of all of them."""
    runs = [verdict["run"] for verdict in verdicts]
    notes = dict.fromkeys(note for run in runs for note in run["notes"])
    known = {field.name for field in fields(Run)}
    merged = {key: value for key, value in runs[0].items() if key in known}
    merged |= {"settings": {**runs[0]["settings"], "run_dir": folder}}
    merged |= {"id": run_id, "shard": None, "started": min(run["started"] for run in runs)}
    merged |= {"ended": max(run["ended"] for run in runs), "seconds": max(run["seconds"] for run in runs)}
    return Run(**merged | {"notes": [msg("merged from {n} shards", len(runs)), *notes]})
