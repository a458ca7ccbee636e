"""What of a target cannot be read has to be set, and is said so before anything is sent."""

from pathlib import Path

import pytest
from starlette.responses import RedirectResponse, Response

from contracts.target.connect import probe
from contracts.target.discovery import NoWorkspaceError
from contracts.target.target import Workspace
from helpers.live import ALL_SET, BUILDS, ENVIRONMENTS, ONE_PROJECT, PAGE, PRESET, PROJECTS
from helpers.places_found import (
    Answering,
    found,
    live_fixture,  # noqa: F401 - a fixture
)

pytestmark = pytest.mark.usefixtures("bare")


SHAPES = {
    "page": PAGE,
    "empty": Response(status_code=200),
    "number": [1],
    "text": "nginx",
    "object": {"items": []},
    "other-keys": [{"id": 1}],
    "names-that-are-no-text": [{"name": 7, "service_name": []}],
    "twice": Response('[{"name": "a", "name": "b"}]', media_type="application/json"),
    "403": 403,
    "500": 500,
    "null-rows": [None],
    "redirect": RedirectResponse("/login"),
    "no-such-path": Response("Invalid path: /x", 404, media_type="text/plain"),
}


LISTS = {
    "projects": ([PROJECTS], ["project"]),
    "environments": ([ENVIRONMENTS], ["env-name"]),
    "builds": ([PRESET, BUILDS], ["service", "service-module", "repo"]),
}


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        *(pytest.param("projects", shape, id=f"projects-{shape}") for shape in SHAPES if shape != "page"),
        *(pytest.param("environments", shape, id=f"environments-{shape}") for shape in ("page", "other-keys", "403")),
        *(pytest.param("builds", shape, id=f"builds-{shape}") for shape in ("page", "other-keys", "403", "null-rows")),
    ],
)
def test_what_cannot_be_read_only_has_to_be_set(live: Answering, tmp_path: Path, kind: str, shape: str) -> None:
    paths, settings = LISTS[kind]
    with live(ONE_PROJECT | dict.fromkeys(paths, SHAPES[shape])) as zadig:
        with pytest.raises(NoWorkspaceError, match="could not be read") as raised:
            found(zadig, tmp_path)
        assert [f"--{name}" for name in settings if f"--{name} " not in str(raised.value)] == []
        known = {name: value for name, value in ALL_SET.items() if name.replace("_", "-") in settings}
        assert found(zadig, tmp_path, **known) == Workspace("nginx", "qa", "nginx", "nginx-test", "nginx", "main")


def test_a_web_page_instead_of_the_projects_ends_the_look(live: Answering) -> None:
    """Whatever sits at the address, it is not Zadig's API, and no setting of a project would help."""
    with live({PROJECTS: PAGE}) as zadig:
        look = probe(zadig.settings(), zadig.url)
        assert look.page
        assert "HTML page" in look.trouble
        assert "--base-url" in look.trouble


def test_a_member_who_may_not_list_without_a_project_is_not_turned_away(live: Answering, tmp_path: Path) -> None:
    with live() as zadig:
        assert found(zadig, tmp_path, token=zadig.tokens["member"]).project == "nginx"
