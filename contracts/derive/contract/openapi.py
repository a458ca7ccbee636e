"""The operations of a release as OpenAPI 3.1, referring to the schema files.

What OpenAPI has no word for stands under ``x-`` keys: the lines of the page, and the observed facts with their sources.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.schemas import URL_PLACES, basis, has_body, origin
from contracts.derive.observed import Observed, ObservedAnswer, TaskStates
from contracts.derive.page.vocabulary import PREFIX

_SECURITY = "token"
_SHARED = "http-"
"""A shared response is called by this and its status."""

Part = dict[str, Any]


def openapi(contract: Contract, observed: Observed) -> Part:
    """Return the OpenAPI description; its references are relative to ``schemas/<release>/openapi.json``.

    Each response lists its answers under ``x-answers``, those that all operations share included.
    """
    shared = _by_status((str(fact.status), fact) for fact in observed.answers.values())
    paths: Part = {}
    for operation in contract.operations:
        template = re.sub(r":(\w+)", r"{\1}", operation.path)
        paths.setdefault(template, {})[operation.method.lower()] = _operation(contract, operation, shared)
    states = observed.task_states
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zadig workflow API",
            "version": contract.release,
            "description": "Derived from the documentation page and from observed facts; do not edit.",
        },
        "x-page": contract.page,
        "x-lineage": list(observed.lineage),
        **({} if states is None else {"x-task-states": _task_states(states)}),
        "servers": [_SERVER],
        "security": [{_SECURITY: []}],
        "paths": paths,
        "components": {
            "securitySchemes": {_SECURITY: _TOKEN},
            "responses": {f"{_SHARED}{status}": _shared(facts) for status, facts in shared.items()},
        },
    }


_SERVER: Part = {
    "url": "{scheme}://{host}{prefix}",
    "variables": {
        "scheme": {"default": "https", "enum": ["https", "http"]},
        "host": {"default": "zadig.example", "description": "Name and port of the Zadig deployment."},
        "prefix": {"default": PREFIX, "description": "Through the gateway; /api on the service itself."},
    },
}
_TOKEN: Part = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token of a Zadig user. The gateway checks it; the service's own port checks nothing.",
}


def _task_states(states: TaskStates) -> Part:
    return {"states": list(states.states), "final": list(states.final), "x-source": states.source}


def _by_status(facts: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for status, fact in facts:
        grouped.setdefault(status, []).append(fact)
    return grouped


def _operation(contract: Contract, operation: Operation, shared: Mapping[str, Sequence[ObservedAnswer]]) -> Part:
    request = _reference(contract, operation.release, f"{operation.name}/request.json")
    lines = None if operation.line is None else (operation.line, operation.line)
    described: Part = {
        "operationId": operation.name,
        "description": origin(contract, lines, operation.source),
        **basis(contract, lines, operation.source),
        "parameters": [
            _parameter(contract, operation, row, request) for row in operation.parameters if row["in"] in URL_PLACES
        ],
        "responses": _responses(contract, operation, shared),
    }
    if has_body(operation):
        described["requestBody"] = _body(contract, operation, f"{request}#/properties/body")
    return described


def _parameter(contract: Contract, operation: Operation, row: Mapping[str, Any], request: str) -> Part:
    lines = None if row["line"] is None else (row["line"], row["line"])
    pointer = quote(row["name"].replace("~", "~0").replace("/", "~1"), safe="~")
    return {
        "name": row["name"],
        "in": row["in"],
        "required": row["required"] or row["in"] == "path",
        "schema": {"$ref": f"{request}#/properties/{row['in']}/properties/{pointer}"},
        **basis(contract, lines, operation.source),
    }


def _body(contract: Contract, operation: Operation, reference: str) -> Part:
    facts = operation.body_facts
    media: Part = {"schema": {"$ref": reference}}
    if operation.body is not None:
        documented = operation.body_lines is not None
        media["examples"] = {
            "documented" if documented else "observed": {
                "summary": origin(contract, operation.body_lines, facts.source if facts else operation.source),
                "value": operation.body,
            }
        }
    described: Part = {"required": True, "content": {"application/json": media}}
    if facts is not None:
        described["x-source"] = facts.source
        if facts.undocumented and isinstance(operation.body, dict):
            media["examples"]["usual"] = {
                "summary": f"With the keys that the page lacks. {origin(contract, None, facts.source)}",
                "value": {**operation.body, **facts.undocumented},
            }
        if facts.not_kept:
            described["x-not-kept"] = list(facts.not_kept)
    return described


def _responses(contract: Contract, operation: Operation, shared: Mapping[str, Sequence[ObservedAnswer]]) -> Part:
    names = {answer.name for answer in operation.answers}
    # OpenAPI's word for an answer whose status nobody knows is default.
    by_status = _by_status((str(answer.status or "default"), answer) for answer in operation.answers)
    responses: Part = {}
    for status, facts in shared.items():
        besides = [fact for fact in facts if fact.name not in names]
        if status in by_status or len(besides) < len(facts):
            by_status.setdefault(status, []).extend(besides)
        else:
            responses[status] = {"$ref": f"#/components/responses/{_SHARED}{status}"}
    for status, answers in by_status.items():
        if answers:
            responses[status] = _response(contract, operation.name, answers)
    return responses or {"default": {"description": "The page shows no answer."}}


def _response(contract: Contract, name: str, answers: Sequence[Answer | ObservedAnswer]) -> Part:
    """Return the response of one status: the operation's own answers with their schemas, and shared ones."""
    with_schema = [answer for answer in answers if isinstance(answer, Answer)]
    described = _shared([answer for answer in answers if isinstance(answer, ObservedAnswer)])
    references = [
        {"$ref": _reference(contract, answer.release, f"{name}/{answer.name}.json")} for answer in with_schema
    ]
    # anyOf, because two answers of one code differ in the description only, and a body then fits both schemas.
    media = {
        "schema": references[0] if len(references) == 1 else {"anyOf": references},
        "examples": {answer.name: {"summary": answer.means, "value": answer.sample} for answer in with_schema},
    }
    return {
        "description": " ".join(f"{answer.name}: {answer.means}" for answer in answers),
        "content": {**({"application/json": media} if with_schema else {}), **described.get("content", {})},
        "x-answers": {
            **{answer.name: _origin_of(contract, answer) for answer in with_schema},
            **described.get("x-answers", {}),
        },
    }


