"""The gate: whether a release may go out, from the folders of runs that are over. No pytest, no target, no trust."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import Any, cast

from contracts.i18n.locale import ENGLISH
from contracts.i18n.translate import localized, say, word
from contracts.report.verdict_file import CHANGED, FILE, ReadError, read
from contracts.report.verdict_rules import INCONCLUSIVE, WORST, Decision, decide, planned
from contracts.text.frozen import dataclass
from contracts.text.message import Message, about, msg

NO_ZADIG = msg("this says nothing about a live Zadig")
NOT_LIVE = msg("it ran on a stand-in, which says nothing about a live Zadig; set ZADIG_BASE_URL for the run")


@dataclass(frozen=True)
class GateResult:
    """One run at the gate: its folder, what is decided of it, and what verdict.json says: of the run, of the whole plan
    that it is a part of, and which cases were planned; empty: nothing."""

    folder: str
    decision: Decision
    run: Mapping[str, Any]
    plan: Mapping[str, Any] = field(default_factory=dict)
    planned: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """Return it as `gate --json` tells it."""
        about = {key: self.run.get(key) for key in ("id", "release", "profile", "host", "stand_in", "shard")}
        return {"folder": self.folder} | _plain(self.decision) | {"run": about}


def gate(
    folders: Sequence[Path],
    today: date,
    profile: str | None = None,
    *,
    selection: bool = False,
    live: bool = False,
    recheck: Callable[[Mapping[str, Any]], str] = lambda _: "",
) -> tuple[list[GateResult], Decision]:
    """Return what is decided of each run and of all together, where at least `profile` is asked for (None: its own).

    selection: whether a part of a profile is what was meant. live: whether a run on a stand-in cannot tell.
    recheck: returns in what the cases of a verdict differ from the exchanges that it kept.
    """
    runs = [_gated(folder, today, profile, recheck) for folder in folders]
    missing = tuple(_missing(runs, selection))
    if live:
        missing += tuple(about(run.folder, NOT_LIVE) for run in runs if run.run.get("stand_in") is not None)
    exits = {run.decision.exit for run in runs} | ({6} if missing else set())
    exit_code = next(code for code in WORST if code in exits)
    reasons = [about(run.folder, reason) for run in runs for reason in run.decision.reasons]
    return runs, Decision(exit_code, (*reasons, *missing))


def _gated(folder: Path, today: date, profile: str | None, recheck: Callable[[Mapping[str, Any]], str]) -> GateResult:
    if folder.is_dir() and not (folder / FILE).exists():
        killed = msg("no {file}: the run was killed before its verdict, or is still running", FILE)
        return GateResult(str(folder), Decision(6, (killed,)), {})
    try:
        verdict = read(folder)
        if wrong := recheck(verdict):
            raise ReadError(about(folder, CHANGED.put(wrong)))
    except ReadError as error:
        return GateResult(str(folder), Decision(4, (_without(folder, error.message),)), {})
    return GateResult(str(folder), _decided(verdict, today, profile), verdict["run"], verdict["plan"], planned(verdict))


def _without(folder: Path, why: str) -> str:
    """Return what is wrong without the folder in front of it, where it begins with that."""
    parts = why.values if isinstance(why, Message) else {}
    return cast(str, parts["why"]) if parts.get("what") == str(folder) else why


def _decided(verdict: Mapping[str, Any], today: date, profile: str | None) -> Decision:
    """Return what a run adds up to today; where verdict.json says worse of itself, the worse counts."""
    known = decide(verdict, today, profile).reasons
    decision = decide(verdict, today, profile, [reason for reason in verdict["reasons"] if reason not in known])
    if decision.exit == verdict["exit"]:
        return decision
    worse = "{file} says exit {written}, its cases say {found} today: the worse counts"
    differ = msg(worse, FILE, verdict["exit"], decision.exit)
    return Decision(min(decision.exit, verdict["exit"], key=WORST.index), (*decision.reasons, differ))


def _missing(runs: Sequence[GateResult], selection: bool) -> Iterator[str]:
    """Yield which cases of a plan are not at the gate, of other shards or not selected: they did not run."""
    for shards in _alike(runs, lambda run: run.plan["id"]):
        missing = {*shards[0].plan["elsewhere"]}.difference(*(shard.planned for shard in shards))
        if missing:
            yield about(_names(shards), "{n} of the planned cases belong to shards that were not given", len(missing))
    for parts in _alike([] if selection else runs, lambda run: run.plan.get("profile", {}).get("id", run.folder)):
        unselected = [{*part.plan["unselected"]} for part in parts if "unselected" in part.plan]
        if not unselected:
            older = "an earlier version of the suite ran it, which does not record what was selected; run again"
            yield about(_names(parts), older)
        elif missing := set.intersection(*unselected).difference(*(part.planned for part in parts)):
            whole = (
                "{n} of the {of} cases of the profile {profile} were not selected; add --selection if that was intended"
            )
            of, own = parts[0].plan["profile"]["cases"], parts[0].run["profile"]
            yield about(_names(parts), whole, len(missing), of, own)


def _alike(runs: Iterable[GateResult], plan: Callable[[GateResult], Any]) -> Iterable[list[GateResult]]:
    """Return the runs that can be read by what they ran: runs of one plan, release and target together."""
    plans: dict[tuple[Any, ...], list[GateResult]] = {}
    for run in (run for run in runs if run.plan):
        plans.setdefault((plan(run), run.run["release"], _target(run.run)), []).append(run)
    return plans.values()


def _names(runs: Iterable[GateResult]) -> str:
    return ", ".join(run.folder for run in runs)


def _plain(decision: Decision) -> dict[str, Any]:
    return {"verdict": decision.verdict, "exit": decision.exit, "reasons": list(decision.reasons)}


def to_json(runs: Sequence[GateResult], together: Decision) -> dict[str, Any]:
    """Return what `gate --json` tells."""
    live = bool(runs) and all(run.run.get("stand_in", "") is None for run in runs)
    return _plain(together) | {"live": live, "runs": [run.to_json() for run in runs]}


def lines(runs: Sequence[GateResult], together: Decision, lang: str = ENGLISH) -> Iterator[str]:
    """Yield a line for each run, what is missing between them, and the verdict on all of them last, in a language."""
    for run in runs:
        why = say(lang, ": {reasons|; }", run.decision.reasons) if run.decision.reasons else ""
        where = ""
        if run.run:
            on = _target(run.run, lang)
            where = say(lang, " · {release} {profile} on {target}", run.run["release"], run.run["profile"], on)
        yield f"{_word(run.decision, lang)}  {run.folder}{where}{why}"
    missing = together.reasons[sum(len(run.decision.reasons) for run in runs) :]
    yield from (f"{word(lang, INCONCLUSIVE).upper()}  {localized(reason, lang)}" for reason in missing)
    count = say(lang, "{n} run" if len(runs) == 1 else "{n} runs", len(runs))
    stand_ins = sum(run.run.get("stand_in") is not None for run in runs)
    on = say(lang, "; {n} of {of} on a stand-in: {means}", stand_ins, len(runs), NO_ZADIG) if stand_ins else ""
    yield say(lang, "GATE: {verdict} (exit {exit}, {runs}){on}", _word(together, lang), together.exit, count, on)


def _word(decision: Decision, lang: str) -> str:
    return word(lang, decision.verdict).upper()


def _target(run: Mapping[str, Any], lang: str = ENGLISH) -> str:
    if run["stand_in"] is None:
        return str(run["host"])
    return say(lang, "the stand-in ({behaviour}), {means}", run["stand_in"], NO_ZADIG)
