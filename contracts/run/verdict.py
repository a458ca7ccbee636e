"""The verdict: what the outcomes of a run add up to, and the exit code that says so."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from typing import Any

from contracts.report import verdict_rules
from contracts.report.verdict_file import FILE, VERSION
from contracts.report.verdict_rules import Result, plan_id, unknown_keys
from contracts.run.kept import Kept
from contracts.run.metrics import coverage, latency
from contracts.text import atomic
from contracts.text.frozen import dataclass
from contracts.text.message import to_plain
from contracts.text.redact import mask_all

PASSED_ON = frozenset({2, 3, 4, 5})
"""Exit codes of pytest that stand as they are: interrupted, internal error, usage, nothing collected."""


@dataclass(frozen=True)
class Run:
    """What a run was about. Times are ISO 8601 in UTC; `stand_in` is its behaviour, None for a live
    target; `embedded`: the run started it itself. `host` is the target's, with its port. `suite` says which suite ran,
    `settings` all of its settings, secrets masked, `command` how cases are run there, `command_line` the words by which
    this run was called, secrets masked."""

    id: str
    started: str
    seconds: float
    release: str
    profile: str
    base_url: str
    api_prefix: str
    stand_in: str | None
    embedded: bool
    shard: str | None = None
    drift: str = "fail"
    unknown_fields: str = "report"
    notes: Sequence[str] = ()
    host: str = ""
    ended: str = ""
    suite: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    command_line: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in verdict.json."""
        return asdict(self) | {"notes": list(self.notes), "command_line": list(self.command_line)}


@dataclass(frozen=True)
class RunResult:
    """All that the verdict is decided on. `outcomes` are plain data, one a case, `planned` the cases that were to run,
    `promises` the answers that there are (measures.promises), `elsewhere` the cases that other shards are to run,
    `unselected` those of the profile that nobody asked for (None: not known), `removed` what the end removed,
    `unseen` those of the leaks that nobody could look at."""

    planned: Sequence[str]
    outcomes: Sequence[Mapping[str, Any]]
    leaks: Sequence[str] = ()
    interrupted: str = ""
    deviations: Sequence[Mapping[str, Any]] = ()
    promises: Sequence[Mapping[str, Any]] = ()
    elsewhere: Sequence[str] = ()
    unselected: Sequence[str] | None = ()
    removed: Sequence[str] = ()
    unseen: Sequence[str] = ()

    @property
    def plan(self) -> dict[str, Any]:
        """The whole plan that the planned cases are a part of."""
        whole = {*self.planned, *self.elsewhere}
        plan = {"id": plan_id(whole), "cases": len(whole), "elsewhere": list(self.elsewhere)}
        if self.unselected is None:
            return plan
        all_of_it = whole.union(self.unselected)
        profile = {"id": plan_id(all_of_it), "cases": len(all_of_it)}
        return plan | {"profile": profile, "unselected": list(self.unselected)}


def decide(run: Run, result: RunResult) -> dict[str, Any]:
    """Return the verdict of a run as plain data, as it stands in verdict.json."""
    results = {outcome["case"]: str(outcome["result"]) for outcome in result.outcomes}
    counts, done = Counter(results.values()), results.keys()
    not_run = [case for case in result.planned if case not in done]
    rest = {
        "run": run.to_json(),
        "counts": {
            "planned": len(result.planned),
            "run": len(done),
            **{str(each): counts[each] for each in Result},
            "not_run": len(not_run),
            "leaks": len(result.leaks),
        },
        "interrupted": result.interrupted,
        "plan": result.plan,
        "table": _table(result.outcomes),
        "coverage": coverage(result.promises, result.outcomes),
        "latency": latency(dict.fromkeys(row["operation"] for row in result.promises), result.outcomes),
        "cases": result.outcomes,
        "not_run": not_run,
        "deviations": [dict(row) for row in result.deviations],
        "unknown_fields": [] if run.unknown_fields == "ignore" else unknown_keys(result.outcomes),
        "leaks": list(result.leaks),
        "removed": list(result.removed),
        "unseen": list(result.unseen),
    }
    decision = verdict_rules.decide(rest)
    whole = {"version": VERSION, "verdict": decision.verdict, "exit": decision.exit, "reasons": list(decision.reasons)}
    cases = result.outcomes if isinstance(result.outcomes, Kept) else [mask_all(outcome) for outcome in result.outcomes]
    return {key: cases if key == "cases" else mask_all(value) for key, value in (whole | rest).items()}


def _table(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], Counter[str]] = {}
    for outcome in outcomes:
        rows.setdefault((outcome["operation"], outcome["answer"]), Counter())[str(outcome["result"])] += 1
    return [
        {"operation": operation, "answer": answer, **{str(result): counts[result] for result in Result}}
        for (operation, answer), counts in sorted(rows.items())
    ]


def once(outcomes: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return one outcome a case where a plugin had some run again: the worst, whatever came before or after."""
    worst = [str(result) for result in Result]
    kept: dict[str, tuple[int, int]] = {}
    for number, outcome in enumerate(outcomes):
        found = worst.index(str(outcome["result"])), number
        kept[outcome["case"]] = min(found, kept.get(outcome["case"], found))
    numbers = [number for _, number in kept.values()]
    return outcomes.some(numbers) if isinstance(outcomes, Kept) else [outcomes[number] for number in numbers]


def write(verdict: Mapping[str, Any], folder: Path) -> Path:
    """Write verdict.json into the run folder, whole or not at all, and return its path."""
    path = folder / FILE
    folder.mkdir(0o750, parents=True, exist_ok=True)
    atomic.write(path, _lines(verdict))
    return path


def _lines(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yield the JSON, a line for each item: readable, searched with ease, and never held whole, plain or as text."""
    whole = to_plain({**verdict, "cases": []}) | {"cases": verdict["cases"]}
    for number, (key, value) in enumerate(whole.items()):
        yield f"{',' if number else '{'}\n{_json(key)}: "
        if not value and isinstance(value, Kept):
            yield "[]"
        elif value and isinstance(value, list | Kept):
            yield from (f"{',' if index else '['}\n  {_json(item)}" for index, item in enumerate(value))
            yield "\n]"
        else:
            yield _json(value)
    yield "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(to_plain(value), ensure_ascii=False)
