"""What allure is told of a run in words and files, beside the results: message, description, attachments, categories.

Plain data, and no allure in it. Everything that came from a server is made fit to be looked at.
"""

import html
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.text.printable import printable, visible

NOT_RUN = "not run"
STATUSES = {
    "breach": "failed",
    "drift": "failed",
    "crashed": "broken",
    "blocked": "skipped",
    "unreachable": "skipped",
    "known": "skipped",
    "held": "passed",
    NOT_RUN: "unknown",
}
"""What allure calls a result. Failed, broken, skipped and passed are counted as pytest counts them."""
CATEGORIES = {
    "breach": "Breaches: the contract is broken",
    "drift": "Drifts: other than servers were seen to answer",
    "crashed": "Crashed: the suite failed, or its worker was lost",
    "blocked": "Blocked: the given could not be arranged",
    "unreachable": "Unreachable: the target did not answer",
    "known": "Known deviations",
    "fixed": "Known deviations that no longer show",
    NOT_RUN: "Planned and not run",
}
"""What a message begins with, and the category of all messages that begin so."""
HISTORY = "allure-history.jsonl"
"""Where allure 3 keeps former runs, from the folder that it is called in: the results' own folder may be emptied."""
LINE, BODY = 400, 20_000
"""Characters that are shown of a line, and of a longer text."""

Verdict = Mapping[str, Any]
Case = Mapping[str, Any]


def status(case: Case, run: Mapping[str, Any]) -> str:
    """Return what allure calls the result of a case; a drift that is only warned of has passed."""
    return "passed" if case["result"] == "drift" and run["drift"] == "warn" else STATUSES[case["result"]]


def message(case: Case, verdict: Verdict) -> str:
    """Return what became of a case in one line, its result first; empty where there is nothing to say."""
    kind, said = case["result"], case["reason"]
    if case["deviation"]:
        means = [row["means"] for row in verdict["deviations"] if row["id"] == case["deviation"]]
        said = ": ".join([case["deviation"], *means])
    elif case["breaches"]:
        more = f" (and {len(case['breaches']) - 1} more)" if len(case["breaches"]) > 1 else ""
        worst = min(case["breaches"], key=lambda breach: breach["drift"])
        said = breach_line(worst | {"drift": False}) + more
    elif case["fixed"]:
        kind, said = "fixed", f"{case['fixed']} no longer shows"
    return visible(" ".join(f"{kind}: {said}".split()), LINE) if said else ""


def breach_line(breach: Mapping[str, Any]) -> str:
    """Return one broken promise in one line."""
    place = breach["where"] if breach["where"].startswith(breach["kind"]) else f"{breach['kind']} at {breach['where']}"
    drift = " (drift)" if breach["drift"] else ""
    text = f"{place}{drift}: promised {breach['promised']}, came {breach['came']}"
    return visible(" ".join(text.split()), LINE)


def description(case: Case, documented: bool) -> str:
    """Return who promises the answer of a case and where, and what it starts from; HTML, with everything escaped."""
    who = "The page promises" if documented else "Servers were seen to give"
    lines = [
        case["promised"] and f"{who} the answer {case['answer']}: {case['promised']}",
        case["given"] and f"Given: {case['given']}",
    ]
    return "".join(f"<p>{html.escape(visible(line))}</p>" for line in lines if line)


def attachments(case: Case, root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield name, text and ending of what goes with a case: one where it held, else all that was promised and came."""
    if case["evidence"]:
        yield "exchange", "\n\n".join(map(_exchange, case["evidence"])), "txt"
    if case["result"] == "held":
        return
    curls = [case["again"], *(exchange["curl"] for exchange in case["evidence"])]
    if any(curls):
        yield "curl", "\n\n".join(visible(line, BODY) for line in curls if line) + "\n", "txt"
    if case["wanted"]:
        yield "promised", _json(case["wanted"] | {"body": _read(case["wanted"]["body"])}), "json"
        path = (root / case["wanted"]["schema"]).resolve()
        if path.is_relative_to(root.resolve()) and path.is_file():
            yield "schema", path.read_text(encoding="utf-8"), "json"


def _exchange(exchange: Mapping[str, Any]) -> str:
    came = exchange["failure"] or f"HTTP {exchange['status']}\nContent-Type: {exchange['content_type'] or '(none)'}"
    body = visible(exchange["body"], BODY)
    return f"$ {visible(exchange['curl'], BODY)}\n\n{visible(came, BODY)}\n({exchange['seconds']} s)\n\n{body}\n"


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _json(data: Any) -> str:
    return printable(json.dumps(data, ensure_ascii=False, indent=2), keep="\n", code=json.dumps)


def files(verdict: Verdict) -> dict[str, str]:
    """Return name and text of the files that stand beside the results: allure 2 reads two, allure 3 its config too."""
    categories = list(_categories())
    config = {
        "name": f"Zadig contract {verdict['run']['release']}",
        "historyPath": HISTORY,
        "categories": categories,
        "plugins": {"awesome": {"options": {"groupBy": ["epic", "feature", "story"]}}},
    }
    return {
        "categories.json": json.dumps(categories, indent=2),
        "allurerc.json": json.dumps(config, indent=2),
        "environment.properties": "".join(_environment(verdict)),
    }


def _categories() -> Iterator[dict[str, Any]]:
    """Yield the categories in the words of allure 2, which allure 3 takes too; one wants a whole match, one finds."""
    for result, name in CATEGORIES.items():
        statuses = {"fixed": ["passed"], "drift": ["failed", "passed"]}.get(result) or [STATUSES[result]]
        yield {"name": name, "messageRegex": f"^{result}: .*", "matchedStatuses": statuses}


def _environment(verdict: Verdict) -> Iterator[str]:
    run = verdict["run"]
    shown = {
        "target": run["base_url"] + run["api_prefix"],
        "stand-in": run["stand_in"],
        **{name: run[name] for name in ("release", "profile", "drift", "shard", "started")},
        "run": run["id"],
        "suite": " ".join(filter(None, run["suite"].values())),
        "verdict": f"{verdict['verdict']}, exit {verdict['exit']}",
    }
    for name, value in shown.items():
        if value:  # JSON's escapes are those of properties files too, which have no letters but ASCII
            yield f"{name} = {json.dumps(visible(value))[1:-1]}\n"
