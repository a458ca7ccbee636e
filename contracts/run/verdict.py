"""The verdict: what the outcomes of a run add up to, and the exit code that says so."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contracts.case.outcome import Result
from contracts.run.metrics import coverage, latency, unknown_keys
from contracts.run.shards import plan_id
from contracts.text import atomic
from contracts.text.redact import mask_all

FILE = "verdict.json"
VERSION = 1
ACCEPTED, REJECTED, INCONCLUSIVE = "accepted", "rejected", "inconclusive"
EXITS = {ACCEPTED: 0, REJECTED: 1, INCONCLUSIVE: 6}
LEAKED = 7
STRICT = "acceptance"
"""The profile in which a known deviation that no longer shows is held against the release's data."""
PASSED_ON = frozenset({2, 3, 4, 5})
"""Exit codes of pytest that stand as they are: interrupted, internal error, usage, nothing collected."""


@dataclass(frozen=True)
class Run:
    """What a run was about. Times are ISO 8601 in UTC; `stand_in` is its behaviour, None for a live
    target; `embedded`: the run started it itself. `host` is the target's, with its port. `suite` says which suite ran,
    `settings` all of its settings, secrets masked, `command` how cases are run there."""

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

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in verdict.json."""
        return asdict(self) | {"notes": list(self.notes)}


@dataclass(frozen=True)
class RunResult:
    """All that the verdict is decided on. `outcomes` are plain data, one a case, `planned` the cases that were to run,
    `promises` the answers that there are (measures.promises), `elsewhere` the cases that other shards are to run."""

    planned: Sequence[str]
    outcomes: Sequence[Mapping[str, Any]]
    leaks: Sequence[str] = ()
    interrupted: str = ""
    deviations: Sequence[Mapping[str, Any]] = ()
    promises: Sequence[Mapping[str, Any]] = ()
    elsewhere: Sequence[str] = ()

    @property
    def plan(self) -> dict[str, Any]:
        """The whole plan that the planned cases are a part of."""
        whole = {*self.planned, *self.elsewhere}
        return {"id": plan_id(whole), "cases": len(whole), "elsewhere": list(self.elsewhere)}


def decide(run: Run, tally: RunResult) -> dict[str, Any]:
    """Return the verdict of a run as plain data, as it stands in verdict.json."""
    counts = Counter(str(outcome["result"]) for outcome in tally.outcomes)
    done = {outcome["case"] for outcome in tally.outcomes}
    not_run = [case for case in tally.planned if case not in done]
    leaks = list(tally.leaks)
    against, doubts = _against(run, counts, tally), _doubts(counts, not_run, tally)
    verdict = REJECTED if against else INCONCLUSIVE if doubts else ACCEPTED
    exit_code = LEAKED if verdict == ACCEPTED and leaks else EXITS[verdict]
    whole = {
        "version": VERSION,
        "verdict": verdict,
        "exit": exit_code,
        "reasons": [*against, *doubts, *([f"{len(leaks)} leaked"] if leaks else [])],
        "run": run.to_json(),
        "counts": {
            "planned": len(tally.planned),
            "run": len(done),
            **{str(result): counts[result] for result in Result},
            "not_run": len(not_run),
            "leaks": len(leaks),
        },
        "interrupted": tally.interrupted,
        "plan": tally.plan,
        "table": _table(tally.outcomes),
        "coverage": coverage(tally.promises, tally.outcomes),
        "latency": latency(dict.fromkeys(row["operation"] for row in tally.promises), tally.outcomes),
        "cases": list(tally.outcomes),
        "not_run": not_run,
        "deviations": [dict(row) for row in tally.deviations],
        "unknown_fields": [] if run.unknown_fields == "ignore" else unknown_keys(tally.outcomes),
        "leaks": leaks,
    }
    return {
        key: [*map(mask_all, value)] if isinstance(value, list) else mask_all(value) for key, value in whole.items()
    }


def _against(run: Run, counts: Counter[str], tally: RunResult) -> list[str]:
    """Return what a release must not pass with."""
    reasons = []
    if counts[Result.BREACH]:
        reasons.append(_count(counts[Result.BREACH], "{n} breach", "{n} breaches"))
    if counts[Result.DRIFT] and run.drift == "fail":
        reasons.append(_count(counts[Result.DRIFT], "{n} drift", "{n} drifts"))
    if run.unknown_fields == "fail" and (unknown := unknown_keys(tally.outcomes)):
        reasons.append(_count(len(unknown), "{n} key that nobody documented", "{n} keys that nobody documented"))
    fixed = [row["id"] for row in tally.deviations if row["fixed"]]
    if fixed and run.profile == STRICT:
        reasons.append(f"known deviations that no longer show: {', '.join(fixed)}")
    return reasons


def _doubts(counts: Counter[str], not_run: Sequence[str], tally: RunResult) -> list[str]:
    """Return what keeps the run from telling."""
    doubtful = {
        Result.CRASHED: "{n} crashed",
        Result.UNREACHABLE: "{n} unreachable",
        Result.BLOCKED: "{n} blocked",
    }
    reasons = [text.format(n=counts[result]) for result, text in doubtful.items() if counts[result]]
    if not_run:
        reasons.append(f"{len(not_run)} planned and not run")
    if tally.interrupted:
        reasons.append(tally.interrupted)
    if not tally.planned:
        reasons.append("nothing was planned")
    return reasons


def _count(number: int, one: str, more: str) -> str:
    return (one if number == 1 else more).format(n=number)


def _table(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], Counter[str]] = {}
    for outcome in outcomes:
        rows.setdefault((outcome["operation"], outcome["answer"]), Counter())[str(outcome["result"])] += 1
    return [
        {"operation": operation, "answer": answer, **{str(result): counts[result] for result in Result}}
        for (operation, answer), counts in sorted(rows.items())
    ]


def once(outcomes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return one outcome a case where pytest ran some again: a breach stays one, whatever came later; else the last."""
    kept: dict[str, Mapping[str, Any]] = {}
    for outcome in outcomes:
        earlier = kept.get(outcome["case"])
        if earlier is None or earlier["result"] not in (Result.BREACH, Result.DRIFT) or outcome["result"] == "breach":
            kept[outcome["case"]] = outcome
    return list(kept.values())


def write(verdict: Mapping[str, Any], folder: Path) -> Path:
    """Write verdict.json into the run folder, whole or not at all, and return its path."""
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write(path, _lines(verdict))
    return path


def _lines(verdict: Mapping[str, Any]) -> Iterator[str]:
    """Yield the JSON, a line for each item: readable, searched with ease, and never held whole as text."""
    for number, (key, value) in enumerate(verdict.items()):
        yield f"{',' if number else '{'}\n{_json(key)}: "
        if isinstance(value, list) and value:
            yield from (f"{',' if index else '['}\n  {_json(item)}" for index, item in enumerate(value))
            yield "\n]"
        else:
            yield _json(value)
    yield "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
