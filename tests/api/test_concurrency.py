"""Concurrency: many requests at once, bounded to eight clients."""

import pytest

from contracts.case.concurrent import ConcurrentScenario


@pytest.mark.case("concurrency/own-descriptions", level="nightly", crowd=True)
def test_own_descriptions(crowd: ConcurrentScenario) -> None:
    """320 requests of 8 clients fail for different reasons, and each is answered about its own."""
    crowd.exists()
    crowd.fails_at_once(each=40)


@pytest.mark.case("concurrency/creates-of-one-name", level="nightly")
def test_creates_of_one_name(crowd: ConcurrentScenario) -> None:
    """Of 8 creates of one name one succeeds, and the others hear that it exists."""
    crowd.creates_at_once()


@pytest.mark.case("concurrency/creates-by-two", level="nightly")
def test_creates_by_two(crowd: ConcurrentScenario) -> None:
    """Of 2 identical creates one succeeds, and the other hears that it exists."""
    crowd.creates_at_once(clients=2)


@pytest.mark.case("concurrency/starts-of-one-workflow", level="nightly", roles=("start",))
def test_starts_of_one_workflow(crowd: ConcurrentScenario) -> None:
    """8 starts of one workflow make 8 tasks with the ids 1 to 8."""
    crowd.exists()
    crowd.starts_at_once()


@pytest.mark.case("concurrency/cancels-and-restarts", level="nightly", roles=("start", "cancel", "restart"))
def test_cancels_and_restarts(crowd: ConcurrentScenario) -> None:
    """Cancels and restarts of one task at once end in a legal state, and none of them crashes the server."""
    crowd.exists()
    crowd.has_task()
    crowd.cancels_and_restarts_at_once()


@pytest.mark.case("concurrency/lives", level="nightly", roles=("start", "cancel", "restart"))
def test_lives(crowd: ConcurrentScenario) -> None:
    """44 starts, cancels and restarts of 8 clients are answered as if they had come in some order."""
    crowd.exists()
    crowd.has_task()
    crowd.lives_at_once(each=5)
