"""What is explored: lives that nobody wrote down."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contracts.case.explore import Explorer


@pytest.mark.case("explore/some-lives", level="nightly", roles=("start", "cancel", "restart"))
def test_some_lives(explorer: "Explorer") -> None:
    """A few lives are answered as the lifecycle says, at each of their steps."""
    explorer.lives(share=0.05)


@pytest.mark.case("explore/lives", level="explore", roles=("start", "cancel", "restart"))
def test_lives(explorer: "Explorer") -> None:
    """Lives at length are answered as the lifecycle says, at each of their steps."""
    explorer.lives(share=1)
