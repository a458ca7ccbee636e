# mypy: untyped-calls-exclude=allure_commons
"""The allure results of a run's cases, from verdict.json. They are written once, when all is over, by one process: so
they are right whatever became of the workers, and cost nothing while requests are sent."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
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

from contracts.report.export.allure_texts import (
    BODY,
    NOT_RUN,
    Case,
    Verdict,
    attachments,
    breach_line,
    description,
    files,
    message,
    status,
)
from contracts.report.summary.terminal import block
from contracts.text import atomic
from contracts.text.printable import visible

SEVERITIES = (Severity.BLOCKER, Severity.CRITICAL, Severity.NORMAL, Severity.MINOR)
LEVELS = {"smoke": 1, "regression": 2, "nightly": 3}
"""Place of a case's severity by its level; what the page promises is one place more severe."""
PHASES = {"given": "given", "request": "request", "afterwards": "state afterwards", "cleanup": "clean-up"}
TYPES = {"txt": "text/plain", "json": "application/json"}


def write(verdict: Verdict, folder: Path, *, root: Path) -> int:
    """Write what allure 2 and 3 read into `folder`, and return how many results; OSError where that is not possible.

    `root` is the folder that the paths of schemas in the verdict start from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cases = [*verdict["cases"], *map(_not_run, verdict["not_run"])]
    for case in cases:
        result = _result(case, verdict)
        for name, text, ending in attachments(case, root):
            file = ATTACHMENT_PATTERN.format(prefix=f"{result.uuid}-{name}", ext=ending)
            atomic.write(folder / file, [text])
            result.attachments.append(Attachment(name, file, TYPES[ending]))
        file = result.file_pattern.format(prefix=result.uuid)
        atomic.write(folder / file, [json.dumps(result, default=_filled, ensure_ascii=False)])
    for name, text in files(verdict).items():
        atomic.write(folder / name, [text])
    return len(cases)


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
    parameters = {"given": case["given"], "level": case["level"], "profile": run["profile"]}
    return TestResult(
        uuid=uuid4(),
        name=visible(case["case"]),
        fullName=identity,
        testCaseId=md5(identity),
        historyId=md5(identity),
        titlePath=path,
        status=status(case, run),
        statusDetails=_details(case, verdict),
        stage="finished",
        descriptionHtml=description(case, documented),
        start=_ms(started),
        stop=_ms(started + case["seconds"]),
        steps=list(_steps(case, status(case, run), started)),
        labels=[Label(name, visible(value)) for name, value in labels if value],
        parameters=[Parameter(name, visible(value), excluded=True) for name, value in parameters.items() if value],
        links=list(_links(case, verdict)),
    )


def _details(case: Case, verdict: Verdict) -> StatusDetails | None:
    line = message(case, verdict)
    trace = None if case["result"] == "held" else visible("\n".join(block(case, verdict["run"])), BODY)
    return StatusDetails(known=case["result"] == "known" or None, message=line, trace=trace) if line else None


def _links(case: Case, verdict: Verdict) -> Iterator[Link]:
    """Yield the addresses among the sources of the deviation that a case shows or should show."""
    for row in verdict["deviations"]:
        if row["id"] in (case["deviation"], case["fixed"]):
            yield from (Link(LinkType.ISSUE, url, row["id"]) for url in re.findall(r"https?://[^\s;,]+", row["source"]))


def _steps(case: Case, outcome: str, started: float) -> Iterator[TestStepResult]:
    """Yield the phases of a case with their calls, then what the check found."""
    for phase, group in groupby(case["steps"], key=lambda step: step["phase"]):
        alike: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}  # a poll is one step, however often it asked
        for step in group:
            alike.setdefault((step["call"], step["answer"], step["status"]), []).append(step)
        calls = [_call(steps, started) for steps in alike.values()]
        yield TestStepResult(
            name=visible(f"given {case['given']}".strip()) if phase == "given" else PHASES[phase],
            status=Status.PASSED,
            start=min(call.start for call in calls),
            stop=max(call.stop for call in calls),
            steps=calls,
        )
    if case["breaches"] or case["result"] == "held":
        found = [(breach_line(breach), outcome) for breach in case["breaches"]] or [("all as promised", outcome)]
        found += [(f"a key that nobody documented: {path}", Status.PASSED) for path in case["unknown"]]
        end = _ms(started + case["seconds"])
        children = [TestStepResult(name=visible(name), status=of, start=end, stop=end) for name, of in found]
        yield TestStepResult(name="check", status=outcome, start=end, stop=end, steps=children)


def _call(steps: Sequence[Mapping[str, Any]], started: float) -> TestStepResult:
    first, times = steps[0], f" × {len(steps)}" if len(steps) > 1 else ""
    wanted = f" ({first['answer']})" if first["answer"] else ""
    came = "no answer" if first["status"] is None else f"HTTP {first['status']}"
    return TestStepResult(
        name=visible(f"{first['call'] or 'a request'}{wanted} → {came}{times}"),
        status=Status.BROKEN if first["status"] is None else Status.PASSED,
        start=_ms(started + min(step["at"] for step in steps)),
        stop=_ms(started + max(step["at"] + step["seconds"] for step in steps)),
    )


def _ms(seconds: float) -> int:
    return round(1000 * seconds)


class CasesLeftOut:
    """Stands between allure-pytest and its files, and lets through what is of other tests than cases.

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
            self._each("report_attached_file", source, file_name)

    @hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        """Write what a test that is no case attaches."""
        if not self._in_case:
            self._each("report_attached_data", body, file_name)

    @hookimpl
    def report_globals(self, globals_item: Globals) -> None:
        """Write what belongs to no test."""
        self._each("report_globals", globals_item)

    def _each(self, hook: str, *told: Any) -> None:
        for logger in self._loggers:
            getattr(logger, hook)(*told)
