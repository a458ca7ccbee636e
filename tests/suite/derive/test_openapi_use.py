"""The OpenAPI description is one that a generator of requests takes: single requests, and sequences along its links."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contracts.standin.app import create_app
from contracts.standin.serve import serve_in_thread
from helpers.descriptions import OF_PRODUCTS, file, operations

OPERATIONS = ("create-workflow", "start-task", "cancel-task", "restart-task")
BEHAVIOURS = {
    **{"1.7.0": "perfect", "1.7.1": "perfect", "1.8.0": "perfect-1.8.0", "1.9.0": "perfect-1.9.0"},
    "5.0.0": "perfect-5.0",
}
"""All releases whose calls have one address; those of 4.3.0 have two, and the tool takes one."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
REQUESTS = 6
"""How many valid requests each operation gets."""


@pytest.fixture(scope="module", params=BEHAVIOURS)
def described(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str, dict[str, str]]]:
    """Yield the description as schemathesis loads it, the address of a stand-in, and the header that opens it."""
    whole = schemathesis.openapi.from_path(file(request.param))
    with serve_in_thread(create_app(BEHAVIOURS.get(request.param, "perfect-1.9.0"))) as url:
        token = requests.get(f"{url}/_standin", timeout=10).json()["tokens"]["admin"]
        base_url = f"{url}/api/aslan" if request.param in OF_PRODUCTS else url
        yield whole, base_url, {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_valid_requests_get_documented_answers(described: tuple[Any, str, dict[str, str]], name: str) -> None:
    """A generator of requests that knows only the description is never surprised by a good server."""
    whole, base_url, headers = described
    statuses = set()

    @seed(170)
    @settings(max_examples=REQUESTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=whole.find_operation_by_id(name).as_strategy())
    def send(case: Any) -> None:
        response = case.call(base_url=base_url, headers=headers)
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    send()
    assert statuses - {307, 404, 405}, f"no request reached {name}: {statuses}"


@pytest.mark.parametrize(
    "described", OF_PRODUCTS, indirect=True
)  # 5.0.0's own sample starts with a parameter of no job
def test_sequences_along_the_links_get_documented_answers(described: tuple[Any, str, dict[str, str]]) -> None:
    """A tool that knows only the description creates a workflow, starts it, and cancels and restarts just its task."""
    whole, base_url, headers = described
    whole.config.generation.update(modes=[GenerationMode.POSITIVE])
    create = operations(whole.raw_schema)["create-workflow"]
    (media,) = create["requestBody"]["content"].values()
    number = itertools.count(1)
    reached: dict[str, list[Any]] = defaultdict(list)

    class Sequences(whole.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: Any) -> None:
            if case.operation.definition.raw["operationId"] == "create-workflow":  # what a link leads on from
                case.body = {**media["examples"]["usual"]["value"], "name": f"sequence-{next(number)}"}

        def get_call_kwargs(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"base_url": base_url, "headers": headers}

        def validate_response(self, response: Any, case: Any, *_: Any, **__: Any) -> None:
            case.validate_response(response, checks=CHECKS)
            try:
                answer = response.json()
            except ValueError:  # a text, or nothing
                answer = {}
            reached[case.operation.definition.raw["operationId"]].append(answer)

    Sequences.run(
        settings=settings(
            max_examples=20,
            stateful_step_count=6,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
    )
    assert not (left := set(OPERATIONS) - reached.keys()), f"no link led to {left}"
    assert {"message": "success"} in reached["cancel-task"]
    assert {"获取工作流任务失败"} != {answer.get("description") for answer in reached["restart-task"]}, (
        "not its own task"
    )
