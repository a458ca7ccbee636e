"""The first look at a target is under way while modules load, and ends as if it had been waited for."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.run import early
from contracts.run.early import Early
from contracts.settings.settings import SettingsError
from contracts.target.connect import Probe
from contracts.target.target import Workspace
from helpers.whole_runs import run

LOOK = Probe("http://127.0.0.1:1")
PLACE = Workspace("nginx", "qa", "nginx", "nginx-test", "nginx", "main")


def test_what_was_found_is_returned_again_and_again() -> None:
    """The search is given what the look showed."""
    seen = []
    begun = Early(lambda: LOOK, lambda look: seen.append(look) or PLACE)  # type: ignore[func-returns-value]
    assert [begun.probe(), begun.probe()] == [LOOK, LOOK]
    assert [begun.workspace(), begun.workspace()] == [PLACE, PLACE]
    assert seen == [LOOK]


def test_modules_load_until_the_answer_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits loads what is needed later, and stops at the answer: from then on there is other work."""
    answered, loaded = threading.Event(), []

    def later() -> Iterator[bool]:
        for number in range(100):
            loaded.append(number)
            if number == 2:
                answered.set()
                begun._look.result(30)
            yield True

    def probe() -> Probe:
        assert answered.wait(30)
        return LOOK

    monkeypatch.setattr(early, "_later", later)
    begun = Early(probe, lambda _: PLACE)
    assert begun.probe() is LOOK
    assert loaded == [0, 1, 2]


def test_what_is_wrong_is_raised_where_it_is_asked_for() -> None:
    """An error of the thread is that of the run: of the look, and of the search, in their own words."""

    def nothing_fits(_: Probe) -> Workspace:
        raise SettingsError("there are two projects; set --project")

    def breaks() -> Probe:
        raise KeyError("a mistake")

    begun = Early(lambda: LOOK, nothing_fits)
    assert begun.probe() is LOOK
    with pytest.raises(SettingsError, match="two projects"):
        begun.workspace()
    broken = Early(breaks, lambda _: PLACE)
    for ask in (broken.look, broken.place):
        with pytest.raises(KeyError, match="a mistake"):
            ask()


def test_a_module_that_cannot_be_loaded_takes_nothing_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken library of a report costs the report, which says so at the end, and not the run."""

    def later() -> Iterator[bool]:
        raise ImportError("no jinja2")
        yield True

    monkeypatch.setattr(early, "_later", later)
    assert Early(lambda: LOOK, lambda _: PLACE).workspace() is PLACE


def test_where_nothing_answers_nothing_is_searched_for(tmp_path: Path) -> None:
    """What the look found is the reason of every case, and not what a search would say."""
    ran = run(tmp_path, "--base-url", "http://127.0.0.1:1", "--profile", "smoke")
    assert (ran.code, ran.verdict["verdict"]) == (6, "inconclusive")
    assert {case["result"] for case in ran.verdict["cases"]} == {"unreachable"}
