# mypy: untyped-calls-exclude=allure_commons
"""The allure results of a run's cases, from verdict.json. They are written once, when all is over, by one process: so
they are right whatever became of the workers, and cost nothing while requests are sent."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from allure_commons import hookimpl, plugin_manager
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import (
    ATTACHMENT_PATTERN,
    Attachment,
    Globals,
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestResultContainer,
    TestStepResult,
)
from allure_commons.types import LinkType, Severity
from allure_commons.utils import md5, platform_label, uuid4

from contracts.report.export.status import ERROR, breach_line, message
from contracts.report.export.status import status as counts_as
from contracts.report.steps import Call, calls
from contracts.report.summary import terminal
from contracts.report.verdict_file import schema_file
from contracts.report.verdict_rules import CANNOT_TELL
from contracts.text import atomic
from contracts.text.nested import rewrite
from contracts.text.printable import in_json, printable, visible
from contracts.text.redact import register

SEVERITIES = (Severity.BLOCKER, Severity.CRITICAL, Severity.NORMAL, Severity.MINOR)
LEVELS = {"smoke": 1, "regression": 2, "nightly": 3}
"""Place of a case's severity by its level; what the page promises is one place more severe."""
PHASES = {"given": "precondition", "request": "request", "afterwards": "state afterwards", "cleanup": "clean-up"}
TYPES = {"txt": "text/plain", "json": "application/json"}
NOT_RUN = "not run"
BROKEN = "broken"
"""What allure calls an error."""
STATUSES = {"fixed": ["passed", "failed"], "drift": ["failed", "passed"], NOT_RUN: ["unknown"], "known": ["skipped"]}
"""The statuses of what is in a category; of those that are not here, failed or broken."""
CATEGORIES = {
    "breach": "Breaches: the contract is broken",
    "drift": "Drifts: not what real servers were observed to do",
    "crashed": "Crashed: the suite failed, or its worker was lost",
    "blocked": "Blocked: the precondition could not be set up",
    "unreachable": "Unreachable: the target did not respond",
    "disturbed": "Disturbed: something in front of the target responded",
    "known": "Known deviations",
    "fixed": "Known deviations that no longer show",
    NOT_RUN: "Planned and not run",
}
"""What a message begins with, and the category of all messages that begin so."""
HISTORY = "allure-history.jsonl"
"""Where allure 3 keeps former runs, from the folder that it is called in: the results' own folder may be emptied."""
_ADDRESS = re.compile(r"https?://[^\s;,]+")
BODY = 20_000
"""Characters that are shown of a long text."""

Verdict = Mapping[str, Any]
Case = Mapping[str, Any]


def write(verdict: Verdict, folder: Path, *, root: Path) -> int:
    """Write what allure 2 and 3 read into `folder`, and return how many results; OSError where that is not possible.

    `root` is the folder that the paths of schemas in the verdict start from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for case in chain(verdict["cases"], map(_not_run, verdict["not_run"])):
        result = _result(case, verdict)
        for name, text, ending in attachments(case, root):
            file = ATTACHMENT_PATTERN.format(prefix=f"{result.uuid}-{name}", ext=ending)
            atomic.write(folder / file, [text])
            result.attachments.append(Attachment(name, file, TYPES[ending]))
        file = result.file_pattern.format(prefix=result.uuid)
        atomic.write(folder / file, [json.dumps(result, default=_filled, ensure_ascii=False)])
    for name, text in files(verdict).items():
        atomic.write(folder / name, [text])
    return len(verdict["cases"]) + len(verdict["not_run"])


def _filled(item: Any) -> dict[str, Any]:
    """Return what is set of an item of allure's model, as its own logger writes it, which takes ten times as long."""
    return {name: value for name, value in vars(item).items() if value or value is False}


