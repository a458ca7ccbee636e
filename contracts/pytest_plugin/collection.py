"""Which tests pytest collects: one for each planned row of the case table, and the scenarios of the profile."""

import sys
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import pytest

from contracts.case.concurrent import ConcurrentScenario
from contracts.case.flow import Flow
from contracts.case.scenario import Scenario
from contracts.catalog.cases import Case
from contracts.catalog.givens import NEEDS_AGENT
from contracts.catalog.release import load
from contracts.catalog.stories import Story
from contracts.i18n.locale import lang_of, wished
from contracts.paths import CASES, ROOT, real
from contracts.profiles import runs_at
from contracts.run.plan import chosen, fits, operation_of
from contracts.run.session import Session
from contracts.run.shards import recorded, shard
from contracts.text.message import msg

SESSION = pytest.StashKey[Session]()
SCENARIOS = ("flow", "crowd", "explorer")
"""The argument of a test that tells a case step by step."""

OF_A_RUN = {
    "--operation": msg("run only the cases of these operations: start-task, flows, …"),
    "--exclude": msg("skip the cases of these operations"),
    "--dry-run": msg("send nothing to the target: list what a run would send, make and wait for"),
}
"""What is about one run, and so no setting: each option with its meaning."""
ALLURE_LISTENER = "allure_listener"
"""The name under which allure-pytest registers what listens; a test holds that it still does."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what is about one run, and so no setting."""
    group = parser.getgroup("zadig", "Zadig contract tests")
    names = {"action": "extend", "type": _names, "default": [], "metavar": "NAME,…"}
    for name, means in OF_A_RUN.items():
        more: dict[str, Any] = {"action": "store_true"} if name == "--dry-run" else names
        group.addoption(name, dest=f"zadig_{name[2:].replace('-', '_')}", help=means, **more)


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",")]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Let the help of whoever names the cases begin with what is about them."""
    args = [str(arg) for arg in config.invocation_params.args]
    if not config.option.help or not any(
        real(config.invocation_params.dir / arg).is_relative_to(CASES) for arg in args
    ):
        return None
    from contracts.pytest_plugin.helping import text  # for those who ask

    sys.stdout.write(text(OF_A_RUN, wished(lang_of(args))))
    return 0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each row of the case table to the test of its operation, and each scenario to the test that tells it."""
    run = metafunc.config.stash.get(SESSION, None)
    operation, case = (next(metafunc.definition.iter_markers(name), None) for name in ("operation", "case"))
    if run is None or (operation is None and case is None):
        return
    if operation is not None:
        asked = (row for row in run.cases if not run.only or row.id in run.only)
        rows = chosen((row for row in asked if _is_for(row.operation, operation.args[0])), run.scope)
        slow = {True: [pytest.mark.slow], False: []}
        params = [pytest.param(row, id=row.id, marks=slow[row.given in NEEDS_AGENT]) for row in rows]
        metafunc.parametrize("case", params)
    elif case is not None:
        if not runs_at(case.kwargs["level"], run.scope.level):
            return
        name = next(name for name in SCENARIOS if name in metafunc.fixturenames)
        scenario = _kind(name)(case.args[0], case.kwargs["level"])
        scenario.alone |= case.kwargs.get("alone", False)
        metafunc.parametrize(name, [pytest.param(scenario, id=scenario.id)])


def _kind(name: str) -> type[Scenario]:
    """Return what a test is given under a name; few runs explore, so only they load what that takes."""
    if name == "explorer":
        from contracts.case.body_explorer import BodyExplorer

        return BodyExplorer
    return {"flow": Flow, "crowd": ConcurrentScenario}[name]


@cache
def _is_for(operation: str, mark: str) -> bool:
    """Whether a test with this mark runs the rows of an operation; `*`: those that have no file of their own."""
    return operation == mark or (mark == "*" and not (CASES / f"test_{operation.replace('-', '_')}.py").exists())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out scenarios above the profile's level, tests without a planned row, and cases of other shards."""
    run = config.stash.get(SESSION, None)
    if run is None:
        return
    fit = [item for item in items if not asks_for_case(item) or _runs(item, run)]
    ids = _case_ids(fit)
    here = shard(ids, run.settings.shard, recorded(run.release))
    run.elsewhere = sorted(set(ids) - here)
    others = run.meant is None  # a dry run does not know what they would send
    kept = {item: None for item in fit if (not here.isdisjoint(_case_ids([item])) if asks_for_case(item) else others)}
    out = [item for item in items if item not in kept]
    if out:
        items[:] = kept
        config.hook.pytest_deselected(items=out)


def asks_for_case(item: pytest.Item) -> bool:
    """Whether a test runs cases; users may have tests of their own beside them."""
    return any(item.get_closest_marker(name) for name in ("operation", "case"))


def planned_for(item: pytest.Item) -> Case | Scenario | None:
    """Return the case that a test runs, whatever plugins add to its name; None where it runs none."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    found = (given.get(name) for name in ("case", *SCENARIOS))
    return next((case for case in found if isinstance(case, Case | Scenario)), None)


def _runs(item: pytest.Item, run: Session) -> bool:
    marker, planned = item.get_closest_marker("case"), planned_for(item)
    if planned is not None and run.operations is not None and operation_of(planned.id) not in run.operations:
        return False
    if marker is None:
        return planned is not None
    story, release = Story(*marker.args, **marker.kwargs), load(run.release)
    if not fits(story, release, run.scope):
        return False
    if lacks := story.lacks(release):
        run.lacking.append(story.id)
    return not lacks


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what is planned.

    Where only cases run, allure-pytest need not listen: their results are written at the end, and all that it would
    throw away costs 3 KB and 0.3 ms a case, with which 10,000 cases were beyond 150 MB.
    """
    run = session.config.stash.get(SESSION, None)
    if run is not None:
        run.planned = _case_ids(session.items)
        if all(map(asks_for_case, session.items)):
            session.config.pluginmanager.unregister(name=ALLURE_LISTENER)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Hear what is planned; every worker of a run has the same."""
    run = node.config.stash.get(SESSION, None)
    if run is not None:
        run.planned = list(dict.fromkeys(filter(None, (case_id_of(each, run.of_profile) for each in ids))))


def case_id_of(nodeid: str, known: Collection[str] = ()) -> str:
    """Return the id of the case that a test runs; empty where it runs none.

    `known`: ids of cases; with them, what a plugin that repeats tests adds to their names is left out.
    """
    name = nodeid.partition("[")[2].removesuffix("]") if _has_cases(nodeid.partition("::")[0]) else ""
    within = () if not name or name in known else (case for case in known if f"-{case}-" in f"-{name}-")
    return max(within, key=len, default=name)


@cache
def _has_cases(file: str) -> bool:
    return (ROOT / file).is_relative_to(CASES)


def _case_ids(items: Iterable[pytest.Item]) -> list[str]:
    """Return the cases that tests run, each once."""
    return list(dict.fromkeys(case.id for case in map(planned_for, items) if case is not None))
