"""What a run says about the change in front of it: killed for the right reason, survived, silent, or no run at all."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from contracts.breakages.apis import APIS
from contracts.breakages.breakage import Breakage
from contracts.report.verdict_rules import ACCEPTED, REJECTED
from contracts.text.frozen import dataclass

BROKEN = ("breach", "drift")
"""Results of a case that break a promise. A drift rejects a run too: a campaign runs with --drift fail."""
SHOWN = 3
"""Cases that a line names."""


class Result(StrEnum):
    """What became of a change, the worst first."""

    DID_NOT_RUN = "did not run"
    DID_NOTHING = "did nothing"
    FALSE_ALARM = "false alarm"
    SURVIVED = "survived"
    MISREPORTED = "misreported"
    NOT_SHOWN = "not shown"
    KILLED = "killed"
    SILENT = "silent"


GOOD = (Result.NOT_SHOWN, Result.KILLED, Result.SILENT)
"""Results that need no further look."""


@dataclass(frozen=True)
class RunEnd:
    """What is left of a run.

    applied: how many answers the change made different. verdict: verdict.json. trouble: why there is no such thing, in
    one line; the run is then none.
    """

    applied: int = 0
    verdict: Mapping[str, Any] | None = None
    trouble: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Finding:
    """One breach of one case, as it counts.

    level: that of the case. kind, signature: those of the breach.
    """

    case: str
    level: str
    kind: str
    signature: str

    def __str__(self) -> str:
        return f"{self.case} ({self.signature})"


@dataclass(frozen=True)
class Judgement:
    """What became of a change.

    reason: why, where that is not plain. by: the breaches that show it. idle: whether the change did nothing although a
    case sent a request that gets its answer.
    """

    result: Result
    reason: str = ""
    by: tuple[Finding, ...] = ()
    idle: bool = False


def judge(change: Breakage, end: RunEnd) -> Judgement:
    """Return what a run with `change` in front says about it."""
    verdict = end.verdict
    if end.trouble or verdict is None:
        return Judgement(Result.DID_NOT_RUN, end.trouble or "there is no verdict")
    crashed = [outcome for outcome in verdict["cases"] if outcome["result"] == "crashed"]
    if crashed:
        return Judgement(Result.DID_NOT_RUN, f"the suite itself failed in {crashed[0]['case']}: {crashed[0]['reason']}")
    if end.applied == 0:
        return _without_effect(change, verdict)
    return _breakage(change, end, verdict) if change.kinds else _benign(verdict)


def findings(change: Breakage, outcome: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the breaches of one case by which a breakage is found out: of a kind expected, at its own operation."""
    if outcome["result"] not in BROKEN or not is_at(outcome, change):
        return ()
    return tuple(row for row in _breaches(outcome) if row.kind in change.kinds)


def _without_effect(change: Breakage, verdict: Mapping[str, Any]) -> Judgement:
    """Judge a change that made no answer different: a defect of the campaign, unless no case requested its answer."""
    if verdict["verdict"] != ACCEPTED:
        why = _first(verdict)
        return Judgement(Result.DID_NOTHING, f"it made no answer different, and yet the run was not accepted: {why}")
    usual = APIS[change.api].behaviour
    if not change.kinds and (verdict["run"]["stand_in"] or usual) != usual:
        return Judgement(Result.SILENT, "the server does so by itself, never gives this answer, or words it otherwise")
    if any(gets_its_answer(outcome, change) and acts_on(outcome, change) for outcome in verdict["cases"]):
        return Judgement(Result.DID_NOTHING, "its answer came, and it made none different", idle=True)
    reason = f"no case of {verdict['run']['profile']} gets this answer"
    if not change.kinds:
        return Judgement(Result.SILENT, reason)
    if verdict["run"]["stand_in"]:
        return Judgement(Result.SURVIVED, reason)
    return Judgement(Result.NOT_SHOWN, f"{reason} on this target")


