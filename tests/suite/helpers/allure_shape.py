"""What allure reads of a result, as a schema."""

from pathlib import Path

from jsonschema import Draft202012Validator

from helpers.allure_samples import results

TEXT = {"type": "string", "minLength": 1}
STATUSES = {"enum": ["passed", "failed", "broken", "skipped", "unknown"]}
SHAPE = {
    "$defs": {
        "step": {
            "type": "object",
            "required": ["name", "status", "start", "stop"],
            "properties": {
                "name": TEXT,
                "status": STATUSES,
                "start": {"type": "integer", "minimum": 10**12},
                "stop": {"type": "integer", "minimum": 10**12},
                "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
            },
            "additionalProperties": False,
        }
    },
    "type": "object",
    "required": ["uuid", "historyId", "testCaseId", "fullName", "name", "status", "start", "stop", "labels"],
    "properties": {
        "uuid": {"pattern": "^[0-9a-f-]{36}$"},
        "historyId": {"pattern": "^[0-9a-f]{32}$"},
        "testCaseId": {"pattern": "^[0-9a-f]{32}$"},
        "fullName": TEXT,
        "name": TEXT,
        "titlePath": {"type": "array", "items": TEXT},
        "status": STATUSES,
        "stage": {"const": "finished"},
        "statusDetails": {
            "properties": {"message": {"pattern": "^[^\n]+$"}, "trace": TEXT, "known": {"const": True}},
            "additionalProperties": False,
        },
        "descriptionHtml": TEXT,
        "start": {"type": "integer", "minimum": 10**12},
        "stop": {"type": "integer", "minimum": 10**12},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "labels": {
            "items": {"required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}},
        },
        "parameters": {"items": {"properties": {"name": TEXT, "value": TEXT, "excluded": {"const": True}}}},
        "links": {"items": {"properties": {"type": {"const": "issue"}, "url": {"pattern": "^https?://"}}}},
        "attachments": {
            "items": {
                "required": ["name", "source", "type"],
                "properties": {"source": {"pattern": r"^[\w.-]+-attachment\.(txt|json)$"}},
            }
        },
    },
    "additionalProperties": False,
}
"""A result as allure 2 reads it, as far as it is used."""


def assert_whole(folder: Path) -> None:
    """All files of a folder are as allure reads them, and each attachment belongs to one result."""
    made = results(folder)
    for result in made.values():
        Draft202012Validator(SHAPE).validate(result)
    sources = [item["source"] for result in made.values() for item in result.get("attachments", [])]
    beside = {"categories.json", "environment.properties", "allurerc.json"}
    files = {path.name for path in folder.iterdir() if not path.name.endswith("-result.json")}
    assert len(set(sources)) == len(sources)
    assert files == beside | set(sources)
