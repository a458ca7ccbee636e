"""A target's release is told by reading calls alone, and never guessed where a gateway hides its routes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from contracts.catalog.release import Release, load, releases
from contracts.catalog.routes import routes
from contracts.settings.settings import SettingsError
from contracts.settings.settings import load as settings_of
from contracts.standin.app import create_app
from contracts.standin.defects import BEHAVIOURS, RELEASE_OF
from contracts.standin.serve import serve_in_thread
from contracts.target.connect import probe
from helpers.live_target import BOTH, TODAY, Live, live

pytestmark = pytest.mark.usefixtures("bare")

TOLD = [name for name in BEHAVIOURS if RELEASE_OF[name] in releases()]
RUNS_TELL = dict.fromkeys(("1.7.0", "1.7.1", "1.8.0", "1.9.0"), "1.7.1")
"""What reading does not tell apart, and the one of them that is taken, which promises the least."""


@pytest.mark.parametrize("behaviour", TOLD)
def test_a_stand_in_says_which_release_it_is(behaviour: str) -> None:
    with serve_in_thread(create_app(behaviour)) as url:
        look = probe(settings_of({"base_url": url}), url)
    assert (look.trouble, look.release) == ("", RELEASE_OF[behaviour])


@pytest.mark.parametrize("behaviour", TOLD)
def test_a_server_is_known_by_its_routes(behaviour: str) -> None:
    """Of releases with the same routes the newest is taken, and the others are named."""
    with live(prefixes=TODAY, behaviour=behaviour) as zadig:
        zadig.app.answers.clear()
        look = probe(zadig.settings(), zadig.url)
        assert look.trouble == ""
        assert zadig.app.changes() == []
    own = RELEASE_OF[behaviour]
    alike = [name for name in releases() if all(row.is_in(name) == row.is_in(own) for row in routes().rows)]
    assert look.release == RUNS_TELL.get(own, alike[-1])
    assert all(other in look.told for other in alike)
    assert ("which also fit" in look.told) == (len(alike) > 1)


def test_a_console_in_place_of_the_newer_calls_is_no_such_call() -> None:
    """Where a console answers for all paths that the gateway has no rule for, the server is one of the old ones."""
    with live(prefixes=BOTH) as zadig:
        assert probe(zadig.settings(), zadig.url).release == "1.7.1"


HIDES: dict[str, Callable[[], Response]] = {
    "forbidden": lambda: Response(status_code=403),
    "not-found": lambda: PlainTextResponse("404 page not found", 404),
    "login": lambda: RedirectResponse("/login"),
    "too-many": lambda: Response(status_code=429),
    "down": lambda: Response(status_code=503),
}


@pytest.fixture(scope="module")
def today() -> object:
    with live(prefixes=TODAY, behaviour="5.0.0") as zadig:
        yield zadig


@pytest.mark.parametrize("answer", HIDES.values(), ids=HIDES)
def test_a_gateway_that_hides_the_routes_is_said_to(answer: Callable[[], Response], today: Live) -> None:
    """Nothing is tried for a release that nobody knows; what to set is said, and with it set all goes its way."""
    today.app.answers = {row.path: answer() for row in routes().rows if not row.prefixed}
    look = probe(today.settings(), today.url)
    assert look.release == ""
    assert "hides its routes" in look.trouble
    assert "--release, ZADIG_RELEASE" in look.trouble
    assert probe(today.settings(release="5.0.0"), today.url).trouble == ""


def test_one_route_of_two_that_say_the_same_is_enough(today: Live) -> None:
    today.app.answers = {routes().rows[1].path: 403}
    assert probe(today.settings(), today.url).release == "5.0.0"


def test_a_server_of_no_release_is_said_to_be_one(today: Live) -> None:
    """What has only a part of the newest routes is of a release that there is no data for."""
    today.app.answers = {routes().rows[2].path: PlainTextResponse(f"{routes().unknown}/x", 404)}
    look = probe(today.settings(), today.url)
    assert look.release == ""
    assert "has the routes of the target" in look.trouble


def test_only_releases_of_the_wished_api_fit(today: Live) -> None:
    today.app.answers = {}
    assert probe(today.settings(api="openapi"), today.url).release == "5.0.0"
    assert "no release" in probe(today.settings(api="aslan"), today.url).trouble


@pytest.mark.parametrize(("api", "release"), [("aslan", "5.0.0"), ("openapi", "1.7.0")])
def test_api_and_release_have_to_fit(api: str, release: str, bare: Path) -> None:
    (bare / "zadig.toml").write_text(f'api = "{api}"\n')
    with pytest.raises(SettingsError, match=rf"^setting api .* is {api}, but release {release} documents"):
        settings_of({"release": release})


def paths(release: Release) -> set[str]:
    """Return the paths that a release is known to have, each with names as the table has them."""
    calls = [*release.operations.values(), *release.support.values()]
    named = {":workflowKey": "zct-routes", ":workflowName": "zct-routes", ":name": "zct-routes", ":taskID": "1"}
    return {"/".join(named.get(part, part) for part in call.path.split("/")) for call in calls}


@pytest.mark.parametrize("name", releases())
def test_the_table_agrees_with_the_operations_of_each_release(name: str) -> None:
    """A call of a release has a route in it; where its base's call moved or is gone, that route is not there."""
    own, lineage = load(name), load(name).lineage
    for row in routes().rows:
        if row.path in paths(own):
            assert row.is_in(name), row.path
        elif any(row.path in paths(load(base)) for base in lineage):
            assert not row.is_in(name), row.path
