"""Which tests pytest collects: one for each planned row of the case table, and the stories of the profile."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pytest

from contracts.case.givens import NEEDS_AGENT
from contracts.catalog.cases import Case, cases
from contracts.paths import CASES, ROOT
from contracts.profiles import runs_at
from contracts.run.plan import chosen
from contracts.run.session import Session
from contracts.run.shards import recorded, shard

SESSION = pytest.StashKey[Session]()
ORDER = pytest.StashKey["Order"]()
STORIES = ("flow", "crowd")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each row of the case table to the test of its operation, and each flow its id."""
    run = metafunc.config.stash.get(SESSION, None)
    operation, case = (next(metafunc.definition.iter_markers(name), None) for name in ("operation", "case"))
    if run is None:
        return
    if operation is not None:
        rows = [row for row in cases(run.release) if _is_for(row.operation, operation.args[0])]
        picked = chosen(rows, run.scope)
        slow = {True: [pytest.mark.slow], False: []}
        params = [pytest.param(row, id=row.id, marks=slow[row.given in NEEDS_AGENT]) for row in picked]
        metafunc.parametrize("case", params)
    elif case is not None:
        story = next(name for name in STORIES if name in metafunc.fixturenames)
        metafunc.parametrize(story, [case.args[0]], ids=[case.args[0]], indirect=True)


def _is_for(operation: str, mark: str) -> bool:
    """Whether a test with this mark runs the rows of an operation; `*`: those that have no file of their own."""
    return operation == mark or (mark == "*" and not (CASES / f"test_{operation.replace('-', '_')}.py").exists())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out stories above the profile's level, and cases of other shards."""
    run = config.stash.get(SESSION, None)
    if run is None:
        return
    unfit = {item for item in items if asks_for_case(item) and not _runs(item, run)}
    whole = [case for item in items if item not in unfit and (case := case_id_of(item.nodeid))]
    mine = shard(whole, run.settings.shard, recorded(run.release))
    run.elsewhere = sorted(set(whole) - mine)
    out = {
        item: None for item in items if item in unfit or (asks_for_case(item) and case_id_of(item.nodeid) not in mine)
    }
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=list(out))


def asks_for_case(item: pytest.Item) -> bool:
    """Whether a test runs cases; users may have tests of their own beside them."""
    return any(item.get_closest_marker(name) for name in ("operation", "case"))


def _runs(item: pytest.Item, run: Session) -> bool:
    marker = item.get_closest_marker("case")
    if marker is None:
        callspec = getattr(item, "callspec", None)  # its case is no Case where no row of the operation is planned
        return callspec is not None and isinstance(callspec.params.get("case"), Case)
    allowed = run.scope.stand_in or marker.kwargs.get("only") != "stand-in"
    return allowed and runs_at(marker.kwargs["level"], run.scope.level)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what is planned. Cases are told to allure at the end, so while they run nobody needs to listen for it."""
    run = session.config.stash.get(SESSION, None)
    if run is not None:
        if all(map(asks_for_case, session.items)):
            session.config.pluginmanager.unregister(name="allure_listener")
        session.stash[ORDER] = Order(session)
        run.plan(_planned(item.nodeid for item in session.items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Hear what is planned."""
    run = node.config.stash.get(SESSION, None)
    if run is not None:
        run.plan(_planned(ids))


def case_id_of(nodeid: str) -> str:
    """Return the id of the case that a test runs; empty where it runs none."""
    in_folder = (ROOT / nodeid.partition("::")[0]).is_relative_to(CASES)
    return nodeid.partition("[")[2].removesuffix("]") if in_folder else ""


def _planned(nodeids: Iterable[str]) -> list[str]:
    return [case_id for nodeid in nodeids if (case_id := case_id_of(nodeid))]


class Order:
    """In which order a process runs its tests: the collected one, or what xdist has handed to this worker so far."""

    def __init__(self, session: pytest.Session) -> None:
        self._items = session.items
        self._places = {item: place for place, item in enumerate(session.items)}
        plugins = session.config.pluginmanager.get_plugins()
        self._worker: Any = next((plugin for plugin in plugins if hasattr(plugin, "torun")), None)

    def after(self, item: pytest.Item) -> Iterator[pytest.Item]:
        """Yield the tests that come after one."""
        if self._worker is None:
            yield from islice(self._items, self._places[item] + 1, None)
            return
        with self._worker.torun.lock() as queue:
            places = [self._worker.nextitem_index, *queue]
        yield from (self._items[place] for place in places if isinstance(place, int))
