"""What is wrong with a Jenkinsfile, by Groovy's grammar and its sections, and with a file of Tekton, by a schema."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import tree_sitter_groovy
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from tree_sitter import Language, Node, Parser

_CONDITIONS = {
    *("always", "changed", "fixed", "regression", "aborted", "success"),
    *("unsuccessful", "unstable", "failure", "notBuilt", "cleanup"),
}
_STEPS = {"sh", "catchError", "stash", "unstash", "archiveArtifacts", "junit", "allure", "script"}
"""Steps of Jenkins itself and of the plugins that the Jenkinsfile names in its head."""
_BOTH = {"agent", "environment", "tools", "options", "post"}
_INSIDE = {
    "": {"pipeline", "def"},
    "pipeline": _BOTH | {"stages", "parameters", "triggers", "libraries"},
    "stages": {"stage"},
    "stage": _BOTH | {"input", "when", "failFast", "steps", "stages", "parallel", "matrix"},
    "matrix": _BOTH | {"input", "when", "axes", "excludes", "stages"},
    "axes": {"axis"},
    "axis": {"name", "values", "notValues"},
    "post": _CONDITIONS,
    "steps": _STEPS,
    "catchError": _STEPS,
    "script": _STEPS | {"if", "withCredentials"},
    "parameters": {"string", "choice", "booleanParam", "text", "password"},
    "triggers": {"cron", "pollSCM", "upstream"},
    "agent": {"label", "any", "none", "node", "docker", "dockerfile", "kubernetes"},
} | dict.fromkeys(_CONDITIONS, _STEPS)
"""What may stand in a section; in one that is not here, such as `environment`, names are free."""
_MUST = {"pipeline": {"agent", "stages"}, "matrix": {"axes", "stages"}, "axis": {"name"}}
_WORK = {"steps", "stages", "parallel", "matrix"}
"""A stage has exactly one of these."""


def of_jenkins(text: str) -> Iterator[str]:
    """Yield where a Jenkinsfile is no declarative pipeline, and why."""
    root = Parser(Language(tree_sitter_groovy.language())).parse(text.encode()).root_node
    if root.has_error:
        yield f"not Groovy, first at line {_first_error(root).start_point.row + 1}"
    else:
        yield from _section("", root)


def _first_error(node: Node) -> Node:
    if node.is_error or node.is_missing:
        return node
    return _first_error(next(child for child in node.children if child.has_error))


def _section(name: str, block: Node) -> Iterator[str]:
    parts = [(_word(part), part) for part in block.named_children if not part.type.endswith("comment")]
    names = [word for word, _ in parts]
    line = f"line {block.start_point.row + 1}"
    if name in _INSIDE:
        yield from (f"{line}: no {word} in {name or 'a Jenkinsfile'}" for word in names if word not in _INSIDE[name])
    yield from (f"{line}: {name} without {word}" for word in sorted(_MUST.get(name, set()) - set(names)))
    if name == "stage" and len(_WORK & set(names)) != 1:
        yield f"{line}: a stage has one of {', '.join(sorted(_WORK))}"
    for word, part in parts:
        if inner := _closure(part):
            yield from _section(word, inner)


def _word(part: Node) -> str:
    return re.match(r"\w*", (part.text or b"").decode())[0]  # type: ignore[index] - it fits the empty text too


def _closure(part: Node) -> Node | None:
    call = part.named_children[0] if part.type == "expression_statement" else part
    return next((child for child in call.named_children if child.type == "closure"), None)


SCHEMA = Path(__file__).parents[1] / "deploy/tekton.schema.json"
_KUBERNETES = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / "v1.37.0-local-strict"


def _official(uri: str) -> Resource[Any]:
    schema = json.loads((_KUBERNETES / uri.rpartition("/")[2]).read_text(encoding="utf-8"))
    return Resource.from_contents(schema, DRAFT202012)


def of_tekton(text: str) -> Iterator[str]:
    """Yield where an object in a file is not what Tekton takes, and why."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    check = Draft202012Validator(schema, registry=Registry(retrieve=_official))
    for part in yaml.safe_load_all(text):
        yield from (f"{part.get('kind')} {error.json_path}: {error.message}" for error in check.iter_errors(part))
