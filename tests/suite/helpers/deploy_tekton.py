"""Holds Tekton's objects against tekton.schema.json, and what they take from Kubernetes against its own schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMA = Path(__file__).parents[1] / "deploy/tekton.schema.json"
_KUBERNETES = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / "v1.37.0-local-strict"


def _official(uri: str) -> Resource[Any]:
    schema = json.loads((_KUBERNETES / uri.rpartition("/")[2]).read_text(encoding="utf-8"))
    return Resource.from_contents(schema, DRAFT202012)


def faults(text: str) -> Iterator[str]:
    """Yield where an object in a file is not what Tekton takes, and why."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    check = Draft202012Validator(schema, registry=Registry(retrieve=_official))
    for part in yaml.safe_load_all(text):
        yield from (f"{part.get('kind')} {error.json_path}: {error.message}" for error in check.iter_errors(part))