def _origin_of(contract: Contract, answer: Answer) -> Part:
    fact = answer.fact
    return {
        **basis(contract, answer.lines, answer.source),
        **({} if fact is None else {"x-observed": _observed(fact)}),
    }


def _shared(facts: Sequence[ObservedAnswer]) -> Part:
    """Return the response of one status of answers that all operations share; they have a text as body, or none."""
    content = {fact.content_type: {"schema": {"type": "string"}} for fact in facts if fact.body == "text"}
    return {
        "description": " ".join(f"{fact.name}: {fact.means}" for fact in facts),
        **({"content": content} if content else {}),
        "x-answers": {
            fact.name: {"x-basis": "observed", "x-source": fact.source, "x-observed": _observed(fact)} for fact in facts
        },
    }


def _observed(fact: ObservedAnswer) -> Part:
    """Return what servers showed of an answer; ``description``, ``text`` and ``values`` are templates."""
    row = {
        "status": fact.status,
        "also": list(fact.also),
        "body": fact.body,
        "content-type": fact.content_type,
        "description": fact.description,
        "text": fact.text,
        "values": dict(fact.values),
        "minimum": dict(fact.minimum),
        "source": fact.source,
    }
    return {key: value for key, value in row.items() if value not in (None, [], {})}


def _reference(contract: Contract, release: str, path: str) -> str:
    return path if release == contract.release else f"../{release}/{path}"
