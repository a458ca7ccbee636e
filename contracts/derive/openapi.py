"""The operations of a release as OpenAPI 3.1, referring to the schema files."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.derive.contract import Answer, Contract, Operation
from contracts.derive.facts import Observed
from contracts.derive.names import path_parameters
from contracts.derive.words import PREFIX

_SECURITY = "token"


def openapi(contract: Contract, observed: Observed) -> dict[str, Any]:
    """Return the OpenAPI description; its references are relative to ``schemas/<release>/openapi.json``."""
    paths: dict[str, Any] = {}
    for operation in contract.operations:
        template = operation.path
        for name in path_parameters(operation.path):
            template = template.replace(f":{name}", f"{{{name}}}")
        paths.setdefault(template, {})[operation.method.lower()] = _operation(contract, operation, observed)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zadig workflow API",
            "version": contract.release,
            "description": "Derived from the documentation page and from observed facts; do not edit.",
        },
        "servers": [
            {
                "url": "{scheme}://{host}{prefix}",
                "variables": {
                    "scheme": {"default": "https", "enum": ["https", "http"]},
                    "host": {"default": "zadig.example"},
                    "prefix": {"default": PREFIX, "description": "Through the gateway; /api on the service itself."},
                },
            }
        ],
        "security": [{_SECURITY: []}],
        "paths": paths,
        "components": {"securitySchemes": {_SECURITY: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    }


def _operation(contract: Contract, operation: Operation, observed: Observed) -> dict[str, Any]:
    request = _reference(contract, operation.release, f"{operation.name}/request.json")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "parameters": [
            {
                "name": row["name"],
                "in": row["in"],
                "required": row["required"] or row["in"] == "path",
                "schema": {} if row["type"] is None else {"type": row["type"]},
            }
            for row in operation.parameters
            if row["in"] in ("path", "query")
        ],
        "responses": _responses(contract, operation, observed),
    }
    if operation.body is not None:
        content = {"application/json": {"schema": {"$ref": f"{request}#/properties/body"}}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _responses(contract: Contract, operation: Operation, observed: Observed) -> dict[str, Any]:
    # The shared answers with a text are about paths and methods that are no operation, so they belong to none.
    responses = {
        str(answer.status): {"description": answer.means}
        for answer in observed.answers.values()
        if answer.body == "empty"
    }
    by_status: dict[str, list[Answer]] = {}
    for answer in operation.answers:
        # OpenAPI's word for an answer whose status nobody knows.
        by_status.setdefault(str(answer.status or "default"), []).append(answer)
    for status, answers in by_status.items():
        responses[status] = _response(contract, operation.name, answers)
    return responses


def _response(contract: Contract, name: str, answers: Sequence[Answer]) -> dict[str, Any]:
    references = [{"$ref": _reference(contract, answer.release, f"{name}/{answer.name}.json")} for answer in answers]
    # anyOf, because two answers of one code differ in the description only, and a body then fits both schemas.
    schema: Mapping[str, Any] = references[0] if len(references) == 1 else {"anyOf": references}
    return {
        "description": " ".join(f"{answer.name}: {answer.means}" for answer in answers),
        "content": {"application/json": {"schema": schema}},
    }


def _reference(contract: Contract, release: str, path: str) -> str:
    return path if release == contract.release else f"../{release}/{path}"
