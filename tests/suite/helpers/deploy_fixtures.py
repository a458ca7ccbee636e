"""What the tests of deploy/ share: servers to run against, a token, a checkout, an image in a plain folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.standin.process import StandIn
from contracts.standin.process import start as start_stand_in
from helpers.deploy_image import Image, build
from helpers.deploy_runs import token_of
from helpers.deploy_tree import Tree


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    """A server that keeps its contract."""
    with start_stand_in() as server:
        yield server


@pytest.fixture(scope="module")
def broken() -> Iterator[StandIn]:
    """A server that does not."""
    with start_stand_in("1.7.0") as server:
        yield server


@pytest.fixture(scope="module")
def token(stand_in: StandIn) -> str:
    """A token of the server, as a secret of a CI system holds it."""
    return token_of(stand_in)


@pytest.fixture
def token_file(token: str, tmp_path: Path) -> Path:
    """The token in a file."""
    path = tmp_path / "secrets" / "token"
    path.parent.mkdir()
    path.write_text(token, encoding="utf-8")
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A fresh checkout."""
    return Tree(tmp_path)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the steps of the Dockerfile make in a plain folder."""
    return build(tmp_path_factory.mktemp("image"))


@pytest.fixture
def results(image: Image) -> Iterator[Path]:
    """A path of a volume; in the image, below its root, where nothing is left over."""
    yield Path("/results/job")
    shutil.rmtree(image.root / "results/job", ignore_errors=True)
