"""Every operation of the release that has no file of its own here."""

from collections.abc import Callable

import pytest

from contracts.catalog.cases import Case


@pytest.mark.operation("*")
def test_operation(case: Case, verify: Callable[[Case], None]) -> None:
    """Each row of the case table gets the answer that it names, and leaves the state that it names."""
    verify(case)
