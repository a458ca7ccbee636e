"""Cancel a task."""

from collections.abc import Callable

import pytest

from contracts.catalog.cases import Case


@pytest.mark.operation("cancel-task")
def test_cancel_task(case: Case, verify: Callable[[Case], None]) -> None:
    """Each row of the case table gets the answer that it names, and leaves the state that it names."""
    verify(case)