def _not_run(case_id: str) -> dict[str, Any]:
    texts = dict.fromkeys(("answer", "level", "given", "promised", "deviation", "fixed", "again"), "")
    lists: dict[str, Any] = {name: [] for name in ("breaches", "unknown", "evidence", "steps")}
    own = {"case": case_id, "operation": case_id.partition("/")[0], "result": NOT_RUN}
    return texts | lists | own | {"reason": "the run ended before it", "wanted": None, "started": 0.0, "seconds": 0.0}


def _result(case: Case, verdict: Verdict) -> TestResult:
    """Return one case as allure has it; its identity is the same in every run, order and worker, on every target."""
    run, promise = verdict["run"], (case["operation"], case["answer"])
    identity = visible(f"zadig/{run['release']}/{case['case']}")
    started = case["started"] or datetime.fromisoformat(run["ended"] or run["started"]).timestamp()
    documented = any(row["documented"] and (row["operation"], row["answer"]) == promise for row in verdict["coverage"])
    path = [visible(part) for part in (f"Zadig {run['release']}", *promise) if part]
    labels = [
        *zip(("epic", "feature", "story"), path, strict=False),
        *zip(("parentSuite", "suite", "subSuite"), path, strict=False),
        ("severity", SEVERITIES[LEVELS.get(case["level"], 2) - documented].value),
        ("host", run["host"]),
        ("framework", "pytest"),
        ("language", platform_label()),
        ("result", case["result"]),
        ("promised", case["promised"]),
        ("schema", case["wanted"]["schema"] if case["wanted"] else ""),
    ]
    rows = [row for row in verdict["deviations"] if row["id"] in (case["deviation"], case["fixed"])]
    line = message(case, verdict)
    trace = None if case["result"] == "held" else visible("\n".join(terminal.block(case, run)), BODY)
    parameters = {"given": case["given"], "level": case["level"], "profile": run["profile"]}
    return TestResult(
        uuid=uuid4(),
        name=visible(case["case"]),
        fullName=identity,
        testCaseId=md5(identity),
        historyId=md5(identity),
        titlePath=path,
        status=status(case, run),
        statusDetails=StatusDetails(case["result"] == "known" or None, message=line, trace=trace) if line else None,
        stage="finished",
        descriptionHtml=description(case, documented),
        start=_ms(started),
        stop=_ms(started + case["seconds"]),
        steps=list(_steps(case, status(case, run), started)),
        labels=[Label(name, visible(value)) for name, value in labels if value],
        parameters=[Parameter(name, visible(value), excluded=True) for name, value in parameters.items() if value],
        links=[Link(LinkType.ISSUE, url, row["id"]) for row in rows for url in _ADDRESS.findall(row["source"])],
    )


def _steps(case: Case, outcome: str, started: float) -> Iterator[TestStepResult]:
    """Yield the phases of a case with their calls, then what the check found."""
    for phase, group in groupby(calls(case), key=lambda call: call.phase):
        children = [_call(call, started) for call in group]
        yield TestStepResult(
            name=visible(f"precondition {case['given']}".strip()) if phase == "given" else PHASES[phase],
            status=Status.PASSED,
            start=min(child.start for child in children),
            stop=max(child.stop for child in children),
            steps=children,
        )
    if case["breaches"] or case["result"] == "held":
        found = [(breach_line(breach), outcome) for breach in case["breaches"]] or [("all as expected", outcome)]
        found += [(f"an undocumented response key: {path}", Status.PASSED) for path in case["unknown"]]
        end = _ms(started + case["seconds"])
        children = [TestStepResult(name=visible(name), status=of, start=end, stop=end) for name, of in found]
        yield TestStepResult(name="check", status=outcome, start=end, stop=end, steps=children)


def _call(call: Call, started: float) -> TestStepResult:
    times = f" × {call.times}" if call.times > 1 else ""
    wanted = f" ({call.answer})" if call.answer else ""
    came = "no response" if call.status is None else f"HTTP {call.status}"
    return TestStepResult(
        name=visible(f"{call.call or 'a request'}{wanted} → {came}{times}"),
        status=Status.BROKEN if call.status is None else Status.PASSED,
        start=_ms(started + call.at),
        stop=_ms(started + call.until),
    )


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


