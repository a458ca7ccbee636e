"""Where the cases may work is found on a live target, never guessed, and by reading alone."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.settings.settings import SettingsError
from contracts.standin.serve import serve_in_thread
from contracts.target.connect import above, find_workspace, open_target, probe
from contracts.target.discovery import NoWorkspaceError
from contracts.target.target import Workspace
from contracts.text import toml
from helpers.live_target import (
    ALL_SET,
    BUILD,
    BUILDS,
    ENVIRONMENTS,
    ONE_PROJECT,
    PAGE,
    PRESET,
    PROJECTS,
    REGISTRY,
    SERVICES,
    Live,
)
from helpers.processes import HANG

pytestmark = pytest.mark.usefixtures("bare")


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
    place, release = find_workspace(chosen, look), chosen.known_release
    target = open_target(chosen, look, place, release=release, run_id="r", worker="main", run_dir=folder)
    target.client.close()
    return target.workspace


pytestmark = pytest.mark.usefixtures("bare")


def test_the_only_candidate_of_each_kind_is_taken(live: Answering, tmp_path: Path) -> None:
    with live() as zadig:
        assert found(zadig, tmp_path) == Workspace("nginx", "qa", "nginx", "nginx-test", "nginx", "main")
        assert zadig.app.changes() == []


def test_what_no_call_of_the_release_is_sent_is_not_looked_for(live: Answering, tmp_path: Path) -> None:
    """A custom workflow needs a project; what its task does stands in the workflow itself."""
    with live({PROJECTS: ONE_PROJECT[PROJECTS]}) as zadig:
        place = found(zadig, tmp_path, release="5.0.0")
        assert (place.project, place.env_name, place.service, place.repo) == ("nginx", "", "", "")
        assert (place.failing_branch, place.hanging_branch) == ("exit 1", "sleep infinity")


def test_the_branch_is_the_one_of_the_build_unless_it_is_set(live: Answering, tmp_path: Path) -> None:
    with live(ONE_PROJECT | {PRESET: [module("nginx", "nginx-test", "code")]}) as zadig:
        assert found(zadig, tmp_path).branch == "trunk"
        assert found(zadig, tmp_path, branch="other").branch == "other"


def test_calls_that_answer_with_keys_in_clear_are_never_made(live: Answering, tmp_path: Path) -> None:
    with live() as zadig:
        found(zadig, tmp_path)
        assert not zadig.app.asked("/system/s3storage")
        assert not zadig.app.asked("/system/registry/namespaces/default")


@pytest.mark.parametrize("refusal", [403, 404, PAGE, [{"target": None}]], ids=["403", "404", "page", "shape"])
def test_builds_are_read_one_by_one_where_the_preset_cannot_be(
    live: Answering, tmp_path: Path, refusal: object
) -> None:
    with live(ONE_PROJECT | {PRESET: refusal}) as zadig:
        assert found(zadig, tmp_path) == Workspace("nginx", "qa", "nginx", "nginx-test", "nginx", "main")
        assert zadig.app.asked(BUILD)


ENVS = [{"name": "qa"}, {"name": "dev"}]


CALLS = {"projects": PROJECTS, "environments": ENVIRONMENTS, "preset": PRESET, "services": SERVICES}
AMBIGUOUS = toml.read(Path(__file__).with_name("no_workspace.toml"))


@pytest.mark.parametrize("row", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_is_missing_or_ambiguous_is_said_in_one_line(live: Answering, tmp_path: Path, row: dict[str, Any]) -> None:
    listed = {CALLS[call]: None if answer == "null" else answer for call, answer in row.get("answers", {}).items()}
    if PRESET in listed:
        listed[PRESET] = [module(*each) for each in listed[PRESET]]
    with live(ONE_PROJECT | listed) as zadig:
        with pytest.raises(SettingsError) as raised:
            found(zadig, tmp_path, token=zadig.tokens["admin"], **row.get("settings", {}))
        assert str(raised.value).startswith(row["message"])
        assert "\n" not in str(raised.value)
        assert zadig.app.changes() == []


class Together(Response):
    """An answer that is given when all that share `meeting` were asked for, and an error where that does not happen."""

    def __init__(self, answer: object, meeting: asyncio.Barrier) -> None:
        super().__init__(json.dumps(answer), media_type="application/json")
        self._meeting = meeting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await asyncio.wait_for(self._meeting.wait(), HANG)
        except (TimeoutError, asyncio.BrokenBarrierError):
            self.status_code = 500
        await super().__call__(scope, receive, send)


def test_places_in_a_project_that_is_set_are_looked_at_side_by_side(live: Answering) -> None:
    """A target far away is waited for once, not once for each of them."""
    meeting, several = asyncio.Barrier(3), [{"name": name, "onboard": False} for name in ("nginx", "other")]
    listed = {PROJECTS: several, ENVIRONMENTS: ENVS, PRESET: [module("nginx", "nginx-test", "code")]}
    with live({path: Together(answer, meeting) for path, answer in listed.items()}) as zadig:
        chosen = zadig.settings(project="nginx", env_name="dev", answer_timeout=2 * HANG, first_byte_timeout=2 * HANG)
        place = find_workspace(chosen, probe(chosen, zadig.url))
    assert place == Workspace("nginx", "dev", "nginx", "nginx-test", "code", "trunk")


@pytest.mark.parametrize("answer", [403, 500, PAGE, []], ids=["403", "500", "page", "nothing"])
def test_what_is_set_is_believed_where_nobody_tells_what_there_is(
    live: Answering, tmp_path: Path, answer: object
) -> None:
    """Only what is not among others that are there is misspelt."""
    silent = dict.fromkeys((ENVIRONMENTS, PRESET, SERVICES, BUILD), answer)
    named = {"env_name": "qa", "service": "s", "service_module": "m", "repo": "r"}
    with live(ONE_PROJECT | silent) as zadig:
        assert found(zadig, tmp_path, **named) == Workspace("nginx", "qa", "s", "m", "r", "main")


def test_a_setting_decides_between_candidates(live: Answering, tmp_path: Path) -> None:
    presets = [module("a", "m", "r", "s"), module("a", "n", "t"), module("b", "m", "u")]
    answers = {PROJECTS: [{"name": "nginx"}, {"name": "other"}], ENVIRONMENTS: ENVS, PRESET: presets}
    with live(answers) as zadig:
        place = found(zadig, tmp_path, project="nginx", env_name="dev", service="a", service_module="m", repo="s")
        assert place == Workspace("nginx", "dev", "a", "m", "s", "trunk")
        place = found(zadig, tmp_path, project="nginx", env_name="dev", service="b")
        assert place == Workspace("nginx", "dev", "b", "m", "u", "trunk")


def test_a_production_environment_is_not_a_candidate_beside_another_one(live: Answering, tmp_path: Path) -> None:
    with live(ONE_PROJECT | {ENVIRONMENTS: [{"name": "prod", "production": True}, {"name": "qa"}]}) as zadig:
        assert found(zadig, tmp_path).env_name == "qa"
        assert found(zadig, tmp_path, env_name="prod").env_name == "prod"


def test_the_journal_begins_with_the_run_and_its_target(live: Answering, tmp_path: Path) -> None:
    with live() as zadig:
        found(zadig, tmp_path)
        found(zadig, tmp_path)
        lines = (tmp_path / "journal.jsonl").read_text().splitlines()
        assert len(lines) == 1
        assert f'"event": "run", "run": "r", "base_url": "{zadig.url}"' in lines[0]


EVERYBODY = {PROJECTS, REGISTRY}
READERS = {*EVERYBODY, SERVICES, BUILDS, BUILD}


@pytest.mark.parametrize(
    ("user", "granted"),
    [
        ("admin", {*READERS, ENVIRONMENTS, PRESET}),
        ("member", {*READERS, ENVIRONMENTS, PRESET}),
        ("viewer", READERS),
        ("outsider", EVERYBODY),
        ("expired", set()),
    ],
    ids=["admin", "member", "viewer", "outsider", "expired"],
)
def test_the_stand_in_grants_the_calls_as_the_gateway_does(live: Answering, user: str, granted: set[str]) -> None:
    with live({}) as zadig:
        headers = {"Authorization": f"Bearer {zadig.tokens[user]}"}
        statuses = {}
        for path in {*READERS, ENVIRONMENTS, PRESET}:
            url = f"{zadig.url}/api/aslan{path}?projectName=nginx"
            statuses[path] = zadig.session.get(url, headers=headers, timeout=HANG).status_code
        assert {path for path, status in statuses.items() if status == 200} == granted
        assert set(statuses.values()) <= {200, 401 if user == "expired" else 403}


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
        *(
            pytest.param("projects", shape, id=f"projects-{shape}")
            for shape in SHAPES
            if shape not in ("page", "redirect")
        ),
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
        assert look.disturbed
        assert "HTML page" in look.trouble
        assert "--base-url" in look.trouble


def test_a_member_who_may_not_list_without_a_project_is_not_turned_away(live: Answering, tmp_path: Path) -> None:
    with live() as zadig:
        assert found(zadig, tmp_path, token=zadig.tokens["member"]).project == "nginx"


def test_a_project_that_is_not_there_is_no_missing_right(live: Answering, tmp_path: Path) -> None:
    """Zadig refuses to list the workflows of a project that is not there; whoever may see which there are is told."""
    with live() as zadig, pytest.raises(SettingsError) as raised:
        found(zadig, tmp_path, token=zadig.tokens["member"], project="absent")
    assert str(raised.value).startswith("the target has no project 'absent'; available: nginx; set --project")


def test_an_outsider_of_the_only_project_is_none(live: Answering, tmp_path: Path) -> None:
    """Where the project was found and not set, too: each case of an outsider would be a false alarm."""
    with live() as zadig, pytest.raises(NoWorkspaceError) as raised:
        found(zadig, tmp_path, outsider_project="nginx")
    assert "the cases work in project nginx themselves; set --outsider-project" in str(raised.value)
    assert zadig.app.changes() == []


class Below:
    """What stands before a Zadig below a path, and answers all else itself."""

    def __init__(self, app: ASGIApp, path: str, else_: Response) -> None:
        self._app, self._path, self._else = app, path, else_
        self.heads: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.heads += [name for name, _ in scope["headers"]]
        inside = scope["path"].startswith(f"{self._path}/api/")
        below = {**scope, "path": scope["path"].removeprefix(self._path)}
        await (self._app(below, receive, send) if inside else self._else(scope, receive, send))


@pytest.mark.parametrize("path", ["/zadig/some/path", "/zadig/api", "/zadig/index.html"])
def test_a_path_too_many_is_taken_off(path: str, live: Answering) -> None:
    """Down to the address at which Zadig answers; that one has a path of its own. No token is sent to find it."""
    with live() as zadig, serve_in_thread(gateway := Below(zadig.app, "/zadig", PAGE)) as url:
        settings = zadig.settings(base_url=url + path)
        with pytest.raises(SettingsError) as raised:
            probe(settings, url + path)
        assert str(raised.value).endswith(
            f"no Zadig answers at {url}{path}, but one does at {url}/zadig; set {url}/zadig"
        )
        assert above(settings, f"{url}/zadig") == ""
        assert above(settings, f"{url}/elsewhere") == ""
    assert (b"host" in gateway.heads, b"authorization" in gateway.heads) == (True, False)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_gateway_that_is_down_says_nothing_of_the_address(status: int, live: Answering) -> None:
    """There may be another Zadig above, which nobody meant."""
    with live() as zadig, serve_in_thread(Below(zadig.app, "", Response(status_code=status))) as url:
        assert above(zadig.settings(), f"{url}/zadig") == ""


def test_a_token_that_has_expired_is_said_to_have(live: Answering) -> None:
    """Since when, by its own word; another one that is refused may be wrong."""
    with live({PROJECTS: 401}) as zadig:
        expired, wrong = (
            probe(zadig.settings(token=token), zadig.url) for token in (zadig.tokens["expired"], "x" * 40)
        )
    assert re.search(r"HTTP 401: the token expired at \d{4}-\d\d-\d\d \d\d:\d\d UTC; set a new one$", expired.trouble)
    assert "the token is refused; check ZADIG_TOKEN" in wrong.trouble
