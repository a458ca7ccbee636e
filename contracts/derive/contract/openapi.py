"""The operations of a release as OpenAPI 3.1, complete in itself or with references to the schema files.

What OpenAPI has no word for stands under ``x-`` keys: the lines of the page, and the observed facts with their sources.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jsonschema import Draft202012Validator

from contracts.derive.contract.components import BODY, Names, complete, schema_names, schemas
from contracts.derive.contract.contract import Answer, Contract, Operation
from contracts.derive.contract.links import MEANINGS, Binding, example, is_success, links, word_of
from contracts.derive.contract.schemas import (
    URL_PLACES,
    Schema,
    answer_schema,
    basis,
    body_schema,
    has_body,
    origin,
    request_schema,
)
from contracts.derive.observed import Observed, ObservedAnswer
from contracts.derive.page.names import path_parameters, shape
from contracts.derive.page.vocabulary import PREFIX
from contracts.text.frozen import dataclass

_SHARED: Final = "Http{}Response"
"""A response that all operations share is called by this and its status."""
_SHOWN: Final = (
    *("status", "also", "location", "body", "content-type", "description", "text", "values", "minimum", "source"),
)
"""What of an observed row is said of an answer."""
_FRAME: Final = Path(__file__).with_name("openapi.json")
"""What the description of every release says: whose it is, the servers, the token, and how a server fails."""
_ERROR: Final = {"$ref": "#/components/schemas/InternalError"}
"""The body of a failure that has no code of its own."""
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\W]+")

Part = dict[str, Any]


@dataclass(frozen=True)
class _Description:
    """What all parts of a description need.

    binding: what its API's calls are for, and where names stand in them.
    names: those of the schemas; None: the schemas are in files.
    templates: shape of a path to the path that stands for it, so that operations of one path name its parameters alike.
    """

    contract: Contract
    binding: Binding
    names: Names | None
    templates: Mapping[str, str]

    def schema(self, operation: Operation, answer: Answer | None) -> Part:
        """Return the reference to the schema of an answer, or of the body."""
        if self.names is not None:
            return {"$ref": f"#/components/schemas/{self.names[operation.name, answer.name if answer else BODY]}"}
        if answer is None:
            return self.request(operation, "body")
        return {"$ref": _file(self.contract, answer.release, f"{operation.name}/{answer.name}.json")}

    def request(self, operation: Operation, place: str) -> Part:
        """Return the reference to what the file of an operation's request says of a place."""
        path = _file(self.contract, operation.release, f"{operation.name}/request.json")
        return {"$ref": f"{path}#/properties/{place}"}

    def name(self, operation: Operation, place: str, name: str) -> str:
        """Return what a parameter is called here."""
        if place != "path":
            return name
        template = self.templates[shape("", operation.path)]
        return dict(zip(path_parameters(operation.path), path_parameters(template), strict=True)).get(name, name)


def openapi(contract: Contract, observed: Observed, binding: Binding, split: bool = False) -> Part:
    """Return the OpenAPI description: complete in itself, or, with ``split``, referring to the schema files.

    Such references are relative to ``schemas/<api>/<release>/openapi.json``. Each response lists its answers under
    ``x-answers``, those that all operations share included.
    """
    templates: dict[str, str] = {}
    for operation in contract.operations:
        templates.setdefault(shape("", operation.path), operation.path)
    whole = _Description(contract, binding, None if split else schema_names(contract), templates)
    described: Part = json.loads(_FRAME.read_text(encoding="utf-8"))
    described["info"]["version"] = contract.release
    described |= {"x-page": contract.page, "x-lineage": list(observed.lineage), "paths": {}}
    if states := observed.task_states:
        rows = {"states": list(states.states), "final": list(states.final), "x-source": states.source}
        described["x-task-states"] = rows
    shared = _by_status((str(fact.status), fact) for fact in observed.answers.values())
    tags: list[str] = []
    outside: list[Part] = []
    for operation in contract.operations:
        template = re.sub(r":(\w+)", r"{\1}", templates[shape("", operation.path)])
        path = described["paths"].setdefault(template, {})
        path[operation.method.lower()] = _operation(
            replace(whole, contract=contract.about(operation)), operation, shared, described["tags"]
        )
        tags += path[operation.method.lower()]["tags"]
        if not operation.prefix or template.startswith(tuple(binding.get("address", {}).get("bare", ()))):
            outside.append(path)
    described["tags"] = [tag for tag in described["tags"] if tag["name"] in tags]
    components = described["components"]
    components["responses"] |= {
        _SHARED.format(status): _response(whole, None, facts) for status, facts in shared.items()
    }
    components["schemas"] |= schemas(contract, whole.names) if whole.names is not None else {}
    _set_servers(described, outside)
    return described


