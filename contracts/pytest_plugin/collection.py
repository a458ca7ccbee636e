"""Which tests pytest collects: one for each planned row of the case table, and the scenarios of the profile."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest

from contracts.case.concurrent import ConcurrentScenario
from contracts.case.flow import Flow
from contracts.case.scenario import Scenario
from contracts.catalog.cases import LOOKS, Case, cases, crowd
from contracts.catalog.givens import NEEDS_AGENT
from contracts.catalog.release import load
from contracts.paths import CASES, ROOT
from contracts.profiles import runs_at
from contracts.run.plan import chosen
from contracts.run.session import Session
from contracts.run.shards import recorded, shard

SESSION = pytest.StashKey[Session]()
PLANNED = pytest.StashKey[dict[str, Case | Scenario]]()
"""What each test that runs a case is given, by the case's id."""
SCENARIOS: Mapping[str, type[Scenario]] = {"flow": Flow, "crowd": ConcurrentScenario}
"""The argument of a test that tells a case step by step, and what it is given."""

ALLURE_LISTENER = "allure_listener"
"""The name under which allure-pytest registers what listens; a test holds that it still does."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each row of the case table to the test of its operation, and each scenario to the test that tells it."""
    run = metafunc.config.stash.get(SESSION, None)
    operation, case = (next(metafunc.definition.iter_markers(name), None) for name in ("operation", "case"))
    if run is None or (operation is None and case is None):
        return
    planned = metafunc.config.stash.setdefault(PLANNED, {})
    if operation is not None:
        rows = chosen((row for row in cases(run.release) if _is_for(row.operation, operation.args[0])), run.scope)
        planned |= {row.id: row for row in rows}
        slow = {True: [pytest.mark.slow], False: []}
        params = [pytest.param(row, id=row.id, marks=slow[row.given in NEEDS_AGENT]) for row in rows]
        metafunc.parametrize("case", params)
    elif case is not None:
        name = next(name for name in SCENARIOS if name in metafunc.fixturenames)
        scenario = planned[case.args[0]] = SCENARIOS[name](case.args[0], case.kwargs["level"])
        scenario.alone |= case.kwargs.get("alone", False)
        metafunc.parametrize(name, [pytest.param(scenario, id=scenario.id)])


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
    ids = _case_ids(item.nodeid for item in fit)
    here = shard(ids, run.settings.shard, recorded(run.release))
    run.elsewhere = sorted(set(ids) - here)
    kept = {item: None for item in fit if not asks_for_case(item) or case_id_of(item.nodeid) in here}
    out = [item for item in items if item not in kept]
    if out:
        items[:] = kept
        config.hook.pytest_deselected(items=out)


def asks_for_case(item: pytest.Item) -> bool:
    """Whether a test runs cases; users may have tests of their own beside them."""
    return any(item.get_closest_marker(name) for name in ("operation", "case"))


def planned_for(item: pytest.Item) -> Case | Scenario | None:
    """Return the case that a test runs; None where it runs none, or where no row of its operation is planned."""
    return item.config.stash.get(PLANNED, {}).get(case_id_of(item.nodeid))


def _runs(item: pytest.Item, run: Session) -> bool:
    marker = item.get_closest_marker("case")
    if marker is None:
        return planned_for(item) is not None
    wants, release = marker.kwargs, load(run.release)
    allowed = run.scope.stand_in or wants.get("only") != "stand-in"
    if not allowed or not runs_at(wants["level"], run.scope.level) or wants.get("api", release.api) != release.api:
        return False
    can = not release.lacks((*LOOKS, "create", *wants.get("roles", ()))) and (
        not wants.get("crowd") or bool(crowd(release))
    )
    if not can:
        run.lacking.append(marker.args[0])
    return can


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what is planned.

    Where only cases run, allure-pytest need not listen: their results are written at the end, and all that it would
    throw away costs 3 KB and 0.3 ms a case, with which 10,000 cases were beyond 150 MB.
    """
    run = session.config.stash.get(SESSION, None)
    if run is not None:
        run.planned = _case_ids(item.nodeid for item in session.items)
        if all(map(asks_for_case, session.items)):
            session.config.pluginmanager.unregister(name=ALLURE_LISTENER)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Hear what is planned; every worker of a run has the same."""
    run = node.config.stash.get(SESSION, None)
    if run is not None:
        run.planned = _case_ids(ids)


def case_id_of(nodeid: str) -> str:
    """Return the id of the case that a test runs; empty where it runs none."""
    return nodeid.partition("[")[2].removesuffix("]") if _has_cases(nodeid.partition("::")[0]) else ""


@cache
def _has_cases(file: str) -> bool:
    return (ROOT / file).is_relative_to(CASES)


def _case_ids(nodeids: Iterable[str]) -> list[str]:
    return [case_id for nodeid in nodeids if (case_id := case_id_of(nodeid))]
