"""The operations of a release as OpenAPI 3.1, referring to the schema files.

What OpenAPI has no word for stands under ``x-`` keys: the lines of the page, and the observed facts with their sources.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.schemas import URL_PLACES, basis, has_body, origin
from contracts.derive.observed import Observed, ObservedAnswer
from contracts.derive.page.vocabulary import PREFIX

_SHARED: Final = "http-"
"""A shared response is called by this and its status."""
_SHOWN: Final = ("status", "also", "body", "content-type", "description", "text", "values", "minimum", "source")
"""What of an observed row is said of an answer."""
_FRAME: Final = Path(__file__).with_name("openapi.json")
"""What the description of every release says: the servers, and how a client shows who it is."""

Part = dict[str, Any]


def openapi(contract: Contract, observed: Observed) -> Part:
    """Return the OpenAPI description; its references are relative to ``schemas/<api>/<release>/openapi.json``.

    Each response lists its answers under ``x-answers``, those that all operations share included.
    """
    described: Part = json.loads(_FRAME.read_text(encoding="utf-8"))
    described["info"]["version"] = contract.release
    described["servers"][0]["variables"]["prefix"]["default"] = PREFIX
    described |= {"x-page": contract.page, "x-lineage": list(observed.lineage), "paths": {}}
    if states := observed.task_states:
        rows = {"states": list(states.states), "final": list(states.final), "x-source": states.source}
        described["x-task-states"] = rows
    shared = _by_status((str(fact.status), fact) for fact in observed.answers.values())
    for operation in contract.operations:
        template = re.sub(r":(\w+)", r"{\1}", operation.path)
        path = described["paths"].setdefault(template, {})
        path[operation.method.lower()] = _operation(contract, operation, shared)
    described["components"]["responses"] = {
        f"{_SHARED}{status}": _response(contract, "", facts) for status, facts in shared.items()
    }
    return described


def _by_status(answers: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for status, answer in answers:
        grouped.setdefault(status, []).append(answer)
    return grouped


def _operation(contract: Contract, operation: Operation, shared: Mapping[str, Sequence[ObservedAnswer]]) -> Part:
    request = _reference(contract, operation.release, f"{operation.name}/request.json")
    described: Part = {
        "operationId": operation.name,
        "description": origin(contract, operation.line, operation.source),
        **basis(contract, operation.line, operation.source),
        "parameters": [
            _parameter(contract, operation, row, request) for row in operation.parameters if row["in"] in URL_PLACES
        ],
        "responses": _responses(contract, operation, shared),
    }
    if has_body(operation):
        described["requestBody"] = _body(contract, operation, f"{request}#/properties/body")
    return described


def _parameter(contract: Contract, operation: Operation, row: Mapping[str, Any], request: str) -> Part:
    pointer = quote(row["name"].replace("~", "~0").replace("/", "~1"), safe="~")
    return {
        "name": row["name"],
        "in": row["in"],
        "required": row["required"] or row["in"] == "path",
        "schema": {"$ref": f"{request}#/properties/{row['in']}/properties/{pointer}"},
        **basis(contract, row["line"], operation.source),
    }


def _body(contract: Contract, operation: Operation, reference: str) -> Part:
    facts = operation.body_facts
    media: Part = {"schema": {"$ref": reference}}
    if operation.body is not None:
        summary = origin(contract, operation.body_lines, facts.source if facts else operation.source)
        name = "documented" if operation.body_lines else "observed"
        media["examples"] = {name: {"summary": summary, "value": operation.body}}
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
            responses[status] = {"content": {}, **_response(contract, operation.name, answers)}
    return responses or {"default": {"description": "The page shows no answer."}}


def _response(contract: Contract, name: str, answers: Sequence[Answer | ObservedAnswer]) -> Part:
    """Return the response of one status: own answers with their schemas; shared ones have a text as body, or none."""
    own = [answer for answer in answers if isinstance(answer, Answer) and answer.text is None]
    shown = [answer for answer in answers if isinstance(answer, Answer) and answer.text is not None]
    texts = [answer for answer in answers if isinstance(answer, ObservedAnswer) and answer.body == "text"]
    content: dict[str | None, Any] = {}
    if own:
        schemas = [{"$ref": _reference(contract, answer.release, f"{name}/{answer.name}.json")} for answer in own]
        content["application/json"] = {
            # anyOf, because two answers of one code differ in the description only, and a body then fits both schemas.
            "schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas},
            "examples": {
                answer.name: {"summary": answer.means, "value": answer.sample} for answer in own if answer.samples
            },
        }
    content |= {text.content_type: {"schema": {"type": "string"}} for text in texts}
    content |= {text.content_type: {"schema": {"type": "string"}, "example": text.text} for text in shown}
    return {
        "description": " ".join(f"{answer.name}: {answer.means}" for answer in answers),
        **({"content": content} if content else {}),
        "x-answers": {answer.name: _origin_of(contract, answer) for answer in answers},
    }


def _origin_of(contract: Contract, answer: Answer | ObservedAnswer) -> Part:
    """Return where an answer is promised, and what servers showed of it: templates, where these are texts."""
    fact = answer.fact if isinstance(answer, Answer) else answer
    described = basis(contract, answer.lines if isinstance(answer, Answer) else None, answer.source)
    if fact is not None:
        row = {**vars(fact), "also": list(fact.also), "content-type": fact.content_type}
        described["x-observed"] = {key: row[key] for key in _SHOWN if row[key] not in (None, [], {})}
    return described


def _reference(contract: Contract, release: str, path: str) -> str:
    return path if release == contract.release else f"../{release}/{path}"
