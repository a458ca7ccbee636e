"""What is explored: lives that nobody wrote down, and bodies that are broken in one place."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contracts.case.body_explorer import BodyExplorer
    from contracts.case.explore import Explorer


@pytest.mark.case("explore/some-lives", level="nightly", roles=("start", "cancel", "restart"))
def test_some_lives(explorer: "Explorer") -> None:
    """A few lives are answered as the lifecycle says, at each of their steps."""
    explorer.lives(share=0.025)


@pytest.mark.case("explore/lives", level="explore", roles=("start", "cancel", "restart"))
def test_lives(explorer: "Explorer") -> None:
    """Lives at length are answered as the lifecycle says, at each of their steps."""
    explorer.lives(share=0.25)


@pytest.mark.case("explore/bodies", level="explore", roles=("start",))
def test_bodies(explorer: "BodyExplorer") -> None:
    """Whatever is wrong in a body, the target says so and goes on, and does nothing of what it refused."""
    explorer.bodies(share=0.75)
