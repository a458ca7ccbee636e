"""The stand-in keeps to the protocol of a real Zadig, with its cross-talk."""

import asyncio
import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from starlette.responses import Response

from contracts.standin.app import create_app
from contracts.standin.errors import TASK_NOT_FOUND, ZadigError
from contracts.standin.responses import ErrorAnswers
from helpers.zadig_client import (
    CANCEL,
    MESSAGES,
    NO_DOCUMENTS,
    READ_TASK,
    Zadig,
    assert_error,
)


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"], ids=["aslan", "gateway"])
@pytest.mark.parametrize(
    "path", ["/nope", "/workflow/workflow/find/a%2Fb", "/nope/", "/health/x"], ids=["unknown", "slash", "tail", "below"]
)
def test_an_unknown_path_is_404(zadig: Zadig, prefix: str, path: str) -> None:
    answer = zadig.call("GET", path, prefix=prefix)
    assert (answer.status_code, answer.text) == (404, f"Invalid path: {prefix}{path.replace('%2F', '/')}")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("prefix", ["/api", "/api/aslan"], ids=["aslan", "gateway"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"])
def test_a_wrong_method_is_405(zadig: Zadig, prefix: str, method: str) -> None:
    answer = zadig.call(method, "/workflow/workflow", prefix=prefix)
    text = "" if method == "HEAD" else f"Method not allowed: {method} {prefix}/workflow/workflow"
    assert (answer.status_code, answer.text) == (405, text)
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/workflow/workflow"), ("POST", "/workflow/workflowtask/id/1/pipelines/a%20b/restart")],
    ids=["create", "restart"],
)
def test_a_trailing_slash_is_redirected(zadig: Zadig, method: str, path: str) -> None:
    answer = zadig.call(method, f"{path}/?projectName=nginx")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/api{path}?projectName=nginx")


def test_a_percent_encoded_digit_is_the_digit(zadig: Zadig) -> None:
    name, _ = zadig.task_in("created")
    connection = http.client.HTTPConnection(urlsplit(zadig.url).netloc, timeout=10)
    connection.request("DELETE", f"/api/workflow/workflowtask/id/%31/pipelines/{name}")
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize(
    "path",
    ["/api/health", "/api/nope", "/api/aslan/workflow/workflow", "/_standin", "/", "/api/workflow/workflow/"],
    ids=["success", "unknown", "denied", "control", "root", "redirect"],
)
def test_every_answer_says_that_it_is_the_stand_in(perfect: Zadig, flawed: Zadig, path: str) -> None:
    stamps = [zadig.call("GET", path, prefix="").headers["X-Zadig-Stand-In"] for zadig in (perfect, flawed)]
    assert stamps == ["perfect", "1.7.0"]


def test_the_control_routes_describe_the_stand_in(flawed: Zadig) -> None:
    facts = flawed.call("GET", "/_standin", prefix="").json()
    own = ["cross-talk", "documented-body-crashes", "null-body-crashes", "project-scope", "refused-restart-marks"]
    assert facts["defects"] == own
    assert (facts["behaviour"], facts["clock"]) == ("1.7.0", "manual")
    assert (facts["project"], facts["env_name"], facts["other_project"]) == ("nginx", "qa", "other-project")
    assert (facts["failing_branch"], facts["hanging_branch"]) == ("fails", "hangs")
    assert facts["tokens"].keys() == {"admin", "member", "viewer", "outsider", "expired"}


def test_the_control_routes_count_api_requests(perfect: Zadig) -> None:
    def count() -> int:
        return int(perfect.call("GET", "/_standin/state", prefix="").json()["requests"])

    before = count()
    perfect.call("GET", "/health")
    perfect.call("GET", "/nope")
    assert count() == before + 2


@pytest.mark.parametrize("arguments", [{"behaviour": "9.9"}, {"clock": "sundial"}], ids=["behaviour", "clock"])
def test_an_unknown_choice_is_refused_by_name(arguments: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"unknown (behaviour '9.9'|clock 'sundial'): choose one of"):
        create_app(**arguments)


# --- cross-talk ---


def foreign_descriptions(zadig: Zadig, clients: int, requests_each: int) -> int:
    """Let half of the clients cancel a missing task and half a passed one, and count the answers mixed up."""
    name, task_id = zadig.task_in("passed")
    own = [(99, NO_DOCUMENTS), (task_id, f"task: {name}:{task_id} is passed, cannot cancel")]

    def client(number: int) -> int:
        wanted_id, description = own[number % 2]
        single = Zadig(zadig.url)
        answers = [single.act("cancel", name, wanted_id).json() for _ in range(requests_each)]
        assert {(answer["code"], answer["message"]) for answer in answers} == {(CANCEL, MESSAGES[CANCEL])}
        return sum(answer["description"] != description for answer in answers)

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(client, range(clients)))


def test_descriptions_are_mixed_up_between_requests_of_the_real_server(flawed: Zadig) -> None:
    assert foreign_descriptions(flawed, clients=8, requests_each=40) >= 0.05 * 8 * 40


def test_descriptions_are_never_mixed_up_by_the_perfect_server(perfect: Zadig) -> None:
    assert foreign_descriptions(perfect, clients=8, requests_each=40) == 0


def test_descriptions_are_never_mixed_up_when_requests_come_one_at_a_time(flawed: Zadig) -> None:
    name, task_id = flawed.task_in("passed")
    for _ in range(20):
        assert_error(flawed.act("cancel", name, 99), CANCEL, NO_DOCUMENTS)
        assert_error(flawed.act("cancel", name, task_id), CANCEL, f"task: {name}:{task_id} is passed, cannot cancel")


@pytest.mark.parametrize(("shared", "description"), [(True, "left over"), (False, "")], ids=["shared", "own"])
def test_an_error_without_description_shows_what_is_left_over(shared: bool, description: str) -> None:
    async def answer_twice() -> Response:
        answers = ErrorAnswers(shared)
        await answers.answer(ZadigError(READ_TASK, "left over"))
        return await answers.answer(TASK_NOT_FOUND())

    assert json.loads(bytes(asyncio.run(answer_twice()).body))["description"] == description


def test_it_listens_on_this_machine_alone(perfect: Zadig) -> None:
    """Its port is open at one address of the loopback, and at no other."""
    at = urlsplit(perfect.url)
    assert at.hostname == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", at.port)):
        pass
