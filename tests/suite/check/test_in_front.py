"""What a gateway may do in front of a server is no breach, and what only looks like it is one."""

import pytest

from contracts.check.breach import Kind
from contracts.check.check import check
from contracts.http.exchange import Exchange, Request
from helpers.checked_answers import ANSWERS, SENT, found

SLASH = ANSWERS["every/trailing-slash"]
PATH = "/openapi/workflows/custom/a b/tasks"
URL = "https://zadig.example.com/zadig/openapi/workflows/custom/a%20b/tasks/?projectKey=nginx"
ENCODED = "/openapi/workflows/custom/a%20b/tasks"


def redirected(location: str | None, status: int = 307) -> list[tuple[str, str]]:
    """Return what is found in a redirect of a path with a slash too many that leads there."""
    headers = {} if location is None else {"Location": location}
    came = Exchange(Request("GET", f"{ENCODED}/"), URL, status, headers)
    return found(check(came, SLASH, SENT | {"path": f"{PATH}/", "shorter": PATH}))


@pytest.mark.parametrize("status", [301, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        pytest.param(f"/zadig{ENCODED}", id="path"),
        pytest.param(f"/zadig{ENCODED}?projectKey=nginx", id="with-its-query"),
        pytest.param(f"https://zadig.example.com/zadig{ENCODED}", id="whole-address"),
        pytest.param(f"http://zadig.example.com/zadig{ENCODED}", id="other-scheme"),
        pytest.param(f"//zadig.example.com/zadig{ENCODED}", id="any-scheme"),
        pytest.param(f"http://aslan:25000{ENCODED}", id="inner-name"),
        pytest.param(ENCODED, id="without-the-prefix"),
        pytest.param(f"/inner/one{ENCODED}", id="another-prefix"),
        pytest.param("/workflows/custom/a%20b/tasks", id="what-it-begins-with-stripped"),
        pytest.param("../tasks", id="relative"),
        pytest.param("/zadig/openapi/workflows/custom/a%20%62/tasks", id="encoded-otherwise"),
    ],
)
def test_a_redirect_may_be_written_in_many_ways(location: str, status: int) -> None:
    """Whole or relative, by another name of the host, and with another beginning of its path."""
    assert redirected(location, status) == []


@pytest.mark.parametrize("status", [301, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("http://evil.example/x", id="another-host"),
        pytest.param("http://evil.example", id="nothing-but-a-host"),
        pytest.param("http://[x", id="no-address"),
        pytest.param("/", id="root"),
        pytest.param("/tasks", id="last-name-alone"),
        pytest.param("tasks", id="below-itself"),
        pytest.param(f"/zadig{ENCODED}/", id="itself"),
        pytest.param(f"/zadig{ENCODED[:-1]}", id="a-letter-less"),
        pytest.param(f"/elsewhere?to={ENCODED}", id="in-the-query"),
    ],
)
def test_a_redirect_that_leads_elsewhere_is_found(location: str | None, status: int) -> None:
    """Whatever its status is, the path without the slash is the one to lead to."""
    assert redirected(location, status) == [(Kind.REDIRECT, "Location")]


def test_what_does_not_redirect_leads_nowhere() -> None:
    """What a gateway answers instead needs no Location, and a redirect of a wrong status is one fault only."""
    assert redirected(None, 404) == []
    assert redirected("/login", 302) == [(Kind.STATUS, "status")]
