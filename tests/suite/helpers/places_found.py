"""A Zadig with the answers of a test, and the place that a run would find there."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.target.connect import find_workspace, open_target, probe
from contracts.target.target import Workspace
from helpers.live import ONE_PROJECT, Live


def module(service: str, name: str, *repos: str) -> dict[str, Any]:
    """A row of the preset."""
    target = {"product_name": "nginx", "service_name": service, "service_module": name}
    return {"target": target, "repos": [{"repo_name": repo, "branch": "trunk"} for repo in repos]}


Answering = Callable[..., AbstractContextManager[Live]]


@pytest.fixture(name="live")
def live_fixture(served: Live) -> Answering:
    """The one Zadig of this module, with other answers for as long as a block lasts."""

    @contextmanager
    def answering(answers: dict[str, Any] | None = None) -> Iterator[Live]:
        served.app.answers = dict(ONE_PROJECT if answers is None else answers)
        served.app.seen.clear()
        yield served

    return answering


def found(zadig: Live, folder: Path, **settings: Any) -> Workspace:
    """Return the place that a run would work in."""
    chosen = zadig.settings(**settings)
    look = probe(chosen, zadig.url)
    assert look.trouble == ""
    target = open_target(
        chosen, look, find_workspace(chosen, look), release=chosen.release, run_id="r", worker="main", run_dir=folder
    )
    target.client.close()
    return target.workspace