def status(case: Case, run: Mapping[str, Any]) -> str:
    """Return what allure calls the result of a case."""
    counted = counts_as(case, run)
    return "unknown" if case["result"] == NOT_RUN else BROKEN if counted == ERROR else counted


def description(case: Case, documented: bool) -> str:
    """Return who promises the answer of a case and where, and what it starts from; HTML, with everything escaped."""
    who = "The page promises" if documented else "Servers were observed to give"
    lines = [
        case["promised"] and f"{who} the answer {case['answer']}: {case['promised']}",
        case["given"] and f"Precondition: {case['given']}",
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
        promised = case["wanted"] | {"body": _read(case["wanted"]["body"])}
        text = json.dumps(promised, ensure_ascii=False, indent=2)
        yield "promised", printable(text, keep="\n", code=in_json), "json"
        if path := schema_file(case["wanted"]["schema"], root):
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


def files(verdict: Verdict) -> dict[str, str]:
    """Return name and text of the files that stand beside the results: allure 2 reads two, allure 3 its config too."""
    categories = [  # in the words of allure 2, which allure 3 takes too; one wants a whole match, one finds
        {"name": name, "messageRegex": f"^{result}: .*", "matchedStatuses": STATUSES.get(result, _usual(result))}
        for result, name in CATEGORIES.items()
    ]
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


def _usual(result: str) -> list[str]:
    return [BROKEN] if result in CANNOT_TELL else ["failed"]


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


class CasesLeftOut:
    """Stands between allure-pytest and its files, and lets through, masked, what is of other tests than cases.

    A plugin of pytest, to be registered in each process after allure-pytest is configured; where that is not there or
    writes nothing, it does nothing. `is_case` tells by the node id whether a test is a case.
    """

    def __init__(self, is_case: Callable[[str], bool]) -> None:
        self._is_case = is_case
        self._in_case = False
        self._written: set[str] = set()
        self._loggers = [plugin for plugin in plugin_manager.get_plugins() if isinstance(plugin, AllureFileLogger)]
        for logger in self._loggers:
            plugin_manager.unregister(logger)
        plugin_manager.register(self)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Hear whose results come next."""
        self._in_case = self._is_case(nodeid)

    def pytest_unconfigure(self) -> None:
        """Step aside: allure-pytest looks for its own when it ends."""
        plugin_manager.unregister(self)
        for logger in self._loggers:
            plugin_manager.register(logger)

    @hookimpl
    def report_result(self, result: TestResult) -> None:
        """Write the result of a test that is no case."""
        if not self._in_case:
            self._written.add(result.uuid)
            self._each("report_result", result)

    @hookimpl
    def report_container(self, container: TestResultContainer) -> None:
        """Write the fixtures of tests that are no cases; those of many tests may end while a case runs."""
        if not self._in_case or not self._written.isdisjoint(container.children):
            self._each("report_container", container)

    @hookimpl
    def report_attached_file(self, source: str, file_name: str) -> None:
        """Write what a test that is no case attaches."""
        if not self._in_case:
            self._each("report_attached_data", Path(source).read_bytes(), file_name)

    @hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """Write what a test that is no case attaches."""
        if not self._in_case:
            self._each("report_attached_data", body, file_name)

    @hookimpl
    def report_globals(self, globals_item: Globals) -> None:
        """Write what belongs to no test."""
        self._each("report_globals", globals_item)

    def _each(self, hook: str, what: Any, *told: Any) -> None:
        for logger in self._loggers:
            getattr(logger, hook)(_masked(what), *told)


def _masked(what: Any) -> Any:
    """Return what a test made for allure without secrets: a record, or the text or bytes of an attachment."""
    if not isinstance(what, bytes):
        return rewrite(what, register.mask)
    return register.mask(what.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