def _set_servers(described: Part, outside: Sequence[Part]) -> None:
    """Say which paths are below the prefix of the gateway, and which are not: these are ``outside``."""
    (server,) = described["servers"]
    server["variables"]["prefix"]["default"] = PREFIX
    variables = {name: variable for name, variable in server["variables"].items() if name != "prefix"}
    plain = {"url": server["url"].replace("{prefix}", ""), "variables": variables}
    if outside and all(path in outside for path in described["paths"].values()):
        described["servers"] = [plain]
    else:
        for path in outside:
            path["servers"] = [plain]


def _by_status(answers: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for status, answer in answers:
        grouped.setdefault(status, []).append(answer)
    return grouped


def _operation(
    whole: _Description,
    operation: Operation,
    shared: Mapping[str, Sequence[ObservedAnswer]],
    tags: Sequence[Mapping[str, str]],
) -> Part:
    contract, words = whole.contract, operation.name.split("-")
    # The last tag is for all that has none of the others in its name.
    tag = next(
        (tag["name"] for tag in tags if {tag["name"], tag["name"].removesuffix("s")} & {*words}), tags[-1]["name"]
    )
    described: Part = {
        "operationId": operation.name,
        "summary": " ".join(words).capitalize(),
        "description": origin(contract, operation.line, operation.source),
        "tags": [tag],
        **basis(contract, operation.line, operation.source),
        "parameters": [_parameter(whole, operation, row) for row in operation.parameters if row["in"] in URL_PLACES],
        "responses": _responses(whole, operation, shared),
    }
    if has_body(operation):
        described["requestBody"] = _body(whole, operation)
    return described


def _parameter(whole: _Description, operation: Operation, row: Mapping[str, Any]) -> Part:
    contract, place, name = whole.contract, row["in"], row["name"]
    if whole.names is None:
        pointer = quote(name.replace("~", "~0").replace("/", "~1"), safe="~")
        schema = {"$ref": f"{whole.request(operation, place)['$ref']}/properties/{pointer}"}
    else:
        schema = complete(request_schema(contract, operation)["properties"][place]["properties"][name])
    word = word_of(whole.binding, operation, place, name)
    means = row.get("description") or (MEANINGS[word] if word else " ".join(_CAMEL.split(name)).capitalize())
    return {
        "name": whole.name(operation, place, name),
        "in": place,
        "required": row["required"] or place == "path",
        "description": f"{means.rstrip('.。')}. {origin(contract, row['line'], operation.source)}",
        "schema": schema,
        "example": example(contract, whole.binding, operation, row),
        **basis(contract, row["line"], operation.source),
    }


def _body(whole: _Description, operation: Operation) -> Part:
    contract, facts = whole.contract, operation.body_facts
    examples: Part = {}
    if operation.body is not None:
        summary = origin(contract, operation.body_lines, facts.source if facts else operation.source)
        name = "documented" if operation.body_lines else "observed"
        examples[name] = {"summary": summary, "value": operation.body}
    if facts is not None and (facts.undocumented or facts.usual) and isinstance(operation.body, dict):
        examples["usual"] = {
            "summary": f"With the keys that the page lacks. {origin(contract, None, facts.source)}",
            "value": {**operation.body, **facts.undocumented, **facts.usual},
        }
    media = {"schema": whole.schema(operation, None), **_examples(examples, [body_schema(operation)])}
    described: Part = {"required": True, "content": {"application/json": media}}
    if facts is not None:
        described["x-source"] = facts.source
        if facts.not_kept:
            described["x-not-kept"] = list(facts.not_kept)
    return described


def _examples(examples: Mapping[str, Part], schemas: Sequence[Schema]) -> Part:
    """Return examples as a media type has them; where the page's table refuses its own sample, that stands apart."""
    validators = [Draft202012Validator(schema) for schema in schemas]
    fits = {name: any(each.is_valid(row["value"]) for each in validators) for name, row in examples.items()}
    parts = {
        "examples": {name: row for name, row in examples.items() if fits[name]},
        "x-contradicting": {name: row for name, row in examples.items() if not fits[name]},
    }
    return {key: rows for key, rows in parts.items() if rows}


def _responses(whole: _Description, operation: Operation, shared: Mapping[str, Sequence[ObservedAnswer]]) -> Part:
    names = {answer.name for answer in operation.answers}
    # OpenAPI's word for an answer whose status nobody knows is default.
    by_status = _by_status((str(answer.status or "default"), answer) for answer in operation.answers)
    responses: Part = {}
    for status, facts in {**shared, "500": shared.get("500", ())}.items():
        besides = [fact for fact in facts if fact.name not in names]
        if status in by_status or len(besides) < len(facts):
            by_status.setdefault(status, []).extend(besides)
        else:
            responses[status] = {"$ref": f"#/components/responses/{_SHARED.format(status)}"}
    onward = links(whole.contract, whole.binding, operation, whole.name)
    for status, answers in by_status.items():
        if answers:
            responses[status] = {"content": {}, **_response(whole, operation, answers)}
        if onward and any(isinstance(answer, Answer) and is_success(answer) for answer in answers):
            responses[status]["links"] = onward
    if not operation.answers:
        none = {"description": "The page shows no answer.", "x-answers": {}}
        responses["default"] = {**none, "links": onward} if onward else none
    return responses


def _response(whole: _Description, operation: Operation | None, answers: Sequence[Answer | ObservedAnswer]) -> Part:
    """Return the response of one status: own answers with their schemas; shared ones have a text as body, or none."""
    own = [answer for answer in answers if isinstance(answer, Answer) and answer.text is None]
    shown = [answer for answer in answers if isinstance(answer, Answer) and answer.text is not None]
    texts = [answer for answer in answers if isinstance(answer, ObservedAnswer) and answer.body == "text"]
    content: dict[str | None, Any] = {}
    if own and operation is not None:
        one_of = [whole.schema(operation, answer) for answer in own]
        if own[0].status == 500:
            one_of.append(_ERROR)
        content["application/json"] = {
            # anyOf, because two answers of one code differ in the description only, and a body then fits both schemas.
            "schema": one_of[0] if len(one_of) == 1 else {"anyOf": one_of},
            **_examples(
                {answer.name: {"summary": answer.means, "value": answer.sample} for answer in own if answer.samples},
                [answer_schema(whole.contract, operation, answer) for answer in own],
            ),
        }
    content |= {text.content_type: {"schema": {"type": "string"}} for text in texts}
    content |= {text.content_type: {"schema": {"type": "string"}, "example": text.text} for text in shown}
    return {
        "description": " ".join(f"{answer.name}: {answer.means}" for answer in answers),
        **({"content": content} if content else {}),
        "x-answers": {answer.name: _origin_of(whole.contract, answer) for answer in answers},
    }


def _origin_of(contract: Contract, answer: Answer | ObservedAnswer) -> Part:
    """Return where an answer is promised, and what servers showed of it: templates, where these are texts."""
    fact = answer.fact if isinstance(answer, Answer) else answer
    described = basis(contract, answer.lines if isinstance(answer, Answer) else None, answer.source)
    if fact is not None:
        row = {**vars(fact), "also": list(fact.also), "content-type": fact.content_type}
        described["x-observed"] = {key: row[key] for key in _SHOWN if row[key] not in (None, [], {})}
    return described


def _file(contract: Contract, release: str, path: str) -> str:
    return path if release == contract.release else f"../{release}/{path}"
