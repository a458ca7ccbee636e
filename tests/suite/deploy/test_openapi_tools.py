"""The OpenAPI descriptions are taken by linters, by a generator of types and by one of requests, all of other people.

They are packages of npm: `make openapi-tools` installs those of tests/openapi/package-lock.json.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.catalog import release as catalog
from helpers.descriptions import content, file, operations, resolved
from helpers.processes import Done, environment, run

TOOLS = catalog.ROOT / "tests/openapi"
RELEASES = catalog.releases()
WITH_CLIENT = [release for release in RELEASES if catalog.data_of(release).parent.name == "aslan"]
"""The releases whose operations client.ts calls; of the others the types alone are compiled."""
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
FILES = [str(file(release)) for release in RELEASES]


def call(name: str, *words: str, folder: Path = TOOLS) -> Done:
    """Run one of the tools; skips where it is not installed."""
    program = TOOLS / "node_modules/.bin" / name
    if not program.exists() or shutil.which("node") is None:
        pytest.skip(f"{name} is not installed: run make openapi-tools, which needs Node.js and npm")
    return run([str(program), *words], cwd=folder, env=environment(**QUIET))


@pytest.fixture
def spoilt(tmp_path: Path) -> str:
    """A description with a tag that is not explained, and a schema that is not there."""
    whole = content("1.7.0")
    cancel = operations(whole)["cancel-task"]
    cancel["tags"] = ["boats"]
    cancel["parameters"][0]["schema"] = {"$ref": "#/components/schemas/Boat"}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("redocly", ("lint", "--extends", "recommended")),
        ("spectral", ("lint", "--quiet", "--ruleset", "spectral.yaml", "--fail-severity", "error")),
    ],
)
def test_linters_find_no_error(tool: str, words: tuple[str, ...], spoilt: str) -> None:
    """Each release passes the rules that a linter recommends, and a spoilt description does not."""
    done = call(tool, *words, *FILES)
    assert done.code == 0, done.output
    assert call(tool, *words, spoilt).code != 0


def test_types_compile_and_have_names_of_words(tmp_path: Path) -> None:
    """A client in TypeScript gets types that it can read, and that see a wrong value."""
    client = (TOOLS / "client.ts").read_text(encoding="utf-8")
    for release in RELEASES:
        made = call(
            "openapi-typescript", str(file(release)), "--root-types", "--output", f"{tmp_path}/{release}/types.ts"
        )
        assert made.code == 0, made.output
        program = (
            client if release in WITH_CLIENT else 'import type { paths } from "./types";\nexport type Paths = paths;\n'
        )
        (tmp_path / release / "client.ts").write_text(program, encoding="utf-8")
        types = (tmp_path / release / "types.ts").read_text(encoding="utf-8")
        names = re.findall(r"^export (?:type|interface) (\S+)", types, re.MULTILINE)
        assert len(names) > len(content(release)["components"]["schemas"])
        assert [name for name in names if re.search(r"\d$", name)] == []
    words = ("--strict", "--noEmit", "--module", "nodenext", "--target", "es2022")
    compiled = call("tsc", *words, *(f"{release}/client.ts" for release in RELEASES), folder=tmp_path)
    assert compiled.code == 0, compiled.output
    wrong = tmp_path / RELEASES[0] / "wrong.ts"
    wrong.write_text(client.replace("id: 16", 'id: "16"'), encoding="utf-8")
    assert "error TS2322" in call("tsc", *words, str(wrong), folder=tmp_path).output


def requests_of(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the requests of a collection, whatever folders they are in."""
    if "request" in item:
        yield item
    for inner in item.get("item", ()):
        yield from requests_of(inner)


@pytest.mark.parametrize("release", RELEASES)
def test_collection_has_every_body(release: str, tmp_path: Path) -> None:
    """Postman gets requests that can be sent as they are: each body is the documented one, and each answer its own."""
    path = tmp_path / "collection.json"
    options = "parametersResolution=Example"
    made = call("openapi2postmanv2", "--spec", str(file(release)), "--output", str(path), "--options", options)
    assert made.code == 0, made.output
    found = {item["name"]: item for item in requests_of(json.loads(path.read_text(encoding="utf-8")))}
    for operation in operations(content(release)).values():
        item = found.pop(operation["summary"])
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body = json.loads(item["request"]["body"]["raw"])
            if "examples" in media:
                assert body in [example["value"] for example in media["examples"].values()]
            else:  # the page shows none, but what its keys are
                assert body.keys() == resolved(content(release), media["schema"]["$ref"])["properties"].keys()
        sent = {
            row["key"]: row["value"] for row in [*item["request"]["url"]["query"], *item["request"]["url"]["variable"]]
        }
        for row in operation["parameters"]:
            assert sent[row["name"]] == str(row["example"])
        answers = {str(answer.get("code", "default")): answer.get("body") for answer in item["response"]}
        for status, row in operation["responses"].items():
            for kind, media in row.get("content", {}).items():
                if "examples" not in media:  # a text, of which the page shows none
                    continue
                answer = json.loads(answers[status]) if "json" in kind else answers[status]
                assert answer in [example["value"] for example in media["examples"].values()]
    assert found == {}
