"""How many workers -n auto starts: by how long the target takes, and by the cores of this machine."""

import pytest

from contracts.run import workers as module
from contracts.run.executor import IN_A_WORKER
from contracts.run.workers import WORK, latency, workers
from contracts.settings.settings import load
from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.live_target import Slow
from helpers.processes import HANG


@pytest.mark.parametrize(
    ("waited", "in_flight", "cores", "wanted"),
    [
        pytest.param(0.0, 8, 2, 0, id="answers-at-once"),
        pytest.param(8 * WORK, 8, 2, 0, id="one-process-is-busy"),
        pytest.param(4 * WORK, 8, 2, 2, id="one-process-works-longer-than-it-waits"),
        pytest.param(WORK, 8, 2, 2, id="bounded-by-cores"),
        pytest.param(WORK, 8, 64, 8 // IN_A_WORKER, id="bounded-by-what-is-under-way"),
        pytest.param(1.0, 64, 8, 0, id="waiting-is-no-work"),
        pytest.param(WORK, 1, 8, 0, id="one-after-the-other"),
    ],
)
def test_workers(waited: float, in_flight: int, cores: int, wanted: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """More processes are started only where one would work more than it waits."""
    monkeypatch.setattr(module, "latency", lambda _: waited)
    settings = load({"base_url": "http://127.0.0.1:1", "in_flight": in_flight})
    assert workers(settings, cores) == wanted


def test_the_stand_in_needs_none() -> None:
    """On the embedded stand-in one process is fastest."""
    assert workers(load({}), 8) == 0


def test_latency_is_that_of_an_open_connection() -> None:
    """What is measured is how long the target takes to answer."""
    with serve_in_thread(Slow(create_app(), 0.1)) as url:
        assert 0.1 <= latency(load({"base_url": url})) < HANG


def test_a_target_that_does_not_answer_needs_none() -> None:
    """Whether it is there at all is said by the run, not here."""
    assert latency(load({"base_url": "http://127.0.0.1:1"})) == 0.0
