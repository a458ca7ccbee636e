"""What a gateway may do in front of a server is no breach, and what only looks like it is one."""

import json

import pytest

from contracts.check.breach import Kind
from contracts.check.check import check
from contracts.http.exchange import Exchange, Request
from helpers.checked_answers import ANSWERS, PAGE, RELEASE, SENT, exchange, found, held

SLASH = ANSWERS["every/trailing-slash"]
PATH = "/openapi/workflows/custom/a b/tasks"
URL = "https://zadig.example.com/zadig/openapi/workflows/custom/a%20b/tasks/?projectKey=nginx"
ENCODED = "/openapi/workflows/custom/a%20b/tasks"
NGINX = b"<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>"
APISIX = b'{"error_msg":"404 Route Not Found"}\n'
KONG = b'{\n  "message":"no Route matched with those values",\n  "request_id":"7c9e"\n}'


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
        pytest.param("/a%20b/tasks", id="only-its-last-two-names"),
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


@pytest.mark.parametrize("name", ["wrong-method", "unknown-path", "no-method"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(NGINX, "text/html", id="nginx"),
        pytest.param(PAGE, "text/html; charset=utf-8", id="page"),
        pytest.param(APISIX, "text/plain; charset=utf-8", id="apisix-as-text"),
        pytest.param(APISIX, "application/json", id="apisix"),
        pytest.param(KONG, "application/json; charset=utf-8", id="kong"),
    ],
)
def test_a_gateway_may_refuse_in_its_own_words(name: str, body: bytes, content_type: str) -> None:
    answer = ANSWERS[f"every/{name}"]
    assert found(held(answer, exchange(answer, body=body, headers={"Content-Type": content_type}))) == []


OWN = json.dumps({"code": 404, "description": "", "extra": {}, "message": "no Route matched", "type": "error"}).encode()


@pytest.mark.parametrize("name", ["wrong-method", "unknown-path"])
@pytest.mark.parametrize("body", [OWN, b"404 page not found", b'{"message":"Not Found"}'], ids=["error", "go", "json"])
def test_other_words_are_the_servers_own(name: str, body: bytes) -> None:
    """What is not plainly a gateway's is held to the text, and its content type too."""
    answer = ANSWERS[f"every/{name}"]
    came = exchange(answer, body=body, headers={"Content-Type": "application/json"})
    assert found(held(answer, came)) == [(Kind.CONTENT_TYPE, "Content-Type"), (Kind.TEXT, "body")]


def test_a_gateway_does_not_answer_for_the_server_with_another_status() -> None:
    answer = ANSWERS["every/unknown-path"]
    came = exchange(answer, body=NGINX, headers={"Content-Type": "text/html"}, status=500)
    assert (Kind.STATUS, "status") in found(held(answer, came))


def test_a_page_is_wrong_where_nothing_in_front_may_answer() -> None:
    """An operation's own error of the same status is not to be a page."""
    answer = ANSWERS["cancel-task/no-such-task"]
    came = exchange(answer, body=NGINX, headers={"Content-Type": "text/html"})
    assert found(check(came, answer, SENT, RELEASE.answers)) == [
        (Kind.CONTENT_TYPE, "Content-Type"),
        (Kind.NOT_JSON, "body"),
    ]