def _breakage(change: Breakage, end: RunEnd, verdict: Mapping[str, Any]) -> Judgement:
    by = tuple(row for outcome in verdict["cases"] for row in findings(change, outcome))
    if by and verdict["verdict"] == REJECTED:
        return Judgement(Result.KILLED, by=by)
    if verdict["verdict"] == REJECTED:
        others = _all_breaches(verdict)
        expected = f"{' or '.join(sorted(change.kinds))} at {change.operation}"
        return Judgement(Result.MISREPORTED, f"expected {expected}, reported as {_some(others)}", others)
    reason = f"applied {end.applied} {'time' if end.applied == 1 else 'times'}, and no case noticed"
    if verdict["verdict"] != ACCEPTED:
        reason += f": the run was {verdict['verdict']} ({'; '.join(verdict['reasons'])})"
    return Judgement(Result.SURVIVED, reason)


def _benign(verdict: Mapping[str, Any]) -> Judgement:
    if verdict["exit"] == 0:
        return Judgement(Result.SILENT)
    hidden = all(outcome["result"] in ("held", "known") for outcome in verdict["cases"])
    fixed = [row["id"] for row in verdict["deviations"] if row["fixed"]] if hidden else []
    if fixed and verdict["exit"] == 1:
        return Judgement(Result.SILENT, f"it hides what the server is known to do: {', '.join(fixed)}")
    return Judgement(Result.FALSE_ALARM, f"{verdict['verdict']}: {_first(verdict)}", _all_breaches(verdict))


def _all_breaches(verdict: Mapping[str, Any]) -> tuple[Finding, ...]:
    return tuple(row for outcome in verdict["cases"] if outcome["result"] in BROKEN for row in _breaches(outcome))


def _breaches(outcome: Mapping[str, Any]) -> Iterator[Finding]:
    for breach in outcome["breaches"]:
        yield Finding(outcome["case"], outcome["level"], breach["kind"], breach["signature"])


def _some(rows: Sequence[Finding]) -> str:
    """Return the first of each signature, in one line."""
    firsts = list({row.signature: row for row in rows}.values())
    more = f" and {len(firsts) - SHOWN} more" if len(firsts) > SHOWN else ""
    return ", ".join(f"{row.signature} in {row.case}" for row in firsts[:SHOWN]) + more


def _first(verdict: Mapping[str, Any]) -> str:
    """Return the reasons for a verdict, with the first case that broke a promise, or else that failed."""
    wrongs = [outcome for outcome in verdict["cases"] if outcome["result"] not in ("held", "known")]
    wrong = next((outcome for outcome in wrongs if outcome["result"] in BROKEN), wrongs[0] if wrongs else None)
    reasons = "; ".join(verdict["reasons"])
    if wrong is None:
        return reasons
    what = _some(tuple(_breaches(wrong))) or f"{wrong['case']}: {wrong['reason']}"
    return f"{reasons}; first {what}"


def is_at(outcome: Mapping[str, Any], change: Breakage) -> bool:
    """Whether a case went wrong at an operation: its own, or that of the step at which a scenario ended.

    A flow ends at its last operation, or at a look at what that one did. A concurrent scenario sends several at once.
    """
    api, operation = APIS[change.api], change.operation
    if operation == "*" or outcome["operation"] in api.operations:
        return operation in ("*", outcome["operation"])
    sent = [(step["call"], step["answer"]) for step in outcome["steps"] if step["phase"] == "request"]
    if outcome["operation"] == "concurrency":
        return operation in dict(sent)
    if outcome["operation"] == "explore" and any(
        breach["signature"].split()[1:2] == [operation] for breach in outcome["breaches"]
    ):
        return True  # a broken body is told by its operation and place
    changing = [call for call, _ in sent if call in api.operations and api.calls[call].method != "GET"]
    held = [call for call, answer in sent if answer]  # the others are looks at what these did
    return operation in (*changing[-1:], *held[-1:])


def acts_on(outcome: Mapping[str, Any], change: Breakage) -> bool:
    """Whether a case is one that a change names, or made a call or got an answer that it names; it may name none."""
    met = {step[part] for step in outcome["steps"] for part in ("call", "answer")}
    return not change.of or bool(change.of & {outcome["case"], *met})


def gets_its_answer(outcome: Mapping[str, Any], change: Breakage) -> bool:
    """Whether a case sent a request that gets the answer which a change acts on."""
    return any(
        (change.operation in ("*", step["call"])) and (change.answer in ("*", step["answer"]))
        for step in outcome["steps"]
        if step["call"] in APIS[change.api].operations
    )
